-- What is signed to add goal N or to adopt it? (:request is 'add' or 'adopt')
-- Usage: sqlite3 -newline '' goals.db '.parameter set :id 3' ".parameter set :request adopt"
--   '.read Schema/audit/request.sql' | ssh-keygen -Y sign -n goal-ledger -f KEY
WITH
fields(place, value) AS (
  SELECT 1, id FROM database_info
  UNION ALL SELECT 2, :request
  UNION ALL SELECT 3, id FROM goals WHERE id = :id
  UNION ALL SELECT 4, CASE :request WHEN 'add' THEN 1 ELSE version END FROM goals WHERE id = :id
  UNION ALL SELECT 5, text FROM goals WHERE id = :id
  UNION ALL SELECT 6, task FROM goals WHERE id = :id
  UNION ALL SELECT 7, context FROM goals WHERE id = :id
  UNION ALL SELECT 8, workspace FROM goals WHERE id = :id
  UNION ALL SELECT 9, success_metrics FROM goals WHERE id = :id
  UNION ALL SELECT 10, max_attempts FROM goals WHERE id = :id
  UNION ALL SELECT 11, timeout_ms FROM goals WHERE id = :id
)
SELECT 'goalledger-request-v1' || char(10) || group_concat(
  CASE typeof(value)
    WHEN 'null' THEN 'n0:'
    WHEN 'integer' THEN 'i' || length(value) || ':' || value
    ELSE 't' || length(CAST(value AS BLOB)) || ':' || value END, '') AS request
FROM (SELECT value FROM fields ORDER BY place)
HAVING count(*) = 11;
