-- The schema of a database with all migrations applied. Written by tools/dump-schema.

CREATE TABLE database_info (
  id TEXT NOT NULL PRIMARY KEY,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER database_info_insert BEFORE INSERT ON database_info
BEGIN
  SELECT RAISE(ABORT, 'a database has one identity, given at its birth');
END;

CREATE TRIGGER database_info_update BEFORE UPDATE ON database_info
BEGIN
  SELECT RAISE(ABORT, 'the identity of a database never changes');
END;

CREATE TRIGGER database_info_delete BEFORE DELETE ON database_info
BEGIN
  SELECT RAISE(ABORT, 'the identity of a database is never removed');
END;

CREATE TABLE identity_ledger (
  seq INTEGER PRIMARY KEY
    CONSTRAINT "entries are numbered from 1: leave seq out" CHECK (seq >= 1),
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  actor TEXT NOT NULL DEFAULT 'sql',
  assurance TEXT NOT NULL DEFAULT 'claimed',
  event TEXT NOT NULL,
  goal_id INTEGER,
  goal_version INTEGER,
  attempt_id INTEGER,
  task_id INTEGER,
  from_state TEXT,
  to_state TEXT,
  reason TEXT,
  detail TEXT
) STRICT;

CREATE UNIQUE INDEX ledger_versions ON identity_ledger(goal_id, goal_version, event,
  CASE event WHEN 'goal.carried' THEN seq ELSE 0 END)
WHERE goal_version IS NOT NULL;

CREATE INDEX ledger_goals ON identity_ledger(goal_id, seq)
WHERE goal_id IS NOT NULL;

CREATE INDEX ledger_attempts ON identity_ledger(attempt_id, seq)
WHERE attempt_id IS NOT NULL AND task_id IS NULL;

CREATE INDEX ledger_tasks ON identity_ledger(task_id, seq)
WHERE task_id IS NOT NULL;

CREATE INDEX ledger_edges ON identity_ledger(goal_id, json_extract(detail, '$.depends_on'), seq)
WHERE event GLOB 'dependency.*';

CREATE INDEX ledger_subjects ON identity_ledger(json_extract(detail, '$.subject'), seq)
WHERE goal_id IS NULL;

CREATE TRIGGER identity_ledger_update BEFORE UPDATE ON identity_ledger
BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only: add a note that corrects the entry');
END;

CREATE TRIGGER identity_ledger_delete BEFORE DELETE ON identity_ledger
WHEN NOT EXISTS (SELECT 1 FROM archive_pass WHERE last_seq >= OLD.seq)
BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only: no entry is ever removed');
END;

CREATE TABLE score_epoch (
  one INTEGER PRIMARY KEY DEFAULT 1,
  epoch INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TRIGGER score_epoch_insert BEFORE INSERT ON score_epoch
BEGIN
  SELECT RAISE(ABORT, 'score_epoch has one row');
END;

CREATE TRIGGER score_epoch_update BEFORE UPDATE ON score_epoch
WHEN NEW.one IS NOT OLD.one OR NEW.epoch IS NOT OLD.epoch + 1
BEGIN
  SELECT RAISE(ABORT, 'score_epoch moves forward by one: SET epoch = epoch + 1');
END;

CREATE TRIGGER score_epoch_delete BEFORE DELETE ON score_epoch
BEGIN
  SELECT RAISE(ABORT, 'score_epoch keeps its one row');
END;

CREATE TABLE beliefs (
  id INTEGER PRIMARY KEY CONSTRAINT "a belief is numbered from 1: leave id out" CHECK (id >= 1),
  name TEXT UNIQUE
    CONSTRAINT "a belief's name is a symbol: a letter, then letters, digits and '-', in lower case"
    CHECK (name IS NULL OR name GLOB '[a-z]*' AND name NOT GLOB '*[^a-z0-9-]*'),
  statement TEXT NOT NULL
    CONSTRAINT "a belief's statement is not empty and holds no NUL byte"
    CHECK (trim(statement) <> '' AND instr(statement, char(0)) = 0),
  confidence REAL NOT NULL
    CONSTRAINT "confidence lies between 0 and 1" CHECK (confidence BETWEEN 0 AND 1),
  active INTEGER NOT NULL DEFAULT 1
    CONSTRAINT "active is 0 or 1" CHECK (active IN (0, 1)),
  immutable INTEGER NOT NULL DEFAULT 0
    CONSTRAINT "immutable is 0 or 1" CHECK (immutable IN (0, 1)),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  actor TEXT,
  reason TEXT
) STRICT;

CREATE TRIGGER beliefs_before_insert BEFORE INSERT ON beliefs
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a belief''s id is given by the database: leave id out')
    WHEN NEW.created_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'a belief is created now: leave created_at out')
    WHEN EXISTS (SELECT 1 FROM beliefs WHERE name = NEW.name)
    THEN RAISE(ABORT, 'a belief of this name exists: update it, or choose another name')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER beliefs_after_insert AFTER INSERT ON beliefs
BEGIN
  INSERT INTO identity_ledger(actor, event, reason, detail)
  VALUES (coalesce(NEW.actor, 'sql'), 'belief.added', NEW.reason, json_object(
    'subject', 'belief:' || NEW.id, 'belief', NEW.id, 'name', NEW.name, 'statement', NEW.statement,
    'confidence', printf('%!.17g', NEW.confidence),
    'active', NEW.active, 'immutable', NEW.immutable));
  SELECT RAISE(ABORT, 'the ledger took no entry of this belief, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE beliefs
  SET actor = NULL, reason = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TRIGGER beliefs_before_update BEFORE UPDATE ON beliefs
BEGIN
  SELECT CASE
    WHEN (NEW.id, NEW.name, NEW.statement, NEW.created_at)
      IS NOT (OLD.id, OLD.name, OLD.statement, OLD.created_at)
    THEN RAISE(ABORT, 'a belief keeps its id, name, statement and created_at: add another belief')
    WHEN OLD.immutable = 1 AND (NEW.confidence, NEW.active, NEW.immutable)
      IS NOT (OLD.confidence, OLD.active, OLD.immutable)
    THEN RAISE(ABORT, 'an immutable belief never changes')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER beliefs_after_update AFTER UPDATE ON beliefs
WHEN NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL
  OR (NEW.confidence, NEW.active, NEW.immutable) IS NOT (OLD.confidence, OLD.active, OLD.immutable)
BEGIN
  INSERT INTO identity_ledger(actor, event, reason, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'belief.changed', NEW.reason, json_object(
    'subject', 'belief:' || NEW.id, 'belief', NEW.id,
    'confidence', printf('%!.17g', NEW.confidence),
    'active', NEW.active, 'immutable', NEW.immutable,
    'old', json_object('confidence', printf('%!.17g', OLD.confidence),
      'active', OLD.active, 'immutable', OLD.immutable))
  WHERE (NEW.confidence, NEW.active, NEW.immutable)
    IS NOT (OLD.confidence, OLD.active, OLD.immutable);
  SELECT RAISE(ABORT, 'the ledger took no entry of this belief, so nothing is changed')
  WHERE (NEW.confidence, NEW.active, NEW.immutable)
    IS NOT (OLD.confidence, OLD.active, OLD.immutable) AND changes() <> 1;
  UPDATE score_epoch
  SET epoch = epoch + 1
  WHERE (NEW.confidence, NEW.active) IS NOT (OLD.confidence, OLD.active);
  UPDATE beliefs
  SET actor = NULL, reason = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TRIGGER beliefs_delete BEFORE DELETE ON beliefs
BEGIN
  SELECT RAISE(ABORT, 'a belief is never deleted: SET active = 0');
END;

CREATE TABLE score_weights (
  name TEXT NOT NULL PRIMARY KEY,
  weight REAL NOT NULL CONSTRAINT "a weight lies between 0 and 1" CHECK (weight BETWEEN 0 AND 1),
  standard REAL NOT NULL,
  actor TEXT,
  reason TEXT
) STRICT, WITHOUT ROWID;

CREATE TRIGGER score_weights_insert BEFORE INSERT ON score_weights
BEGIN
  SELECT RAISE(ABORT, 'the five weights are fixed: UPDATE score_weights SET weight = ... WHERE name = ...');
END;

CREATE TRIGGER score_weights_delete BEFORE DELETE ON score_weights
BEGIN
  SELECT RAISE(ABORT, 'the five weights are fixed: SET weight = 0 to leave one out');
END;

CREATE TRIGGER score_weights_before_update BEFORE UPDATE ON score_weights
BEGIN
  SELECT CASE
    WHEN NEW.name IS NOT OLD.name OR NEW.standard IS NOT OLD.standard
    THEN RAISE(ABORT, 'a weight keeps its name and its standard: only weight changes')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER score_weights_after_update AFTER UPDATE ON score_weights
WHEN NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL OR NEW.weight IS NOT OLD.weight
BEGIN
  INSERT INTO identity_ledger(actor, event, reason, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'weight.changed', NEW.reason, json_object(
    'subject', 'weight:' || NEW.name, 'weight', NEW.name,
    'old', printf('%!.17g', OLD.weight), 'new', printf('%!.17g', NEW.weight))
  WHERE NEW.weight IS NOT OLD.weight;
  SELECT RAISE(ABORT, 'the ledger took no entry of this weight, so nothing is changed')
  WHERE NEW.weight IS NOT OLD.weight AND changes() <> 1;
  UPDATE score_epoch
  SET epoch = epoch + 1
  WHERE NEW.weight IS NOT OLD.weight;
  UPDATE score_weights
  SET actor = NULL, reason = NULL
  WHERE name = NEW.name AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TABLE goal_transition_rules (
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  needs TEXT,
  sentence TEXT NOT NULL,
  PRIMARY KEY (from_state, to_state)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER goal_transition_rules_insert BEFORE INSERT ON goal_transition_rules
BEGIN
  SELECT RAISE(ABORT, 'the rules of transitions are part of the schema: a migration adds one');
END;

CREATE TRIGGER goal_transition_rules_update BEFORE UPDATE ON goal_transition_rules
BEGIN
  SELECT RAISE(ABORT, 'the rules of transitions are part of the schema: a migration changes one');
END;

CREATE TRIGGER goal_transition_rules_delete BEFORE DELETE ON goal_transition_rules
BEGIN
  SELECT RAISE(ABORT, 'the rules of transitions are part of the schema: a migration removes one');
END;

CREATE TABLE goals (
  id INTEGER PRIMARY KEY AUTOINCREMENT
    CONSTRAINT "a goal is numbered from 1: leave id out" CHECK (id >= 1),

  -- What is asked
  text TEXT NOT NULL
    CONSTRAINT "text says what is wanted: it is not empty" CHECK (trim(text) <> ''),
  task TEXT CONSTRAINT "task names a compound task: it is not empty" CHECK (trim(task) <> ''),
  context TEXT NOT NULL DEFAULT '{}'
    CONSTRAINT "context is a JSON object without NUL bytes"
    CHECK (context = '{}' OR CASE WHEN json_valid(context) AND instr(context, char(0)) = 0
      THEN json_type(context) = 'object' ELSE 0 END),
  workspace TEXT
    CONSTRAINT "workspace names a workspace: it is not empty" CHECK (trim(workspace) <> ''),
  category TEXT CONSTRAINT "category is not empty" CHECK (trim(category) <> ''),
  source TEXT NOT NULL DEFAULT 'user'
    CONSTRAINT "source is 'user' or 'system'" CHECK (source IN ('user', 'system')),
  success_metrics TEXT NOT NULL DEFAULT '[]'
    CONSTRAINT "success_metrics is a JSON array or object without NUL bytes"
    CHECK (success_metrics = '[]'
      OR CASE WHEN json_valid(success_metrics) AND instr(success_metrics, char(0)) = 0
      THEN json_type(success_metrics) IN ('array', 'object') ELSE 0 END),
  metadata TEXT NOT NULL DEFAULT '{}'
    CONSTRAINT "metadata is a JSON object without NUL bytes"
    CHECK (metadata = '{}' OR CASE WHEN json_valid(metadata) AND instr(metadata, char(0)) = 0
      THEN json_type(metadata) = 'object' ELSE 0 END),
  timeout_ms INTEGER NOT NULL DEFAULT 600000
    CONSTRAINT "timeout_ms lies between 1 and 604800000, a week"
    CHECK (timeout_ms BETWEEN 1 AND 604800000),
  max_attempts INTEGER NOT NULL DEFAULT 3
    CONSTRAINT "max_attempts lies between 1 and 100" CHECK (max_attempts BETWEEN 1 AND 100),

  -- Facts of birth, besides id and source
  idempotency_key TEXT UNIQUE
    CONSTRAINT "idempotency_key is not empty" CHECK (trim(idempotency_key) <> ''),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),

  -- Life
  state TEXT NOT NULL DEFAULT 'proposed',
  version INTEGER NOT NULL DEFAULT 1,
  attempts INTEGER NOT NULL DEFAULT 0,
  result TEXT
    CONSTRAINT "result is JSON without NUL bytes"
    CHECK (result IS NULL OR json_valid(result) AND instr(result, char(0)) = 0),
  retry_at TEXT
    CONSTRAINT "retry_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (retry_at IS NULL
      OR retry_at GLOB '[0-9]*' AND retry_at IS strftime('%Y-%m-%dT%H:%M:%fZ', retry_at)),

  -- Order
  value REAL NOT NULL DEFAULT 0.5
    CONSTRAINT "value lies between 0 and 1" CHECK (value BETWEEN 0 AND 1),
  effort REAL NOT NULL DEFAULT 0.5
    CONSTRAINT "effort lies between 0 and 1" CHECK (effort BETWEEN 0 AND 1),
  risk REAL NOT NULL DEFAULT 0.5
    CONSTRAINT "risk lies between 0 and 1" CHECK (risk BETWEEN 0 AND 1),
  not_before TEXT
    CONSTRAINT "not_before is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (not_before IS NULL
      OR not_before GLOB '[0-9]*' AND not_before IS strftime('%Y-%m-%dT%H:%M:%fZ', not_before)),
  deadline TEXT
    CONSTRAINT "deadline is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (deadline IS NULL
      OR deadline GLOB '[0-9]*' AND deadline IS strftime('%Y-%m-%dT%H:%M:%fZ', deadline)),
  aligns_with TEXT NOT NULL DEFAULT '[]'
    CONSTRAINT "aligns_with is a JSON array of belief ids"
    CHECK (aligns_with = '[]'
      OR CASE WHEN json_valid(aligns_with) AND instr(aligns_with, char(0)) = 0
      THEN json_type(aligns_with) = 'array' ELSE 0 END),
  contradicts TEXT NOT NULL DEFAULT '[]'
    CONSTRAINT "contradicts is a JSON array of belief ids"
    CHECK (contradicts = '[]'
      OR CASE WHEN json_valid(contradicts) AND instr(contradicts, char(0)) = 0
      THEN json_type(contradicts) = 'array' ELSE 0 END),

  -- Derived
  score REAL NOT NULL DEFAULT 0,
  -- NULL while the row is being born, until the score is computed
  score_epoch INTEGER,
  rescore_at TEXT,
  blockers INTEGER NOT NULL DEFAULT 0,
  waits_until TEXT,
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),

  -- Write-only: said with a change, entered in the ledger and left NULL
  actor TEXT,
  reason TEXT,
  lease_token INTEGER,

  CONSTRAINT "text, task, workspace, category and idempotency_key hold no NUL byte"
    CHECK (instr(text || coalesce(task, '') || coalesce(workspace, '') || coalesce(category, '')
      || coalesce(idempotency_key, ''), char(0)) = 0)
) STRICT;

CREATE INDEX goals_claimable ON goals(score DESC, id)
WHERE state = 'adopted' AND blockers = 0 AND waits_until IS NULL;

CREATE INDEX goals_waiting ON goals(waits_until)
WHERE state = 'adopted' AND waits_until IS NOT NULL;

CREATE INDEX goals_stale_scores ON goals(score_epoch)
WHERE score_epoch IS NOT NULL AND state IN ('proposed', 'adopted');

CREATE INDEX goals_aging ON goals(rescore_at)
WHERE rescore_at IS NOT NULL AND state IN ('proposed', 'adopted');

CREATE INDEX goals_retrying ON goals(waits_until)
WHERE state = 'adopted' AND blockers = 0 AND retry_at IS NOT NULL AND waits_until IS retry_at;

CREATE INDEX goals_states ON goals(state);

CREATE INDEX goals_deadlines ON goals(deadline)
WHERE deadline IS NOT NULL AND state IN ('proposed', 'adopted');

