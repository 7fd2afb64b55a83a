-- Multiplies the history of the goals that are there: `copies` of all of them, with their attempts,
-- tasks, changes, dependencies and entries. How many is said in the table `wanted`; triggers must be
-- out of the way, which is what makes it quick. What must stay true: the result is what the triggers
-- would have written had the same things been done once more for each copy. Plans are shared, as
-- equal plans are; what belongs to no goal (beliefs, workers, keys) is there once.

CREATE TEMP TABLE span AS
SELECT (SELECT max(id) FROM goals) AS goal, (SELECT max(id) FROM attempts) AS attempt,
  (SELECT max(id) FROM tasks) AS task, (SELECT max(id) FROM task_runs) AS run,
  (SELECT max(id) FROM changes) AS change, (SELECT max(id) FROM goal_dependencies) AS edge,
  (SELECT max(lease_token) FROM attempts) AS token, (SELECT max(seq) FROM identity_ledger) AS entry,
  (SELECT count(*) FROM identity_ledger WHERE goal_id IS NOT NULL) AS entries,
  (SELECT max(at) FROM identity_ledger) AS moment;

CREATE TEMP TABLE numbers AS
WITH RECURSIVE n(i) AS (
  VALUES (1)
  UNION ALL
  SELECT i + 1 FROM n WHERE i < (SELECT copies FROM wanted)
)
SELECT i FROM n WHERE (SELECT copies FROM wanted) > 0;

INSERT INTO goals
SELECT * FROM (
  SELECT {goals: id = id + i * span.goal;
    idempotency_key = CASE WHEN idempotency_key IS NOT NULL THEN idempotency_key || '-' || i END}
  FROM numbers CROSS JOIN span CROSS JOIN goals
  WHERE goals.id <= span.goal
  ORDER BY i, goals.id);

INSERT INTO goal_beliefs
SELECT * FROM (
  SELECT {goal_beliefs: goal_id = goal_id + i * span.goal}
  FROM numbers CROSS JOIN span CROSS JOIN goal_beliefs
  WHERE goal_id <= span.goal);

INSERT INTO goal_dependencies
SELECT * FROM (
  SELECT {goal_dependencies: id = id + i * span.edge; goal_id = goal_id + i * span.goal;
    depends_on = depends_on + i * span.goal}
  FROM numbers CROSS JOIN span CROSS JOIN goal_dependencies
  WHERE goal_id <= span.goal
  ORDER BY i, goal_dependencies.id);

INSERT INTO attempts
SELECT * FROM (
  SELECT {attempts: id = id + i * span.attempt; goal_id = goal_id + i * span.goal;
    lease_token = lease_token + i * span.token}
  FROM numbers CROSS JOIN span CROSS JOIN attempts
  WHERE attempts.id <= span.attempt
  ORDER BY i, attempts.id);

INSERT INTO tasks
SELECT * FROM (
  SELECT {tasks: id = id + i * span.task; goal_id = goal_id + i * span.goal;
    attempt_id = attempt_id + i * span.attempt}
  FROM numbers CROSS JOIN span CROSS JOIN tasks
  WHERE tasks.id <= span.task
  ORDER BY i, tasks.id);

INSERT INTO task_dependencies
SELECT * FROM (
  SELECT {task_dependencies: task_id = task_id + i * span.task;
    depends_on = depends_on + i * span.task}
  FROM numbers CROSS JOIN span CROSS JOIN task_dependencies
  WHERE task_id <= span.task);

INSERT INTO task_runs
SELECT * FROM (
  SELECT {task_runs: id = id + i * span.run; task_id = task_id + i * span.task;
    attempt_id = attempt_id + i * span.attempt; lease_token = lease_token + i * span.token}
  FROM numbers CROSS JOIN span CROSS JOIN task_runs
  WHERE task_runs.id <= span.run
  ORDER BY i, task_runs.id);

INSERT INTO changes
SELECT * FROM (
  SELECT {changes: id = id + i * span.change; goal_id = goal_id + i * span.goal;
    attempt_id = attempt_id + i * span.attempt}
  FROM numbers CROSS JOIN span CROSS JOIN changes
  WHERE changes.id <= span.change
  ORDER BY i, changes.id);

INSERT INTO identity_ledger
SELECT * FROM (
  SELECT {identity_ledger: seq = span.entry + (i - 1) * span.entries + place; at = span.moment;
    goal_id = goal_id + i * span.goal; attempt_id = attempt_id + i * span.attempt;
    task_id = task_id + i * span.task;
    detail = CASE
      WHEN event IN ('attempt.open', 'attempt.taken_over')
        THEN json_set(detail, '$.lease_token', json_extract(detail, '$.lease_token') + i * span.token)
      WHEN event GLOB 'dependency.*'
        THEN json_set(detail, '$.depends_on', json_extract(detail, '$.depends_on') + i * span.goal)
      WHEN event GLOB 'change.*'
        THEN json_set(detail, '$.change', json_extract(detail, '$.change') + i * span.change)
      WHEN json_extract(detail, '$.idempotency_key') IS NOT NULL
        THEN json_set(detail, '$.idempotency_key',
          json_extract(detail, '$.idempotency_key') || '-' || i)
      ELSE detail END}
  FROM numbers CROSS JOIN span CROSS JOIN (
    SELECT row_number() OVER (ORDER BY seq) AS place, l.*
    FROM identity_ledger l, span
    WHERE l.goal_id IS NOT NULL AND l.seq <= span.entry) identity_ledger
  ORDER BY i, place);

DROP TABLE span;
DROP TABLE numbers;
