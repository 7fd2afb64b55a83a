-- Who is active in the ledger, and with what?
SELECT actor, assurance, count(*) AS entries, count(DISTINCT goal_id) AS goals,
  sum(event = 'goal.amended') AS amendments,
  sum(event GLOB 'goal.*' AND from_state IS NULL AND to_state IS NOT NULL) AS goals_added,
  sum(event = 'goal.adopted' AND from_state IS NOT NULL OR event = 'goal.abandoned') AS decisions,
  min(at) AS first_at, max(at) AS last_at
FROM identity_ledger
GROUP BY actor, assurance
ORDER BY entries DESC, actor;