CREATE TABLE goal_beliefs (
  belief_id INTEGER NOT NULL REFERENCES beliefs(id),
  goal_id INTEGER NOT NULL REFERENCES goals(id),
  relation TEXT NOT NULL,
  PRIMARY KEY (belief_id, goal_id, relation)
) STRICT, WITHOUT ROWID;

CREATE INDEX goal_beliefs_goals ON goal_beliefs(goal_id, relation, belief_id);

CREATE TRIGGER goal_beliefs_insert BEFORE INSERT ON goal_beliefs
BEGIN
  SELECT RAISE(ABORT, 'goal_beliefs mirrors the goal: set aligns_with or contradicts of the goal instead')
  WHERE EXISTS (
      SELECT 1 FROM goal_beliefs
      WHERE belief_id = NEW.belief_id AND goal_id = NEW.goal_id AND relation = NEW.relation)
    OR NOT EXISTS (
      SELECT 1
      FROM goals g, json_each(CASE NEW.relation
        WHEN 'aligns' THEN g.aligns_with WHEN 'contradicts' THEN g.contradicts ELSE '[]' END) e
      WHERE g.id = NEW.goal_id AND e.value = NEW.belief_id);
END;

CREATE TRIGGER goal_beliefs_update BEFORE UPDATE ON goal_beliefs
BEGIN
  SELECT RAISE(ABORT, 'goal_beliefs mirrors the goal: change aligns_with or contradicts of the goal instead');
END;

CREATE TRIGGER goal_beliefs_delete BEFORE DELETE ON goal_beliefs
BEGIN
  SELECT RAISE(ABORT, 'goal_beliefs mirrors the goal: take the belief out of the goal''s array instead')
  FROM goals g, json_each(CASE OLD.relation
    WHEN 'aligns' THEN g.aligns_with ELSE g.contradicts END) e
  WHERE g.id = OLD.goal_id AND e.value = OLD.belief_id;
END;

CREATE VIEW goal_score_formula(id, score, rescore_at) AS
SELECT g.id, max(0.0, min(1.0,
  (SELECT weight FROM score_weights WHERE name = 'value') * g.value
  + (SELECT weight FROM score_weights WHERE name = 'effort') * (1 - g.effort)
  + (SELECT weight FROM score_weights WHERE name = 'risk') * (1 - g.risk)
  + CASE
      WHEN g.deadline IS NULL THEN 0.0
      WHEN julianday(g.deadline) - julianday('now') BETWEEN 0 AND 1
      THEN (SELECT weight FROM score_weights WHERE name = 'urgency')
        * (1 - (julianday(g.deadline) - julianday('now')))
      ELSE 0.0
    END
  + CASE g.aligns_with
      WHEN '[]' THEN 0.0
      ELSE (SELECT weight FROM score_weights WHERE name = 'alignment') * coalesce((
        SELECT avg(b.confidence)
        FROM goal_beliefs gb JOIN beliefs b ON b.id = gb.belief_id AND b.active = 1
        WHERE gb.goal_id = g.id AND gb.relation = 'aligns'), 0.0)
    END
  - CASE
      WHEN g.contradicts = '[]' THEN 0.0
      ELSE EXISTS (
        SELECT 1
        FROM goal_beliefs gb JOIN beliefs b ON b.id = gb.belief_id AND b.active = 1
        WHERE gb.goal_id = g.id AND gb.relation = 'contradicts')
    END)),
  CASE
    WHEN g.deadline IS NULL OR julianday(g.deadline) < julianday('now') THEN NULL
    WHEN julianday(g.deadline) - julianday('now') > 1
    THEN strftime('%Y-%m-%dT%H:%M:%fZ', g.deadline, '-1 day')
    ELSE min(strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+15 minutes'),
      strftime('%Y-%m-%dT%H:%M:%fZ', g.deadline, '+0.001 seconds'))
  END
FROM goals g;

CREATE VIEW goal_asked(goal_id, name, value) AS
SELECT id, 'text', text FROM goals
UNION ALL SELECT id, 'task', task FROM goals
UNION ALL SELECT id, 'context', context FROM goals
UNION ALL SELECT id, 'workspace', workspace FROM goals
UNION ALL SELECT id, 'category', category FROM goals
UNION ALL SELECT id, 'success_metrics', success_metrics FROM goals
UNION ALL SELECT id, 'metadata', metadata FROM goals
UNION ALL SELECT id, 'timeout_ms', timeout_ms FROM goals
UNION ALL SELECT id, 'max_attempts', max_attempts FROM goals
UNION ALL SELECT id, 'retry_at', retry_at FROM goals
UNION ALL SELECT id, 'value', printf('%!.17g', value) FROM goals
UNION ALL SELECT id, 'effort', printf('%!.17g', effort) FROM goals
UNION ALL SELECT id, 'risk', printf('%!.17g', risk) FROM goals
UNION ALL SELECT id, 'not_before', not_before FROM goals
UNION ALL SELECT id, 'deadline', deadline FROM goals
UNION ALL SELECT id, 'aligns_with', aligns_with FROM goals
UNION ALL SELECT id, 'contradicts', contradicts FROM goals;

CREATE TRIGGER goals_before_insert BEFORE INSERT ON goals
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a goal''s id is given by the database: leave id out')
    WHEN NEW.state NOT IN ('proposed', 'adopted')
    THEN RAISE(ABORT, 'a goal is born proposed or adopted')
    WHEN (NEW.version, NEW.attempts, NEW.blockers, NEW.score) IS NOT (1, 0, 0, 0)
      OR (NEW.score_epoch, NEW.result, NEW.retry_at, NEW.waits_until)
        IS NOT (NULL, NULL, NULL, NULL)
    THEN RAISE(ABORT, 'version, attempts, result, retry_at, score, score_epoch, blockers and waits_until are kept for you: leave them out')
    WHEN NEW.rescore_at IS NOT NULL
    THEN RAISE(ABORT, 'rescore_at follows the deadline: leave it out')
    WHEN NEW.created_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
      OR NEW.updated_at IS NOT NEW.created_at
    THEN RAISE(ABORT, 'a goal is born now: leave created_at and updated_at out')
    WHEN NEW.idempotency_key IS NOT NULL
      AND EXISTS (SELECT 1 FROM goals WHERE idempotency_key = NEW.idempotency_key)
    THEN RAISE(ABORT, 'a goal with this idempotency_key exists: look it up instead of adding it again')
    WHEN NEW.idempotency_key IS NOT NULL
      AND EXISTS (SELECT 1 FROM archived_goals WHERE idempotency_key = NEW.idempotency_key)
    THEN RAISE(ABORT, 'a goal with this idempotency_key was archived: see archived_goals')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
    WHEN (NEW.aligns_with <> '[]' OR NEW.contradicts <> '[]') AND EXISTS (
      SELECT 1
      FROM (
        SELECT value, type
        FROM json_each(CASE WHEN json_valid(NEW.aligns_with) THEN NEW.aligns_with ELSE '[]' END)
        UNION ALL
        SELECT value, type
        FROM json_each(CASE WHEN json_valid(NEW.contradicts) THEN NEW.contradicts ELSE '[]' END)
      ) e
      WHERE e.type <> 'integer' OR NOT EXISTS (SELECT 1 FROM beliefs b WHERE b.id = e.value))
    THEN RAISE(ABORT, 'aligns_with and contradicts name beliefs by id: there is no such belief')
    WHEN NEW.state = 'adopted' AND NEW.contradicts <> '[]' AND EXISTS (
      SELECT 1
      FROM json_each(CASE WHEN json_valid(NEW.contradicts) THEN NEW.contradicts ELSE '[]' END) e
        JOIN beliefs b ON b.id = e.value AND b.active = 1)
    THEN RAISE(ABORT, 'the goal contradicts an active belief: it cannot be adopted while the belief is active')
  END;
END;

CREATE TRIGGER goals_before_amendment BEFORE UPDATE OF
  id, rowid, oid, _rowid_, created_at, source, idempotency_key, text, task, context, workspace,
  category, success_metrics, metadata, timeout_ms, max_attempts, value, effort, risk, not_before,
  deadline, aligns_with, contradicts
ON goals
BEGIN
  SELECT CASE
    WHEN (NEW.id, NEW.created_at, NEW.source, NEW.idempotency_key)
      IS NOT (OLD.id, OLD.created_at, OLD.source, OLD.idempotency_key)
    THEN RAISE(ABORT, 'id, created_at, source and idempotency_key are facts of birth: they never change')
    WHEN OLD.state <> 'proposed'
      AND (NEW.text, NEW.task, NEW.context, NEW.workspace, NEW.category, NEW.success_metrics,
        NEW.timeout_ms, NEW.max_attempts, NEW.aligns_with, NEW.contradicts)
      IS NOT (OLD.text, OLD.task, OLD.context, OLD.workspace, OLD.category, OLD.success_metrics,
        OLD.timeout_ms, OLD.max_attempts, OLD.aligns_with, OLD.contradicts)
    THEN RAISE(ABORT, 'what is asked changes only while the goal is proposed; later only metadata, deadline, not_before, value, effort and risk')
    WHEN (NEW.aligns_with <> '[]' OR NEW.contradicts <> '[]')
      AND (NEW.aligns_with, NEW.contradicts) IS NOT (OLD.aligns_with, OLD.contradicts) AND EXISTS (
      SELECT 1
      FROM (
        SELECT value, type
        FROM json_each(CASE WHEN json_valid(NEW.aligns_with) THEN NEW.aligns_with ELSE '[]' END)
        UNION ALL
        SELECT value, type
        FROM json_each(CASE WHEN json_valid(NEW.contradicts) THEN NEW.contradicts ELSE '[]' END)
      ) e
      WHERE e.type <> 'integer' OR NOT EXISTS (SELECT 1 FROM beliefs b WHERE b.id = e.value))
    THEN RAISE(ABORT, 'aligns_with and contradicts name beliefs by id: there is no such belief')
  END;
END;

CREATE TRIGGER goals_before_update BEFORE UPDATE OF
  version, attempts, result, retry_at, blockers, waits_until, updated_at, actor, reason, lease_token
ON goals
BEGIN
  SELECT CASE
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
    WHEN NEW.version IS NOT OLD.version AND (NEW.version IS NOT OLD.version + 1
      OR NOT EXISTS (
          SELECT 1 FROM identity_ledger
          WHERE goal_id = NEW.id AND goal_version = NEW.version)
        AND (NEW.state, NEW.text, NEW.task, NEW.context, NEW.workspace, NEW.category,
          NEW.success_metrics, NEW.metadata, NEW.timeout_ms, NEW.max_attempts, NEW.retry_at,
          NEW.value, NEW.effort, NEW.risk, NEW.not_before, NEW.deadline, NEW.aligns_with,
          NEW.contradicts)
        IS (OLD.state, OLD.text, OLD.task, OLD.context, OLD.workspace, OLD.category,
          OLD.success_metrics, OLD.metadata, OLD.timeout_ms, OLD.max_attempts, OLD.retry_at,
          OLD.value, OLD.effort, OLD.risk, OLD.not_before, OLD.deadline, OLD.aligns_with,
          OLD.contradicts))
    THEN RAISE(ABORT, 'version moves by one with a change: leave it out, or SET version = version + 1 WHERE version is the one you read')
    WHEN NEW.attempts IS NOT OLD.attempts AND NOT coalesce(
      OLD.state = 'adopted' AND NEW.state = 'executing' AND NEW.attempts = OLD.attempts + 1
      OR OLD.state = 'executing' AND NEW.state = 'adopted' AND NEW.lease_token IS NOT NULL
        AND NEW.attempts = OLD.attempts - 1
      OR NEW.attempts = 0 AND NEW.state = 'adopted' AND (
        OLD.state = 'failed' OR OLD.state = 'adopted' AND 'failed' IS (
          SELECT from_state FROM identity_ledger
          WHERE goal_id = NEW.id AND goal_version IS NOT NULL AND to_state IS NOT NULL
          ORDER BY goal_version DESC
          LIMIT 1)), 0)
    THEN RAISE(ABORT, 'attempts counts claims: it moves only as a goal is claimed, released or retried')
    WHEN NEW.retry_at IS NOT OLD.retry_at AND NEW.retry_at IS NOT NULL
      AND NOT coalesce(OLD.state = 'executing' AND NEW.state = 'adopted', 0)
    THEN RAISE(ABORT, 'retry_at is the worker''s, set as an attempt is rolled back: set not_before instead')
    WHEN NEW.result IS NOT OLD.result
      AND NOT coalesce(OLD.state = 'executing' AND NEW.state <> 'executing'
        AND NEW.state <> 'abandoned' AND NEW.lease_token IS NOT NULL, 0)
      AND NEW.result IS NOT (
        SELECT outcome FROM attempts WHERE goal_id = NEW.id ORDER BY number DESC LIMIT 1)
    THEN RAISE(ABORT, 'result is the outcome of the latest attempt: it is set, with its token, as the attempt ends')
    WHEN NEW.blockers IS NOT OLD.blockers AND NEW.blockers IS NOT (
      SELECT count(*) FROM goal_dependencies WHERE goal_id = NEW.id AND met = 0)
    THEN RAISE(ABORT, 'blockers counts the prerequisites that are not satisfied: leave it out')
    WHEN NEW.waits_until IS NOT OLD.waits_until AND NEW.waits_until IS NOT CASE
      WHEN max(coalesce(NEW.not_before, ''), coalesce(NEW.retry_at, ''))
        > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
      THEN max(coalesce(NEW.not_before, ''), coalesce(NEW.retry_at, '')) END
    THEN RAISE(ABORT, 'waits_until follows not_before and retry_at: set not_before instead')
    WHEN NEW.updated_at IS NOT OLD.updated_at
      AND NOT (NEW.version IS OLD.version + 1
        AND NEW.updated_at IS strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
      AND NEW.updated_at IS NOT (
        SELECT at FROM identity_ledger
        WHERE goal_id = NEW.id AND goal_version IS NOT NULL AND event <> 'goal.carried'
        ORDER BY goal_version DESC
        LIMIT 1)
    THEN RAISE(ABORT, 'updated_at is the time of the latest change: leave it out')
  END;
END;

CREATE TRIGGER goals_before_transition BEFORE UPDATE OF state ON goals
BEGIN
  SELECT CASE
    WHEN r.from_state IS NULL
    THEN CASE OLD.state
      WHEN 'proposed' THEN RAISE(ABORT, 'a proposed goal can only be adopted or abandoned')
      WHEN 'adopted'
      THEN RAISE(ABORT, 'an adopted goal can only be claimed, put back to proposed, or abandoned')
      WHEN 'executing'
      THEN RAISE(ABORT, 'an executing goal can only become satisfied, adopted again, failed or abandoned')
      WHEN 'satisfied' THEN RAISE(ABORT, 'a satisfied goal is final: add a new goal instead')
      WHEN 'failed' THEN RAISE(ABORT, 'a failed goal can only be adopted again or abandoned')
      WHEN 'abandoned' THEN RAISE(ABORT, 'an abandoned goal is final: add a new goal instead')
    END
    WHEN r.needs = 'open attempt' AND a.id IS NULL
    THEN RAISE(ABORT, 'a goal is claimed by opening an attempt: INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at)')
    WHEN (r.needs = 'token' OR r.needs = 'token or expired lease' AND NEW.lease_token IS NOT NULL)
      AND NOT coalesce(a.lease_token = NEW.lease_token, 0)
    THEN RAISE(ABORT, 'only the holder of the lease can end an attempt: SET lease_token to the token of the open attempt')
    WHEN OLD.state = 'executing' AND NEW.state = 'adopted' AND NEW.lease_token IS NULL
      AND NOT coalesce(a.lease_expires_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 0)
    THEN RAISE(ABORT, 'the lease of the open attempt has not expired: wait for it, abandon the goal, or SET lease_token to its token')
    WHEN NEW.state = 'adopted' AND OLD.state <> 'executing' AND NEW.contradicts <> '[]' AND EXISTS (
      SELECT 1
      FROM json_each(CASE WHEN json_valid(NEW.contradicts) THEN NEW.contradicts ELSE '[]' END) e
        JOIN beliefs b ON b.id = e.value AND b.active = 1)
    THEN RAISE(ABORT, 'the goal contradicts an active belief: it cannot be adopted while the belief is active')
    WHEN NOT EXISTS (SELECT 1 FROM changes WHERE goal_id = OLD.id)
    THEN NULL
    WHEN NEW.state IN ('adopted', 'failed') AND NEW.lease_token IS NOT NULL AND EXISTS (
      SELECT 1 FROM changes WHERE attempt_id = a.id AND state <> 'rolled_back')
    THEN RAISE(ABORT, 'the attempt has a change that is not rolled back: roll it back first')
    WHEN NEW.state = 'satisfied' AND EXISTS (
      SELECT 1 FROM changes WHERE goal_id = OLD.id AND state = 'open')
    THEN RAISE(ABORT, 'the goal has an open change: commit it first, or roll back what an earlier attempt left')
    WHEN NEW.state = 'satisfied' AND EXISTS (
      SELECT 1 FROM changes WHERE attempt_id = a.id AND state = 'rolled_back')
    THEN RAISE(ABORT, 'the change of this attempt was rolled back: nothing is left that could satisfy the goal')
    WHEN NEW.state = 'satisfied' AND EXISTS (
      SELECT 1
      FROM changes c
      WHERE c.attempt_id = a.id AND c.state = 'committed'
        AND (EXISTS (SELECT 1 FROM tasks t WHERE t.attempt_id = a.id AND t.action = 'run_tests')
          OR EXISTS (
            SELECT 1
            FROM plans p, json_each(p.body, '$.steps') s
            WHERE p.id = a.plan_id AND json_extract(s.value, '$.action') = 'run_tests'))
        AND NOT EXISTS (
          SELECT 1 FROM task_runs r
          WHERE r.attempt_id = a.id AND r.exit_code = 0 AND r.tree = c.tree))
    THEN RAISE(ABORT, 'success is evidence: no task of this attempt exited with 0 for the tree that was committed')
  END
  FROM (SELECT OLD.id AS goal_id)
    LEFT JOIN goal_transition_rules r ON r.from_state = OLD.state AND r.to_state = NEW.state
    LEFT JOIN attempts a ON a.goal_id = OLD.id AND a.state = 'open'
  WHERE NEW.state IS NOT OLD.state;
END;

CREATE TRIGGER goals_before_score BEFORE UPDATE OF score, score_epoch, rescore_at ON goals
BEGIN
  SELECT RAISE(ABORT, 'score follows goal_score_formula: leave it out, or set it, score_epoch and rescore_at to what the formula says now')
  WHERE (NEW.score, NEW.score_epoch, NEW.rescore_at)
      IS NOT (OLD.score, OLD.score_epoch, OLD.rescore_at)
    AND ((NEW.value, NEW.effort, NEW.risk, NEW.deadline, NEW.aligns_with, NEW.contradicts)
        IS NOT (OLD.value, OLD.effort, OLD.risk, OLD.deadline, OLD.aligns_with, OLD.contradicts)
      OR NEW.score_epoch IS NOT (SELECT epoch FROM score_epoch)
      OR (NEW.score, NEW.rescore_at)
        IS NOT (SELECT score, rescore_at FROM goal_score_formula WHERE id = OLD.id));
END;

CREATE TRIGGER goals_delete BEFORE DELETE ON goals
WHEN NOT EXISTS (SELECT 1 FROM leaving_goals WHERE id = OLD.id)
  OR EXISTS (SELECT 1 FROM goal_dependencies WHERE depends_on = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'a goal is never deleted: UPDATE goals SET state = ''abandoned'' instead');
END;

CREATE TRIGGER goals_after_insert AFTER INSERT ON goals
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, goal_version, to_state, reason, detail)
  VALUES (coalesce(NEW.actor, 'sql'), 'goal.' || NEW.state, NEW.id, 1, NEW.state, NEW.reason,
    json_object('text', NEW.text, 'task', NEW.task, 'context', NEW.context,
      'workspace', NEW.workspace, 'category', NEW.category, 'source', NEW.source,
      'success_metrics', NEW.success_metrics, 'metadata', NEW.metadata,
      'timeout_ms', NEW.timeout_ms, 'max_attempts', NEW.max_attempts,
      'idempotency_key', NEW.idempotency_key, 'retry_at', NULL,
      -- The default by itself: printf takes ten times as long.
      'value', CASE NEW.value WHEN 0.5 THEN '0.5' ELSE printf('%!.17g', NEW.value) END,
      'effort', CASE NEW.effort WHEN 0.5 THEN '0.5' ELSE printf('%!.17g', NEW.effort) END,
      'risk', CASE NEW.risk WHEN 0.5 THEN '0.5' ELSE printf('%!.17g', NEW.risk) END,
      'not_before', NEW.not_before, 'deadline', NEW.deadline,
      'aligns_with', NEW.aligns_with, 'contradicts', NEW.contradicts));
  SELECT RAISE(ABORT, 'the ledger took no entry of this goal, so nothing is changed')
  WHERE changes() <> 1;

  UPDATE goals
  SET (score, rescore_at) = (
      SELECT score, rescore_at FROM goal_score_formula WHERE id = NEW.id),
    score_epoch = (SELECT epoch FROM score_epoch)
  WHERE id = NEW.id;
