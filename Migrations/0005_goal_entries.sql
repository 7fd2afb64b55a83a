-- What the triggers of goals write, once a row is written.
-- What must stay true: entries come in this order: goal.amended, goal.<state>, then the end of the
-- attempt; only then is the row tended (version, times, score, write-only columns), which counts as
-- no change; at its birth, when it has but one entry, in any order. The version is raised after its
-- entry exists: that entry is what permits it. A statement that changes nothing enters nothing.
-- Triggers apart from each other by the columns a statement names or by WHEN: what is rare costs the
-- transitions of every goal nothing.

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

-- What few goals are born with, apart from the rest: statements cost something even where they write
-- nothing. Whichever of these triggers comes last, the score is of what is there then.
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

-- One row that never changes: its UPDATE enters what a statement amended, which is what the live row
-- says by now where that is not what was said before it. Both triggers below ask it; the one that
-- finds nothing amended goes by it.
CREATE TABLE amendment_entry (
  one INTEGER PRIMARY KEY,
  actor TEXT,
  goal_id INTEGER,
  goal_version INTEGER,
  reason TEXT,
  old TEXT
) STRICT;

INSERT INTO amendment_entry(one)
VALUES (1);

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

-- A satisfied goal releases up to a hundred dependents at once; more is left to the queue.
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

-- Who says something and changes nothing leaves nothing behind.
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

-- An amendment alone. retry_at is one only where no attempt begins or ends with it.
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

-- The mirror of a goal's beliefs, apart from the rest, since the statements that write it cost
-- something even where they write nothing.
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
