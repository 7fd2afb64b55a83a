-- The task graph of an attempt and its tries.
-- What must stay true: whoever writes a task or a run proves with lease_token that the open attempt
-- is his; a final task never changes; tries counts the task's runs begun; runs are only added.

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY CONSTRAINT "a task is numbered from 1: leave id out" CHECK (id >= 1),
  attempt_id INTEGER NOT NULL REFERENCES attempts(id),
  goal_id INTEGER NOT NULL REFERENCES goals(id),
  number INTEGER NOT NULL
    CONSTRAINT "a task's number is its step's, from 0" CHECK (number >= 0),
  action TEXT NOT NULL
    CONSTRAINT "a task's action is not empty and holds no NUL byte"
    CHECK (trim(action) <> '' AND instr(action, char(0)) = 0),
  arguments TEXT NOT NULL DEFAULT '[]'
    CONSTRAINT "a task's arguments are a JSON array or object without NUL bytes"
    CHECK (arguments = '[]' OR CASE WHEN json_valid(arguments) AND instr(arguments, char(0)) = 0
      THEN json_type(arguments) IN ('array', 'object') ELSE 0 END),
  priority INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'pending',
  tries INTEGER NOT NULL DEFAULT 0,
  started_at TEXT
    CONSTRAINT "a task's started_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (started_at IS NULL
      OR started_at GLOB '[0-9]*' AND started_at IS strftime('%Y-%m-%dT%H:%M:%fZ', started_at)),
  ended_at TEXT
    CONSTRAINT "a task's ended_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (ended_at IS NULL
      OR ended_at GLOB '[0-9]*' AND ended_at IS strftime('%Y-%m-%dT%H:%M:%fZ', ended_at)),
  commit_id TEXT
    CONSTRAINT "a task's commit_id is lower-case hexadecimal"
    CHECK (commit_id <> '' AND commit_id NOT GLOB '*[^0-9a-f]*'),
  result TEXT
    CONSTRAINT "a task's result is JSON without NUL bytes"
    CHECK (result IS NULL OR json_valid(result) AND instr(result, char(0)) = 0),
  lease_token INTEGER,
  UNIQUE (attempt_id, number)
) STRICT;

CREATE INDEX tasks_of_goals ON tasks(goal_id);

CREATE TABLE task_transition_rules (
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  PRIMARY KEY (from_state, to_state)
) STRICT, WITHOUT ROWID;

INSERT INTO task_transition_rules(from_state, to_state)
VALUES
  ('pending', 'ready'), ('pending', 'running'), ('pending', 'aborted'), ('pending', 'skipped'),
  ('pending', 'cancelled'), ('ready', 'running'), ('ready', 'aborted'), ('ready', 'skipped'),
  ('ready', 'cancelled'), ('running', 'succeeded'), ('running', 'failed'), ('running', 'ready'),
  ('running', 'aborted'), ('running', 'cancelled');

CREATE TRIGGER task_transition_rules_insert BEFORE INSERT ON task_transition_rules
BEGIN
  SELECT RAISE(ABORT, 'the rules of transitions are part of the schema: a migration adds one');
END;

CREATE TRIGGER task_transition_rules_update BEFORE UPDATE ON task_transition_rules
BEGIN
  SELECT RAISE(ABORT, 'the rules of transitions are part of the schema: a migration changes one');
END;

CREATE TRIGGER task_transition_rules_delete BEFORE DELETE ON task_transition_rules
BEGIN
  SELECT RAISE(ABORT, 'the rules of transitions are part of the schema: a migration removes one');
END;

