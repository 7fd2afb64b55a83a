-- The live tables are a fold of the ledger: no row means that it is so.
-- Each row names a subject, a column, what the ledger says and what the table says.
WITH
entries AS NOT MATERIALIZED (
  -- An archive has whole goals, and the older entries of what lives on elsewhere.
  SELECT seq, event, goal_id, goal_version, attempt_id, task_id, to_state, reason,
    -- What is no JSON says nothing; asking it would end the whole query.
    CASE WHEN json_valid(detail) THEN detail END AS detail, detail AS written
  FROM identity_ledger
  WHERE NOT EXISTS (SELECT 1 FROM archive_file) OR goal_id IN (SELECT id FROM goals)
),
-- What is plainly sound is set aside before the two sides are compared value by value, which takes
-- longest: goals, attempts and tasks with one birth, never amended, tried again, taken over or
-- carried, of which every value is the same and of the same class. (A + takes away a column's
-- affinity, which would make '1' and 1 the same; and 1.0 is 1, but for its class. Blobs, the only
-- values from x'' on, are none of JSON's, and only CASE keeps what follows from being looked at.)
-- A goal's first entry says all that is asked, as the table does, and later ones say nothing of it.
goal_tellings AS MATERIALIZED (
  SELECT g.id, e.seq, e.goal_version = 1 AS is_birth, CASE WHEN e.goal_version <> 1
      THEN g.retry_at IS NULL
        AND json_remove(e.detail, '$.attempts', '$.result') = '{"retry_at":null}'
    WHEN max(ifnull(+g.text, 0), ifnull(+g.task, 0), ifnull(+g.context, 0),
      ifnull(+g.workspace, 0), ifnull(+g.category, 0), ifnull(+g.source, 0),
      ifnull(+g.success_metrics, 0), ifnull(+g.metadata, 0), ifnull(+g.timeout_ms, 0),
      ifnull(+g.max_attempts, 0), ifnull(+g.idempotency_key, 0), ifnull(+g.retry_at, 0),
      ifnull(+g.not_before, 0), ifnull(+g.deadline, 0), ifnull(+g.aligns_with, 0),
      ifnull(+g.contradicts, 0)) < x''
    THEN e.written = json_object('text', g.text, 'task', g.task, 'context', g.context,
      'workspace', g.workspace, 'category', g.category, 'source', g.source,
      'success_metrics', g.success_metrics, 'metadata', g.metadata,
      'timeout_ms', g.timeout_ms, 'max_attempts', g.max_attempts,
      'idempotency_key', g.idempotency_key, 'retry_at', g.retry_at,
      'value', printf('%!.17g', g.value), 'effort', printf('%!.17g', g.effort),
      'risk', printf('%!.17g', g.risk), 'not_before', g.not_before, 'deadline', g.deadline,
      'aligns_with', g.aligns_with, 'contradicts', g.contradicts) END AS is_plain,
    CASE WHEN +e.goal_version = +g.version
      THEN typeof(e.goal_version) = typeof(g.version) END AS is_at_version,
    e.goal_version > g.version AS is_past_version,
    CASE WHEN e.to_state IS NOT NULL THEN e.seq END AS transition,
    CASE WHEN +g.state = +e.to_state
      THEN (+g.attempts, typeof(g.attempts)) IS (coalesce(json_extract(e.detail, '$.attempts'), 0),
        typeof(coalesce(json_extract(e.detail, '$.attempts'), 0))) END AS is_end
  FROM entries e CROSS JOIN goals g ON g.id = e.goal_id
  WHERE e.event GLOB 'goal.*'
),
sound_goals AS MATERIALIZED (
  SELECT id
  FROM (
    SELECT id, max(transition)
    FROM goal_tellings
    GROUP BY id
    HAVING sum(is_birth) = 1 AND sum(is_plain) = count(*) AND sum(is_at_version) > 0
      AND sum(is_past_version) = 0 AND is_end)
),
-- An attempt's birth says whose it is, and one entry which plan it has, if it has one.
attempt_tellings AS MATERIALIZED (
  SELECT a.id, e.event = 'attempt.open' AS is_birth, e.event = 'plan.made' AS is_plan,
    a.plan_id IS NOT NULL AS has_plan, CASE e.event WHEN 'attempt.open'
      THEN CASE WHEN +a.worker < x'' AND +a.lease_token < x''
        THEN json_extract(e.detail, '$.worker', '$.lease_token')
          = json_array(a.worker, a.lease_token) END
    WHEN 'plan.made'
      THEN json_extract(e.detail, '$.plan_id', '$.digest') = (
        SELECT json_array(id, digest)
        FROM plans
        WHERE id = a.plan_id AND typeof(a.plan_id) = 'integer' AND +digest < x'')
    ELSE e.event NOT IN ('attempt.taken_over', 'attempt.carried') END AS is_plain,
    CASE WHEN e.event <> 'plan.made' AND e.to_state IS NOT NULL THEN e.seq END AS transition,
    CASE WHEN e.event <> 'plan.made' AND +a.state = +e.to_state
      THEN (+a.goal_id, typeof(a.goal_id)) IS (+e.goal_id, typeof(e.goal_id)) END AS is_end
  FROM entries e CROSS JOIN attempts a ON a.id = e.attempt_id
  WHERE e.event GLOB 'attempt.*' OR e.event = 'plan.made'
),
sound_attempts AS MATERIALIZED (
  SELECT id
  FROM (
    SELECT id, max(transition)
    FROM attempt_tellings
    GROUP BY id
    HAVING sum(is_birth) = 1 AND sum(is_plan) = has_plan AND sum(is_plain) = count(*) AND is_end)
),
-- A task's birth says what it does, its only start is its only try, and its end names its commit.
task_tellings AS MATERIALIZED (
  SELECT t.id, e.seq, e.event = 'task.pending' AS is_birth, CASE e.event WHEN 'task.pending'
      THEN CASE WHEN max(+t.number, +t.action, +t.arguments, +t.priority) < x''
        THEN e.written = json_object('number', t.number, 'action', t.action,
          'arguments', json(t.arguments), 'priority', t.priority) END
    WHEN 'task.running'
      THEN CASE WHEN max(+t.number, +t.action, +t.tries) < x''
        THEN e.written = json_object('number', t.number, 'action', t.action, 'try', t.tries) END
    ELSE e.event <> 'task.carried' END AS is_plain,
    e.event = 'task.running' AS is_start, t.tries > 0 AS has_tries,
    CASE WHEN +t.state = +e.to_state
      THEN (+t.attempt_id, typeof(t.attempt_id), +t.goal_id, typeof(t.goal_id))
          IS (+e.attempt_id, typeof(e.attempt_id), +e.goal_id, typeof(e.goal_id))
        AND (e.to_state NOT IN ('succeeded', 'failed', 'aborted', 'cancelled')
          OR +t.commit_id IS json_extract(e.detail, '$.commit')) END AS is_end
  FROM entries e CROSS JOIN tasks t ON t.id = e.task_id
  WHERE e.event GLOB 'task.*'
),
sound_tasks AS MATERIALIZED (
  SELECT id
  FROM (
    SELECT id, max(seq)
    FROM task_tellings
    GROUP BY id
    HAVING sum(is_birth) = 1 AND sum(is_plain) = count(*)
      AND sum(is_start) = has_tries AND is_end)
),
-- What is left of both sides.
left_entries AS MATERIALIZED (
  SELECT *
  FROM entries
  WHERE CASE
    WHEN event GLOB 'goal.*' THEN goal_id IN (SELECT id FROM sound_goals)
    WHEN event GLOB 'attempt.*' OR event = 'plan.made'
    THEN attempt_id IN (SELECT id FROM sound_attempts)
    WHEN event GLOB 'task.*' THEN task_id IN (SELECT id FROM sound_tasks) END IS NOT 1
),
goals_left AS MATERIALIZED (
  SELECT id, state, attempts, version, source, idempotency_key
  FROM goals
  WHERE id NOT IN (SELECT id FROM sound_goals)
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
-- The latest transition of each subject.
goal_ends AS (
  SELECT goal_id, to_state, json_extract(detail, '$.attempts') AS attempts, max(seq)
  FROM left_entries
  WHERE event GLOB 'goal.*' AND to_state IS NOT NULL
  GROUP BY goal_id
),
goal_versions AS (
  SELECT goal_id, max(goal_version) AS version
  FROM left_entries
  WHERE event GLOB 'goal.*'
  GROUP BY goal_id
),
-- Each word on what is asked: a birth or transition says a value, an amendment old and new.
goal_words AS MATERIALIZED (
  SELECT e.goal_id, d.key AS name,
    CASE d.type WHEN 'object' THEN json_extract(d.value, '$.new') ELSE d.value END AS value, max(e.seq)
  FROM left_entries e, json_each(e.detail) d
  WHERE e.event GLOB 'goal.*' AND d.key NOT IN ('attempts', 'result')
  GROUP BY e.goal_id, d.key
),
-- Goals of which the table says, of all that is asked, what was said last.
agreements AS MATERIALIZED (
  SELECT w.goal_id, CASE w.name
    WHEN 'text' THEN +g.text IS +w.value
    WHEN 'task' THEN +g.task IS +w.value
    WHEN 'context' THEN +g.context IS +w.value
    WHEN 'workspace' THEN +g.workspace IS +w.value
    WHEN 'category' THEN +g.category IS +w.value
    WHEN 'source' THEN +g.source IS +w.value
    WHEN 'success_metrics' THEN +g.success_metrics IS +w.value
    WHEN 'metadata' THEN +g.metadata IS +w.value
    WHEN 'timeout_ms' THEN (+g.timeout_ms, typeof(g.timeout_ms)) IS (+w.value, typeof(w.value))
    WHEN 'max_attempts' THEN (+g.max_attempts, typeof(g.max_attempts)) IS (+w.value, typeof(w.value))
    WHEN 'idempotency_key' THEN +g.idempotency_key IS +w.value
    WHEN 'retry_at' THEN +g.retry_at IS +w.value
    WHEN 'value' THEN printf('%!.17g', g.value) IS w.value
    WHEN 'effort' THEN printf('%!.17g', g.effort) IS w.value
    WHEN 'risk' THEN printf('%!.17g', g.risk) IS w.value
    WHEN 'not_before' THEN +g.not_before IS +w.value
    WHEN 'deadline' THEN +g.deadline IS +w.value
    WHEN 'aligns_with' THEN +g.aligns_with IS +w.value
    WHEN 'contradicts' THEN +g.contradicts IS +w.value
    ELSE 0 END AS agrees
  FROM goal_words w CROSS JOIN goals g ON g.id = w.goal_id
),
agreed_goals AS MATERIALIZED (
  SELECT goal_id AS id
  FROM agreements
  GROUP BY goal_id
  HAVING count(*) = 19 AND sum(agrees) = 19
),
attempt_ends AS (
  SELECT attempt_id, goal_id, to_state, max(seq)
  FROM left_entries
  WHERE event GLOB 'attempt.*' AND to_state IS NOT NULL
  GROUP BY attempt_id
),
attempt_leases AS (
  SELECT attempt_id, json_extract(detail, '$.worker') AS worker,
    json_extract(detail, '$.lease_token') AS lease_token, max(seq)
  FROM left_entries
  WHERE event IN ('attempt.open', 'attempt.taken_over', 'attempt.carried')
  GROUP BY attempt_id
),
attempt_plans AS (
  SELECT attempt_id, json_extract(detail, '$.plan_id') AS plan_id,
    json_extract(detail, '$.digest') AS digest, max(seq)
  FROM left_entries
  WHERE event = 'plan.made'
    OR event = 'attempt.carried' AND json_extract(detail, '$.plan_id') IS NOT NULL
  GROUP BY attempt_id
),
task_ends AS (
  SELECT task_id, attempt_id, goal_id, to_state, json_extract(detail, '$.commit') AS commit_id,
    max(seq)
  FROM left_entries
  WHERE event GLOB 'task.*'
  GROUP BY task_id
),
task_births AS (
  SELECT task_id, json_extract(detail, '$.number') AS number,
    json_extract(detail, '$.action') AS action, json_extract(detail, '$.arguments') AS arguments,
    json_extract(detail, '$.priority') AS priority
  FROM left_entries
  WHERE event IN ('task.pending', 'task.carried')
),
task_tries AS (
  SELECT task_id, max(json_extract(detail, '$.try')) AS tries
  FROM left_entries
  WHERE event IN ('task.running', 'task.carried')
  GROUP BY task_id
),
change_ends AS (
  SELECT attempt_id, goal_id, to_state, json_extract(detail, '$.branch') AS branch,
    json_extract(detail, '$.head_commit') AS head_commit, json_extract(detail, '$.tree') AS tree,
    max(seq)
  FROM left_entries
  WHERE event GLOB 'change.*'
  GROUP BY attempt_id
),
signature_ends AS (
  SELECT goal_id, json_extract(detail, '$.signature') AS id, to_state, attempt_id, reason, detail,
    max(seq)
  FROM left_entries
  WHERE event GLOB 'signature.*'
  GROUP BY 2
),
edges AS (
  SELECT goal_id, depends_on
  FROM (
    SELECT goal_id, json_extract(detail, '$.depends_on') AS depends_on, event, max(seq)
    FROM left_entries
    WHERE event GLOB 'dependency.*'
    GROUP BY 1, 2
  )
  WHERE event IN ('dependency.added', 'dependency.carried')
),
belief_words AS (
  SELECT json_extract(detail, '$.belief') AS id, json_extract(detail, '$.confidence') AS confidence,
    json_extract(detail, '$.active') AS active, json_extract(detail, '$.immutable') AS immutable,
    max(seq)
  FROM left_entries
  WHERE event GLOB 'belief.*'
  GROUP BY 1
),
belief_births AS (
  SELECT json_extract(detail, '$.belief') AS id, json_extract(detail, '$.name') AS name,
    json_extract(detail, '$.statement') AS statement
  FROM left_entries
  WHERE event IN ('belief.added', 'belief.carried')
),
weight_words AS (
  SELECT json_extract(detail, '$.weight') AS name, json_extract(detail, '$.new') AS weight, max(seq)
  FROM left_entries
  WHERE event GLOB 'weight.*'
  GROUP BY 1
),
breaker_ends AS (
  SELECT json_extract(detail, '$.action') AS action,
    json_extract(detail, '$.workspace') AS workspace, to_state, max(seq)
  FROM left_entries
  WHERE event GLOB 'breaker.*'
  GROUP BY 1, 2
),
worker_ends AS (
  SELECT json_extract(detail, '$.worker') AS name, to_state,
    json_extract(detail, '$.public_key') AS public_key, max(seq)
  FROM left_entries
  WHERE event GLOB 'worker.*'
  GROUP BY 1
),
identity_words AS (
  SELECT json_extract(detail, '$.public_key') AS public_key, json_extract(detail, '$.name') AS name,
    json_extract(detail, '$.kind') AS kind, json_extract(detail, '$.since') AS since,
    json_extract(detail, '$.until') AS until, json_extract(detail, '$.voucher') AS voucher, max(seq)
  FROM left_entries
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
unlike_goals AS MATERIALIZED (
  SELECT id, source, idempotency_key
  FROM goals_left
  WHERE id NOT IN (SELECT id FROM agreed_goals)
),
goal_live AS (
  SELECT goal_id, name, value FROM goal_asked WHERE goal_id IN (SELECT id FROM unlike_goals)
  UNION ALL SELECT id, 'source', source FROM unlike_goals
  UNION ALL SELECT id, 'idempotency_key', idempotency_key FROM unlike_goals
),
-- Both sides as (subject, id, name, value); what is on one side only is a difference.
ledger(subject, id, name, value) AS (
  SELECT 'goal', goal_id, 'state', to_state FROM goal_ends
  UNION ALL SELECT 'goal', goal_id, 'attempts', coalesce(attempts, 0) FROM goal_ends
  UNION ALL SELECT 'goal', goal_id, 'version', version FROM goal_versions
  UNION ALL SELECT 'goal', goal_id, name, value FROM goal_words
    WHERE (goal_id IN (SELECT id FROM agreed_goals)) IS NOT 1
  UNION ALL SELECT 'attempt', attempt_id, 'goal_id', goal_id FROM attempt_ends
  UNION ALL SELECT 'attempt', attempt_id, 'state', to_state FROM attempt_ends
  UNION ALL SELECT 'attempt', attempt_id, 'worker', worker FROM attempt_leases
  UNION ALL SELECT 'attempt', attempt_id, 'lease_token', lease_token FROM attempt_leases
  UNION ALL SELECT 'attempt', attempt_id, 'plan_id', plan_id FROM attempt_plans
  UNION ALL SELECT 'attempt', attempt_id, 'plan digest', digest FROM attempt_plans
  UNION ALL SELECT 'task', task_id, 'attempt_id', attempt_id FROM task_ends
  UNION ALL SELECT 'task', task_id, 'goal_id', goal_id FROM task_ends
  UNION ALL SELECT 'task', task_id, 'state', to_state FROM task_ends
  UNION ALL SELECT 'task', task_id, 'commit_id', commit_id FROM task_ends
    WHERE to_state IN ('succeeded', 'failed', 'aborted', 'cancelled')
  UNION ALL SELECT 'task', task_id, 'number', number FROM task_births
  UNION ALL SELECT 'task', task_id, 'action', action FROM task_births
  UNION ALL SELECT 'task', task_id, 'arguments', arguments FROM task_births
  UNION ALL SELECT 'task', task_id, 'priority', priority FROM task_births
  UNION ALL SELECT 'task', task_id, 'tries', tries FROM task_tries WHERE tries > 0
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
  UNION ALL SELECT 'archive', json_extract(detail, '$.archive'), 'making', detail FROM left_entries
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
