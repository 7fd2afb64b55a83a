-- Who changed what today (UTC)?
-- Entries are in the order of time, so the day's first one is found by halving, without an index on
-- `at`; had the clock been set back over midnight, entries before that one would be missed.
WITH RECURSIVE part(first, past) AS (
  SELECT coalesce((SELECT min(seq) FROM identity_ledger), 1),
    coalesce((SELECT max(seq) FROM identity_ledger), 0) + 1
  UNION ALL
  SELECT CASE WHEN middle.at < date('now') THEN middle.seq + 1 ELSE first END,
    CASE WHEN middle.at < date('now') THEN past ELSE middle.seq END
  FROM part JOIN identity_ledger middle ON middle.seq = (first + past) / 2
  WHERE first < past
)
SELECT at, actor, assurance, event, goal_id,
  CASE WHEN from_state IS NOT NULL THEN from_state || ' -> ' || to_state ELSE to_state END AS step,
  reason, detail
FROM identity_ledger
WHERE seq >= (SELECT max(first) FROM part) AND at >= date('now')
  AND event NOT GLOB 'task.*'
ORDER BY seq;
