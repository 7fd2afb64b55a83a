-- The live tables are a fold of the ledger: no row means that it is so.
-- Each row names a subject, a column, what the ledger says and what the table says.
WITH
entries AS NOT MATERIALIZED (
  -- An archive has whole goals, and the older entries of what lives on elsewhere.
  SELECT seq, event, goal_id, goal_version, attempt_id, task_id, to_state, reason, detail
  FROM identity_ledger
  WHERE NOT EXISTS (SELECT 1 FROM archive_file) OR goal_id IN (SELECT id FROM goals)
),
-- Those about the fewest, so that not each of the questions about them reads all.
few_entries AS MATERIALIZED (
  SELECT *
  FROM entries
  WHERE event NOT GLOB 'goal.*' AND event NOT GLOB 'attempt.*' AND event NOT GLOB 'task.*'
    AND event NOT GLOB 'change.*'
),
-- The latest transition of each subject.
goal_ends AS (
  SELECT goal_id, to_state, json_extract(detail, '$.attempts') AS attempts, max(seq)
  FROM entries
  WHERE event GLOB 'goal.*' AND to_state IS NOT NULL
  GROUP BY goal_id
),
goal_versions AS (
  SELECT goal_id, max(goal_version) AS version
  FROM entries
  WHERE event GLOB 'goal.*'
  GROUP BY goal_id
),
-- Each word on what is asked: a birth or transition says a value, an amendment old and new.
words AS NOT MATERIALIZED (
  SELECT e.seq, e.goal_id, d.key AS name,
    CASE d.type WHEN 'object' THEN json_extract(d.value, '$.new') ELSE d.value END AS value
  FROM entries e, json_each(e.detail) d
  WHERE e.event GLOB 'goal.*' AND d.key NOT IN ('attempts', 'result')
),
attempt_ends AS (
  SELECT attempt_id, goal_id, to_state, max(seq)
  FROM entries
  WHERE event GLOB 'attempt.*' AND to_state IS NOT NULL
  GROUP BY attempt_id
),
attempt_leases AS (
  SELECT attempt_id, json_extract(detail, '$.worker') AS worker,
    json_extract(detail, '$.lease_token') AS lease_token, max(seq)
  FROM entries
  WHERE event IN ('attempt.open', 'attempt.taken_over', 'attempt.carried')
  GROUP BY attempt_id
),
attempt_plans AS (
  SELECT attempt_id, json_extract(detail, '$.plan_id') AS plan_id,
    json_extract(detail, '$.digest') AS digest, max(seq)
  FROM entries
  WHERE event = 'plan.made'
    OR event = 'attempt.carried' AND json_extract(detail, '$.plan_id') IS NOT NULL
  GROUP BY attempt_id
),
task_ends AS (
  SELECT task_id, attempt_id, goal_id, to_state, json_extract(detail, '$.commit') AS commit_id,
    max(seq)
  FROM entries
  WHERE event GLOB 'task.*'
  GROUP BY task_id
),
task_births AS (
  SELECT task_id, json_extract(detail, '$.number') AS number,
    json_extract(detail, '$.action') AS action, json_extract(detail, '$.arguments') AS arguments,
    json_extract(detail, '$.priority') AS priority
  FROM entries
  WHERE event IN ('task.pending', 'task.carried')
),
task_tries AS (
  SELECT task_id, max(json_extract(detail, '$.try')) AS tries
  FROM entries
  WHERE event IN ('task.running', 'task.carried')
  GROUP BY task_id
),
change_ends AS (
  SELECT attempt_id, goal_id, to_state, json_extract(detail, '$.branch') AS branch,
    json_extract(detail, '$.head_commit') AS head_commit, json_extract(detail, '$.tree') AS tree,
    max(seq)
  FROM entries
  WHERE event GLOB 'change.*'
  GROUP BY attempt_id
),
signature_ends AS (
  SELECT goal_id, json_extract(detail, '$.signature') AS id, to_state, attempt_id, reason, detail,
    max(seq)
  FROM few_entries
  WHERE event GLOB 'signature.*'
  GROUP BY 2
),
edges AS (
  SELECT goal_id, depends_on
  FROM (
    SELECT goal_id, json_extract(detail, '$.depends_on') AS depends_on, event, max(seq)
    FROM few_entries
    WHERE event GLOB 'dependency.*'
    GROUP BY 1, 2
  )
  WHERE event IN ('dependency.added', 'dependency.carried')
),
belief_words AS (
  SELECT json_extract(detail, '$.belief') AS id, json_extract(detail, '$.confidence') AS confidence,
    json_extract(detail, '$.active') AS active, json_extract(detail, '$.immutable') AS immutable,
    max(seq)
  FROM few_entries
  WHERE event GLOB 'belief.*'
  GROUP BY 1
),
belief_births AS (
  SELECT json_extract(detail, '$.belief') AS id, json_extract(detail, '$.name') AS name,
    json_extract(detail, '$.statement') AS statement
  FROM few_entries
  WHERE event IN ('belief.added', 'belief.carried')
),
weight_words AS (
  SELECT json_extract(detail, '$.weight') AS name, json_extract(detail, '$.new') AS weight, max(seq)
  FROM few_entries
  WHERE event GLOB 'weight.*'
  GROUP BY 1
),
breaker_ends AS (
  SELECT json_extract(detail, '$.action') AS action,
    json_extract(detail, '$.workspace') AS workspace, to_state, max(seq)
  FROM few_entries
  WHERE event GLOB 'breaker.*'
  GROUP BY 1, 2
),
worker_ends AS (
  SELECT json_extract(detail, '$.worker') AS name, to_state,
    json_extract(detail, '$.public_key') AS public_key, max(seq)
  FROM few_entries
  WHERE event GLOB 'worker.*'
  GROUP BY 1
),
identity_words AS (
  SELECT json_extract(detail, '$.public_key') AS public_key, json_extract(detail, '$.name') AS name,
    json_extract(detail, '$.kind') AS kind, json_extract(detail, '$.since') AS since,
    json_extract(detail, '$.until') AS until, json_extract(detail, '$.voucher') AS voucher, max(seq)
  FROM few_entries
  WHERE event GLOB 'identity.*'
  GROUP BY 1
),
-- An archive has identities, to tell whose its seals are, and their entries may be elsewhere.
identities_here AS (
  SELECT lower(hex(public_key)) AS public_key, name, kind, since, until,
    nullif(lower(hex(voucher)), '') AS voucher
  FROM identities
  WHERE NOT EXISTS (SELECT 1 FROM archive_file)
),
-- What is sound is set aside before the two sides are compared value by value, which takes longest:
-- goals, attempts and tasks of which every value is the same and of the same class. (A + takes away
-- a column's affinity, which would make '1' and 1 the same; and 1.0 is 1, but for its class.)
-- A word is worth the bit of what it is about, or 0 where the table says another.
worths AS NOT MATERIALIZED (
  SELECT w.seq, w.goal_id, w.name, CASE w.name
    WHEN 'text' THEN ((+g.text, typeof(g.text)) IS (w.value, typeof(w.value))) * 1
    WHEN 'task' THEN ((+g.task, typeof(g.task)) IS (w.value, typeof(w.value))) * 2
    WHEN 'context' THEN ((+g.context, typeof(g.context)) IS (w.value, typeof(w.value))) * 4
    WHEN 'workspace' THEN ((+g.workspace, typeof(g.workspace)) IS (w.value, typeof(w.value))) * 8
    WHEN 'category' THEN ((+g.category, typeof(g.category)) IS (w.value, typeof(w.value))) * 16
    WHEN 'source' THEN ((+g.source, typeof(g.source)) IS (w.value, typeof(w.value))) * 32
    WHEN 'success_metrics' THEN ((+g.success_metrics, typeof(g.success_metrics)) IS (w.value, typeof(w.value))) * 64
    WHEN 'metadata' THEN ((+g.metadata, typeof(g.metadata)) IS (w.value, typeof(w.value))) * 128
    WHEN 'timeout_ms' THEN ((+g.timeout_ms, typeof(g.timeout_ms)) IS (w.value, typeof(w.value))) * 256
    WHEN 'max_attempts' THEN ((+g.max_attempts, typeof(g.max_attempts)) IS (w.value, typeof(w.value))) * 512
    WHEN 'idempotency_key' THEN ((+g.idempotency_key, typeof(g.idempotency_key)) IS (w.value, typeof(w.value))) * 1024
    WHEN 'retry_at' THEN ((+g.retry_at, typeof(g.retry_at)) IS (w.value, typeof(w.value))) * 2048
    WHEN 'value' THEN (printf('%!.17g', g.value) IS w.value) * 4096
    WHEN 'effort' THEN (printf('%!.17g', g.effort) IS w.value) * 8192
    WHEN 'risk' THEN (printf('%!.17g', g.risk) IS w.value) * 16384
    WHEN 'not_before' THEN ((+g.not_before, typeof(g.not_before)) IS (w.value, typeof(w.value))) * 32768
    WHEN 'deadline' THEN ((+g.deadline, typeof(g.deadline)) IS (w.value, typeof(w.value))) * 65536
    WHEN 'aligns_with' THEN ((+g.aligns_with, typeof(g.aligns_with)) IS (w.value, typeof(w.value))) * 131072
    WHEN 'contradicts' THEN ((+g.contradicts, typeof(g.contradicts)) IS (w.value, typeof(w.value))) * 262144
    ELSE 0 END AS worth
  FROM words w JOIN goals g ON g.id = w.goal_id
),
-- Goals of which the table says whatever was ever said, and of which one entry says all. (Nineteen
-- bits make 524287 only if they are all there.)
constant_goals AS MATERIALIZED (
  SELECT goal_id AS id
  FROM (
    SELECT goal_id, count(*) = 19 AND sum(worth) = 524287 AS says_all, min(worth) AS least
    FROM worths
    GROUP BY seq)
  GROUP BY goal_id
  HAVING max(says_all) AND min(least) > 0
),
-- Goals of which it says whatever was said last.
sound_words AS (
  SELECT id FROM constant_goals
  UNION ALL
  SELECT goal_id
  FROM (
    SELECT goal_id, max(2 * seq + (worth = 0)) & 1 AS is_other
    FROM worths
    WHERE goal_id NOT IN (SELECT id FROM constant_goals)
    GROUP BY goal_id, name)
  GROUP BY goal_id
  HAVING count(*) = 19 AND max(is_other) = 0
),
sound_goals AS MATERIALIZED (
  SELECT g.id
  FROM sound_words w JOIN goals g ON g.id = w.id JOIN goal_ends e ON e.goal_id = g.id
    JOIN goal_versions v ON v.goal_id = g.id
  WHERE (+g.state, +g.attempts, typeof(g.attempts), +g.version, typeof(g.version))
    IS (+e.to_state, coalesce(e.attempts, 0), typeof(coalesce(e.attempts, 0)), +v.version,
      typeof(v.version))
),
sound_attempts AS MATERIALIZED (
  SELECT a.id
  FROM attempts a JOIN attempt_ends e ON e.attempt_id = a.id
    JOIN attempt_leases l ON l.attempt_id = a.id
    LEFT JOIN attempt_plans q ON q.attempt_id = a.id
    LEFT JOIN plans p ON p.id = a.plan_id
  WHERE (+a.goal_id, typeof(a.goal_id), +a.state, +a.worker, typeof(a.worker), +a.lease_token,
      typeof(a.lease_token))
      IS (+e.goal_id, typeof(e.goal_id), +e.to_state, +l.worker, typeof(l.worker), +l.lease_token,
        typeof(l.lease_token))
    AND (a.plan_id IS NULL AND q.attempt_id IS NULL
      OR p.id IS NOT NULL AND (+a.plan_id, typeof(a.plan_id), +p.digest, typeof(p.digest))
        IS (+q.plan_id, typeof(q.plan_id), +q.digest, typeof(q.digest)))
),
sound_tasks AS MATERIALIZED (
  SELECT t.id
  FROM tasks t JOIN task_ends e ON e.task_id = t.id JOIN task_births b ON b.task_id = t.id
    LEFT JOIN task_tries r ON r.task_id = t.id
  GROUP BY t.id
  HAVING min((+t.attempt_id, typeof(t.attempt_id), +t.goal_id, typeof(t.goal_id), +t.state)
      IS (+e.attempt_id, typeof(e.attempt_id), +e.goal_id, typeof(e.goal_id), +e.to_state)
    AND (+t.number, typeof(t.number), +t.action, typeof(t.action), +t.priority, typeof(t.priority))
      IS (+b.number, typeof(b.number), +b.action, typeof(b.action), +b.priority, typeof(b.priority))
    AND json(t.arguments) IS b.arguments
    AND (t.tries = 0 AND r.tries IS NULL
      OR (+t.tries, typeof(t.tries)) IS (r.tries, typeof(r.tries)))
    AND ((+t.commit_id, typeof(t.commit_id)) IS (+e.commit_id, typeof(e.commit_id))
      OR e.to_state NOT IN ('succeeded', 'failed', 'aborted', 'cancelled')))
),
goal_ends_left AS MATERIALIZED (
  SELECT * FROM goal_ends WHERE (goal_id IN (SELECT id FROM sound_goals)) IS NOT 1
),
goal_versions_left AS (
  SELECT * FROM goal_versions WHERE (goal_id IN (SELECT id FROM sound_goals)) IS NOT 1
),
goal_words_left AS (
  SELECT goal_id, name, value, max(seq)
  FROM words
  WHERE (goal_id IN (SELECT id FROM sound_goals)) IS NOT 1
  GROUP BY goal_id, name
),
attempt_ends_left AS MATERIALIZED (
  SELECT * FROM attempt_ends WHERE (attempt_id IN (SELECT id FROM sound_attempts)) IS NOT 1
),
attempt_leases_left AS MATERIALIZED (
  SELECT * FROM attempt_leases WHERE (attempt_id IN (SELECT id FROM sound_attempts)) IS NOT 1
),
attempt_plans_left AS MATERIALIZED (
  SELECT * FROM attempt_plans WHERE (attempt_id IN (SELECT id FROM sound_attempts)) IS NOT 1
),
task_ends_left AS MATERIALIZED (
  SELECT * FROM task_ends WHERE (task_id IN (SELECT id FROM sound_tasks)) IS NOT 1
),
task_births_left AS MATERIALIZED (
  SELECT * FROM task_births WHERE (task_id IN (SELECT id FROM sound_tasks)) IS NOT 1
),
task_tries_left AS (
  SELECT * FROM task_tries WHERE (task_id IN (SELECT id FROM sound_tasks)) IS NOT 1
),
goals_left AS MATERIALIZED (
  SELECT id, state, attempts, version, source, idempotency_key
  FROM goals
  WHERE id NOT IN (SELECT id FROM sound_goals)
),
goal_live AS (
  SELECT goal_id, name, value FROM goal_asked WHERE goal_id IN (SELECT id FROM goals_left)
  UNION ALL SELECT id, 'source', source FROM goals_left
  UNION ALL SELECT id, 'idempotency_key', idempotency_key FROM goals_left
),
attempts_left AS MATERIALIZED (
  SELECT id, goal_id, state, worker, lease_token, plan_id
  FROM attempts
  WHERE id NOT IN (SELECT id FROM sound_attempts)
),
tasks_left AS MATERIALIZED (
  SELECT id, attempt_id, goal_id, state, commit_id, number, action, arguments, priority, tries
  FROM tasks
  WHERE id NOT IN (SELECT id FROM sound_tasks)
),
-- Both sides as (subject, id, name, value); what is on one side only is a difference.
ledger(subject, id, name, value) AS (
  SELECT 'goal', goal_id, 'state', to_state FROM goal_ends_left
  UNION ALL SELECT 'goal', goal_id, 'attempts', coalesce(attempts, 0) FROM goal_ends_left
  UNION ALL SELECT 'goal', goal_id, 'version', version FROM goal_versions_left
  UNION ALL SELECT 'goal', goal_id, name, value FROM goal_words_left
  UNION ALL SELECT 'attempt', attempt_id, 'goal_id', goal_id FROM attempt_ends_left
  UNION ALL SELECT 'attempt', attempt_id, 'state', to_state FROM attempt_ends_left
  UNION ALL SELECT 'attempt', attempt_id, 'worker', worker FROM attempt_leases_left
  UNION ALL SELECT 'attempt', attempt_id, 'lease_token', lease_token FROM attempt_leases_left
  UNION ALL SELECT 'attempt', attempt_id, 'plan_id', plan_id FROM attempt_plans_left
  UNION ALL SELECT 'attempt', attempt_id, 'plan digest', digest FROM attempt_plans_left
  UNION ALL SELECT 'task', task_id, 'attempt_id', attempt_id FROM task_ends_left
  UNION ALL SELECT 'task', task_id, 'goal_id', goal_id FROM task_ends_left
  UNION ALL SELECT 'task', task_id, 'state', to_state FROM task_ends_left
  UNION ALL SELECT 'task', task_id, 'commit_id', commit_id FROM task_ends_left
    WHERE to_state IN ('succeeded', 'failed', 'aborted', 'cancelled')
  UNION ALL SELECT 'task', task_id, 'number', number FROM task_births_left
  UNION ALL SELECT 'task', task_id, 'action', action FROM task_births_left
  UNION ALL SELECT 'task', task_id, 'arguments', arguments FROM task_births_left
  UNION ALL SELECT 'task', task_id, 'priority', priority FROM task_births_left
  UNION ALL SELECT 'task', task_id, 'tries', tries FROM task_tries_left WHERE tries > 0
  UNION ALL SELECT 'change of attempt', attempt_id, 'goal_id', goal_id FROM change_ends
  UNION ALL SELECT 'change of attempt', attempt_id, 'state', to_state FROM change_ends
  UNION ALL SELECT 'change of attempt', attempt_id, 'branch', branch FROM change_ends
  UNION ALL SELECT 'change of attempt', attempt_id, 'head_commit', head_commit FROM change_ends
    WHERE to_state <> 'open'
  UNION ALL SELECT 'change of attempt', attempt_id, 'tree', tree FROM change_ends
    WHERE to_state <> 'open'
  UNION ALL SELECT 'signature', id, 'goal_id', goal_id FROM signature_ends
  UNION ALL SELECT 'signature', id, 'finding', to_state FROM signature_ends
  UNION ALL SELECT 'signature', id, 'attempt_id', attempt_id FROM signature_ends
  UNION ALL SELECT 'signature', id, 'finding_reason', reason FROM signature_ends
  UNION ALL SELECT 'signature', id, 'giving', detail FROM signature_ends
  UNION ALL SELECT 'goal', goal_id, 'depends on ' || depends_on, 1 FROM edges
  UNION ALL SELECT 'belief', id, 'confidence', confidence FROM belief_words
  UNION ALL SELECT 'belief', id, 'active', active FROM belief_words
  UNION ALL SELECT 'belief', id, 'immutable', immutable FROM belief_words
  UNION ALL SELECT 'belief', id, 'name', name FROM belief_births
  UNION ALL SELECT 'belief', id, 'statement', statement FROM belief_births
  UNION ALL SELECT 'weight', name, 'weight', weight FROM weight_words
  UNION ALL SELECT 'breaker', action || ' ' || workspace, 'state', to_state FROM breaker_ends
    WHERE to_state <> 'closed'
  UNION ALL SELECT 'worker', name, 'state', to_state FROM worker_ends
  UNION ALL SELECT 'worker', name, 'public_key', public_key FROM worker_ends
    WHERE public_key IS NOT NULL
  UNION ALL SELECT 'identity', public_key, 'name', name FROM identity_words
  UNION ALL SELECT 'identity', public_key, 'kind', kind FROM identity_words
  UNION ALL SELECT 'identity', public_key, 'since', since FROM identity_words
  UNION ALL SELECT 'identity', public_key, 'until', until FROM identity_words
  UNION ALL SELECT 'identity', public_key, 'voucher', voucher FROM identity_words
  UNION ALL SELECT 'archive', json_extract(detail, '$.archive'), 'making', detail FROM few_entries
    WHERE event GLOB 'archive.*'
),
live(subject, id, name, value) AS (
  SELECT 'goal', id, 'state', state FROM goals_left
  UNION ALL SELECT 'goal', id, 'attempts', attempts FROM goals_left
  UNION ALL SELECT 'goal', id, 'version', version FROM goals_left
  UNION ALL SELECT 'goal', goal_id, name, value FROM goal_live
  UNION ALL SELECT 'attempt', id, 'goal_id', goal_id FROM attempts_left
  UNION ALL SELECT 'attempt', id, 'state', state FROM attempts_left
  UNION ALL SELECT 'attempt', id, 'worker', worker FROM attempts_left
  UNION ALL SELECT 'attempt', id, 'lease_token', lease_token FROM attempts_left
  UNION ALL SELECT 'attempt', id, 'plan_id', plan_id FROM attempts_left WHERE plan_id IS NOT NULL
  UNION ALL SELECT 'attempt', a.id, 'plan digest', p.digest
    FROM attempts_left a JOIN plans p ON p.id = a.plan_id
  UNION ALL SELECT 'task', id, 'attempt_id', attempt_id FROM tasks_left
  UNION ALL SELECT 'task', id, 'goal_id', goal_id FROM tasks_left
  UNION ALL SELECT 'task', id, 'state', state FROM tasks_left
  UNION ALL SELECT 'task', id, 'commit_id', commit_id FROM tasks_left
    WHERE state IN ('succeeded', 'failed', 'aborted', 'cancelled')
  UNION ALL SELECT 'task', id, 'number', number FROM tasks_left
  UNION ALL SELECT 'task', id, 'action', action FROM tasks_left
  UNION ALL SELECT 'task', id, 'arguments', json(arguments) FROM tasks_left
  UNION ALL SELECT 'task', id, 'priority', priority FROM tasks_left
  UNION ALL SELECT 'task', id, 'tries', tries FROM tasks_left WHERE tries > 0
  UNION ALL SELECT 'change of attempt', attempt_id, 'goal_id', goal_id FROM changes
  UNION ALL SELECT 'change of attempt', attempt_id, 'state', state FROM changes
  UNION ALL SELECT 'change of attempt', attempt_id, 'branch', branch FROM changes
  UNION ALL SELECT 'change of attempt', attempt_id, 'head_commit', head_commit FROM changes
    WHERE state <> 'open'
  UNION ALL SELECT 'change of attempt', attempt_id, 'tree', tree FROM changes
    WHERE state <> 'open'
  UNION ALL SELECT 'signature', signature_id, 'goal_id', goal_id FROM carried_signatures
  UNION ALL SELECT 'signature', signature_id, 'finding', to_state FROM carried_signatures
  UNION ALL SELECT 'signature', signature_id, 'attempt_id', attempt_id FROM carried_signatures
  UNION ALL SELECT 'signature', signature_id, 'finding_reason', reason FROM carried_signatures
  UNION ALL SELECT 'signature', signature_id, 'giving', detail FROM carried_signatures
  UNION ALL SELECT 'goal', goal_id, 'depends on ' || depends_on, 1 FROM goal_dependencies
  UNION ALL SELECT 'belief', id, 'confidence', printf('%!.17g', confidence) FROM beliefs
  UNION ALL SELECT 'belief', id, 'active', active FROM beliefs
  UNION ALL SELECT 'belief', id, 'immutable', immutable FROM beliefs
  UNION ALL SELECT 'belief', id, 'name', name FROM beliefs
  UNION ALL SELECT 'belief', id, 'statement', statement FROM beliefs
  UNION ALL SELECT 'weight', name, 'weight', printf('%!.17g', weight) FROM score_weights
    WHERE weight <> standard OR name IN (SELECT name FROM weight_words)
  UNION ALL SELECT 'breaker', action || ' ' || workspace, 'state', state FROM circuit_breakers
    WHERE state <> 'closed'
  UNION ALL SELECT 'worker', name, 'state', state FROM workers
  UNION ALL SELECT 'worker', name, 'public_key', lower(hex(public_key)) FROM workers
    WHERE public_key IS NOT NULL
  UNION ALL SELECT 'identity', public_key, 'name', name FROM identities_here
  UNION ALL SELECT 'identity', public_key, 'kind', kind FROM identities_here
  UNION ALL SELECT 'identity', public_key, 'since', since FROM identities_here
  UNION ALL SELECT 'identity', public_key, 'until', until FROM identities_here
  UNION ALL SELECT 'identity', public_key, 'voucher', voucher FROM identities_here
  UNION ALL SELECT 'archive', substr(subject, 9) + 0, 'making', detail FROM carried_subjects
    WHERE event = 'archive.carried'
)
SELECT 'ledger' AS only_in, * FROM (SELECT * FROM ledger EXCEPT SELECT * FROM live)
UNION ALL
SELECT 'tables', * FROM (SELECT * FROM live EXCEPT SELECT * FROM ledger)
UNION ALL
-- The derived columns a fold cannot show: what was derived is still what it is derived from.
SELECT 'tables', 'goal', id, 'blockers', blockers
FROM goals
WHERE blockers <> (SELECT count(*) FROM goal_dependencies d WHERE d.goal_id = goals.id AND d.met = 0)
UNION ALL
SELECT 'tables', 'goal', id, 'write-only', coalesce(actor, reason, lease_token)
FROM goals
WHERE actor IS NOT NULL OR reason IS NOT NULL OR lease_token IS NOT NULL
UNION ALL
SELECT 'tables', 'identity', name, 'write-only', coalesce(actor, reason)
FROM identities
WHERE actor IS NOT NULL OR reason IS NOT NULL
UNION ALL
SELECT 'tables', 'goal', id, 'result', result
FROM goals
WHERE result IS NOT (
  SELECT outcome FROM attempts a WHERE a.goal_id = goals.id ORDER BY number DESC LIMIT 1)
UNION ALL
-- What was archived is nowhere else, and all of it is listed.
SELECT 'tables', 'archived goal', goal_id, 'still here', 1
FROM archived_goals
WHERE goal_id IN (SELECT id FROM goals)
UNION ALL
SELECT 'tables', 'archive', number, 'goals', goals
FROM archives
WHERE goals <> (SELECT count(*) FROM archived_goals WHERE archive = number)
UNION ALL
SELECT 'tables', 'archive pass', last_seq, 'left open', 1
FROM archive_pass
UNION ALL
SELECT 'ledger', 'ledger', NULL, 'seq', 'entries are missing'
WHERE (SELECT max(seq) - (SELECT first_seq FROM ledger_start) + 1 FROM identity_ledger)
  <> (SELECT count(*) FROM identity_ledger);
