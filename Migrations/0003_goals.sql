-- Goals: what is asked, the facts of birth, the life of a goal and its place in the order; the rules
-- of its transitions; and the one definition of its score.
-- What must stay true: a CHECK's name is the sentence its violation prints. What is not said here by
-- a CHECK is said by the triggers of the next two files: a state by goal_transition_rules, a derived
-- column by comparing it with what it is derived from.

CREATE TABLE goal_transition_rules (
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  needs TEXT,
  sentence TEXT NOT NULL,
  PRIMARY KEY (from_state, to_state)
) STRICT, WITHOUT ROWID;

INSERT INTO goal_transition_rules(from_state, to_state, needs, sentence)
VALUES
  ('proposed', 'adopted', NULL, 'the goal is to be pursued'),
  ('proposed', 'abandoned', NULL, 'the goal is not wanted'),
  ('adopted', 'executing', 'open attempt', 'a worker claims the goal by opening an attempt'),
  ('adopted', 'proposed', NULL, 'the goal is put back, to be amended or thought over'),
  ('adopted', 'abandoned', NULL, 'the goal is no longer wanted'),
  ('executing', 'satisfied', 'token', 'the attempt ends with evidence of success'),
  ('executing', 'adopted', 'token or expired lease',
    'the attempt is rolled back, to be retried; anybody may say so once its lease has expired'),
  ('executing', 'failed', 'token', 'attempts are used up, or no retry can help'),
  ('executing', 'abandoned', NULL,
    'the goal is no longer wanted; its attempt stays open until it is rolled back'),
  ('failed', 'adopted', NULL, 'the goal is to be tried again, its attempts counted anew'),
  ('failed', 'abandoned', NULL, 'the goal is given up');

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

-- Goals whose urgency is yet to change: a score ages by itself only through the deadline.
CREATE INDEX goals_aging ON goals(rescore_at)
WHERE rescore_at IS NOT NULL AND state IN ('proposed', 'adopted');

-- Goals that come back by themselves after a failed attempt, unlike those that wait for not_before.
CREATE INDEX goals_retrying ON goals(waits_until)
WHERE state = 'adopted' AND blockers = 0 AND retry_at IS NOT NULL AND waits_until IS retry_at;

-- Lists by state, newest first.
CREATE INDEX goals_states ON goals(state);

CREATE INDEX goals_deadlines ON goals(deadline)
WHERE deadline IS NOT NULL AND state IN ('proposed', 'adopted');

-- The arrays aligns_with and contradicts, row by row. The triggers of goals keep it; written by
-- hand it accepts only what the arrays already say.
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

-- The one definition of a score: the weighted sum, less 1 where the goal contradicts an active
-- belief, clamped to [0,1]. Urgency grows from 0 to 1 within the last day before the deadline and
-- is 0 past it; alignment is the mean confidence of the active beliefs the goal aligns with.
-- rescore_at is when time alone will have changed it: as the last day begins, every quarter of an
-- hour within it (a hundredth of the urgency's weight), just past the deadline, and never after.
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

-- What was asked of a goal, one row a column, REALs as the ledger writes them.
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
