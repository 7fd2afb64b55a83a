-- What was noted, and what was refused to whom?
SELECT seq, at, actor, event, goal_id, attempt_id, task_id, reason, detail
FROM identity_ledger
WHERE event IN ('note', 'refused')
ORDER BY seq;
