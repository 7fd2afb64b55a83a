-- Plans, and attempts with their leases. Inserting an attempt is the claim of its goal.
-- What must stay true: a goal has an open attempt exactly while it is executing, or abandoned and
-- not yet rolled back; tokens only grow; an attempt ends through its goal, but for that of an
-- abandoned goal, which its worker closes; what has ended never changes.

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

-- Not UNIQUE: a plan that was archived and made again has another id, and an archive may get both.
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

-- Each writes its entry as VALUES: an INSERT of a SELECT fills a temporary table first, which costs
-- something even where it selects nothing.
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
