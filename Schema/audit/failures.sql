-- Which goals failed, and why?
-- The reason said with the transition, else the error of the last task that failed in the attempt.
-- Where the transition is in an archive, the time is the goal's latest change, and its actor there.
SELECT g.id AS goal_id, g.text, coalesce(l.at, g.updated_at) AS failed_at, l.actor,
  coalesce(l.reason, (
    SELECT t.action || ': ' || coalesce(r.error_class || ': ', '') || coalesce(r.message, 'exit code ' || r.exit_code, 'no message')
    FROM tasks t JOIN task_runs r ON r.task_id = t.id
    WHERE t.attempt_id = coalesce(l.attempt_id, (
        SELECT max(a.id) FROM attempts a WHERE a.goal_id = g.id))
      AND t.state = 'failed'
    ORDER BY r.id DESC
    LIMIT 1)) AS why,
  (SELECT count(*) FROM attempts a WHERE a.goal_id = g.id) AS attempts, g.result
FROM goals g
  LEFT JOIN identity_ledger l ON l.goal_id = g.id AND l.event = 'goal.failed'
    AND l.goal_version = (
      SELECT max(goal_version) FROM identity_ledger
      WHERE goal_id = g.id AND goal_version IS NOT NULL AND event = 'goal.failed')
WHERE g.state = 'failed'
ORDER BY failed_at DESC, l.seq DESC;
