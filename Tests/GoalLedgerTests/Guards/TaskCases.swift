// Attacks on tasks, their orderings and their runs.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let tasks: [GuardCase] = [
    GuardCase(
      "a task with an id of its own",
      attack: """
        INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token, id) VALUES (1, 3, 9, \
        'edit', 11, 99)
        """,
      refusal: "a task's id is given by the database: leave id out"
    ),
    GuardCase(
      "a task with the id that means none",
      attack: """
        INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token, id) VALUES (1, 3, 9, \
        'edit', 11, -1)
        """,
      refusal: "a task is numbered from 1: leave id out"
    ),
    GuardCase(
      "a task without a token",
      attack: """
        INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token) VALUES (1, 3, 9, \
        'edit', NULL)
        """,
      refusal: """
        only the holder of the lease writes tasks: say lease_token, attempt_id and goal_id of \
        the open attempt
        """
    ),
    GuardCase(
      "a task with a stale token",
      attack: """
        INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token) VALUES (1, 3, 9, \
        'edit', 10)
        """,
      refusal: """
        only the holder of the lease writes tasks: say lease_token, attempt_id and goal_id of \
        the open attempt
        """
    ),
    GuardCase(
      "a task of another goal",
      attack: """
        INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token) VALUES (1, 2, 9, \
        'edit', 11)
        """,
      refusal: """
        only the holder of the lease writes tasks: say lease_token, attempt_id and goal_id of \
        the open attempt
        """
    ),
    GuardCase(
      "a task of an ended attempt",
      attack: """
        INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token) VALUES (2, 4, 9, \
        'edit', 12)
        """,
      refusal: """
        only the holder of the lease writes tasks: say lease_token, attempt_id and goal_id of \
        the open attempt
        """
    ),
    GuardCase(
      "a task born running",
      attack: """
        INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token, state) VALUES (1, 3, \
        9, 'edit', 11, 'running')
        """,
      refusal: "a task is born pending, without tries, times or result"
    ),
    GuardCase(
      "a task replaced",
      attack: """
        INSERT OR REPLACE INTO tasks(attempt_id, goal_id, number, action, lease_token) VALUES \
        (1, 3, 0, 'edit', 11)
        """,
      refusal: "the attempt has a task of this number already"
    ),
    GuardCase(
      "a task with number -1",
      attack: """
        INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token) VALUES (1, 3, -1, \
        'edit', 11)
        """,
      refusal: "a task's number is its step's, from 0"
    ),
    GuardCase(
      "a task with action ''",
      attack: """
        INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token) VALUES (1, 3, 9, '', \
        11)
        """,
      refusal: "a task's action is not empty and holds no NUL byte"
    ),
    GuardCase(
      "a task with arguments '7'",
      attack: """
        INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token, arguments) VALUES \
        (1, 3, 9, 'edit', 11, '7')
        """,
      refusal: "a task's arguments are a JSON array or object without NUL bytes"
    ),
    GuardCase(
      "a task changed without a token",
      attack: "UPDATE tasks SET state = 'cancelled' WHERE id = 2",
      refusal: """
        only the holder of the lease writes tasks: SET lease_token to the token of the open \
        attempt
        """
    ),
    GuardCase(
      "a task changed with a stale token",
      attack: "UPDATE tasks SET state = 'cancelled', lease_token = 10 WHERE id = 2",
      refusal: """
        only the holder of the lease writes tasks: SET lease_token to the token of the open \
        attempt
        """
    ),
    GuardCase(
      "a task that changes its id",
      attack: "UPDATE OR REPLACE tasks SET id = 99, lease_token = 11 WHERE id = 2",
      refusal: "a task keeps its id, attempt, goal, number, action, arguments and priority"
    ),
    GuardCase(
      "a task that changes its attempt_id",
      attack: "UPDATE OR REPLACE tasks SET attempt_id = 7, lease_token = 11 WHERE id = 2",
      refusal: "a task keeps its id, attempt, goal, number, action, arguments and priority"
    ),
    GuardCase(
      "a task that changes its goal_id",
      attack: "UPDATE OR REPLACE tasks SET goal_id = 2, lease_token = 11 WHERE id = 2",
      refusal: "a task keeps its id, attempt, goal, number, action, arguments and priority"
    ),
    GuardCase(
      "a task that changes its number",
      attack: "UPDATE OR REPLACE tasks SET number = 0, lease_token = 11 WHERE id = 2",
      refusal: "a task keeps its id, attempt, goal, number, action, arguments and priority"
    ),
    GuardCase(
      "a task that changes its action",
      attack: "UPDATE OR REPLACE tasks SET action = 'x', lease_token = 11 WHERE id = 2",
      refusal: "a task keeps its id, attempt, goal, number, action, arguments and priority"
    ),
    GuardCase(
      "a task that changes its arguments",
      attack: "UPDATE OR REPLACE tasks SET arguments = '[1]', lease_token = 11 WHERE id = 2",
      refusal: "a task keeps its id, attempt, goal, number, action, arguments and priority"
    ),
    GuardCase(
      "a task that changes its priority",
      attack: "UPDATE OR REPLACE tasks SET priority = 9, lease_token = 11 WHERE id = 2",
      refusal: "a task keeps its id, attempt, goal, number, action, arguments and priority"
    ),
    GuardCase(
      "a task that succeeds without running",
      attack: "UPDATE tasks SET state = 'succeeded', lease_token = 11 WHERE id = 3",
      refusal: "a task cannot go from its state to that one: see task_transition_rules"
    ),
    GuardCase(
      "a task that runs again once it succeeded",
      attack: "UPDATE tasks SET state = 'running', lease_token = 11 WHERE id = 1",
      refusal: "a task cannot go from its state to that one: see task_transition_rules"
    ),
    GuardCase(
      "a result rewritten after the end",
      attack: "UPDATE tasks SET result = '{}', lease_token = 11 WHERE id = 1",
      refusal: "a task that has ended never changes"
    ),
    GuardCase(
      "tries raised",
      attack: "UPDATE tasks SET tries = 5, lease_token = 11 WHERE id = 2",
      refusal: "tries counts how often the task ran: it moves by one as the task starts"
    ),
    GuardCase(
      "a task with started_at 'x'",
      attack: "UPDATE tasks SET started_at = 'x', lease_token = 11 WHERE id = 2",
      refusal: "a task's started_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a task with ended_at 'x'",
      attack: "UPDATE tasks SET ended_at = 'x', lease_token = 11 WHERE id = 2",
      refusal: "a task's ended_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a task with commit_id 'HEAD'",
      attack: "UPDATE tasks SET commit_id = 'HEAD', lease_token = 11 WHERE id = 2",
      refusal: "a task's commit_id is lower-case hexadecimal"
    ),
    GuardCase(
      "a task with result 'x'",
      attack: "UPDATE tasks SET result = 'x', lease_token = 11 WHERE id = 2",
      refusal: "a task's result is JSON without NUL bytes"
    ),
    GuardCase(
      "a task deleted",
      attack: "DELETE FROM tasks WHERE id = 1",
      refusal: "a task is never deleted: it is part of its goal's history"
    ),
    GuardCase(
      "an ordering across attempts",
      attack: "INSERT INTO task_dependencies VALUES (3, 4)",
      refusal: "a dependency joins two tasks of one open attempt, the later one pending"
    ),
    GuardCase(
      "an ordering of a task that runs",
      attack: "INSERT INTO task_dependencies VALUES (2, 3)",
      refusal: "a dependency joins two tasks of one open attempt, the later one pending"
    ),
    GuardCase(
      "an ordering replaced",
      given: ["INSERT INTO task_dependencies VALUES (3, 1)"],
      attack: "INSERT OR REPLACE INTO task_dependencies VALUES (3, 1)",
      refusal: "the task depends on that one already"
    ),
    GuardCase(
      "an ordering changed",
      attack: "UPDATE task_dependencies SET depends_on = 3",
      refusal: "the orderings of a task graph never change"
    ),
    GuardCase(
      "an ordering removed",
      attack: "DELETE FROM task_dependencies",
      refusal: "the orderings of a task graph are never removed"
    ),
    GuardCase(
      "a run with an id of its own",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms, id) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5, 1)
        """,
      refusal: "a run's id is given by the database: leave id out"
    ),
    GuardCase(
      "a run with the id that means none",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms, id) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5, -1)
        """,
      refusal: "a run is numbered from 1: leave id out"
    ),
    GuardCase(
      "a run with a stale token",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms) VALUES (2, 1, 1, 10, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5)
        """,
      refusal: """
        only the holder of the lease records runs: say attempt_id and lease_token of the open \
        attempt
        """
    ),
    GuardCase(
      "a run replaced",
      given: [
        """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5)
        """
      ],
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5)
        """,
      refusal: "this try of the task is recorded already"
    ),
    GuardCase(
      "a run of a task that is not running",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms) VALUES (3, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5)
        """,
      refusal: "a run is recorded while its task is running, as the try the task counts"
    ),
    GuardCase(
      "a run of a try to come",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms) VALUES (2, 1, 2, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5)
        """,
      refusal: "a run is recorded while its task is running, as the try the task counts"
    ),
    GuardCase(
      "a run with started_at 'x'",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms) VALUES (2, 1, 1, 11, 'x', '2026-01-01T00:00:01.000Z', 5)
        """,
      refusal: "a run's started_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a run with ended_at 'x'",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', 'x', 5)
        """,
      refusal: "a run's ended_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a run with duration_ms -1",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', -1)
        """,
      refusal: "duration_ms is not negative"
    ),
    GuardCase(
      "a run with message 'a' || char(0)",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms, message) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5, 'a' || char(0))
        """,
      refusal: "a run's message holds no NUL byte"
    ),
    GuardCase(
      "a run with retryable 2",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms, retryable) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5, 2)
        """,
      refusal: "retryable is 0 or 1"
    ),
    GuardCase(
      "a run with output_bytes -1",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms, output_bytes) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5, -1)
        """,
      refusal: "output_bytes is not negative"
    ),
    GuardCase(
      "a run with output_sha256 'abc'",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms, output_sha256) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5, 'abc')
        """,
      refusal: "output_sha256 is 64 lower-case hexadecimal digits"
    ),
    GuardCase(
      "a run with tree 'X'",
      attack: """
        INSERT OR REPLACE INTO task_runs(task_id, attempt_id, try, lease_token, started_at, \
        ended_at, duration_ms, tree) VALUES (2, 1, 1, 11, '2026-01-01T00:00:00.000Z', \
        '2026-01-01T00:00:01.000Z', 5, 'X')
        """,
      refusal: "a run's tree is lower-case hexadecimal"
    ),
    GuardCase(
      "a run rewritten",
      attack: "UPDATE task_runs SET exit_code = 0",
      refusal: "a run is recorded once and never changes"
    ),
    GuardCase(
      "a run deleted",
      attack: "DELETE FROM task_runs",
      refusal: "a run is never deleted: it is evidence"
    ),
  ]
}