CREATE TRIGGER tasks_before_insert BEFORE INSERT ON tasks
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a task''s id is given by the database: leave id out')
    WHEN NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE id = NEW.attempt_id AND goal_id = NEW.goal_id AND state = 'open'
        AND lease_token = NEW.lease_token)
    THEN RAISE(ABORT, 'only the holder of the lease writes tasks: say lease_token, attempt_id and goal_id of the open attempt')
    WHEN (NEW.state, NEW.tries, NEW.started_at, NEW.ended_at, NEW.commit_id, NEW.result)
      IS NOT ('pending', 0, NULL, NULL, NULL, NULL)
    THEN RAISE(ABORT, 'a task is born pending, without tries, times or result')
    WHEN EXISTS (SELECT 1 FROM tasks WHERE attempt_id = NEW.attempt_id AND number = NEW.number)
    THEN RAISE(ABORT, 'the attempt has a task of this number already')
  END;
END;

CREATE TRIGGER tasks_after_insert AFTER INSERT ON tasks
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, task_id, to_state, detail)
  VALUES ((SELECT worker FROM attempts WHERE id = NEW.attempt_id), 'task.pending', NEW.goal_id,
    NEW.attempt_id, NEW.id, 'pending', json_object(
      'number', NEW.number, 'action', NEW.action, 'arguments', json(NEW.arguments),
      'priority', NEW.priority));
  SELECT RAISE(ABORT, 'the ledger took no entry of this task, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE tasks SET lease_token = NULL WHERE id = NEW.id;
END;

CREATE TRIGGER tasks_before_amendment BEFORE UPDATE OF
  id, rowid, oid, _rowid_, attempt_id, goal_id, number, action, arguments, priority
ON tasks
BEGIN
  SELECT RAISE(ABORT, 'a task keeps its id, attempt, goal, number, action, arguments and priority')
  WHERE (NEW.id, NEW.attempt_id, NEW.goal_id, NEW.number, NEW.action, NEW.arguments, NEW.priority)
    IS NOT (OLD.id, OLD.attempt_id, OLD.goal_id, OLD.number, OLD.action, OLD.arguments,
      OLD.priority);
END;

CREATE TRIGGER tasks_before_update BEFORE UPDATE OF
  state, tries, started_at, ended_at, commit_id, result, lease_token
ON tasks
BEGIN
  SELECT CASE
    WHEN NOT (OLD.lease_token IS NOT NULL AND NEW.lease_token IS NULL) AND NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE id = OLD.attempt_id AND state = 'open' AND lease_token = NEW.lease_token)
    THEN RAISE(ABORT, 'only the holder of the lease writes tasks: SET lease_token to the token of the open attempt')
    WHEN NEW.state IS NOT OLD.state AND NOT EXISTS (
      SELECT 1 FROM task_transition_rules
      WHERE from_state = OLD.state AND to_state = NEW.state)
    THEN RAISE(ABORT, 'a task cannot go from its state to that one: see task_transition_rules')
    WHEN OLD.ended_at IS NOT NULL AND NEW.state IS OLD.state
      AND (NEW.started_at, NEW.ended_at, NEW.commit_id, NEW.result)
        IS NOT (OLD.started_at, OLD.ended_at, OLD.commit_id, OLD.result)
      AND OLD.state IN ('succeeded', 'failed', 'aborted', 'skipped', 'cancelled')
    THEN RAISE(ABORT, 'a task that has ended never changes')
    WHEN NEW.tries IS NOT OLD.tries
      AND NOT coalesce(NEW.state = 'running' AND OLD.state <> 'running'
        AND NEW.tries = OLD.tries + 1, 0)
      AND NEW.tries IS NOT (
        SELECT max(json_extract(detail, '$.try')) FROM identity_ledger
        WHERE task_id = OLD.id AND event IN ('task.running', 'task.carried'))
    THEN RAISE(ABORT, 'tries counts how often the task ran: it moves by one as the task starts')
  END;
END;

