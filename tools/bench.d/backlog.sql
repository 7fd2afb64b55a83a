-- Grows a database in which one goal, and nothing else, has been executed: copies of that goal's
-- history for each finished goal, then goals that are ready, delayed, and waiting for another goal.
-- How many is said in the table `wanted`; triggers must be out of the way, which is what makes it
-- quick. What must stay true: the result is what the triggers would have written, so that the tables
-- are a fold of the ledger and the ledger has no gap.

CREATE TEMP TABLE birth AS SELECT * FROM identity_ledger WHERE goal_version = 1;

CREATE TEMP TABLE history AS
SELECT row_number() OVER (ORDER BY seq) AS place, l.*
FROM identity_ledger l
WHERE goal_id = (SELECT min(id) FROM goals);

CREATE TEMP TABLE start AS
SELECT (SELECT max(seq) FROM identity_ledger) AS seq, (SELECT max(id) FROM goals) AS goal,
  (SELECT max(id) FROM attempts) AS attempt, (SELECT max(id) FROM tasks) AS task,
  (SELECT max(id) FROM task_runs) AS run, (SELECT max(lease_token) FROM attempts) AS token,
  (SELECT count(*) FROM history) AS entries, strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS now;

CREATE TEMP TABLE numbers AS
WITH RECURSIVE n(i) AS (
  VALUES (1)
  UNION ALL
  SELECT i + 1 FROM n WHERE i < (SELECT max(finished, ready, delayed, waiting) FROM wanted)
)
SELECT i FROM n;

-- Finished

INSERT INTO goals(id, text, task, context, created_at, state, version, attempts, result, score,
  updated_at)
SELECT start.goal + i, g.text, g.task, g.context, g.created_at, g.state, g.version, g.attempts,
  g.result, g.score, g.updated_at
FROM numbers, start, (SELECT * FROM goals ORDER BY id LIMIT 1) g
WHERE i <= (SELECT finished FROM wanted);

INSERT INTO attempts(id, goal_id, number, state, worker, lease_token, lease_expires_at, plan_id,
  bindings, started_at, ended_at, outcome)
SELECT start.attempt + i, start.goal + i, a.number, a.state, a.worker, start.token + i,
  a.lease_expires_at, a.plan_id, a.bindings, a.started_at, a.ended_at, a.outcome
FROM numbers, start, (SELECT * FROM attempts ORDER BY id LIMIT 1) a
WHERE i <= (SELECT finished FROM wanted);

INSERT INTO tasks(id, attempt_id, goal_id, number, action, arguments, priority, state, tries,
  started_at, ended_at)
SELECT start.task + i, start.attempt + i, start.goal + i, t.number, t.action, t.arguments,
  t.priority, t.state, t.tries, t.started_at, t.ended_at
FROM numbers, start, (SELECT * FROM tasks ORDER BY id LIMIT 1) t
WHERE i <= (SELECT finished FROM wanted);

INSERT INTO task_runs(id, task_id, attempt_id, try, lease_token, started_at, ended_at, duration_ms,
  output_head, output_tail, output_bytes)
SELECT start.run + i, start.task + i, start.attempt + i, r.try, start.token + i, r.started_at,
  r.ended_at, r.duration_ms, r.output_head, r.output_tail, r.output_bytes
FROM numbers, start, (SELECT * FROM task_runs ORDER BY id LIMIT 1) r
WHERE i <= (SELECT finished FROM wanted);

INSERT INTO identity_ledger(seq, at, actor, assurance, event, goal_id, goal_version, attempt_id,
  task_id, from_state, to_state, reason, detail)
SELECT start.seq + (i - 1) * start.entries + place, start.now, h.actor, h.assurance, h.event,
  start.goal + i, h.goal_version, CASE WHEN h.attempt_id IS NOT NULL THEN start.attempt + i END,
  CASE WHEN h.task_id IS NOT NULL THEN start.task + i END, h.from_state, h.to_state, h.reason,
  CASE WHEN h.event = 'attempt.open'
    THEN json_set(h.detail, '$.lease_token', start.token + i) ELSE h.detail END
FROM numbers CROSS JOIN start CROSS JOIN history h
WHERE i <= (SELECT finished FROM wanted)
ORDER BY i, place;

-- Ready, delayed and waiting, all of the same value: claims go by id then. The waiting ones wait for
-- a goal that is only proposed, the first of them.

CREATE TEMP TABLE born AS
SELECT row_number() OVER (ORDER BY kind, i) AS place, kind, i
FROM (
  SELECT 1 AS kind, i FROM numbers WHERE i <= (SELECT ready FROM wanted)
  UNION ALL SELECT 2, i FROM numbers WHERE i <= (SELECT delayed FROM wanted)
  UNION ALL SELECT 3, 0 WHERE (SELECT waiting FROM wanted) > 0
  UNION ALL SELECT 4, i FROM numbers WHERE i <= (SELECT waiting FROM wanted)
);

UPDATE start SET seq = (SELECT max(seq) FROM identity_ledger), goal = (SELECT max(id) FROM goals);

INSERT INTO goals(id, text, task, context, created_at, state, not_before, waits_until, blockers,
  score, score_epoch, updated_at)
SELECT start.goal + place, g.text, g.task, g.context, start.now,
  CASE kind WHEN 3 THEN 'proposed' ELSE 'adopted' END,
  CASE kind WHEN 2 THEN '2999-01-01T00:00:00.000Z' END,
  CASE kind WHEN 2 THEN '2999-01-01T00:00:00.000Z' END,
  kind = 4, g.score, (SELECT epoch FROM score_epoch), start.now
FROM born, start, (SELECT * FROM goals ORDER BY id LIMIT 1) g
ORDER BY place;

INSERT INTO goal_dependencies(goal_id, depends_on)
SELECT start.goal + place, start.goal + (SELECT place FROM born WHERE kind = 3)
FROM born, start
WHERE kind = 4
ORDER BY place;

INSERT INTO identity_ledger(seq, at, actor, assurance, event, goal_id, goal_version, to_state,
  detail)
SELECT start.seq + place, start.now, b.actor, b.assurance,
  CASE kind WHEN 3 THEN 'goal.proposed' ELSE 'goal.adopted' END, start.goal + place, 1,
  CASE kind WHEN 3 THEN 'proposed' ELSE 'adopted' END,
  json_set(b.detail, '$.not_before', CASE kind WHEN 2 THEN '2999-01-01T00:00:00.000Z' END)
FROM born, start, (SELECT * FROM birth LIMIT 1) b
ORDER BY place;

INSERT INTO identity_ledger(event, at, goal_id, detail)
SELECT 'dependency.added', start.now, d.goal_id, json_object('depends_on', d.depends_on)
FROM goal_dependencies d, start
ORDER BY d.id;

DROP TABLE birth;
DROP TABLE history;
DROP TABLE start;
DROP TABLE numbers;
DROP TABLE born;
