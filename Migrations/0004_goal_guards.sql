-- What the triggers of goals refuse, before a row is written.
-- What must stay true: everything here raises ABORT, which no conflict clause of the client's
-- statement overrides; comparisons are IS and IS NOT, since OR REPLACE turns a NULL into the
-- default only after these triggers ran. A derived column is compared with what it is derived
-- from, so that the ledger's own triggers pass by the same rule as everybody: at rest there is no
-- other value it could be set to. The columns an UPDATE trigger names include every alias of the
-- row's id, since SQLite matches the names as written.

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

-- Three triggers by the columns a statement names, so that a claim and the end of an attempt are not
-- asked what only an amendment can get wrong. Each raises or does nothing: their order is free.
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

-- A score is set apart from everything else, and is what the formula says now.
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
