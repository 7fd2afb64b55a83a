// Attacks on plans, claims, leases and take-overs.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let attempts: [GuardCase] = [
    GuardCase(
      "a plan with an id of its own",
      attack: """
        INSERT INTO plans(id, digest, task, body) VALUES (9, \
        'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 't', '{"steps":[]}')
        """,
      refusal: "a plan's id is given by the database: leave id out"
    ),
    GuardCase(
      "a plan with the id that means none",
      attack: """
        INSERT INTO plans(id, digest, task, body) VALUES (-1, \
        'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 't', '{"steps":[]}')
        """,
      refusal: "a plan is numbered from 1: leave id out"
    ),
    GuardCase(
      "a plan made long ago",
      attack: """
        INSERT INTO plans(digest, task, body, created_at) VALUES \
        ('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 't', \
        '{"steps":[]}', '2020-01-01T00:00:00.000Z')
        """,
      refusal: "a plan is made now: leave created_at out"
    ),
    GuardCase(
      "a plan replaced",
      attack: """
        INSERT OR REPLACE INTO plans(digest, task, body) SELECT digest, 't', '{"steps":[]}' FROM \
        plans
        """,
      refusal: "a plan of this digest exists: use its id"
    ),
    GuardCase(
      "a plan without a digest",
      attack: "INSERT INTO plans(digest, task, body) VALUES ('abc', 't', '{\"steps\":[]}')",
      refusal: "a plan's digest is its SHA-256 in 64 lower-case hexadecimal digits"
    ),
    GuardCase(
      "a plan for nothing",
      attack: """
        INSERT INTO plans(digest, task, body) VALUES \
        ('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', '', '{"steps":[]}')
        """,
      refusal: "a plan's task is not empty"
    ),
    GuardCase(
      "a plan without steps",
      attack: """
        INSERT INTO plans(digest, task, body) VALUES \
        ('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 't', '{}')
        """,
      refusal: "a plan's body is a JSON object without NUL bytes, its steps an array"
    ),
    GuardCase(
      "a plan changed",
      attack: "UPDATE plans SET task = 'x'",
      refusal: "a plan never changes: add another one"
    ),
    GuardCase(
      "a plan deleted",
      attack: "DELETE FROM plans",
      refusal: "a plan is never deleted: attempts refer to it"
    ),
    GuardCase(
      "an attempt with an id of its own",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at, id) VALUES (2, \
        'w2', 30, '2999-01-01T00:00:00.000Z', 99)
        """,
      refusal: "an attempt's id is given by the database: leave id out"
    ),
    GuardCase(
      "an attempt with the id that means none",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at, id) VALUES (2, \
        'w2', 30, '2999-01-01T00:00:00.000Z', -1)
        """,
      refusal: "an attempt is numbered from 1: leave id out"
    ),
    GuardCase(
      "an attempt born with number",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at, number) VALUES (2, \
        'w2', 30, '2999-01-01T00:00:00.000Z', 7)
        """,
      refusal: """
        an attempt opens now, without a plan or an outcome: say goal_id, worker, lease_token and \
        lease_expires_at
        """
    ),
    GuardCase(
      "an attempt planned and taken over at once",
      given: [
        """
        INSERT INTO plans(digest, task, body) VALUES \
        ('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 't', '{"steps":[]}')
        """
      ],
      attack: """
        UPDATE attempts SET plan_id = (SELECT max(id) FROM plans), \
        lease_token = (SELECT max(lease_token) + 1 FROM attempts) WHERE state = 'open'
        """,
      refusal: """
        an attempt is taken over, planned and ended one after the other: SET one of lease_token, \
        plan_id and state
        """
    ),
    GuardCase(
      "an attempt born with state",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at, state) VALUES (2, \
        'w2', 30, '2999-01-01T00:00:00.000Z', 'satisfied')
        """,
      refusal: """
        an attempt opens now, without a plan or an outcome: say goal_id, worker, lease_token and \
        lease_expires_at
        """
    ),
    GuardCase(
      "an attempt born with takeovers",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at, takeovers) VALUES \
        (2, 'w2', 30, '2999-01-01T00:00:00.000Z', 1)
        """,
      refusal: """
        an attempt opens now, without a plan or an outcome: say goal_id, worker, lease_token and \
        lease_expires_at
        """
    ),
    GuardCase(
      "an attempt born with plan_id",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at, plan_id) VALUES (2, \
        'w2', 30, '2999-01-01T00:00:00.000Z', 1)
        """,
      refusal: """
        an attempt opens now, without a plan or an outcome: say goal_id, worker, lease_token and \
        lease_expires_at
        """
    ),
    GuardCase(
      "an attempt born with ended_at",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at, ended_at) VALUES \
        (2, 'w2', 30, '2999-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z')
        """,
      refusal: """
        an attempt opens now, without a plan or an outcome: say goal_id, worker, lease_token and \
        lease_expires_at
        """
    ),
    GuardCase(
      "an attempt born with outcome",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at, outcome) VALUES (2, \
        'w2', 30, '2999-01-01T00:00:00.000Z', '{}')
        """,
      refusal: """
        an attempt opens now, without a plan or an outcome: say goal_id, worker, lease_token and \
        lease_expires_at
        """
    ),
    GuardCase(
      "an attempt born with started_at",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at, started_at) VALUES \
        (2, 'w2', 30, '2999-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z')
        """,
      refusal: """
        an attempt opens now, without a plan or an outcome: say goal_id, worker, lease_token and \
        lease_expires_at
        """
    ),
    GuardCase(
      "an attempt by nobody",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (2, '', 30, \
        '2999-01-01T00:00:00.000Z')
        """,
      refusal: "worker is a name of 1 to 200 characters on one line without NUL bytes"
    ),
    GuardCase(
      "a token already used",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (2, 'w2', \
        18, '2999-01-01T00:00:00.000Z')
        """,
      refusal: "lease tokens only grow: take one above every token so far"
    ),
    GuardCase(
      "an attempt replaced by its token",
      attack: """
        INSERT OR REPLACE INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES \
        (2, 'w2', 18, '2999-01-01T00:00:00.000Z')
        """,
      refusal: "lease tokens only grow: take one above every token so far"
    ),
    GuardCase(
      "the last token there is",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (2, 'w2', \
        9223372036854775807, '2999-01-01T00:00:00.000Z')
        """,
      refusal: "lease tokens must not run out: take the next ones, at most 1000000 ahead"
    ),
    GuardCase(
      "a proposed goal claimed",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (1, 'w2', \
        30, '2999-01-01T00:00:00.000Z')
        """,
      refusal: "only an adopted goal can be claimed"
    ),
    GuardCase(
      "an executing goal claimed",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (16, 'w2', \
        30, '2999-01-01T00:00:00.000Z')
        """,
      refusal: "only an adopted goal can be claimed"
    ),
    GuardCase(
      "a goal that does not exist claimed",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (999, 'w2', \
        30, '2999-01-01T00:00:00.000Z')
        """,
      refusal: "only an adopted goal can be claimed"
    ),
    GuardCase(
      "a goal claimed twice in one statement",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (2, 'w2', \
        30, '2999-01-01T00:00:00.000Z'), (2, 'w3', 31, '2999-01-01T00:00:00.000Z')
        """,
      refusal: "only an adopted goal can be claimed"
    ),
    GuardCase(
      "a blocked goal claimed",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (10, 'w2', \
        30, '2999-01-01T00:00:00.000Z')
        """,
      refusal: "the goal waits for prerequisites that are not satisfied"
    ),
    GuardCase(
      "a waiting goal claimed",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (9, 'w2', \
        30, '2999-01-01T00:00:00.000Z')
        """,
      refusal: "the goal waits until a later time: see its waits_until"
    ),
    GuardCase(
      "a contradicting goal claimed",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (11, 'w2', \
        30, '2999-01-01T00:00:00.000Z')
        """,
      refusal: """
        the goal contradicts an active belief: it cannot be claimed while the belief is active
        """
    ),
    GuardCase(
      "a lease without an end",
      attack: """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (2, 'w2', \
        30, 'later')
        """,
      refusal: "lease_expires_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "an ended attempt reopened",
      attack: "UPDATE attempts SET state = 'open' WHERE id = 2",
      refusal: "an attempt that has ended never changes"
    ),
    GuardCase(
      "an ended attempt with another outcome",
      attack: "UPDATE attempts SET outcome = '{}' WHERE id = 2",
      refusal: "an attempt that has ended never changes"
    ),
    GuardCase(
      "an ended attempt with another end",
      attack: "UPDATE attempts SET ended_at = '2999-01-01T00:00:00.000Z' WHERE id = 2",
      refusal: "an attempt that has ended never changes"
    ),
    GuardCase(
      "an attempt that changes its id",
      attack: "UPDATE OR REPLACE attempts SET id = 99 WHERE id = 8",
      refusal: "an attempt keeps its id, goal_id, number and started_at"
    ),
    GuardCase(
      "an attempt that changes its goal_id",
      attack: "UPDATE OR REPLACE attempts SET goal_id = 2 WHERE id = 8",
      refusal: "an attempt keeps its id, goal_id, number and started_at"
    ),
    GuardCase(
      "an attempt that changes its number",
      attack: "UPDATE OR REPLACE attempts SET number = 7 WHERE id = 8",
      refusal: "an attempt keeps its id, goal_id, number and started_at"
    ),
    GuardCase(
      "an attempt that changes its started_at",
      attack: """
        UPDATE OR REPLACE attempts SET started_at = '2999-01-01T00:00:00.000Z' WHERE id = 8
        """,
      refusal: "an attempt keeps its id, goal_id, number and started_at"
    ),
    GuardCase(
      "an outcome while open",
      attack: "UPDATE attempts SET outcome = '{}' WHERE id = 8",
      refusal: "outcome and ended_at are set as the attempt ends"
    ),
    GuardCase(
      "an end of choice",
      given: [
        """
        UPDATE changes SET state = 'rolled_back', lease_token = 15 WHERE attempt_id = 5
        """
      ],
      attack: """
        UPDATE attempts SET state = 'abandoned', ended_at = '2999-01-01T00:00:00.000Z' WHERE id \
        = 5
        """,
      refusal: "an attempt ends now: leave ended_at out"
    ),
    GuardCase(
      "an attempt satisfied behind its goal's back",
      attack: "UPDATE attempts SET state = 'satisfied' WHERE id = 8",
      refusal: """
        an attempt ends with its goal: UPDATE goals SET state = ..., lease_token = ... instead
        """
    ),
    GuardCase(
      "an attempt failed behind its goal's back",
      attack: "UPDATE attempts SET state = 'failed' WHERE id = 8",
      refusal: """
        an attempt ends with its goal: UPDATE goals SET state = ..., lease_token = ... instead
        """
    ),
    GuardCase(
      "an attempt released behind its goal's back",
      attack: "UPDATE attempts SET state = 'released' WHERE id = 8",
      refusal: """
        an attempt ends with its goal: UPDATE goals SET state = ..., lease_token = ... instead
        """
    ),
    GuardCase(
      "an attempt expired behind its goal's back",
      attack: "UPDATE attempts SET state = 'expired' WHERE id = 8",
      refusal: """
        an attempt ends with its goal: UPDATE goals SET state = ..., lease_token = ... instead
        """
    ),
    GuardCase(
      "an attempt abandoned behind its goal's back",
      attack: "UPDATE attempts SET state = 'abandoned' WHERE id = 8",
      refusal: """
        an attempt ends with its goal: UPDATE goals SET state = ..., lease_token = ... instead
        """
    ),
    GuardCase(
      "an attempt done behind its goal's back",
      attack: "UPDATE attempts SET state = 'done' WHERE id = 8",
      refusal: """
        an attempt ends with its goal: UPDATE goals SET state = ..., lease_token = ... instead
        """
    ),
    GuardCase(
      "an abandoned attempt closed before its rollback",
      attack: "UPDATE attempts SET state = 'abandoned' WHERE id = 5",
      refusal: "the attempt has a change that is not rolled back: roll it back first"
    ),
    GuardCase(
      "a lease stolen before it expires",
      attack: """
        UPDATE attempts SET worker = 'w2', lease_token = 30, takeovers = 1 WHERE id = 8
        """,
      refusal: "the lease has not expired: it cannot be taken over yet"
    ),
    GuardCase(
      "a take-over with an old token",
      attack: "UPDATE attempts SET worker = 'w2', lease_token = 3, takeovers = 1 WHERE id = 4",
      refusal: "lease tokens only grow: take one above every token so far"
    ),
    GuardCase(
      "a take-over that replaces another attempt",
      attack: """
        UPDATE OR REPLACE attempts SET worker = 'w2', lease_token = 18, takeovers = 1 WHERE id = \
        4
        """,
      refusal: "lease tokens only grow: take one above every token so far"
    ),
    GuardCase(
      "a take-over with the last token there is",
      attack: """
        UPDATE attempts SET worker = 'w2', lease_token = 9223372036854775807, takeovers = 1 \
        WHERE id = 4
        """,
      refusal: "lease tokens must not run out: take the next ones, at most 1000000 ahead"
    ),
    GuardCase(
      "another worker under the same token",
      attack: "UPDATE attempts SET worker = 'w2' WHERE id = 8",
      refusal: "another worker takes an attempt over with a new lease_token"
    ),
    GuardCase(
      "a take-over by nobody",
      attack: "UPDATE attempts SET worker = '', lease_token = 30, takeovers = 1 WHERE id = 4",
      refusal: "worker is a name of 1 to 200 characters on one line without NUL bytes"
    ),
    GuardCase(
      "a take-over not counted",
      attack: "UPDATE attempts SET worker = 'w2', lease_token = 30 WHERE id = 4",
      refusal: """
        takeovers counts the new tokens: it moves by one with each, and back to 0 on progress
        """
    ),
    GuardCase(
      "a take-over counted without one",
      attack: "UPDATE attempts SET takeovers = 1 WHERE id = 8",
      refusal: """
        takeovers counts the new tokens: it moves by one with each, and back to 0 on progress
        """
    ),
    GuardCase(
      "a plan that does not exist",
      attack: "UPDATE attempts SET plan_id = 99 WHERE id = 8",
      refusal: "plan_id names a plan that exists"
    ),
    GuardCase(
      "a plan taken back",
      attack: "UPDATE attempts SET plan_id = NULL WHERE id = 1",
      refusal: "plan_id names a plan that exists"
    ),
    GuardCase(
      "bindings that are no JSON",
      attack: "UPDATE attempts SET bindings = 'x' WHERE id = 8",
      refusal: "bindings is JSON without NUL bytes"
    ),
    GuardCase(
      "an outcome that is no JSON",
      given: [
        """
        UPDATE changes SET state = 'rolled_back', lease_token = 15 WHERE attempt_id = 5
        """
      ],
      attack: "UPDATE attempts SET state = 'abandoned', outcome = 'x' WHERE id = 5",
      refusal: "an attempt's outcome is JSON without NUL bytes"
    ),
    GuardCase(
      "an attempt deleted",
      attack: "DELETE FROM attempts WHERE id = 2",
      refusal: "an attempt is never deleted: it is part of its goal's history"
    ),
  ]
}
