-- How often does each action succeed, and how long does a run of it take on average?
SELECT t.action, count(*) AS runs,
  sum(r.error_class IS NULL AND coalesce(r.exit_code, 0) = 0) AS successes,
  round(avg(r.error_class IS NULL AND coalesce(r.exit_code, 0) = 0), 3) AS success_rate,
  round(avg(r.duration_ms), 1) AS mean_ms, max(r.duration_ms) AS longest_ms
FROM task_runs r JOIN tasks t ON t.id = r.task_id
GROUP BY t.action
ORDER BY success_rate, t.action;