END;

CREATE TRIGGER goals_after_insert_said AFTER INSERT ON goals
WHEN NEW.not_before IS NOT NULL OR NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL
  OR NEW.lease_token IS NOT NULL
BEGIN
  UPDATE goals
  SET waits_until = CASE
      WHEN NEW.not_before > strftime('%Y-%m-%dT%H:%M:%fZ', 'now') THEN NEW.not_before END,
    actor = NULL, reason = NULL, lease_token = NULL
  WHERE id = NEW.id;
END;

CREATE TRIGGER goals_after_insert_beliefs AFTER INSERT ON goals
WHEN NEW.aligns_with <> '[]' OR NEW.contradicts <> '[]'
BEGIN
  INSERT INTO goal_beliefs(belief_id, goal_id, relation)
  SELECT DISTINCT value, NEW.id, 'aligns'
  FROM json_each(NEW.aligns_with);
  INSERT INTO goal_beliefs(belief_id, goal_id, relation)
  SELECT DISTINCT value, NEW.id, 'contradicts'
  FROM json_each(NEW.contradicts);
  UPDATE goals
  SET (score, rescore_at) = (
      SELECT score, rescore_at FROM goal_score_formula WHERE id = NEW.id),
    score_epoch = (SELECT epoch FROM score_epoch)
  WHERE id = NEW.id;
END;

CREATE TABLE amendment_entry (
  one INTEGER PRIMARY KEY,
  actor TEXT,
  goal_id INTEGER,
  goal_version INTEGER,
  reason TEXT,
  old TEXT
) STRICT;

CREATE TRIGGER amendment_entry_insert BEFORE INSERT ON amendment_entry
BEGIN
  SELECT RAISE(ABORT, 'amendment_entry is how goals enter their amendments: it has one row');
END;

CREATE TRIGGER amendment_entry_delete BEFORE DELETE ON amendment_entry
BEGIN
  SELECT RAISE(ABORT, 'amendment_entry is how goals enter their amendments: it keeps its row');
END;

CREATE TRIGGER amendment_entry_update BEFORE UPDATE ON amendment_entry
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, goal_version, reason, detail)
  SELECT NEW.actor, 'goal.amended', NEW.goal_id, NEW.goal_version, NEW.reason,
    json_group_object(o.key, json_object(
      'old', o.value, 'new', json_extract(live.detail, '$.' || o.key)))
  FROM (SELECT detail FROM carried_goals WHERE goal_id = NEW.goal_id LIMIT 1) live
    CROSS JOIN json_each(NEW.old) o
  WHERE json_extract(live.detail, '$.' || o.key) IS NOT o.value;
  SELECT RAISE(ABORT, 'the ledger took no entry of this goal, so nothing is changed')
  WHERE changes() <> 1;
  SELECT RAISE(IGNORE);
END;

CREATE TRIGGER goals_after_transition AFTER UPDATE OF state ON goals
WHEN NEW.state <> OLD.state
BEGIN
  UPDATE amendment_entry
  SET actor = coalesce(NEW.actor, 'sql'), goal_id = NEW.id, goal_version = OLD.version + 1,
    reason = NEW.reason,
    old = json_object('text', OLD.text, 'task', OLD.task, 'context', OLD.context,
      'workspace', OLD.workspace, 'category', OLD.category,
      'success_metrics', OLD.success_metrics, 'metadata', OLD.metadata,
      'timeout_ms', OLD.timeout_ms, 'max_attempts', OLD.max_attempts,
      'value', printf('%!.17g', OLD.value), 'effort', printf('%!.17g', OLD.effort),
      'risk', printf('%!.17g', OLD.risk), 'not_before', OLD.not_before,
      'deadline', OLD.deadline, 'aligns_with', OLD.aligns_with, 'contradicts', OLD.contradicts)
  WHERE one = 1
    AND (NEW.text, NEW.task, NEW.context, NEW.workspace, NEW.category, NEW.success_metrics,
      NEW.metadata, NEW.timeout_ms, NEW.max_attempts, NEW.value, NEW.effort, NEW.risk,
      NEW.not_before, NEW.deadline, NEW.aligns_with, NEW.contradicts)
    IS NOT (OLD.text, OLD.task, OLD.context, OLD.workspace, OLD.category, OLD.success_metrics,
      OLD.metadata, OLD.timeout_ms, OLD.max_attempts, OLD.value, OLD.effort, OLD.risk,
      OLD.not_before, OLD.deadline, OLD.aligns_with, OLD.contradicts);
  INSERT INTO identity_ledger(actor, event, goal_id, goal_version, attempt_id, from_state, to_state,
    reason, detail)
  VALUES (
    CASE NEW.state
      WHEN 'executing' THEN (SELECT worker FROM attempts WHERE goal_id = NEW.id AND state = 'open')
      ELSE coalesce(NEW.actor, 'sql') END,
    'goal.' || NEW.state, NEW.id, OLD.version + 1,
    CASE WHEN 'executing' IN (OLD.state, NEW.state)
      THEN (SELECT id FROM attempts WHERE goal_id = NEW.id AND state = 'open') END,
    OLD.state, NEW.state, NEW.reason,
    json_object('attempts',
      CASE WHEN OLD.state = 'failed' AND NEW.state = 'adopted' THEN 0 ELSE NEW.attempts END,
      'retry_at', NEW.retry_at,
      'result', json(CASE OLD.state WHEN 'executing' THEN NEW.result END)));
  SELECT RAISE(ABORT, 'the ledger took no entry of this goal, so nothing is changed')
  WHERE changes() <> 1;

  UPDATE attempts
  SET state = CASE
      WHEN NEW.state <> 'adopted' THEN NEW.state
      WHEN NEW.lease_token IS NULL THEN 'expired'
      WHEN NEW.attempts < OLD.attempts THEN 'released'
      ELSE 'failed'
    END,
    outcome = CASE WHEN NEW.lease_token IS NOT NULL THEN NEW.result END,
    ended_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE goal_id = NEW.id AND state = 'open'
    AND OLD.state = 'executing' AND NEW.state <> 'abandoned';

  -- The opening of an attempt has tended the row already.
  UPDATE goals
  SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    actor = NULL, reason = NULL, lease_token = NULL
  WHERE id = NEW.id AND (NEW.version = OLD.version OR NEW.updated_at IS OLD.updated_at
    OR NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL OR NEW.lease_token IS NOT NULL);

  UPDATE goals
  SET attempts = CASE OLD.state WHEN 'failed' THEN 0 ELSE NEW.attempts END,
    waits_until = CASE
      WHEN max(coalesce(NEW.not_before, ''), coalesce(NEW.retry_at, ''))
        > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
      THEN max(coalesce(NEW.not_before, ''), coalesce(NEW.retry_at, '')) END,
    (score, rescore_at) = (
      SELECT score, rescore_at FROM goal_score_formula WHERE id = NEW.id),
    score_epoch = (SELECT epoch FROM score_epoch)
  WHERE id = NEW.id AND (NEW.state = 'adopted' OR NEW.state = 'proposed');
END;

CREATE TRIGGER goals_after_release AFTER UPDATE OF state ON goals
WHEN NEW.state = 'satisfied' AND OLD.state <> 'satisfied'
  AND EXISTS (SELECT 1 FROM goal_dependencies WHERE depends_on = NEW.id AND met = 0)
BEGIN
  INSERT INTO release_queue(goal_id)
  SELECT NEW.id
  WHERE 100 < (
    SELECT count(*)
    FROM (SELECT 1 FROM goal_dependencies WHERE depends_on = NEW.id AND met = 0 LIMIT 101));
  UPDATE goal_dependencies
  SET met = 1
  WHERE depends_on = NEW.id AND met = 0
    AND NOT EXISTS (SELECT 1 FROM release_queue WHERE goal_id = NEW.id);
END;

CREATE TRIGGER goals_after_proof AFTER UPDATE OF actor, reason, lease_token ON goals
WHEN (NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL OR NEW.lease_token IS NOT NULL)
  AND (NEW.state, NEW.text, NEW.task, NEW.context, NEW.workspace, NEW.category, NEW.success_metrics,
    NEW.metadata, NEW.timeout_ms, NEW.max_attempts, NEW.retry_at, NEW.value, NEW.effort, NEW.risk,
    NEW.not_before, NEW.deadline, NEW.aligns_with, NEW.contradicts)
  IS (OLD.state, OLD.text, OLD.task, OLD.context, OLD.workspace, OLD.category,
    OLD.success_metrics, OLD.metadata, OLD.timeout_ms, OLD.max_attempts, OLD.retry_at, OLD.value,
    OLD.effort, OLD.risk, OLD.not_before, OLD.deadline, OLD.aligns_with, OLD.contradicts)
BEGIN
  UPDATE goals SET actor = NULL, reason = NULL, lease_token = NULL WHERE id = NEW.id;
END;

CREATE TRIGGER goals_after_amendment AFTER UPDATE OF
  text, task, context, workspace, category, success_metrics, metadata, timeout_ms, max_attempts,
  retry_at, value, effort, risk, not_before, deadline, aligns_with, contradicts
ON goals
WHEN NEW.state = OLD.state
  AND (NEW.text, NEW.task, NEW.context, NEW.workspace, NEW.category, NEW.success_metrics,
    NEW.metadata, NEW.timeout_ms, NEW.max_attempts, NEW.retry_at, NEW.value, NEW.effort, NEW.risk,
    NEW.not_before, NEW.deadline, NEW.aligns_with, NEW.contradicts)
  IS NOT (OLD.text, OLD.task, OLD.context, OLD.workspace, OLD.category, OLD.success_metrics,
    OLD.metadata, OLD.timeout_ms, OLD.max_attempts, OLD.retry_at, OLD.value, OLD.effort, OLD.risk,
    OLD.not_before, OLD.deadline, OLD.aligns_with, OLD.contradicts)
BEGIN
  UPDATE amendment_entry
  SET actor = coalesce(NEW.actor, 'sql'), goal_id = NEW.id, goal_version = OLD.version + 1,
    reason = NEW.reason,
    old = json_object('text', OLD.text, 'task', OLD.task, 'context', OLD.context,
      'workspace', OLD.workspace, 'category', OLD.category,
      'success_metrics', OLD.success_metrics, 'metadata', OLD.metadata,
      'timeout_ms', OLD.timeout_ms, 'max_attempts', OLD.max_attempts, 'retry_at', OLD.retry_at,
      'value', printf('%!.17g', OLD.value), 'effort', printf('%!.17g', OLD.effort),
      'risk', printf('%!.17g', OLD.risk), 'not_before', OLD.not_before,
      'deadline', OLD.deadline, 'aligns_with', OLD.aligns_with, 'contradicts', OLD.contradicts)
  WHERE one = 1;
  UPDATE goals
  SET version = OLD.version + 1,
    updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    waits_until = CASE
      WHEN max(coalesce(NEW.not_before, ''), coalesce(NEW.retry_at, ''))
        > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
      THEN max(coalesce(NEW.not_before, ''), coalesce(NEW.retry_at, '')) END,
    actor = NULL, reason = NULL, lease_token = NULL
  WHERE id = NEW.id;
  UPDATE goals
  SET (score, rescore_at) = (
      SELECT score, rescore_at FROM goal_score_formula WHERE id = NEW.id),
    score_epoch = (SELECT epoch FROM score_epoch)
  WHERE id = NEW.id
    AND (NEW.value, NEW.effort, NEW.risk, NEW.deadline, NEW.aligns_with, NEW.contradicts)
      IS NOT (OLD.value, OLD.effort, OLD.risk, OLD.deadline, OLD.aligns_with, OLD.contradicts);
END;

