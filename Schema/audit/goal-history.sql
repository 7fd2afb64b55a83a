-- What happened to goal N?
-- Usage: sqlite3 goals.db '.parameter set :id 3' '.read Schema/audit/goal-history.sql'
SELECT seq, at, actor, assurance, event, from_state, to_state, attempt_id, task_id, reason,
  CASE WHEN event IN ('goal.proposed', 'goal.adopted') AND from_state IS NULL
    THEN json_extract(detail, '$.text') ELSE detail END AS detail
FROM identity_ledger
WHERE goal_id = :id
ORDER BY seq;
