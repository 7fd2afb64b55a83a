-- Which entries and outputs hold marks of what was redacted, and what was it?
-- To confirm that a mark stands for a secret you know, in the sqlite3 shell:
--   SELECT substr(lower(hex(sha3('SALT' || ':' || 'SECRET', 256))), 1, 32) = 'DIGEST';
WITH RECURSIVE written(seq, goal_id, task_id, place, text) AS (
  SELECT seq, goal_id, task_id, 'reason', reason
  FROM identity_ledger
  WHERE instr(reason, '[redacted ')
  UNION ALL
  SELECT seq, goal_id, task_id, 'detail', detail
  FROM identity_ledger
  WHERE instr(detail, '[redacted ')
  UNION ALL
  SELECT NULL, a.goal_id, r.task_id, 'output of try ' || r.try, r.output_head || r.output_tail
  FROM task_runs r
  JOIN attempts a ON a.id = r.attempt_id
  WHERE instr(r.output_head, '[redacted ') OR instr(r.output_tail, '[redacted ')
), cut(seq, goal_id, task_id, place, text, rest) AS (
  SELECT seq, goal_id, task_id, place, NULL, text
  FROM written
  UNION ALL
  -- A mark is at most 102 characters long.
  SELECT seq, goal_id, task_id, place, substr(rest, instr(rest, '[redacted '), 102),
    substr(rest, instr(rest, '[redacted ') + 10)
  FROM cut
  WHERE instr(rest, '[redacted ')
), mark(seq, goal_id, task_id, place, text) AS (
  SELECT seq, goal_id, task_id, place, substr(text, 11, instr(text, ']') - 11)
  FROM cut
  WHERE text IS NOT NULL AND instr(text, ']')
)
SELECT seq, goal_id, task_id, place,
  substr(text, 1, instr(text, ' ') - 1) AS pattern,
  substr(text, instr(text, ' ') + 1, 16) AS salt,
  substr(text, instr(text, ':') + 1) AS digest
FROM mark
WHERE text GLOB '* ????????????????:????????????????????????????????'
ORDER BY seq IS NULL, seq, task_id, place, pattern, salt;
