-- What is executing, and under whose lease?
SELECT g.id AS goal_id, g.text, g.state, a.id AS attempt_id, a.number AS attempt, a.worker,
  a.lease_token, a.lease_expires_at,
  a.lease_expires_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS expired, a.takeovers, a.started_at,
  (SELECT group_concat(action, ', ') FROM tasks t WHERE t.attempt_id = a.id AND t.state = 'running')
    AS running,
  w.host, w.pid, w.state AS worker_state
FROM attempts a
  JOIN goals g ON g.id = a.goal_id
  LEFT JOIN workers w ON w.name = a.worker
WHERE a.state = 'open'
ORDER BY a.started_at, a.id;
