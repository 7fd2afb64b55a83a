-- Workers and circuit breakers: what runs, and what is held back for a while.
-- What must stay true: each change of state is on the ledger; rows are updated, never deleted or
-- replaced.

CREATE TABLE workers (
  name TEXT NOT NULL PRIMARY KEY,
  pid INTEGER,
  host TEXT,
  version TEXT,
  state TEXT NOT NULL DEFAULT 'running',
  started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  seen_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  concurrency INTEGER NOT NULL DEFAULT 1
    CONSTRAINT "a worker runs at least one goal at a time" CHECK (concurrency >= 1),
  public_key BLOB
    CONSTRAINT "a worker's public_key has 32 bytes" CHECK (length(public_key) = 32),
  CONSTRAINT "a worker's times are UTC times such as 2026-01-31T09:00:00.000Z"
    CHECK (started_at GLOB '[0-9]*' AND started_at IS strftime('%Y-%m-%dT%H:%M:%fZ', started_at)
      AND seen_at GLOB '[0-9]*' AND seen_at IS strftime('%Y-%m-%dT%H:%M:%fZ', seen_at))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER workers_before_insert BEFORE INSERT ON workers
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM workers WHERE name = NEW.name)
    THEN RAISE(ABORT, 'a worker of this name exists: update its row, or take another name')
    WHEN NEW.state IS NOT 'running'
    THEN RAISE(ABORT, 'a worker begins running')
    WHEN NEW.name = '' OR NEW.name GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.name) > 200 OR instr(NEW.name, char(0))
    THEN RAISE(ABORT, 'worker is a name of 1 to 200 characters on one line without NUL bytes')
  END;
END;

CREATE TRIGGER workers_after_insert AFTER INSERT ON workers
BEGIN
  INSERT INTO identity_ledger(actor, event, to_state, detail)
  VALUES (NEW.name, 'worker.running', 'running', json_object(
    'subject', 'worker:' || NEW.name, 'worker', NEW.name, 'pid', NEW.pid, 'host', NEW.host,
    'version', NEW.version, 'public_key', nullif(lower(hex(NEW.public_key)), '')));
  SELECT RAISE(ABORT, 'the ledger took no entry of this worker, so nothing is changed')
  WHERE changes() <> 1;
END;

CREATE TRIGGER workers_before_update BEFORE UPDATE ON workers
BEGIN
  SELECT CASE
    WHEN NEW.name IS NOT OLD.name
    THEN RAISE(ABORT, 'a worker keeps its name: add another row')
    WHEN NEW.public_key IS NOT OLD.public_key AND (OLD.state, NEW.state) <> ('stopped', 'running')
    THEN RAISE(ABORT, 'a worker keeps its key while it runs: it takes another as it starts')
    WHEN NEW.state IS NOT OLD.state
      AND NOT coalesce(OLD.state = 'running' AND NEW.state IN ('draining', 'stopped')
        OR OLD.state = 'draining' AND NEW.state = 'stopped'
        OR OLD.state = 'stopped' AND NEW.state = 'running', 0)
    THEN RAISE(ABORT, 'a worker goes from running to draining or stopped, from draining to stopped, and starts again from stopped')
  END;
END;

CREATE TRIGGER workers_after_update AFTER UPDATE ON workers
WHEN NEW.state <> OLD.state
BEGIN
  INSERT INTO identity_ledger(actor, event, from_state, to_state, detail)
  VALUES (NEW.name, 'worker.' || NEW.state, OLD.state, NEW.state, json_object(
    'subject', 'worker:' || NEW.name, 'worker', NEW.name, 'pid', NEW.pid, 'host', NEW.host,
    'version', NEW.version, 'public_key', nullif(lower(hex(NEW.public_key)), '')));
  SELECT RAISE(ABORT, 'the ledger took no entry of this worker, so nothing is changed')
  WHERE changes() <> 1;
END;

CREATE TRIGGER workers_delete BEFORE DELETE ON workers
BEGIN
  SELECT RAISE(ABORT, 'a worker is never deleted: SET state = ''stopped''');
END;

