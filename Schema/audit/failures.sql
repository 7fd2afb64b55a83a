-- Which goals failed, and why?
-- The reason said with the transition, else the error of the last task that failed in the attempt.
SELECT g.id AS goal_id, g.text, l.at AS failed_at, l.actor,
  coalesce(l.reason, (
    SELECT t.action || ': ' || coalesce(r.error_class || ': ', '') || coalesce(r.message, 'exit code ' || r.exit_code, 'no message')
    FROM tasks t JOIN task_runs r ON r.task_id = t.id
    WHERE t.attempt_id = l.attempt_id AND t.state = 'failed'
    ORDER BY r.id DESC
    LIMIT 1)) AS why,
  (SELECT count(*) FROM attempts a WHERE a.goal_id = g.id) AS attempts, g.result
FROM goals g
  JOIN identity_ledger l ON l.goal_id = g.id AND l.event = 'goal.failed'
    AND l.goal_version = (
      SELECT max(goal_version) FROM identity_ledger
      WHERE goal_id = g.id AND goal_version IS NOT NULL AND event = 'goal.failed')
WHERE g.state = 'failed'
ORDER BY l.seq DESC;