CREATE TRIGGER goals_after_beliefs AFTER UPDATE OF aligns_with, contradicts ON goals
WHEN (NEW.aligns_with, NEW.contradicts) IS NOT (OLD.aligns_with, OLD.contradicts)
BEGIN
  DELETE FROM goal_beliefs
  WHERE goal_id = NEW.id
    AND (NEW.aligns_with, NEW.contradicts) IS NOT (OLD.aligns_with, OLD.contradicts)
    AND NOT EXISTS (
      SELECT 1
      FROM json_each(CASE relation WHEN 'aligns' THEN NEW.aligns_with ELSE NEW.contradicts END)
      WHERE value = belief_id);
  INSERT INTO goal_beliefs(belief_id, goal_id, relation)
  SELECT DISTINCT e.value, NEW.id, 'aligns'
  FROM json_each(NEW.aligns_with) e
  WHERE NEW.aligns_with IS NOT OLD.aligns_with AND NOT EXISTS (
    SELECT 1 FROM goal_beliefs
    WHERE belief_id = e.value AND goal_id = NEW.id AND relation = 'aligns');
  INSERT INTO goal_beliefs(belief_id, goal_id, relation)
  SELECT DISTINCT e.value, NEW.id, 'contradicts'
  FROM json_each(NEW.contradicts) e
  WHERE NEW.contradicts IS NOT OLD.contradicts AND NOT EXISTS (
    SELECT 1 FROM goal_beliefs
    WHERE belief_id = e.value AND goal_id = NEW.id AND relation = 'contradicts');
  UPDATE goals
  SET (score, rescore_at) = (
      SELECT score, rescore_at FROM goal_score_formula WHERE id = NEW.id),
    score_epoch = (SELECT epoch FROM score_epoch)
  WHERE id = NEW.id;
END;

CREATE TABLE goal_dependencies (
  id INTEGER PRIMARY KEY CONSTRAINT "an edge is numbered from 1: leave id out" CHECK (id >= 1),
  goal_id INTEGER NOT NULL REFERENCES goals(id),
  depends_on INTEGER NOT NULL REFERENCES goals(id),
  met INTEGER NOT NULL DEFAULT 0,
  actor TEXT,
  reason TEXT,
  UNIQUE (goal_id, depends_on)
) STRICT;

CREATE INDEX goal_dependencies_unmet ON goal_dependencies(goal_id)
WHERE met = 0;

CREATE INDEX goal_dependents ON goal_dependencies(depends_on, met);

CREATE TABLE release_queue (
  goal_id INTEGER PRIMARY KEY REFERENCES goals(id)
) STRICT;

CREATE TRIGGER goal_dependencies_before_insert BEFORE INSERT ON goal_dependencies
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a dependency''s id is given by the database: leave id out')
    WHEN NEW.met IS NOT 0
    THEN RAISE(ABORT, 'met is kept for you: leave it out')
    WHEN NOT EXISTS (SELECT 1 FROM goals WHERE id = NEW.depends_on)
    THEN RAISE(ABORT, 'there is no goal to depend on: depends_on is the id of a goal')
    WHEN NOT EXISTS (
      SELECT 1 FROM goals WHERE id = NEW.goal_id AND state IN ('proposed', 'adopted'))
    THEN RAISE(ABORT, 'dependencies change only while the dependent goal is proposed or adopted')
    WHEN EXISTS (
      SELECT 1 FROM goal_dependencies WHERE goal_id = NEW.goal_id AND depends_on = NEW.depends_on)
    THEN RAISE(ABORT, 'the goal depends on that one already')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
    WHEN NEW.goal_id = NEW.depends_on
    THEN RAISE(ABORT, 'a goal cannot depend on itself')
  END;
  -- Walked only if something already depends on the new dependent.
  SELECT RAISE(ABORT, 'that would be a cycle: the prerequisite depends, directly or not, on this goal')
  WHERE EXISTS (SELECT 1 FROM goal_dependencies WHERE depends_on = NEW.goal_id)
    AND NEW.goal_id IN (
      WITH RECURSIVE needed(id) AS (
        VALUES (NEW.depends_on)
        UNION
        SELECT d.depends_on FROM needed n JOIN goal_dependencies d ON d.goal_id = n.id
      )
      SELECT id FROM needed);
END;

CREATE TRIGGER goal_dependencies_after_insert AFTER INSERT ON goal_dependencies
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, reason, detail)
  VALUES (coalesce(NEW.actor, 'sql'), 'dependency.added', NEW.goal_id, NEW.reason,
    json_object('depends_on', NEW.depends_on));
  SELECT RAISE(ABORT, 'the ledger took no entry of this dependency, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE goal_dependencies
  SET actor = NULL, reason = NULL,
    met = EXISTS (SELECT 1 FROM goals WHERE id = NEW.depends_on AND state = 'satisfied')
  WHERE id = NEW.id;
  UPDATE goals
  SET blockers = (SELECT count(*) FROM goal_dependencies WHERE goal_id = NEW.goal_id AND met = 0)
  WHERE id = NEW.goal_id;
END;

CREATE TRIGGER goal_dependencies_before_update BEFORE UPDATE ON goal_dependencies
BEGIN
  SELECT CASE
    WHEN (NEW.id, NEW.goal_id, NEW.depends_on) IS NOT (OLD.id, OLD.goal_id, OLD.depends_on)
    THEN RAISE(ABORT, 'a dependency is added or deleted, never changed')
    WHEN NEW.met IS NOT OLD.met AND (NEW.met IS NOT 1 OR NOT EXISTS (
      SELECT 1 FROM goals WHERE id = OLD.depends_on AND state = 'satisfied'))
    THEN RAISE(ABORT, 'met says that the prerequisite is satisfied: only that releases a dependent')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER goal_dependencies_after_update AFTER UPDATE ON goal_dependencies
WHEN NEW.met <> OLD.met OR NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL
BEGIN
  UPDATE goals
  SET blockers = (SELECT count(*) FROM goal_dependencies WHERE goal_id = NEW.goal_id AND met = 0)
  WHERE id = NEW.goal_id AND NEW.met <> OLD.met;
  UPDATE goal_dependencies
  SET actor = NULL, reason = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TRIGGER goal_dependencies_before_delete BEFORE DELETE ON goal_dependencies
BEGIN
  SELECT RAISE(ABORT, 'dependencies change only while the dependent goal is proposed or adopted')
  WHERE NOT EXISTS (
      SELECT 1 FROM goals WHERE id = OLD.goal_id AND state IN ('proposed', 'adopted'))
    AND NOT EXISTS (SELECT 1 FROM leaving_goals WHERE id = OLD.goal_id);
END;

CREATE TRIGGER goal_dependencies_after_delete AFTER DELETE ON goal_dependencies
WHEN NOT EXISTS (SELECT 1 FROM leaving_goals WHERE id = OLD.goal_id)
BEGIN
  -- A DELETE has no conflict clause, so nothing can make the ledger ignore this.
  INSERT INTO identity_ledger(event, goal_id, detail)
  VALUES ('dependency.removed', OLD.goal_id, json_object('depends_on', OLD.depends_on));
  UPDATE goals
  SET blockers = (SELECT count(*) FROM goal_dependencies WHERE goal_id = OLD.goal_id AND met = 0)
  WHERE id = OLD.goal_id;
END;

CREATE TRIGGER release_queue_insert BEFORE INSERT ON release_queue
BEGIN
  SELECT RAISE(ABORT, 'release_queue holds satisfied goals whose dependents are not all released')
  WHERE EXISTS (SELECT 1 FROM release_queue WHERE goal_id = NEW.goal_id)
    OR NOT EXISTS (SELECT 1 FROM goals WHERE id = NEW.goal_id AND state = 'satisfied')
    OR NOT EXISTS (SELECT 1 FROM goal_dependencies WHERE depends_on = NEW.goal_id AND met = 0);
END;

CREATE TRIGGER release_queue_update BEFORE UPDATE ON release_queue
BEGIN
  SELECT RAISE(ABORT, 'a goal enters and leaves release_queue: it never becomes another');
END;

CREATE TRIGGER release_queue_delete BEFORE DELETE ON release_queue
BEGIN
  SELECT RAISE(ABORT, 'the goal has dependents to release: SET met = 1 on its dependencies first')
  WHERE EXISTS (SELECT 1 FROM goal_dependencies WHERE depends_on = OLD.goal_id AND met = 0);
END;

CREATE TABLE plans (
  id INTEGER PRIMARY KEY CONSTRAINT "a plan is numbered from 1: leave id out" CHECK (id >= 1),
  digest TEXT NOT NULL
    CONSTRAINT "a plan's digest is its SHA-256 in 64 lower-case hexadecimal digits"
    CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
  task TEXT NOT NULL CONSTRAINT "a plan's task is not empty" CHECK (trim(task) <> ''),
  body TEXT NOT NULL
    CONSTRAINT "a plan's body is a JSON object without NUL bytes, its steps an array"
    CHECK (CASE WHEN json_valid(body) AND instr(body, char(0)) = 0
      THEN json_type(body) = 'object' AND json_type(body, '$.steps') IS 'array' ELSE 0 END),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE INDEX plans_digests ON plans(digest);

CREATE TRIGGER plans_insert BEFORE INSERT ON plans
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a plan''s id is given by the database: leave id out')
    WHEN NEW.created_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'a plan is made now: leave created_at out')
    WHEN EXISTS (SELECT 1 FROM plans WHERE digest = NEW.digest)
    THEN RAISE(ABORT, 'a plan of this digest exists: use its id')
  END;
END;

CREATE TRIGGER plans_update BEFORE UPDATE ON plans
BEGIN
  SELECT RAISE(ABORT, 'a plan never changes: add another one');
END;

CREATE TRIGGER plans_delete BEFORE DELETE ON plans
WHEN NOT EXISTS (SELECT 1 FROM archive_pass) OR OLD.id = (SELECT max(id) FROM plans)
BEGIN
  SELECT RAISE(ABORT, 'a plan is never deleted: attempts refer to it');
END;

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY CONSTRAINT "an attempt is numbered from 1: leave id out" CHECK (id >= 1),
  goal_id INTEGER NOT NULL REFERENCES goals(id),
  number INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'open',
  worker TEXT NOT NULL,
  lease_token INTEGER NOT NULL UNIQUE,
  lease_expires_at TEXT NOT NULL
    CONSTRAINT "lease_expires_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (lease_expires_at GLOB '[0-9]*'
      AND lease_expires_at IS strftime('%Y-%m-%dT%H:%M:%fZ', lease_expires_at)),
  takeovers INTEGER NOT NULL DEFAULT 0,
  plan_id INTEGER REFERENCES plans(id),
  bindings TEXT
    CONSTRAINT "bindings is JSON without NUL bytes"
    CHECK (bindings IS NULL OR json_valid(bindings) AND instr(bindings, char(0)) = 0),
  branch TEXT,
  base_commit TEXT,
  started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  ended_at TEXT,
  outcome TEXT
    CONSTRAINT "an attempt's outcome is JSON without NUL bytes"
    CHECK (outcome IS NULL OR json_valid(outcome) AND instr(outcome, char(0)) = 0)
) STRICT;

CREATE UNIQUE INDEX attempts_of_goals ON attempts(goal_id, number);

CREATE UNIQUE INDEX attempts_open ON attempts(goal_id)
WHERE state = 'open';

CREATE INDEX attempts_leases ON attempts(lease_expires_at)
WHERE state = 'open';

CREATE TRIGGER attempts_before_insert BEFORE INSERT ON attempts
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'an attempt''s id is given by the database: leave id out')
    WHEN coalesce(NEW.number, 0) NOT IN (
        0, (SELECT count(*) + 1 FROM attempts WHERE goal_id = NEW.goal_id))
      OR (NEW.state, NEW.takeovers) IS NOT ('open', 0)
      OR (NEW.plan_id, NEW.ended_at, NEW.outcome) IS NOT (NULL, NULL, NULL)
      OR NEW.started_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'an attempt opens now, without a plan or an outcome: say goal_id, worker, lease_token and lease_expires_at')
    WHEN NEW.worker = '' OR NEW.worker GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.worker) > 200 OR instr(NEW.worker, char(0))
    THEN RAISE(ABORT, 'worker is a name of 1 to 200 characters on one line without NUL bytes')
    WHEN NEW.lease_token <= (SELECT coalesce(max(lease_token), 0) FROM attempts)
    THEN RAISE(ABORT, 'lease tokens only grow: take one above every token so far')
    WHEN NEW.lease_token > (SELECT coalesce(max(lease_token), 0) FROM attempts) + 1000000
    THEN RAISE(ABORT, 'lease tokens must not run out: take the next ones, at most 1000000 ahead')
    WHEN NOT EXISTS (SELECT 1 FROM goals WHERE id = NEW.goal_id AND state = 'adopted')
    THEN RAISE(ABORT, 'only an adopted goal can be claimed')
    WHEN (SELECT blockers FROM goals WHERE id = NEW.goal_id) > 0
    THEN RAISE(ABORT, 'the goal waits for prerequisites that are not satisfied')
    WHEN (SELECT waits_until FROM goals WHERE id = NEW.goal_id)
      > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'the goal waits until a later time: see its waits_until')
    WHEN EXISTS (
      SELECT 1
      FROM goal_beliefs gb JOIN beliefs b ON b.id = gb.belief_id AND b.active = 1
      WHERE gb.goal_id = NEW.goal_id AND gb.relation = 'contradicts')
    THEN RAISE(ABORT, 'the goal contradicts an active belief: it cannot be claimed while the belief is active')
  END;
END;