CREATE TABLE circuit_breakers (
  action TEXT NOT NULL,
  workspace TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'closed'
    CONSTRAINT "a breaker is closed, open or half_open"
    CHECK (state IN ('closed', 'open', 'half_open')),
  failures INTEGER NOT NULL DEFAULT 0
    CONSTRAINT "failures is not negative" CHECK (failures >= 0),
  opened_at TEXT
    CONSTRAINT "opened_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (opened_at IS NULL
      OR opened_at GLOB '[0-9]*' AND opened_at IS strftime('%Y-%m-%dT%H:%M:%fZ', opened_at)),
  retry_at TEXT
    CONSTRAINT "a breaker's retry_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (retry_at IS NULL
      OR retry_at GLOB '[0-9]*' AND retry_at IS strftime('%Y-%m-%dT%H:%M:%fZ', retry_at)),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    CONSTRAINT "a breaker's updated_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (updated_at GLOB '[0-9]*' AND updated_at IS strftime('%Y-%m-%dT%H:%M:%fZ', updated_at)),
  actor TEXT,
  PRIMARY KEY (action, workspace),
  CONSTRAINT "a breaker's action is not empty, and neither action nor workspace holds a NUL byte"
    CHECK (trim(action) <> '' AND instr(action || workspace, char(0)) = 0)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER circuit_breakers_before_insert BEFORE INSERT ON circuit_breakers
BEGIN
  SELECT CASE
    WHEN EXISTS (
      SELECT 1 FROM circuit_breakers
      WHERE action = NEW.action AND workspace = coalesce(NEW.workspace, ''))
    THEN RAISE(ABORT, 'the breaker of this action and workspace exists: update it')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line without NUL bytes')
  END;
END;

CREATE TRIGGER circuit_breakers_after_insert AFTER INSERT ON circuit_breakers
WHEN NEW.state <> 'closed' OR NEW.actor IS NOT NULL
BEGIN
  INSERT INTO identity_ledger(actor, event, from_state, to_state, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'breaker.' || NEW.state, 'closed', NEW.state, json_object(
    'subject', 'breaker:' || quote(NEW.action) || '@' || quote(NEW.workspace),
    'action', NEW.action, 'workspace', NEW.workspace, 'failures', NEW.failures,
    'retry_at', NEW.retry_at)
  WHERE NEW.state <> 'closed';
  SELECT RAISE(ABORT, 'the ledger took no entry of this breaker, so nothing is changed')
  WHERE NEW.state <> 'closed' AND changes() <> 1;
  UPDATE circuit_breakers
  SET actor = NULL
  WHERE action = NEW.action AND workspace = NEW.workspace AND actor IS NOT NULL;
END;

CREATE TRIGGER circuit_breakers_before_update BEFORE UPDATE ON circuit_breakers
BEGIN
  SELECT CASE
    WHEN (NEW.action, NEW.workspace) IS NOT (OLD.action, OLD.workspace)
    THEN RAISE(ABORT, 'a breaker keeps its action and workspace: add another row')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line without NUL bytes')
  END;
END;

CREATE TRIGGER circuit_breakers_after_update AFTER UPDATE ON circuit_breakers
WHEN NEW.state <> OLD.state OR NEW.actor IS NOT NULL
BEGIN
  INSERT INTO identity_ledger(actor, event, from_state, to_state, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'breaker.' || NEW.state, OLD.state, NEW.state, json_object(
    'subject', 'breaker:' || quote(NEW.action) || '@' || quote(NEW.workspace),
    'action', NEW.action, 'workspace', NEW.workspace, 'failures', NEW.failures,
    'retry_at', NEW.retry_at)
  WHERE NEW.state <> OLD.state;
  SELECT RAISE(ABORT, 'the ledger took no entry of this breaker, so nothing is changed')
  WHERE NEW.state <> OLD.state AND changes() <> 1;
  UPDATE circuit_breakers
  SET actor = NULL
  WHERE action = NEW.action AND workspace = NEW.workspace AND actor IS NOT NULL;
END;

CREATE TRIGGER circuit_breakers_delete BEFORE DELETE ON circuit_breakers
BEGIN
  SELECT RAISE(ABORT, 'a breaker is never deleted: SET state = ''closed''');
END;
