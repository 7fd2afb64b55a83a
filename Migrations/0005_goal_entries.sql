-- What the triggers of goals write, once a row is written.
-- What must stay true: entries come in this order: goal.amended, goal.<state>, then the end of the
-- attempt; only then is the row tended (version, times, score, write-only columns), which counts as
-- no change. The version is raised after its entry exists: that entry is what permits it. A
-- statement that changes nothing enters nothing.

CREATE TRIGGER goals_after_insert AFTER INSERT ON goals
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, goal_version, to_state, reason, detail)
  VALUES (coalesce(NEW.actor, 'sql'), 'goal.' || NEW.state, NEW.id, 1, NEW.state, NEW.reason,
    json_object('text', NEW.text, 'task', NEW.task, 'context', NEW.context,
      'workspace', NEW.workspace, 'category', NEW.category, 'source', NEW.source,
      'success_metrics', NEW.success_metrics, 'metadata', NEW.metadata,
      'timeout_ms', NEW.timeout_ms, 'max_attempts', NEW.max_attempts,
      'idempotency_key', NEW.idempotency_key, 'retry_at', NULL,
      'value', printf('%!.17g', NEW.value), 'effort', printf('%!.17g', NEW.effort),
      'risk', printf('%!.17g', NEW.risk), 'not_before', NEW.not_before, 'deadline', NEW.deadline,
      'aligns_with', NEW.aligns_with, 'contradicts', NEW.contradicts));
  SELECT RAISE(ABORT, 'the ledger took no entry of this goal, so nothing is changed')
  WHERE changes() <> 1;

  INSERT INTO goal_beliefs(belief_id, goal_id, relation)
  SELECT DISTINCT value, NEW.id, 'aligns'
  FROM json_each(NEW.aligns_with)
  WHERE NEW.aligns_with <> '[]';
  INSERT INTO goal_beliefs(belief_id, goal_id, relation)
  SELECT DISTINCT value, NEW.id, 'contradicts'
  FROM json_each(NEW.contradicts)
  WHERE NEW.contradicts <> '[]';

  UPDATE goals
  SET (score, rescore_at) = (
      SELECT score, rescore_at FROM goal_score_formula WHERE id = NEW.id),
    score_epoch = (SELECT epoch FROM score_epoch)
  WHERE id = NEW.id;
  UPDATE goals
  SET waits_until = CASE
      WHEN NEW.not_before > strftime('%Y-%m-%dT%H:%M:%fZ', 'now') THEN NEW.not_before END,
    actor = NULL, reason = NULL, lease_token = NULL
  WHERE id = NEW.id AND (NEW.not_before IS NOT NULL
    OR NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL OR NEW.lease_token IS NOT NULL);
END;

CREATE TRIGGER goals_after_update AFTER UPDATE OF
  text, task, context, workspace, category, success_metrics, metadata, timeout_ms, max_attempts,
  state, retry_at, value, effort, risk, not_before, deadline, aligns_with, contradicts,
  actor, reason, lease_token