CREATE TRIGGER attempts_after_insert AFTER INSERT ON attempts
BEGIN
  UPDATE attempts
  SET number = (SELECT count(*) FROM attempts WHERE goal_id = NEW.goal_id)
  WHERE id = NEW.id AND NEW.number = 0;
  INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, to_state, detail)
  VALUES (NEW.worker, 'attempt.open', NEW.goal_id, NEW.id, 'open', json_object(
    'number', (SELECT number FROM attempts WHERE id = NEW.id), 'worker', NEW.worker,
    'lease_token', NEW.lease_token, 'lease_expires_at', NEW.lease_expires_at,
    'branch', NEW.branch, 'base_commit', NEW.base_commit));
  SELECT RAISE(ABORT, 'the ledger took no entry of this attempt, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE goals
  SET state = 'executing', version = version + 1, attempts = attempts + 1, result = NULL,
    retry_at = NULL, waits_until = NULL, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE id = NEW.goal_id;
END;

CREATE TRIGGER attempts_before_update BEFORE UPDATE ON attempts
BEGIN
  SELECT CASE
    WHEN OLD.state <> 'open' AND (NEW.id, NEW.goal_id, NEW.number, NEW.state, NEW.worker,
        NEW.lease_token, NEW.lease_expires_at, NEW.takeovers, NEW.plan_id, NEW.bindings, NEW.branch,
        NEW.base_commit, NEW.started_at, coalesce(OLD.ended_at, NEW.ended_at), NEW.outcome)
      IS NOT (OLD.id, OLD.goal_id, OLD.number, OLD.state, OLD.worker,
        OLD.lease_token, OLD.lease_expires_at, OLD.takeovers, OLD.plan_id, OLD.bindings, OLD.branch,
        OLD.base_commit, OLD.started_at, NEW.ended_at, OLD.outcome)
    THEN RAISE(ABORT, 'an attempt that has ended never changes')
    WHEN (NEW.state IS NOT OLD.state) + (NEW.plan_id IS NOT OLD.plan_id)
      + (NEW.lease_token IS NOT OLD.lease_token) > 1
    THEN RAISE(ABORT, 'an attempt is taken over, planned and ended one after the other: SET one of lease_token, plan_id and state')
    WHEN (NEW.id, NEW.goal_id, NEW.started_at) IS NOT (OLD.id, OLD.goal_id, OLD.started_at)
      OR NEW.number IS NOT OLD.number AND NEW.number IS NOT (
        SELECT count(*) FROM attempts WHERE goal_id = OLD.goal_id AND id <= OLD.id)
    THEN RAISE(ABORT, 'an attempt keeps its id, goal_id, number and started_at')
    WHEN (NEW.state IS 'open' OR NEW.state IS OLD.state AND OLD.ended_at IS NOT NULL)
      AND (NEW.outcome, NEW.ended_at) IS NOT (OLD.outcome, OLD.ended_at)
    THEN RAISE(ABORT, 'outcome and ended_at are set as the attempt ends')
    WHEN NEW.ended_at IS NOT OLD.ended_at
      AND NEW.ended_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'an attempt ends now: leave ended_at out')
    WHEN NEW.state IS NOT OLD.state AND NOT coalesce(CASE NEW.state
      WHEN 'satisfied' THEN (SELECT state FROM goals WHERE id = OLD.goal_id) = 'satisfied'
      WHEN 'failed' THEN (SELECT state FROM goals WHERE id = OLD.goal_id) IN ('failed', 'adopted')
      WHEN 'released' THEN (SELECT state FROM goals WHERE id = OLD.goal_id) = 'adopted'
      WHEN 'expired' THEN (SELECT state FROM goals WHERE id = OLD.goal_id) = 'adopted'
      WHEN 'abandoned' THEN (SELECT state FROM goals WHERE id = OLD.goal_id) = 'abandoned'
    END, 0)
    THEN RAISE(ABORT, 'an attempt ends with its goal: UPDATE goals SET state = ..., lease_token = ... instead')
    WHEN NEW.state = 'abandoned' AND OLD.state = 'open' AND EXISTS (
      SELECT 1 FROM changes WHERE attempt_id = OLD.id AND state <> 'rolled_back')
    THEN RAISE(ABORT, 'the attempt has a change that is not rolled back: roll it back first')
    WHEN NEW.lease_token IS NOT OLD.lease_token
      AND OLD.lease_expires_at >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'the lease has not expired: it cannot be taken over yet')
    WHEN NEW.lease_token IS NOT OLD.lease_token
      AND NOT coalesce(NEW.lease_token > (SELECT max(lease_token) FROM attempts), 0)
    THEN RAISE(ABORT, 'lease tokens only grow: take one above every token so far')
    WHEN NEW.lease_token IS NOT OLD.lease_token
      AND NEW.lease_token > (SELECT max(lease_token) FROM attempts) + 1000000
    THEN RAISE(ABORT, 'lease tokens must not run out: take the next ones, at most 1000000 ahead')
    WHEN NEW.worker IS NOT OLD.worker AND NEW.lease_token IS OLD.lease_token
    THEN RAISE(ABORT, 'another worker takes an attempt over with a new lease_token')
    WHEN NEW.worker IS NOT OLD.worker
      AND (NEW.worker = '' OR NEW.worker GLOB '*[' || char(1) || '-' || char(31) || ']*'
        OR length(NEW.worker) > 200 OR instr(NEW.worker, char(0)))
    THEN RAISE(ABORT, 'worker is a name of 1 to 200 characters on one line without NUL bytes')
    WHEN NEW.takeovers IS NOT CASE
        WHEN NEW.lease_token IS NOT OLD.lease_token THEN OLD.takeovers + 1
        ELSE OLD.takeovers
      END AND NOT (NEW.lease_token IS OLD.lease_token AND NEW.takeovers IS 0)
    THEN RAISE(ABORT, 'takeovers counts the new tokens: it moves by one with each, and back to 0 on progress')
    WHEN NEW.plan_id IS NOT OLD.plan_id
      AND NOT EXISTS (SELECT 1 FROM plans WHERE id = NEW.plan_id)
    THEN RAISE(ABORT, 'plan_id names a plan that exists')
  END;
END;

CREATE TRIGGER attempts_after_take_over AFTER UPDATE OF lease_token ON attempts
WHEN NEW.lease_token <> OLD.lease_token
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, detail)
  VALUES (NEW.worker, 'attempt.taken_over', NEW.goal_id, NEW.id, json_object(
    'worker', NEW.worker, 'lease_token', NEW.lease_token,
    'lease_expires_at', NEW.lease_expires_at, 'takeovers', NEW.takeovers,
    'old', json_object('worker', OLD.worker, 'lease_token', OLD.lease_token,
      'lease_expires_at', OLD.lease_expires_at)));
  SELECT RAISE(ABORT, 'the ledger took no entry of this attempt, so nothing is changed')
  WHERE changes() <> 1;
END;

CREATE TRIGGER attempts_after_plan AFTER UPDATE OF plan_id ON attempts
WHEN NEW.plan_id IS NOT OLD.plan_id
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, detail)
  VALUES (NEW.worker, 'plan.made', NEW.goal_id, NEW.id, (
    SELECT json_object(
      'plan_id', id, 'digest', digest, 'task', task, 'steps', json_array_length(body, '$.steps'))
    FROM plans
    WHERE id = NEW.plan_id));
  SELECT RAISE(ABORT, 'the ledger took no entry of this attempt, so nothing is changed')
  WHERE changes() <> 1;
END;

CREATE TRIGGER attempts_after_end AFTER UPDATE OF state ON attempts
WHEN NEW.state <> OLD.state
BEGIN
  -- Whoever changes the goal ends its attempt: the goal still holds the name and the reason.
  INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, from_state, to_state, reason, detail)
  VALUES (
    CASE NEW.state
      WHEN 'abandoned' THEN NEW.worker
      ELSE coalesce((SELECT actor FROM goals WHERE id = NEW.goal_id), 'sql') END,
    'attempt.' || NEW.state, NEW.goal_id, NEW.id, OLD.state, NEW.state,
    (SELECT reason FROM goals WHERE id = NEW.goal_id),
    json_object('number', NEW.number, 'outcome', json(NEW.outcome)));
  SELECT RAISE(ABORT, 'the ledger took no entry of this attempt, so nothing is changed')
  WHERE changes() <> 1;

  UPDATE attempts
  SET ended_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  WHERE id = NEW.id AND ended_at IS NULL;
  UPDATE goals
  SET result = NEW.outcome
  WHERE id = NEW.goal_id AND NEW.state = 'abandoned' AND OLD.state = 'open';
END;

CREATE TRIGGER attempts_delete BEFORE DELETE ON attempts
WHEN NOT EXISTS (SELECT 1 FROM archive_pass)
  OR EXISTS (SELECT 1 FROM goals WHERE id = OLD.goal_id)
BEGIN
  SELECT RAISE(ABORT, 'an attempt is never deleted: it is part of its goal''s history');
END;

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

CREATE TABLE changes (
  id INTEGER PRIMARY KEY CONSTRAINT "a change is numbered from 1: leave id out" CHECK (id >= 1),
  attempt_id INTEGER NOT NULL UNIQUE REFERENCES attempts(id),
  goal_id INTEGER NOT NULL REFERENCES goals(id),
  workspace TEXT NOT NULL CONSTRAINT "a change names its workspace" CHECK (trim(workspace) <> ''),
  branch TEXT NOT NULL CONSTRAINT "a change names its branch" CHECK (trim(branch) <> ''),
  base_commit TEXT NOT NULL
    CONSTRAINT "base_commit is lower-case hexadecimal"
    CHECK (base_commit <> '' AND base_commit NOT GLOB '*[^0-9a-f]*'),
  head_commit TEXT
    CONSTRAINT "head_commit is lower-case hexadecimal"
    CHECK (head_commit <> '' AND head_commit NOT GLOB '*[^0-9a-f]*'),
  tree TEXT
    CONSTRAINT "a change's tree is lower-case hexadecimal"
    CHECK (tree <> '' AND tree NOT GLOB '*[^0-9a-f]*'),
  files TEXT NOT NULL DEFAULT '[]'
    CONSTRAINT "files is a JSON array without NUL bytes"
    CHECK (files = '[]' OR CASE WHEN json_valid(files) AND instr(files, char(0)) = 0
      THEN json_type(files) = 'array' ELSE 0 END),
  state TEXT NOT NULL DEFAULT 'open',
  lease_token INTEGER,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT "a committed change has its head_commit and tree"
    CHECK (state <> 'committed' OR head_commit IS NOT NULL AND tree IS NOT NULL)
) STRICT;

CREATE INDEX changes_of_goals ON changes(goal_id);

CREATE INDEX changes_open ON changes(goal_id, attempt_id)
WHERE state = 'open';

CREATE TRIGGER changes_before_insert BEFORE INSERT ON changes
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a change''s id is given by the database: leave id out')
    WHEN NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE id = NEW.attempt_id AND goal_id = NEW.goal_id AND state = 'open'
        AND lease_token = NEW.lease_token)
    THEN RAISE(ABORT, 'only the holder of the lease records a change: say lease_token, attempt_id and goal_id of the open attempt')
    WHEN EXISTS (SELECT 1 FROM changes WHERE attempt_id = NEW.attempt_id)
    THEN RAISE(ABORT, 'the attempt has a change already: update it')
    WHEN NEW.state IS NOT 'open'
      OR NEW.created_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
      OR NEW.updated_at IS NOT NEW.created_at
    THEN RAISE(ABORT, 'a change is born open and now: leave state, created_at and updated_at out')
  END;
END;

CREATE TRIGGER changes_after_insert AFTER INSERT ON changes
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, to_state, detail)
  SELECT worker, 'change.open', NEW.goal_id, NEW.attempt_id, 'open', json_object(
    'change', NEW.id, 'workspace', NEW.workspace, 'branch', NEW.branch,
    'base_commit', NEW.base_commit)
  FROM attempts
  WHERE id = NEW.attempt_id;
  SELECT RAISE(ABORT, 'the ledger took no entry of this change, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE changes SET lease_token = NULL WHERE id = NEW.id;
END;

CREATE TRIGGER changes_before_update BEFORE UPDATE ON changes
BEGIN
  SELECT CASE
    WHEN NOT (OLD.lease_token IS NOT NULL AND NEW.lease_token IS NULL) AND NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE id = OLD.attempt_id AND lease_token = NEW.lease_token
        AND (state = 'open' OR state = 'expired' AND NEW.state = 'rolled_back'))
    THEN RAISE(ABORT, 'only the holder of the lease writes a change: SET lease_token to the token of its attempt')
    WHEN (NEW.id, NEW.attempt_id, NEW.goal_id, NEW.workspace, NEW.branch, NEW.base_commit,
        NEW.created_at)
      IS NOT (OLD.id, OLD.attempt_id, OLD.goal_id, OLD.workspace, OLD.branch, OLD.base_commit,
        OLD.created_at)
    THEN RAISE(ABORT, 'a change keeps its id, attempt, goal, workspace, branch, base_commit and created_at')
    WHEN NEW.state IS NOT OLD.state
      AND NOT coalesce(OLD.state = 'open' AND NEW.state = 'committed'
        OR OLD.state IN ('open', 'committed') AND NEW.state = 'rolled_back', 0)
    THEN RAISE(ABORT, 'an open change is committed or rolled back, a committed one can only be rolled back')
    WHEN OLD.state <> 'open' AND NEW.state IS OLD.state
      AND (NEW.head_commit, NEW.tree, NEW.files) IS NOT (OLD.head_commit, OLD.tree, OLD.files)
    THEN RAISE(ABORT, 'head_commit, tree and files change only while the change is open')
    WHEN NEW.updated_at IS NOT OLD.updated_at
      AND NEW.updated_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'updated_at is the time of the latest change: leave it out')
  END;
END;

CREATE TRIGGER changes_after_update AFTER UPDATE ON changes
WHEN NEW.lease_token IS NOT NULL
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, from_state, to_state, detail)
  SELECT worker, 'change.' || NEW.state, NEW.goal_id, NEW.attempt_id, OLD.state, NEW.state,
    json_object('change', NEW.id, 'workspace', NEW.workspace, 'branch', NEW.branch,
      'base_commit', NEW.base_commit, 'head_commit', NEW.head_commit, 'tree', NEW.tree,
      'files', json(NEW.files))
  FROM attempts
  WHERE id = NEW.attempt_id AND NEW.state <> OLD.state;
  SELECT RAISE(ABORT, 'the ledger took no entry of this change, so nothing is changed')
  WHERE NEW.state <> OLD.state AND changes() <> 1;
  UPDATE changes
  SET lease_token = NULL,
    updated_at = CASE
      WHEN (NEW.state, NEW.head_commit, NEW.tree, NEW.files)
        IS NOT (OLD.state, OLD.head_commit, OLD.tree, OLD.files)
      THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE OLD.updated_at END
  WHERE id = NEW.id;
END;

CREATE TRIGGER changes_delete BEFORE DELETE ON changes
WHEN NOT EXISTS (SELECT 1 FROM archive_pass)
  OR EXISTS (SELECT 1 FROM goals WHERE id = OLD.goal_id)
BEGIN
  SELECT RAISE(ABORT, 'a change is never deleted: it is rolled back');
END;

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

CREATE TABLE entry_check (
  one INTEGER PRIMARY KEY,
  actor TEXT,
  event TEXT,
  goal_id INTEGER,
  goal_version INTEGER,
  attempt_id INTEGER,
  task_id INTEGER,
  from_state TEXT,
  to_state TEXT,
  reason TEXT,
  detail TEXT
) STRICT;

CREATE TRIGGER entry_check_insert BEFORE INSERT ON entry_check
BEGIN
  SELECT RAISE(ABORT, 'entry_check is asked about entries by the ledger: it has one row');
END;

CREATE TRIGGER entry_check_delete BEFORE DELETE ON entry_check
BEGIN
  SELECT RAISE(ABORT, 'entry_check is asked about entries by the ledger: it keeps its row');
END;

CREATE TRIGGER identity_ledger_insert BEFORE INSERT ON identity_ledger
BEGIN
  SELECT CASE
    WHEN NEW.seq <> -1 AND NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM identity_ledger)
    THEN RAISE(ABORT, 'entries are numbered without gaps: leave seq out')
    WHEN NEW.at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'the ledger dates its entries itself: leave at out')
    WHEN NEW.assurance IS NOT iif(NEW.event = 'signature.verified', 'signed', 'claimed')
    THEN RAISE(ABORT, 'plain SQL proves nobody: assurance is ''claimed''')
    WHEN EXISTS (SELECT 1 FROM archive_file)
    THEN RAISE(ABORT, 'this file is an archive: nothing happens in it any more; work on the database that it came from')
    WHEN EXISTS (SELECT 1 FROM archive_pass) AND NEW.event NOT GLOB '*.carried'
    THEN RAISE(ABORT, 'an archive pass is under way: until its row is deleted from archive_pass nothing else happens')

    WHEN NEW.event = 'goal.' || NEW.to_state
    THEN CASE WHEN NEW.task_id IS NOT NULL OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM goals
          WHERE id = NEW.goal_id AND NEW.goal_version BETWEEN version AND version + 1
            AND state = NEW.to_state)
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE goal_id = NEW.goal_id AND goal_version IS NOT NULL AND to_state IS NOT NULL
          ORDER BY goal_version DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of a goal is written as the goal changes: change the goal, or add a note')
    END

    WHEN NEW.event = 'task.' || NEW.to_state
    THEN CASE WHEN NEW.goal_version IS NOT NULL OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM tasks
          WHERE id = NEW.task_id AND attempt_id = NEW.attempt_id AND goal_id = NEW.goal_id
            AND state = NEW.to_state)
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE task_id = NEW.task_id AND to_state IS NOT NULL
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of a task is written as the task changes: change the task, or add a note')
    END

    WHEN NEW.event = 'attempt.' || NEW.to_state
    THEN CASE WHEN NEW.goal_version IS NOT NULL OR NEW.task_id IS NOT NULL
        OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM attempts
          WHERE id = NEW.attempt_id AND goal_id = NEW.goal_id AND state = NEW.to_state)
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE attempt_id = NEW.attempt_id AND task_id IS NULL AND event GLOB 'attempt.*'
            AND to_state IS NOT NULL
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of an attempt is written as the attempt changes: add a note instead')
    END

    WHEN NEW.event = 'plan.made'
    THEN CASE WHEN (NEW.goal_version, NEW.task_id, NEW.from_state, NEW.to_state)
          IS NOT (NULL, NULL, NULL, NULL)
        OR NOT EXISTS (
          SELECT 1
          FROM attempts a JOIN plans p ON p.id = a.plan_id
          WHERE a.id = NEW.attempt_id AND a.goal_id = NEW.goal_id
            AND p.id = json_extract(NEW.detail, '$.plan_id')
            AND p.digest = json_extract(NEW.detail, '$.digest')
            AND p.id IS NOT (
              SELECT json_extract(detail, '$.plan_id') FROM identity_ledger
              WHERE attempt_id = NEW.attempt_id AND task_id IS NULL
                AND event IN ('plan.made', 'attempt.carried')
              ORDER BY seq DESC
              LIMIT 1))
      THEN RAISE(ABORT, 'an entry of a plan is written as an attempt takes the plan')
    END
  END;

  UPDATE entry_check
  SET actor = NEW.actor, event = NEW.event, goal_id = NEW.goal_id, goal_version = NEW.goal_version,
    attempt_id = NEW.attempt_id, task_id = NEW.task_id, from_state = NEW.from_state,
    to_state = NEW.to_state, reason = NEW.reason, detail = NEW.detail
  WHERE one = 1
    AND NEW.event IS NOT 'goal.' || NEW.to_state AND NEW.event IS NOT 'task.' || NEW.to_state
    AND NEW.event IS NOT 'attempt.' || NEW.to_state AND NEW.event <> 'plan.made';
