-- Views for people. What must stay true: they only read, and what happened comes from the ledger,
-- so that there is one history.

CREATE VIEW state_transitions AS
SELECT seq, at, actor, assurance, substr(event, 1, instr(event, '.') - 1) AS subject, goal_id,
  goal_version, attempt_id, task_id, from_state, to_state, reason, detail
FROM identity_ledger
WHERE to_state IS NOT NULL;

CREATE VIEW goal_history AS
SELECT l.goal_id, l.seq, l.at, l.actor, l.assurance, l.event, l.from_state, l.to_state,
  l.goal_version, l.attempt_id, l.task_id, l.reason, l.detail, g.text
FROM identity_ledger l JOIN goals g ON g.id = l.goal_id;

CREATE VIEW task_timeline AS
SELECT t.goal_id, a.number AS attempt, t.attempt_id, t.id AS task_id, t.number, t.action,
  t.arguments, t.state, t.tries, r.try, r.started_at, r.ended_at, r.duration_ms, r.exit_code,
  r.error_class, r.message, t.commit_id
FROM tasks t
  JOIN attempts a ON a.id = t.attempt_id
  LEFT JOIN task_runs r ON r.task_id = t.id;

-- How each method fared: the attempts whose plan used it, and what became of them.
CREATE VIEW method_outcomes AS
SELECT task, method, count(*) AS tries, sum(state = 'satisfied') AS successes,
  round(avg(state = 'satisfied'), 3) AS success_rate,
  round(avg(julianday(ended_at) - julianday(started_at)) * 86400000) AS mean_ms
FROM (
  SELECT DISTINCT a.id, a.state, a.started_at, a.ended_at, json_extract(d.value, '$.task') AS task,
    json_extract(d.value, '$.method') AS method
  FROM attempts a
    JOIN plans p ON p.id = a.plan_id
    JOIN json_each(p.body, '$.decomposition') d
  WHERE a.state <> 'open' AND json_extract(d.value, '$.method') IS NOT NULL
)
GROUP BY task, method;

-- What can be claimed now, in the order of claims: read from the index that claims go by, so that the
-- first rows cost little whatever the backlog. Goals that are due but not promoted yet are merged in.
CREATE VIEW claimable_goals AS
SELECT id, score, text, task, workspace, category, attempts, max_attempts, deadline, created_at
FROM goals INDEXED BY goals_claimable
WHERE state = 'adopted' AND blockers = 0 AND waits_until IS NULL
  AND NOT EXISTS (
    SELECT 1
    FROM goal_beliefs gb JOIN beliefs b ON b.id = gb.belief_id AND b.active = 1
    WHERE gb.goal_id = goals.id AND gb.relation = 'contradicts')
UNION ALL
SELECT id, score, text, task, workspace, category, attempts, max_attempts, deadline, created_at
FROM goals INDEXED BY goals_waiting
WHERE state = 'adopted' AND blockers = 0 AND waits_until IS NOT NULL
  AND waits_until <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  AND NOT EXISTS (
    SELECT 1
    FROM goal_beliefs gb JOIN beliefs b ON b.id = gb.belief_id AND b.active = 1
    WHERE gb.goal_id = goals.id AND gb.relation = 'contradicts')
ORDER BY score DESC, id;

-- What keeps a goal from being adopted or claimed, a row for each reason.
CREATE VIEW blocked_goals AS
SELECT g.id AS goal_id, g.state, g.text, 'dependency' AS kind, p.id AS blocker,
  CASE p.state
    WHEN 'failed' THEN 'waits for goal ' || p.id || ', which failed: adopt it again or delete the dependency'
    WHEN 'abandoned' THEN 'waits for goal ' || p.id || ', which is abandoned: delete the dependency'
    WHEN 'proposed' THEN 'waits for goal ' || p.id || ', which is not adopted yet'
    WHEN 'satisfied' THEN 'waits for goal ' || p.id || ', which is satisfied and about to release it'
    ELSE 'waits for goal ' || p.id || ', which is ' || p.state
  END AS why
FROM goals g
  JOIN goal_dependencies d ON d.goal_id = g.id AND d.met = 0
  JOIN goals p ON p.id = d.depends_on
WHERE g.state IN ('proposed', 'adopted')
UNION ALL
SELECT g.id, g.state, g.text, 'belief', b.id, 'contradicts belief ' || b.id || ': ' || b.statement
FROM beliefs b
  JOIN goal_beliefs gb ON gb.belief_id = b.id AND gb.relation = 'contradicts'
  JOIN goals g ON g.id = gb.goal_id
WHERE b.active = 1 AND g.state IN ('proposed', 'adopted', 'failed')
UNION ALL
SELECT g.id, g.state, g.text, 'time', NULL,
  'waits until ' || g.waits_until || CASE WHEN g.waits_until = g.retry_at
    THEN ', to be retried' ELSE '' END
FROM goals g
WHERE g.state = 'adopted' AND g.waits_until > strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
