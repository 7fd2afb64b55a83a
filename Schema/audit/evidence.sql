-- On what evidence was each goal satisfied? The runs that exited with 0 for the tree committed.
SELECT g.id AS goal_id, g.text, c.branch, c.head_commit, c.tree, t.action, r.try, r.exit_code,
  r.ended_at, r.output_sha256
FROM goals g
  JOIN attempts a ON a.goal_id = g.id AND a.state = 'satisfied'
  LEFT JOIN changes c ON c.attempt_id = a.id
  LEFT JOIN task_runs r ON r.attempt_id = a.id AND r.exit_code = 0 AND r.tree = c.tree
  LEFT JOIN tasks t ON t.id = r.task_id
WHERE g.state = 'satisfied'
ORDER BY g.id, r.id;