END;

CREATE TRIGGER entry_check_update BEFORE UPDATE ON entry_check
BEGIN
  SELECT CASE
    -- What lives on is said anew, once, just as the live row says it.
    WHEN NEW.event GLOB '*.carried'
    THEN CASE WHEN NOT EXISTS (SELECT 1 FROM archive_pass) OR NEW.from_state IS NOT NULL
        OR NOT CASE NEW.event
          WHEN 'goal.carried'
          THEN (NEW.attempt_id, NEW.task_id) IS (NULL, NULL) AND EXISTS (
            SELECT 1 FROM carried_goals
            WHERE goal_id = NEW.goal_id
              AND (goal_version, to_state, detail) IS (NEW.goal_version, NEW.to_state, NEW.detail))
          WHEN 'attempt.carried'
          THEN (NEW.goal_version, NEW.task_id) IS (NULL, NULL) AND EXISTS (
            SELECT 1 FROM carried_attempts
            WHERE attempt_id = NEW.attempt_id
              AND (goal_id, to_state, detail) IS (NEW.goal_id, NEW.to_state, NEW.detail))
          WHEN 'task.carried'
          THEN NEW.goal_version IS NULL AND EXISTS (
            SELECT 1 FROM carried_tasks
            WHERE task_id = NEW.task_id AND (goal_id, attempt_id, to_state, detail)
              IS (NEW.goal_id, NEW.attempt_id, NEW.to_state, NEW.detail))
          WHEN 'change.carried'
          THEN (NEW.goal_version, NEW.task_id) IS (NULL, NULL) AND EXISTS (
            SELECT 1 FROM carried_changes
            WHERE attempt_id = NEW.attempt_id
              AND (goal_id, to_state, detail) IS (NEW.goal_id, NEW.to_state, NEW.detail))
          WHEN 'signature.carried'
          THEN (NEW.goal_version, NEW.task_id) IS (NULL, NULL) AND EXISTS (
            SELECT 1 FROM carried_signatures
            WHERE signature_id = json_extract(NEW.detail, '$.signature')
              AND (goal_id, attempt_id, to_state, reason, detail)
                IS (NEW.goal_id, NEW.attempt_id, NEW.to_state, NEW.reason, NEW.detail))
          WHEN 'dependency.carried'
          THEN (NEW.goal_version, NEW.attempt_id, NEW.task_id, NEW.to_state)
              IS (NULL, NULL, NULL, NULL)
            AND EXISTS (
              SELECT 1 FROM carried_edges
              WHERE goal_id = NEW.goal_id
                AND depends_on = json_extract(NEW.detail, '$.depends_on') AND detail = NEW.detail)
          ELSE (NEW.goal_id, NEW.goal_version, NEW.attempt_id, NEW.task_id)
              IS (NULL, NULL, NULL, NULL)
            AND EXISTS (
              SELECT 1 FROM carried_subjects
              WHERE event = NEW.event AND subject = json_extract(NEW.detail, '$.subject')
                AND (to_state, detail) IS (NEW.to_state, NEW.detail))
        END
      THEN RAISE(ABORT, 'an entry that carries something over is written by goalledger archive')
    END

    WHEN NEW.event GLOB 'goal.*'
    THEN CASE WHEN NEW.event <> 'goal.amended'
        OR (NEW.attempt_id, NEW.task_id, NEW.from_state, NEW.to_state)
          IS NOT (NULL, NULL, NULL, NULL)
        OR NOT EXISTS (
          SELECT 1 FROM goals
          WHERE id = NEW.goal_id AND NEW.goal_version BETWEEN version AND version + 1)
        OR NOT EXISTS (SELECT 1 FROM json_each(NEW.detail))
        OR EXISTS (
          SELECT 1
          FROM json_each(NEW.detail) c
          WHERE c.type <> 'object' OR NOT EXISTS (
            SELECT 1
            FROM goal_asked a
            WHERE a.goal_id = NEW.goal_id AND a.name = c.key
              AND a.value IS json_extract(c.value, '$.new')
              AND json_extract(c.value, '$.new') IS NOT json_extract(c.value, '$.old')
              AND json_extract(c.value, '$.old') IS (
                SELECT CASE json_type(l.detail, '$.' || a.name)
                  WHEN 'object' THEN json_extract(l.detail, '$.' || a.name || '.new')
                  ELSE json_extract(l.detail, '$.' || a.name) END
                FROM identity_ledger l
                WHERE l.goal_id = NEW.goal_id AND l.goal_version IS NOT NULL
                  AND json_type(l.detail, '$.' || a.name) IS NOT NULL
                ORDER BY l.goal_version DESC
                LIMIT 1)))
      THEN RAISE(ABORT, 'an entry of a goal is written as the goal changes: change the goal, or add a note')
    END

    WHEN NEW.goal_version IS NOT NULL
    THEN RAISE(ABORT, 'only a goal''s own entries carry goal_version: leave it out')

    WHEN NEW.event GLOB 'task.*'
    THEN RAISE(ABORT, 'an entry of a task is written as the task changes: change the task, or add a note')

    WHEN NEW.event = 'attempt.taken_over'
    THEN CASE WHEN (NEW.task_id, NEW.from_state, NEW.to_state) IS NOT (NULL, NULL, NULL)
        OR NOT EXISTS (
          SELECT 1 FROM attempts
          WHERE id = NEW.attempt_id AND goal_id = NEW.goal_id AND state = 'open'
            AND worker = json_extract(NEW.detail, '$.worker')
            AND lease_token = json_extract(NEW.detail, '$.lease_token')
            AND lease_token > (
              SELECT json_extract(detail, '$.lease_token') FROM identity_ledger
              WHERE attempt_id = NEW.attempt_id AND task_id IS NULL
                AND event IN ('attempt.open', 'attempt.taken_over', 'attempt.carried')
              ORDER BY seq DESC
              LIMIT 1))
      THEN RAISE(ABORT, 'an entry of a take-over is written as the attempt is taken over')
    END

    WHEN NEW.event GLOB 'attempt.*'
    THEN RAISE(ABORT, 'an entry of an attempt is written as the attempt changes: add a note instead')

    WHEN NEW.event GLOB 'change.*'
    THEN CASE WHEN NEW.task_id IS NOT NULL OR NEW.event IS NOT 'change.' || NEW.to_state
        OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM changes
          WHERE attempt_id = NEW.attempt_id AND goal_id = NEW.goal_id AND state = NEW.to_state)
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE attempt_id = NEW.attempt_id AND task_id IS NULL AND event GLOB 'change.*'
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of a change is written as the change does: add a note instead')
    END

    WHEN NEW.event GLOB 'signature.*'
    THEN CASE WHEN NEW.task_id IS NOT NULL OR NEW.event IS NOT 'signature.' || NEW.to_state
        OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM carried_signatures
          WHERE signature_id = json_extract(NEW.detail, '$.signature')
            AND (goal_id, attempt_id, to_state, reason, detail)
              IS (NEW.goal_id, NEW.attempt_id, NEW.to_state, NEW.reason, NEW.detail))
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE goal_id = NEW.goal_id AND event GLOB 'signature.*'
            AND json_extract(detail, '$.signature') = json_extract(NEW.detail, '$.signature')
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of a signature is written as the signature is given or judged')
    END

    WHEN NEW.event IN ('dependency.added', 'dependency.removed')
    THEN CASE WHEN (NEW.attempt_id, NEW.task_id, NEW.from_state, NEW.to_state)
          IS NOT (NULL, NULL, NULL, NULL)
        OR NEW.event IS (
          SELECT replace(event, 'carried', 'added') FROM identity_ledger
          WHERE event GLOB 'dependency.*' AND goal_id = NEW.goal_id
            AND json_extract(detail, '$.depends_on') = json_extract(NEW.detail, '$.depends_on')
          ORDER BY seq DESC
          LIMIT 1)
        OR (NEW.event = 'dependency.added') IS NOT EXISTS (
          SELECT 1 FROM goal_dependencies
          WHERE goal_id = NEW.goal_id AND depends_on = json_extract(NEW.detail, '$.depends_on'))
        OR NEW.event = 'dependency.removed' AND NOT EXISTS (
          SELECT 1 FROM identity_ledger
          WHERE event GLOB 'dependency.*' AND goal_id = NEW.goal_id
            AND json_extract(detail, '$.depends_on') = json_extract(NEW.detail, '$.depends_on'))
      THEN RAISE(ABORT, 'an entry of a dependency is written as the dependency is added or deleted')
    END

    WHEN NEW.event IN ('note', 'refused')
    THEN CASE
      WHEN (NEW.from_state, NEW.to_state) IS NOT (NULL, NULL)
        OR NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
        OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
        OR NEW.detail IS NOT NULL AND (NOT json_valid(NEW.detail) OR instr(NEW.detail, char(0)))
      THEN RAISE(ABORT, 'a note has an actor on one line, a reason, a detail in JSON, no states and no NUL bytes')
      WHEN NEW.goal_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM goals WHERE id = NEW.goal_id)
        OR NEW.attempt_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM attempts WHERE id = NEW.attempt_id AND goal_id IS NEW.goal_id)
        OR NEW.task_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM tasks WHERE id = NEW.task_id AND attempt_id IS NEW.attempt_id)
      THEN RAISE(ABORT, 'a note is about a goal, attempt and task that exist and belong together')
    END

    WHEN (NEW.goal_id, NEW.attempt_id, NEW.task_id) IS NOT (NULL, NULL, NULL)
    THEN RAISE(ABORT, 'what an entry by hand can say is event = ''note'' or ''refused''')

    WHEN NEW.event IN ('belief.added', 'belief.changed')
    THEN CASE WHEN (NEW.from_state, NEW.to_state) IS NOT (NULL, NULL)
        OR json_extract(NEW.detail, '$.subject')
          IS NOT 'belief:' || json_extract(NEW.detail, '$.belief')
        OR NOT EXISTS (
          SELECT 1 FROM beliefs
          WHERE id = json_extract(NEW.detail, '$.belief')
            AND printf('%!.17g', confidence) = json_extract(NEW.detail, '$.confidence')
            AND active = json_extract(NEW.detail, '$.active')
            AND immutable = json_extract(NEW.detail, '$.immutable'))
        OR CASE NEW.event WHEN 'belief.added' THEN NULL ELSE json_array(
            json_extract(NEW.detail, '$.old.confidence'), json_extract(NEW.detail, '$.old.active'),
            json_extract(NEW.detail, '$.old.immutable')) END
          IS NOT (
            SELECT json_array(json_extract(detail, '$.confidence'),
              json_extract(detail, '$.active'), json_extract(detail, '$.immutable'))
            FROM identity_ledger
            WHERE goal_id IS NULL AND event GLOB 'belief.*'
              AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject')
            ORDER BY seq DESC
            LIMIT 1)
        OR json_array(json_extract(NEW.detail, '$.old.confidence'),
            json_extract(NEW.detail, '$.old.active'), json_extract(NEW.detail, '$.old.immutable'))
          = json_array(json_extract(NEW.detail, '$.confidence'),
            json_extract(NEW.detail, '$.active'), json_extract(NEW.detail, '$.immutable'))
      THEN RAISE(ABORT, 'an entry of a belief is written as the belief changes: update the belief')
    END

    WHEN NEW.event = 'weight.changed'
    THEN CASE WHEN (NEW.from_state, NEW.to_state) IS NOT (NULL, NULL)
        OR NOT EXISTS (
          SELECT 1 FROM score_weights
          WHERE name = json_extract(NEW.detail, '$.weight')
            AND 'weight:' || name = json_extract(NEW.detail, '$.subject')
            AND printf('%!.17g', weight) = json_extract(NEW.detail, '$.new')
            AND json_extract(NEW.detail, '$.new') <> json_extract(NEW.detail, '$.old')
            AND json_extract(NEW.detail, '$.old') = coalesce((
              SELECT json_extract(detail, '$.new')
              FROM identity_ledger
              WHERE goal_id IS NULL AND event GLOB 'weight.*'
                AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject')
              ORDER BY seq DESC
              LIMIT 1), printf('%!.17g', standard)))
      THEN RAISE(ABORT, 'an entry of a weight is written as the weight changes: update the weight')
    END

    WHEN NEW.event GLOB 'breaker.*'
    THEN CASE WHEN NEW.event IS NOT 'breaker.' || NEW.to_state
        OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM circuit_breakers
          WHERE action = json_extract(NEW.detail, '$.action')
            AND workspace = json_extract(NEW.detail, '$.workspace') AND state = NEW.to_state
            AND 'breaker:' || quote(action) || '@' || quote(workspace)
              = json_extract(NEW.detail, '$.subject'))
        OR NEW.from_state IS NOT coalesce((
          SELECT to_state FROM identity_ledger
          WHERE goal_id IS NULL AND event GLOB 'breaker.*'
            AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject')
          ORDER BY seq DESC
          LIMIT 1), 'closed')
      THEN RAISE(ABORT, 'an entry of a breaker is written as the breaker changes: update the breaker')
    END

    WHEN NEW.event GLOB 'worker.*'
    THEN CASE WHEN NEW.event IS NOT 'worker.' || NEW.to_state
        OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM workers
          WHERE name = json_extract(NEW.detail, '$.worker') AND state = NEW.to_state
            AND json_extract(NEW.detail, '$.public_key') IS nullif(lower(hex(public_key)), '')
            AND 'worker:' || name = json_extract(NEW.detail, '$.subject'))
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE goal_id IS NULL AND event GLOB 'worker.*'
            AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject')
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of a worker is written as the worker changes: update the worker')
    END

    WHEN NEW.event = 'archive.made'
    THEN CASE WHEN (NEW.from_state, NEW.to_state) IS NOT (NULL, NULL)
        OR NOT EXISTS (
          SELECT 1 FROM carried_subjects
          WHERE event = 'archive.carried' AND subject = json_extract(NEW.detail, '$.subject')
            AND detail = NEW.detail)
        OR EXISTS (
          SELECT 1 FROM identity_ledger
          WHERE goal_id IS NULL AND event GLOB 'archive.*'
            AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject'))
      THEN RAISE(ABORT, 'an entry of an archive is written as the archive is made')
    END

    WHEN NEW.event IN ('identity.added', 'identity.revoked')
    THEN CASE WHEN (NEW.from_state, NEW.to_state) IS NOT (NULL, NULL)
        OR NEW.event IS NOT iif(
          json_extract(NEW.detail, '$.until') IS NULL, 'identity.added', 'identity.revoked')
        OR NOT EXISTS (
          SELECT 1 FROM carried_subjects
          WHERE event = 'identity.carried' AND subject = json_extract(NEW.detail, '$.subject')
            AND detail = NEW.detail)
        OR iif(NEW.event = 'identity.added', NULL, '[null]') IS NOT (
          SELECT json_array(json_extract(detail, '$.until'))
          FROM identity_ledger
          WHERE goal_id IS NULL AND event GLOB 'identity.*'
            AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject')
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of an identity is written as it is added or revoked')
    END

    ELSE RAISE(ABORT, 'what an entry by hand can say is event = ''note'' or ''refused''')
  END;
  SELECT RAISE(IGNORE);
END;

CREATE VIEW state_transitions AS
SELECT seq, at, actor, assurance, substr(event, 1, instr(event, '.') - 1) AS subject, goal_id,
  goal_version, attempt_id, task_id, from_state, to_state, reason, detail
FROM identity_ledger
WHERE to_state IS NOT NULL AND event NOT GLOB '*.carried';

CREATE VIEW goal_history AS
SELECT l.goal_id, l.seq, l.at, l.actor, l.assurance, l.event, l.from_state, l.to_state,
  l.goal_version, l.attempt_id, l.task_id, l.reason, l.detail, g.text
FROM identity_ledger l JOIN goals g ON g.id = l.goal_id;

CREATE VIEW task_timeline AS
SELECT t.goal_id, a.number AS attempt, t.attempt_id, t.id AS task_id, t.number, t.action,
  t.arguments, t.state, t.tries, r.try, r.started_at, r.ended_at, r.duration_ms, r.exit_code,
  r.error_class, r.message, t.commit_id
FROM tasks t
  JOIN attempts a ON a.id = t.attempt_id
  LEFT JOIN task_runs r ON r.task_id = t.id;

CREATE VIEW method_outcomes AS
SELECT task, method, count(*) AS tries, sum(state = 'satisfied') AS successes,
  round(avg(state = 'satisfied'), 3) AS success_rate,
  round(avg(julianday(ended_at) - julianday(started_at)) * 86400000) AS mean_ms
FROM (
  SELECT DISTINCT a.id, a.state, a.started_at, a.ended_at, json_extract(d.value, '$.task') AS task,
    json_extract(d.value, '$.method') AS method
  FROM attempts a
    JOIN plans p ON p.id = a.plan_id
    JOIN json_each(p.body, '$.decomposition') d
  WHERE a.state <> 'open' AND json_extract(d.value, '$.method') IS NOT NULL
)
GROUP BY task, method;

CREATE VIEW claimable_goals AS
SELECT id, score, text, task, workspace, category, attempts, max_attempts, deadline, created_at
FROM goals INDEXED BY goals_claimable
WHERE state = 'adopted' AND blockers = 0 AND waits_until IS NULL
  AND NOT EXISTS (
    SELECT 1
    FROM goal_beliefs gb JOIN beliefs b ON b.id = gb.belief_id AND b.active = 1
    WHERE gb.goal_id = goals.id AND gb.relation = 'contradicts')
UNION ALL
SELECT id, score, text, task, workspace, category, attempts, max_attempts, deadline, created_at
FROM goals INDEXED BY goals_waiting
WHERE state = 'adopted' AND blockers = 0 AND waits_until IS NOT NULL
  AND waits_until <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  AND NOT EXISTS (
    SELECT 1
    FROM goal_beliefs gb JOIN beliefs b ON b.id = gb.belief_id AND b.active = 1
    WHERE gb.goal_id = goals.id AND gb.relation = 'contradicts')
ORDER BY score DESC, id;

CREATE VIEW blocked_goals AS
SELECT g.id AS goal_id, g.state, g.text, 'dependency' AS kind, p.id AS blocker,
  CASE p.state
    WHEN 'failed' THEN 'waits for goal ' || p.id || ', which failed: adopt it again or delete the dependency'
    WHEN 'abandoned' THEN 'waits for goal ' || p.id || ', which is abandoned: delete the dependency'
    WHEN 'proposed' THEN 'waits for goal ' || p.id || ', which is not adopted yet'
    WHEN 'satisfied' THEN 'waits for goal ' || p.id || ', which is satisfied and about to release it'
    ELSE 'waits for goal ' || p.id || ', which is ' || p.state
  END AS why
FROM goals g
  JOIN goal_dependencies d ON d.goal_id = g.id AND d.met = 0
  JOIN goals p ON p.id = d.depends_on
WHERE g.state IN ('proposed', 'adopted')
UNION ALL
SELECT g.id, g.state, g.text, 'belief', b.id, 'contradicts belief ' || b.id || ': ' || b.statement
FROM beliefs b
  JOIN goal_beliefs gb ON gb.belief_id = b.id AND gb.relation = 'contradicts'
  JOIN goals g ON g.id = gb.goal_id
WHERE b.active = 1 AND g.state IN ('proposed', 'adopted', 'failed')
UNION ALL
SELECT g.id, g.state, g.text, 'time', NULL,
  'waits until ' || g.waits_until || CASE WHEN g.waits_until = g.retry_at
    THEN ', to be retried' ELSE '' END
FROM goals g
WHERE g.state = 'adopted' AND g.waits_until > strftime('%Y-%m-%dT%H:%M:%fZ', 'now');

CREATE TABLE ledger_seals (
  first_seq INTEGER PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  count INTEGER NOT NULL
    CONSTRAINT "a seal counts the entries from first_seq to last_seq"
    CHECK (count >= 1 AND count = last_seq - first_seq + 1),
  database_id TEXT NOT NULL,
  previous_hash BLOB NOT NULL,
  leaf_hashes BLOB NOT NULL
    CONSTRAINT "a seal holds 32 bytes of hash for each entry"
    CHECK (length(leaf_hashes) = 32 * count),
  tree_root BLOB NOT NULL
    CONSTRAINT "a seal's tree_root has 32 bytes" CHECK (length(tree_root) = 32),
  schema_hash BLOB NOT NULL
    CONSTRAINT "a seal's schema_hash has 32 bytes" CHECK (length(schema_hash) = 32),
  schema_version INTEGER NOT NULL,
  public_key BLOB NOT NULL
    CONSTRAINT "a seal's public_key has 32 bytes" CHECK (length(public_key) = 32),
  sealer TEXT NOT NULL
    CONSTRAINT "a sealer is a name of 1 to 200 characters without NUL bytes"
    CHECK (length(sealer) BETWEEN 1 AND 200 AND instr(sealer, char(0)) = 0),
  sealed_at TEXT NOT NULL
    CONSTRAINT "sealed_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (sealed_at GLOB '[0-9]*' AND sealed_at IS strftime('%Y-%m-%dT%H:%M:%fZ', sealed_at)),
  hash BLOB NOT NULL
    CONSTRAINT "a seal's hash has 32 bytes" CHECK (length(hash) = 32),
  signature BLOB NOT NULL
    CONSTRAINT "a seal's signature has 64 bytes" CHECK (length(signature) = 64)
) STRICT;

CREATE TRIGGER ledger_seals_insert BEFORE INSERT ON ledger_seals
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM archive_file)
    THEN RAISE(ABORT, 'this file is an archive: its seals were made where its entries were')
    WHEN NEW.first_seq IS NOT coalesce(
      (SELECT last_seq + 1 FROM ledger_seals ORDER BY first_seq DESC LIMIT 1),
      (SELECT first_seq FROM ledger_start))
    THEN RAISE(ABORT, 'a seal begins with the first entry that is not sealed yet')
    WHEN NEW.first_seq IS NOT coalesce(
      (SELECT last_seq FROM ledger_tree ORDER BY first_seq DESC LIMIT 1), 0) + 1
    THEN RAISE(ABORT, 'a seal follows only when the tree has grown by the one before it')
    WHEN NEW.last_seq > (SELECT coalesce(max(seq), 0) FROM identity_ledger)
    THEN RAISE(ABORT, 'a seal ends with an entry that exists')
    WHEN NEW.previous_hash IS NOT coalesce(
      (SELECT hash FROM ledger_seals ORDER BY first_seq DESC LIMIT 1),
      (SELECT previous_hash FROM ledger_start))
    THEN RAISE(ABORT, 'a seal names the hash of the seal before it, the first one 32 zero bytes')
    WHEN NEW.database_id IS NOT (SELECT id FROM database_info)
    THEN RAISE(ABORT, 'a seal names the database it is made for')
    WHEN julianday(NEW.sealed_at) NOT BETWEEN julianday('now', '-10 minutes')
      AND julianday('now', '+1 second')
    THEN RAISE(ABORT, 'a seal is dated when it is made')
    WHEN EXISTS (
      SELECT 1 FROM identities WHERE public_key = NEW.public_key AND until IS NOT NULL)
    THEN RAISE(ABORT, 'the key of this seal was revoked: seal with another')
  END;
END;

CREATE TRIGGER ledger_seals_update BEFORE UPDATE ON ledger_seals
BEGIN
  SELECT RAISE(ABORT, 'a seal is never changed');
END;

CREATE TRIGGER ledger_seals_delete BEFORE DELETE ON ledger_seals
WHEN NOT EXISTS (SELECT 1 FROM archive_pass WHERE last_seq >= OLD.last_seq)
BEGIN
  SELECT RAISE(ABORT, 'a seal is never removed');
END;

CREATE VIEW unsealed_entries AS
SELECT *
FROM identity_ledger
WHERE seq > (SELECT coalesce(max(last_seq), 0) FROM ledger_seals);

CREATE TABLE sealer_lease (
  holder TEXT,
  expires_at TEXT
    CONSTRAINT "a sealer's expires_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (expires_at IS NULL
      OR expires_at GLOB '[0-9]*' AND expires_at IS strftime('%Y-%m-%dT%H:%M:%fZ', expires_at))
) STRICT;

