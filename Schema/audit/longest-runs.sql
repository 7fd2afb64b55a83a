-- What ran longest?
SELECT r.duration_ms, t.goal_id, a.number AS attempt, t.action, t.arguments, r.try, r.exit_code,
  r.started_at, r.ended_at
FROM task_runs r
  JOIN tasks t ON t.id = r.task_id
  JOIN attempts a ON a.id = t.attempt_id
ORDER BY r.duration_ms DESC
LIMIT 20;