-- The entry is inserted as VALUES, not as a SELECT, which would fill a temporary table first. What a
-- statement has said itself, tries and times, is not set once more.
CREATE TRIGGER tasks_after_update AFTER UPDATE OF state ON tasks
WHEN NEW.state <> OLD.state
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, task_id, from_state, to_state,
    reason, detail)
  VALUES ((SELECT worker FROM attempts WHERE id = NEW.attempt_id), 'task.' || NEW.state,
    NEW.goal_id, NEW.attempt_id, NEW.id, OLD.state, NEW.state,
    CASE OLD.state WHEN 'running'
      THEN (SELECT message FROM task_runs WHERE task_id = NEW.id AND try = NEW.tries) END,
    CASE OLD.state
      WHEN 'running' THEN (
        SELECT json_object('number', NEW.number, 'action', NEW.action, 'try', NEW.tries,
          'exit_code', r.exit_code, 'error_class', r.error_class, 'retryable', r.retryable,
          'duration_ms', r.duration_ms, 'output_sha256', r.output_sha256,
          'output_bytes', r.output_bytes, 'tree', r.tree, 'commit', NEW.commit_id,
          'result', json(NEW.result))
        FROM (SELECT 1) LEFT JOIN task_runs r ON r.task_id = NEW.id AND r.try = NEW.tries)
      ELSE json_object('number', NEW.number, 'action', NEW.action,
        'try', max(NEW.tries, OLD.tries + (NEW.state = 'running')))
    END);
  SELECT RAISE(ABORT, 'the ledger took no entry of this task, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE tasks
  SET lease_token = NULL,
    tries = max(NEW.tries, OLD.tries + (NEW.state = 'running')),
    started_at = CASE
      WHEN NEW.state = 'running' AND NEW.started_at IS OLD.started_at
      THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE NEW.started_at END,
    ended_at = CASE
      WHEN NEW.ended_at IS NULL AND NEW.state NOT IN ('pending', 'ready', 'running')
      THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE NEW.ended_at END
  WHERE id = NEW.id AND CASE NEW.state
    WHEN 'running' THEN NEW.tries = OLD.tries OR NEW.started_at IS OLD.started_at
    WHEN 'ready' THEN 0
    ELSE NEW.ended_at IS NULL END;
  UPDATE tasks SET lease_token = NULL WHERE id = NEW.id AND lease_token IS NOT NULL;
END;

-- A change that is no transition leaves nothing but the proof to forget.
CREATE TRIGGER tasks_after_proof AFTER UPDATE OF lease_token ON tasks
WHEN NEW.lease_token IS NOT NULL AND NEW.state = OLD.state
BEGIN
  UPDATE tasks SET lease_token = NULL WHERE id = NEW.id;
END;

CREATE TRIGGER tasks_delete BEFORE DELETE ON tasks
WHEN NOT EXISTS (SELECT 1 FROM archive_pass)
  OR EXISTS (SELECT 1 FROM goals WHERE id = OLD.goal_id)
BEGIN
  SELECT RAISE(ABORT, 'a task is never deleted: it is part of its goal''s history');
END;

CREATE TABLE task_dependencies (
  task_id INTEGER NOT NULL REFERENCES tasks(id),
  depends_on INTEGER NOT NULL REFERENCES tasks(id),
  PRIMARY KEY (task_id, depends_on)
) STRICT, WITHOUT ROWID;

CREATE INDEX task_dependents ON task_dependencies(depends_on, task_id);

CREATE TRIGGER task_dependencies_insert BEFORE INSERT ON task_dependencies
BEGIN
  SELECT CASE
    WHEN NOT EXISTS (
      SELECT 1
      FROM tasks t
        JOIN tasks p ON p.id = NEW.depends_on AND p.attempt_id = t.attempt_id AND p.id <> t.id
        JOIN attempts a ON a.id = t.attempt_id AND a.state = 'open'
      WHERE t.id = NEW.task_id AND t.state = 'pending')
    THEN RAISE(ABORT, 'a dependency joins two tasks of one open attempt, the later one pending')
    WHEN EXISTS (
      SELECT 1 FROM task_dependencies WHERE task_id = NEW.task_id AND depends_on = NEW.depends_on)
    THEN RAISE(ABORT, 'the task depends on that one already')
  END;
END;

CREATE TRIGGER task_dependencies_update BEFORE UPDATE ON task_dependencies
BEGIN
  SELECT RAISE(ABORT, 'the orderings of a task graph never change');
END;

CREATE TRIGGER task_dependencies_delete BEFORE DELETE ON task_dependencies
WHEN NOT EXISTS (SELECT 1 FROM archive_pass)
  OR EXISTS (SELECT 1 FROM tasks WHERE id = OLD.task_id)
BEGIN
  SELECT RAISE(ABORT, 'the orderings of a task graph are never removed');
END;

CREATE TABLE task_runs (
  id INTEGER PRIMARY KEY CONSTRAINT "a run is numbered from 1: leave id out" CHECK (id >= 1),
  task_id INTEGER NOT NULL REFERENCES tasks(id),
  attempt_id INTEGER NOT NULL REFERENCES attempts(id),
  try INTEGER NOT NULL,
  lease_token INTEGER NOT NULL,
  started_at TEXT NOT NULL
    CONSTRAINT "a run's started_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (started_at GLOB '[0-9]*' AND started_at IS strftime('%Y-%m-%dT%H:%M:%fZ', started_at)),
  ended_at TEXT NOT NULL
    CONSTRAINT "a run's ended_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (ended_at GLOB '[0-9]*' AND ended_at IS strftime('%Y-%m-%dT%H:%M:%fZ', ended_at)),
  duration_ms REAL NOT NULL CONSTRAINT "duration_ms is not negative" CHECK (duration_ms >= 0),
  exit_code INTEGER,
  error_class TEXT,
  message TEXT
    CONSTRAINT "a run's message holds no NUL byte" CHECK (instr(message, char(0)) = 0),
  retryable INTEGER CONSTRAINT "retryable is 0 or 1" CHECK (retryable IN (0, 1)),
  output_head TEXT,
  output_tail TEXT,
  output_bytes INTEGER CONSTRAINT "output_bytes is not negative" CHECK (output_bytes >= 0),
  output_sha256 TEXT
    CONSTRAINT "output_sha256 is 64 lower-case hexadecimal digits"
    CHECK (length(output_sha256) = 64 AND output_sha256 NOT GLOB '*[^0-9a-f]*'),
  tree TEXT
    CONSTRAINT "a run's tree is lower-case hexadecimal"
    CHECK (tree <> '' AND tree NOT GLOB '*[^0-9a-f]*'),
  UNIQUE (task_id, try)
) STRICT;

CREATE INDEX task_runs_of_attempts ON task_runs(attempt_id);

CREATE TRIGGER task_runs_insert BEFORE INSERT ON task_runs
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a run''s id is given by the database: leave id out')
    WHEN NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE id = NEW.attempt_id AND state = 'open' AND lease_token = NEW.lease_token)
    THEN RAISE(ABORT, 'only the holder of the lease records runs: say attempt_id and lease_token of the open attempt')
    WHEN EXISTS (SELECT 1 FROM task_runs WHERE task_id = NEW.task_id AND try = NEW.try)
    THEN RAISE(ABORT, 'this try of the task is recorded already')
    WHEN NOT EXISTS (
      SELECT 1 FROM tasks
      WHERE id = NEW.task_id AND attempt_id = NEW.attempt_id AND state = 'running'
        AND tries = NEW.try)
    THEN RAISE(ABORT, 'a run is recorded while its task is running, as the try the task counts')
  END;
END;

CREATE TRIGGER task_runs_update BEFORE UPDATE ON task_runs
BEGIN
  SELECT RAISE(ABORT, 'a run is recorded once and never changes');
END;

CREATE TRIGGER task_runs_delete BEFORE DELETE ON task_runs
WHEN NOT EXISTS (SELECT 1 FROM archive_pass)
  OR EXISTS (SELECT 1 FROM tasks WHERE id = OLD.task_id)
BEGIN
  SELECT RAISE(ABORT, 'a run is never deleted: it is evidence');
END;