CREATE TRIGGER sealer_lease_insert BEFORE INSERT ON sealer_lease
BEGIN
  SELECT RAISE(ABORT, 'there is one sealer''s lease: UPDATE it');
END;

CREATE TRIGGER sealer_lease_delete BEFORE DELETE ON sealer_lease
BEGIN
  SELECT RAISE(ABORT, 'the sealer''s lease is never deleted: SET holder = NULL');
END;

CREATE TABLE ledger_tree (
  first_seq INTEGER PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  hashes BLOB NOT NULL
    CONSTRAINT "the tree grows by whole hashes, one at least for each entry"
    CHECK (length(hashes) % 32 = 0 AND length(hashes) >= 32 * (last_seq - first_seq + 1))
) STRICT;

CREATE TRIGGER ledger_tree_insert BEFORE INSERT ON ledger_tree
BEGIN
  SELECT CASE
    WHEN NEW.first_seq IS NOT coalesce(
      (SELECT last_seq FROM ledger_tree ORDER BY first_seq DESC LIMIT 1), 0) + 1
    THEN RAISE(ABORT, 'the tree grows where it ends')
    WHEN NOT EXISTS (
      SELECT 1 FROM ledger_seals WHERE first_seq = NEW.first_seq AND last_seq = NEW.last_seq)
    THEN RAISE(ABORT, 'the tree grows by the entries of a seal')
  END;
END;

CREATE TRIGGER ledger_tree_update BEFORE UPDATE ON ledger_tree
BEGIN
  SELECT RAISE(ABORT, 'what the tree holds is never changed');
END;

CREATE TRIGGER ledger_tree_delete BEFORE DELETE ON ledger_tree
BEGIN
  SELECT RAISE(ABORT, 'what the tree holds is never removed');
END;

CREATE TABLE archives (
  number INTEGER PRIMARY KEY,
  file TEXT NOT NULL CONSTRAINT "an archive names its file" CHECK (trim(file) <> ''),
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  last_hash BLOB NOT NULL,
  goals INTEGER NOT NULL CONSTRAINT "an archive counts its goals" CHECK (goals >= 0),
  actor TEXT NOT NULL,
  made_at TEXT NOT NULL,
  public_key BLOB NOT NULL
    CONSTRAINT "an archive's public_key has 32 bytes" CHECK (length(public_key) = 32),
  signature BLOB NOT NULL
    CONSTRAINT "an archive's signature has 64 bytes" CHECK (length(signature) = 64)
) STRICT;

CREATE TABLE archive_file (
  one INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  previous_hash BLOB NOT NULL,
  made_at TEXT NOT NULL
) STRICT;

CREATE TABLE archive_pass (
  one INTEGER PRIMARY KEY
    CONSTRAINT "one archive pass at a time: one is 1" CHECK (one = 1),
  last_seq INTEGER NOT NULL
) STRICT;

CREATE TABLE archived_goals (
  goal_id INTEGER PRIMARY KEY,
  archive INTEGER NOT NULL REFERENCES archives(number),
  idempotency_key TEXT
) STRICT;

CREATE UNIQUE INDEX archived_keys ON archived_goals(idempotency_key)
WHERE idempotency_key IS NOT NULL;

CREATE INDEX archived_goals_of_archives ON archived_goals(archive);

CREATE VIEW ledger_start(first_seq, previous_hash) AS
SELECT first_seq, previous_hash
FROM archive_file
UNION ALL
SELECT last_seq + 1, last_hash
FROM archives
WHERE number = (SELECT max(number) FROM archives) AND NOT EXISTS (SELECT 1 FROM archive_file)
UNION ALL
SELECT 1, zeroblob(32)
WHERE NOT EXISTS (SELECT 1 FROM archives) AND NOT EXISTS (SELECT 1 FROM archive_file);

CREATE VIEW ended_goals(id, last_seq) AS
SELECT g.id, (SELECT max(seq) FROM identity_ledger WHERE goal_id = g.id)
FROM goals g
WHERE g.state IN ('satisfied', 'failed', 'abandoned')
  AND NOT EXISTS (
    SELECT 1 FROM attempts a
    WHERE a.goal_id = g.id
      AND (a.state = 'open' OR a.id = (SELECT max(id) FROM attempts)
        OR a.lease_token = (SELECT max(lease_token) FROM attempts)))
  AND NOT EXISTS (
    SELECT 1 FROM tasks WHERE id = (SELECT max(id) FROM tasks) AND goal_id = g.id)
  AND NOT EXISTS (
    SELECT 1
    FROM task_runs r JOIN attempts a ON a.id = r.attempt_id
    WHERE r.id = (SELECT max(id) FROM task_runs) AND a.goal_id = g.id)
  AND NOT EXISTS (
    SELECT 1 FROM changes WHERE id = (SELECT max(id) FROM changes) AND goal_id = g.id)
  AND NOT EXISTS (
    SELECT 1 FROM goal_signatures
    WHERE id = (SELECT max(id) FROM goal_signatures) AND goal_id = g.id)
  AND NOT EXISTS (SELECT 1 FROM release_queue WHERE goal_id = g.id);

CREATE VIEW leaving_goals(id) AS
SELECT e.id
FROM archive_pass p JOIN ended_goals e ON e.last_seq <= p.last_seq;

CREATE VIEW carried_goals(goal_id, goal_version, to_state, detail) AS
SELECT id, version, state, json_object('text', text, 'task', task, 'context', context,
  'workspace', workspace, 'category', category, 'source', source,
  'success_metrics', success_metrics, 'metadata', metadata,
  'timeout_ms', timeout_ms, 'max_attempts', max_attempts,
  'idempotency_key', idempotency_key, 'retry_at', retry_at,
  'value', printf('%!.17g', value), 'effort', printf('%!.17g', effort),
  'risk', printf('%!.17g', risk), 'not_before', not_before, 'deadline', deadline,
  'aligns_with', aligns_with, 'contradicts', contradicts,
  'attempts', attempts, 'result', json(result))
FROM goals;

CREATE VIEW carried_attempts(goal_id, attempt_id, to_state, detail) AS
SELECT a.goal_id, a.id, a.state, json_object('number', a.number, 'worker', a.worker,
  'lease_token', a.lease_token, 'lease_expires_at', a.lease_expires_at, 'takeovers', a.takeovers,
  'branch', a.branch, 'base_commit', a.base_commit, 'plan_id', a.plan_id, 'digest', p.digest,
  'task', p.task, 'outcome', json(a.outcome))
FROM attempts a LEFT JOIN plans p ON p.id = a.plan_id;

CREATE VIEW carried_tasks(goal_id, attempt_id, task_id, to_state, detail) AS
SELECT goal_id, attempt_id, id, state, json_object('number', number, 'action', action,
  'arguments', json(arguments), 'priority', priority, 'try', tries, 'commit', commit_id,
  'result', json(result))
FROM tasks;

CREATE VIEW carried_changes(goal_id, attempt_id, to_state, detail) AS
SELECT goal_id, attempt_id, state, json_object('change', id, 'workspace', workspace,
  'branch', branch, 'base_commit', base_commit, 'head_commit', head_commit, 'tree', tree,
  'files', json(files))
FROM changes;

CREATE VIEW carried_edges(goal_id, depends_on, detail) AS
SELECT goal_id, depends_on, json_object('depends_on', depends_on)
FROM goal_dependencies;

CREATE VIEW carried_subjects(event, subject, to_state, detail) AS
SELECT 'belief.carried', 'belief:' || id, NULL, json_object(
  'subject', 'belief:' || id, 'belief', id, 'name', name, 'statement', statement,
  'confidence', printf('%!.17g', confidence), 'active', active, 'immutable', immutable)
FROM beliefs
UNION ALL
SELECT 'weight.carried', 'weight:' || name, NULL, json_object(
  'subject', 'weight:' || name, 'weight', name,
  'old', printf('%!.17g', standard), 'new', printf('%!.17g', weight))
FROM score_weights
UNION ALL
SELECT 'breaker.carried', 'breaker:' || quote(action) || '@' || quote(workspace), state, json_object(
  'subject', 'breaker:' || quote(action) || '@' || quote(workspace),
  'action', action, 'workspace', workspace, 'failures', failures, 'retry_at', retry_at)
