-- Who changed what today (UTC)?
SELECT at, actor, assurance, event, goal_id,
  CASE WHEN from_state IS NOT NULL THEN from_state || ' -> ' || to_state ELSE to_state END AS step,
  reason, detail
FROM identity_ledger
WHERE at >= date('now')
  AND event NOT GLOB 'task.*'
ORDER BY seq;
