-- What had to be tried again? Goals with more than one attempt, and tasks with more than one try.
SELECT 'goal' AS what, g.id AS goal_id, g.text AS name, count(*) AS times,
  group_concat(a.state, ', ') AS ends, g.state
FROM goals g JOIN attempts a ON a.goal_id = g.id
GROUP BY g.id
HAVING count(*) > 1
UNION ALL
SELECT 'task', t.goal_id, t.action, t.tries, (
    SELECT group_concat(coalesce(r.error_class, 'exit code ' || r.exit_code), ', ')
    FROM task_runs r WHERE r.task_id = t.id), t.state
FROM tasks t
WHERE t.tries > 1
ORDER BY what, times DESC, goal_id;