FROM circuit_breakers
UNION ALL
SELECT 'worker.carried', 'worker:' || name, state, json_object(
  'subject', 'worker:' || name, 'worker', name, 'pid', pid, 'host', host, 'version', version,
  'public_key', nullif(lower(hex(public_key)), ''))
FROM workers
UNION ALL
SELECT 'archive.carried', 'archive:' || number, NULL, json_object(
  'subject', 'archive:' || number, 'archive', number, 'file', file, 'first_seq', first_seq,
  'last_seq', last_seq, 'last_hash', lower(hex(last_hash)), 'goals', goals, 'made_at', made_at,
  'public_key', lower(hex(public_key)))
FROM archives
UNION ALL
SELECT 'identity.carried', 'identity:' || lower(hex(public_key)), NULL, json_object(
  'subject', 'identity:' || lower(hex(public_key)), 'name', name, 'kind', kind,
  'public_key', lower(hex(public_key)), 'since', since, 'until', until,
  'voucher', nullif(lower(hex(voucher)), ''))
FROM identities;

CREATE TRIGGER archives_before_insert BEFORE INSERT ON archives
BEGIN
  SELECT CASE
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM archives)
    THEN RAISE(ABORT, 'archives are numbered without gaps, from 1')
    WHEN NEW.first_seq IS NOT (SELECT first_seq FROM ledger_start)
    THEN RAISE(ABORT, 'an archive begins with the first entry that is left')
    WHEN NOT EXISTS (
      SELECT 1 FROM ledger_seals WHERE last_seq = NEW.last_seq AND hash = NEW.last_hash)
    THEN RAISE(ABORT, 'an archive ends with a seal, and names its hash')
    WHEN NEW.made_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', NEW.made_at)
      OR julianday(NEW.made_at) NOT BETWEEN julianday('now', '-10 minutes')
        AND julianday('now', '+1 second')
    THEN RAISE(ABORT, 'an archive is dated when it is made')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.file, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line; neither it nor file holds a NUL byte')
  END;
END;

CREATE TRIGGER archives_after_insert AFTER INSERT ON archives
BEGIN
  INSERT INTO identity_ledger(actor, event, detail)
  SELECT NEW.actor, 'archive.made', detail
  FROM carried_subjects
  WHERE event = 'archive.carried' AND subject = 'archive:' || NEW.number;
  SELECT RAISE(ABORT, 'the ledger took no entry of this archive, so nothing is changed')
  WHERE changes() <> 1;
END;

CREATE TRIGGER archives_update BEFORE UPDATE ON archives
BEGIN
  SELECT RAISE(ABORT, 'what was archived, and where to, never changes');
END;

CREATE TRIGGER archives_delete BEFORE DELETE ON archives
BEGIN
  SELECT RAISE(ABORT, 'what was archived, and where to, is never forgotten');
END;

CREATE TRIGGER archive_file_insert BEFORE INSERT ON archive_file
BEGIN
  SELECT RAISE(ABORT, 'a database does not become an archive: goalledger archive makes a file of its own');
END;

CREATE TRIGGER archive_file_update BEFORE UPDATE ON archive_file
BEGIN
  SELECT RAISE(ABORT, 'an archive begins where it began');
END;

CREATE TRIGGER archive_file_delete BEFORE DELETE ON archive_file
BEGIN
  SELECT RAISE(ABORT, 'an archive stays an archive');
END;

CREATE TRIGGER archive_pass_insert BEFORE INSERT ON archive_pass
BEGIN
  SELECT RAISE(ABORT, 'an archive pass is opened by goalledger archive, right after the entry archive.made')
  WHERE EXISTS (SELECT 1 FROM archive_pass) OR NOT EXISTS (
    SELECT 1
    FROM archives a JOIN identity_ledger l ON l.event = 'archive.made'
      AND json_extract(l.detail, '$.archive') = a.number
    WHERE a.number = (SELECT max(number) FROM archives) AND a.last_seq = NEW.last_seq
      AND l.seq = (SELECT max(seq) FROM identity_ledger));
END;

CREATE TRIGGER archive_pass_update BEFORE UPDATE ON archive_pass
BEGIN
  SELECT RAISE(ABORT, 'an archive pass goes as far as it said');
END;

CREATE TRIGGER archive_pass_delete BEFORE DELETE ON archive_pass
BEGIN
  SELECT RAISE(ABORT, 'the archive pass is not done: entries that were archived are still here')
  WHERE EXISTS (SELECT 1 FROM identity_ledger WHERE seq <= OLD.last_seq)
    OR EXISTS (SELECT 1 FROM ledger_seals WHERE first_seq <= OLD.last_seq);
END;

CREATE TRIGGER goals_after_delete AFTER DELETE ON goals
BEGIN
  INSERT INTO archived_goals(goal_id, archive, idempotency_key)
  VALUES (OLD.id, (SELECT max(number) FROM archives), OLD.idempotency_key);
END;

CREATE TRIGGER archived_goals_insert BEFORE INSERT ON archived_goals
BEGIN
  SELECT RAISE(ABORT, 'archived_goals lists the goals that goalledger archive took away')
  WHERE NOT EXISTS (SELECT 1 FROM archive_pass)
    OR NEW.archive IS NOT (SELECT max(number) FROM archives)
    OR EXISTS (SELECT 1 FROM goals WHERE id = NEW.goal_id)
    OR EXISTS (
      SELECT 1 FROM archived_goals
      WHERE goal_id = NEW.goal_id OR idempotency_key = NEW.idempotency_key);
END;

CREATE TRIGGER archived_goals_update BEFORE UPDATE ON archived_goals
BEGIN
  SELECT RAISE(ABORT, 'where a goal was archived never changes');
END;

CREATE TRIGGER archived_goals_delete BEFORE DELETE ON archived_goals
BEGIN
  SELECT RAISE(ABORT, 'where a goal was archived is never forgotten');
END;

CREATE TABLE identities (
  id INTEGER PRIMARY KEY CONSTRAINT "an identity is numbered from 1: leave id out" CHECK (id >= 1),
  name TEXT NOT NULL,
  kind TEXT NOT NULL
    CONSTRAINT "an identity is a person, an agent or a worker"
    CHECK (kind IN ('person', 'agent', 'worker')),
  public_key BLOB NOT NULL UNIQUE
    CONSTRAINT "an identity's public_key has 32 bytes" CHECK (length(public_key) = 32),
  since TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  until TEXT,
  voucher BLOB
    CONSTRAINT "a worker has a voucher of 64 bytes, and no other identity has one"
    CHECK (CASE kind WHEN 'worker' THEN coalesce(length(voucher), 0) = 64 ELSE voucher IS NULL END),
  actor TEXT,
  reason TEXT
) STRICT;

CREATE UNIQUE INDEX identities_live ON identities(name)
WHERE until IS NULL;

CREATE TRIGGER identities_before_insert BEFORE INSERT ON identities
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'an identity''s id is given by the database: leave id out')
    WHEN NEW.since IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'an identity is added now: leave since out')
    WHEN NEW.until IS NOT NULL
    THEN RAISE(ABORT, 'an identity begins without an end: leave until out')
    WHEN EXISTS (SELECT 1 FROM identities WHERE public_key = NEW.public_key)
    THEN RAISE(ABORT, 'a key stands for one identity for good: make another key')
    WHEN EXISTS (SELECT 1 FROM identities WHERE name = NEW.name AND until IS NULL)
    THEN RAISE(ABORT, 'an identity of this name is live: revoke it first, or take another name')
    WHEN NEW.name = '' OR NEW.name GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.name) > 200 OR instr(NEW.name, char(0))
    THEN RAISE(ABORT, 'an identity has a name of 1 to 200 characters on one line without NUL bytes')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER identities_after_insert AFTER INSERT ON identities
BEGIN
  INSERT INTO identity_ledger(actor, event, reason, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'identity.added', NEW.reason, detail
  FROM carried_subjects
  WHERE event = 'identity.carried' AND subject = 'identity:' || lower(hex(NEW.public_key));
  SELECT RAISE(ABORT, 'the ledger took no entry of this identity, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE identities
  SET actor = NULL, reason = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TRIGGER identities_before_update BEFORE UPDATE ON identities
BEGIN
  SELECT CASE
    WHEN (NEW.id, NEW.name, NEW.kind, NEW.public_key, NEW.since, NEW.voucher)
      IS NOT (OLD.id, OLD.name, OLD.kind, OLD.public_key, OLD.since, OLD.voucher)
    THEN RAISE(ABORT, 'of an identity only until changes: revoke it, and add another')
    WHEN OLD.until IS NOT NULL AND NEW.until IS NOT OLD.until
    THEN RAISE(ABORT, 'what is revoked stays revoked: add another identity, with a new key')
    WHEN NEW.until IS NOT OLD.until AND NEW.until IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'an identity is revoked now: SET until = strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER identities_after_update AFTER UPDATE ON identities
WHEN NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL OR NEW.until IS NOT OLD.until
BEGIN
  INSERT INTO identity_ledger(actor, event, reason, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'identity.revoked', NEW.reason, detail
  FROM carried_subjects
  WHERE NEW.until IS NOT OLD.until
    AND event = 'identity.carried' AND subject = 'identity:' || lower(hex(NEW.public_key));
  SELECT RAISE(ABORT, 'the ledger took no entry of this identity, so nothing is changed')
  WHERE NEW.until IS NOT OLD.until AND changes() <> 1;
  UPDATE identities
  SET actor = NULL, reason = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TRIGGER identities_delete BEFORE DELETE ON identities
BEGIN
  SELECT RAISE(ABORT, 'an identity is never deleted: revoke it, SET until = strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')');
END;

CREATE TABLE goal_signatures (
  id INTEGER PRIMARY KEY CONSTRAINT "a signature is numbered from 1: leave id out" CHECK (id >= 1),
  goal_id INTEGER NOT NULL REFERENCES goals(id),
  goal_version INTEGER NOT NULL,
  request TEXT NOT NULL
    CONSTRAINT "a request is 'add' or 'adopt'" CHECK (request IN ('add', 'adopt')),
  signature TEXT NOT NULL
    CONSTRAINT "a signature is the text that ssh-keygen -Y sign writes, of up to 4096 bytes"
    CHECK (length(CAST(signature AS BLOB)) <= 4096 AND instr(signature, char(0)) = 0
      AND signature GLOB '-----BEGIN SSH SIGNATURE-----' || char(10) || '*'
      AND rtrim(signature, char(10)) GLOB '*' || char(10) || '-----END SSH SIGNATURE-----'),
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),

  -- What a worker found, in which attempt
  finding TEXT
    CONSTRAINT "a finding is 'verified' or 'refused'" CHECK (finding IN ('verified', 'refused')),
  finding_reason TEXT
    CONSTRAINT "a finding's reason is a text without NUL bytes"
    CHECK (trim(finding_reason) <> '' AND instr(finding_reason, char(0)) = 0),
  identity TEXT,
  attempt_id INTEGER REFERENCES attempts(id),

  -- Write-only
  actor TEXT,
  lease_token INTEGER
) STRICT;

CREATE UNIQUE INDEX goal_signatures_once ON goal_signatures(rtrim(signature, char(10)));

CREATE INDEX goal_signatures_of_goals ON goal_signatures(goal_id);

CREATE VIEW carried_signatures(goal_id, signature_id, attempt_id, to_state, reason, detail) AS
SELECT goal_id, id, attempt_id, coalesce(finding, 'added'), finding_reason, json_object(
  'signature', id, 'request', request, 'version', goal_version, 'given', at,
  'identity', identity, 'armored', signature)
FROM goal_signatures;

CREATE TRIGGER goal_signatures_before_insert BEFORE INSERT ON goal_signatures
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a signature''s id is given by the database: leave id out')
    WHEN EXISTS (
      SELECT 1 FROM goal_signatures
      WHERE rtrim(signature, char(10)) = rtrim(NEW.signature, char(10)))
    THEN RAISE(ABORT, 'this signature was given before: it speaks for one request, once')
    WHEN NOT EXISTS (
      SELECT 1 FROM goals WHERE id = NEW.goal_id AND version = NEW.goal_version)
    THEN RAISE(ABORT, 'a signature speaks for a goal as it is: say goal_id and the goal''s present version')
    WHEN NEW.request = 'add' AND NEW.goal_version <> 1
    THEN RAISE(ABORT, 'a goal is signed as added while it is at version 1: sign ''adopt'' instead')
    WHEN (SELECT state FROM goals WHERE id = NEW.goal_id) NOT IN ('proposed', 'adopted', 'failed')
    THEN RAISE(ABORT, 'a request is signed before its goal executes')
    WHEN NEW.at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'a signature is dated when it is given: leave at out')
    WHEN (NEW.finding, NEW.finding_reason, NEW.identity, NEW.attempt_id)
      IS NOT (NULL, NULL, NULL, NULL)
    THEN RAISE(ABORT, 'a signature is given without a finding: a worker verifies it')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line without NUL bytes')
  END;
END;

CREATE TRIGGER goal_signatures_after_insert AFTER INSERT ON goal_signatures
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, to_state, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'signature.added', goal_id, 'added', detail
  FROM carried_signatures
  WHERE signature_id = NEW.id;
  SELECT RAISE(ABORT, 'the ledger took no entry of this signature, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE goal_signatures SET actor = NULL, lease_token = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR lease_token IS NOT NULL);
END;

CREATE TRIGGER goal_signatures_before_update BEFORE UPDATE ON goal_signatures
BEGIN
  SELECT CASE
    WHEN (NEW.id, NEW.goal_id, NEW.goal_version, NEW.request, NEW.signature, NEW.at)
      IS NOT (OLD.id, OLD.goal_id, OLD.goal_version, OLD.request, OLD.signature, OLD.at)
    THEN RAISE(ABORT, 'a signature keeps its id, goal, version, request, text and date')
    WHEN (NEW.finding, NEW.finding_reason, NEW.identity, NEW.attempt_id)
      IS (OLD.finding, OLD.finding_reason, OLD.identity, OLD.attempt_id)
    THEN NULL
    WHEN OLD.finding IS NOT NULL
    THEN RAISE(ABORT, 'a signature is judged once')
    WHEN NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE id = NEW.attempt_id AND goal_id = OLD.goal_id AND state = 'open'
        AND lease_token = NEW.lease_token)
    THEN RAISE(ABORT, 'only the holder of the lease judges signatures: SET attempt_id and lease_token to those of the open attempt')
    WHEN NOT CASE NEW.finding
      WHEN 'verified' THEN NEW.finding_reason IS NULL AND NEW.identity IS NOT NULL
      WHEN 'refused' THEN NEW.finding_reason IS NOT NULL
      ELSE 0 END
    THEN RAISE(ABORT, 'a signature is verified as an identity''s, or refused with a reason')
    WHEN NEW.identity IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM identities
      WHERE name = NEW.identity AND kind IN ('person', 'agent') AND since <= OLD.at
        AND coalesce(until > OLD.at, 1))
      AND NEW.finding = 'verified'
    THEN RAISE(ABORT, 'a verified signature is that of a person or agent whose key was live when it was given')
  END;
END;

CREATE TRIGGER goal_signatures_after_finding AFTER UPDATE ON goal_signatures
WHEN NEW.finding IS NOT OLD.finding
BEGIN
  INSERT INTO identity_ledger(actor, assurance, event, goal_id, attempt_id, from_state, to_state,
    reason, detail)
  SELECT (SELECT worker FROM attempts WHERE id = NEW.attempt_id),
    CASE NEW.finding WHEN 'verified' THEN 'signed' ELSE 'claimed' END,
    'signature.' || to_state, goal_id, attempt_id, 'added', to_state, reason, detail
  FROM carried_signatures
  WHERE signature_id = NEW.id;
  SELECT RAISE(ABORT, 'the ledger took no entry of this signature, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE goal_signatures SET actor = NULL, lease_token = NULL WHERE id = NEW.id;
END;

CREATE TRIGGER goal_signatures_after_proof AFTER UPDATE ON goal_signatures
WHEN NEW.finding IS OLD.finding AND (NEW.actor IS NOT NULL OR NEW.lease_token IS NOT NULL)
BEGIN
  UPDATE goal_signatures SET actor = NULL, lease_token = NULL WHERE id = NEW.id;
END;

CREATE TRIGGER goal_signatures_delete BEFORE DELETE ON goal_signatures
WHEN NOT EXISTS (SELECT 1 FROM archive_pass)
  OR EXISTS (SELECT 1 FROM goals WHERE id = OLD.goal_id)
BEGIN
  SELECT RAISE(ABORT, 'a signature is never deleted: it is part of its goal''s history');
END;