ON goals
WHEN NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL OR NEW.lease_token IS NOT NULL
  OR (NEW.state, NEW.text, NEW.task, NEW.context, NEW.workspace, NEW.category, NEW.success_metrics,
    NEW.metadata, NEW.timeout_ms, NEW.max_attempts, NEW.retry_at, NEW.value, NEW.effort, NEW.risk,
    NEW.not_before, NEW.deadline, NEW.aligns_with, NEW.contradicts)
  IS NOT (OLD.state, OLD.text, OLD.task, OLD.context, OLD.workspace, OLD.category,
    OLD.success_metrics, OLD.metadata, OLD.timeout_ms, OLD.max_attempts, OLD.retry_at, OLD.value,
    OLD.effort, OLD.risk, OLD.not_before, OLD.deadline, OLD.aligns_with, OLD.contradicts)
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, goal_version, reason, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'goal.amended', NEW.id, OLD.version + 1, NEW.reason,
    json_group_object(name, json_object('old', old, 'new', new))
  FROM (
    SELECT 'text' AS name, OLD.text AS old, NEW.text AS new
    UNION ALL SELECT 'task', OLD.task, NEW.task
    UNION ALL SELECT 'context', OLD.context, NEW.context
    UNION ALL SELECT 'workspace', OLD.workspace, NEW.workspace
    UNION ALL SELECT 'category', OLD.category, NEW.category
    UNION ALL SELECT 'success_metrics', OLD.success_metrics, NEW.success_metrics
    UNION ALL SELECT 'metadata', OLD.metadata, NEW.metadata
    UNION ALL SELECT 'timeout_ms', OLD.timeout_ms, NEW.timeout_ms
    UNION ALL SELECT 'max_attempts', OLD.max_attempts, NEW.max_attempts
    UNION ALL SELECT 'retry_at', OLD.retry_at, NEW.retry_at WHERE NEW.state = OLD.state
    UNION ALL SELECT 'value', printf('%!.17g', OLD.value), printf('%!.17g', NEW.value)
    UNION ALL SELECT 'effort', printf('%!.17g', OLD.effort), printf('%!.17g', NEW.effort)
    UNION ALL SELECT 'risk', printf('%!.17g', OLD.risk), printf('%!.17g', NEW.risk)
    UNION ALL SELECT 'not_before', OLD.not_before, NEW.not_before
    UNION ALL SELECT 'deadline', OLD.deadline, NEW.deadline
    UNION ALL SELECT 'aligns_with', OLD.aligns_with, NEW.aligns_with
    UNION ALL SELECT 'contradicts', OLD.contradicts, NEW.contradicts
  )
  WHERE old IS NOT new
  HAVING count(*) > 0;
  SELECT RAISE(ABORT, 'the ledger took no entry of this goal, so nothing is changed')
  WHERE changes() <> 1
    AND ((NEW.text, NEW.task, NEW.context, NEW.workspace, NEW.category, NEW.success_metrics,
        NEW.metadata, NEW.timeout_ms, NEW.max_attempts, NEW.value, NEW.effort, NEW.risk,
        NEW.not_before, NEW.deadline, NEW.aligns_with, NEW.contradicts)
      IS NOT (OLD.text, OLD.task, OLD.context, OLD.workspace, OLD.category, OLD.success_metrics,
        OLD.metadata, OLD.timeout_ms, OLD.max_attempts, OLD.value, OLD.effort, OLD.risk,
        OLD.not_before, OLD.deadline, OLD.aligns_with, OLD.contradicts)
      OR NEW.state = OLD.state AND NEW.retry_at IS NOT OLD.retry_at);

  INSERT INTO identity_ledger(actor, event, goal_id, goal_version, attempt_id, from_state, to_state,
    reason, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'goal.' || NEW.state, NEW.id, OLD.version + 1,
    CASE WHEN 'executing' IN (OLD.state, NEW.state)
      THEN (SELECT id FROM attempts WHERE goal_id = NEW.id AND state = 'open') END,
    OLD.state, NEW.state, NEW.reason,
    json_object('attempts',
      CASE WHEN OLD.state = 'failed' AND NEW.state = 'adopted' THEN 0 ELSE NEW.attempts END,
      'retry_at', NEW.retry_at,
      'result', json(CASE OLD.state WHEN 'executing' THEN NEW.result END))
  WHERE NEW.state <> OLD.state;
  SELECT RAISE(ABORT, 'the ledger took no entry of this goal, so nothing is changed')
  WHERE NEW.state <> OLD.state AND changes() <> 1;

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
    AND OLD.state = 'executing' AND NEW.state IN ('satisfied', 'adopted', 'failed');

  UPDATE goals
  SET version = OLD.version + 1,
    attempts = CASE
      WHEN OLD.state = 'failed' AND NEW.state = 'adopted' THEN 0 ELSE NEW.attempts END,
    updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    waits_until = CASE
      WHEN max(coalesce(NEW.not_before, ''), coalesce(NEW.retry_at, ''))
        > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
      THEN max(coalesce(NEW.not_before, ''), coalesce(NEW.retry_at, '')) END,
    actor = NULL, reason = NULL, lease_token = NULL
  WHERE id = NEW.id AND (NEW.state, NEW.text, NEW.task, NEW.context, NEW.workspace, NEW.category,
      NEW.success_metrics, NEW.metadata, NEW.timeout_ms, NEW.max_attempts, NEW.retry_at, NEW.value,
      NEW.effort, NEW.risk, NEW.not_before, NEW.deadline, NEW.aligns_with, NEW.contradicts)
    IS NOT (OLD.state, OLD.text, OLD.task, OLD.context, OLD.workspace, OLD.category,
      OLD.success_metrics, OLD.metadata, OLD.timeout_ms, OLD.max_attempts, OLD.retry_at, OLD.value,
      OLD.effort, OLD.risk, OLD.not_before, OLD.deadline, OLD.aligns_with, OLD.contradicts);
  UPDATE goals
  SET actor = NULL, reason = NULL, lease_token = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL OR lease_token IS NOT NULL);

  UPDATE goals
  SET (score, rescore_at) = (
      SELECT score, rescore_at FROM goal_score_formula WHERE id = NEW.id),
    score_epoch = (SELECT epoch FROM score_epoch)
  WHERE id = NEW.id
    AND (NEW.state = 'adopted' AND OLD.state <> 'adopted'
      OR (NEW.value, NEW.effort, NEW.risk, NEW.deadline, NEW.aligns_with, NEW.contradicts)
      IS NOT (OLD.value, OLD.effort, OLD.risk, OLD.deadline, OLD.aligns_with, OLD.contradicts));

  -- A satisfied goal releases up to a hundred dependents at once; more is left to the queue.
  INSERT INTO release_queue(goal_id)
  SELECT NEW.id
  WHERE NEW.state = 'satisfied' AND OLD.state <> 'satisfied' AND 100 < (
    SELECT count(*)
    FROM (SELECT 1 FROM goal_dependencies WHERE depends_on = NEW.id AND met = 0 LIMIT 101));
  UPDATE goal_dependencies
  SET met = 1
  WHERE depends_on = NEW.id AND met = 0
    AND NEW.state = 'satisfied' AND OLD.state <> 'satisfied'
    AND NOT EXISTS (SELECT 1 FROM release_queue WHERE goal_id = NEW.id);
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
