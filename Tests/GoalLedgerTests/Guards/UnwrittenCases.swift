// Changes whose entry an index of somebody's makes the ledger ignore under OR IGNORE.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let unwritten: [GuardCase] = [
    GuardCase(
      "a goal whose birth is ignored",
      given: [
        "INSERT INTO goals(text, reason) VALUES ('x', 'twice')",
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(reason) WHERE reason = 'twice'",
      ],
      attack: "INSERT OR IGNORE INTO goals(text, reason) VALUES ('x', 'twice')",
      refusal: "the ledger took no entry of this goal, so nothing is changed"
    ),
    GuardCase(
      "an amendment that is ignored",
      given: [
        "INSERT INTO goals(text, reason) VALUES ('x', 'twice')",
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(reason) WHERE reason = 'twice'",
      ],
      attack: "UPDATE OR IGNORE goals SET value = 0.9, reason = 'twice' WHERE id = 1",
      refusal: "the ledger took no entry of this goal, so nothing is changed"
    ),
    GuardCase(
      "a transition that is ignored",
      given: [
        "INSERT INTO goals(text, reason) VALUES ('x', 'twice')",
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(reason) WHERE reason = 'twice'",
      ],
      attack: "UPDATE OR IGNORE goals SET state = 'adopted', reason = 'twice' WHERE id = 1",
      refusal: "the ledger took no entry of this goal, so nothing is changed"
    ),
    GuardCase(
      "a belief whose birth is ignored",
      given: [
        "INSERT INTO goals(text, reason) VALUES ('x', 'twice')",
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(reason) WHERE reason = 'twice'",
      ],
      attack: """
        INSERT OR IGNORE INTO beliefs(statement, confidence, reason) VALUES ('x', 1, 'twice')
        """,
      refusal: "the ledger took no entry of this belief, so nothing is changed"
    ),
    GuardCase(
      "a change of belief that is ignored",
      given: [
        "INSERT INTO goals(text, reason) VALUES ('x', 'twice')",
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(reason) WHERE reason = 'twice'",
      ],
      attack: "UPDATE OR IGNORE beliefs SET confidence = 0.1, reason = 'twice' WHERE id = 1",
      refusal: "the ledger took no entry of this belief, so nothing is changed"
    ),
    GuardCase(
      "a change of weight that is ignored",
      given: [
        "INSERT INTO goals(text, reason) VALUES ('x', 'twice')",
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(reason) WHERE reason = 'twice'",
      ],
      attack: """
        UPDATE OR IGNORE score_weights SET weight = 0.1, reason = 'twice' WHERE name = 'risk'
        """,
      refusal: "the ledger took no entry of this weight, so nothing is changed"
    ),
    GuardCase(
      "a dependency that is ignored",
      given: [
        "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (1, 5)",
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(event) WHERE event = 'dependency.added' \
        AND goal_id = 1
        """,
      ],
      attack: "INSERT OR IGNORE INTO goal_dependencies(goal_id, depends_on) VALUES (1, 2)",
      refusal: "the ledger took no entry of this dependency, so nothing is changed"
    ),
    GuardCase(
      "a take-over that is ignored",
      given: [
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(goal_id) WHERE goal_id = 7 AND event \
        GLOB 'attempt.*'
        """
      ],
      attack: """
        UPDATE OR IGNORE attempts SET worker = 'w2', lease_token = 30, takeovers = 1 WHERE id = \
        4
        """,
      refusal: "the ledger took no entry of this attempt, so nothing is changed"
    ),
    GuardCase(
      "a plan that is ignored",
      given: [
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(event) WHERE event = 'plan.made'
        """
      ],
      attack: "UPDATE OR IGNORE attempts SET plan_id = 1 WHERE id = 8",
      refusal: "the ledger took no entry of this attempt, so nothing is changed"
    ),
    GuardCase(
      "an attempt that is ignored",
      given: [
        "INSERT INTO identity_ledger(event, actor) VALUES ('note', 'w9')",
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(actor) WHERE actor = 'w9' AND \
        goal_version IS NULL
        """,
      ],
      attack: """
        INSERT OR IGNORE INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES \
        (2, 'w9', 30, '2999-01-01T00:00:00.000Z')
        """,
      refusal: "the ledger took no entry of this attempt, so nothing is changed"
    ),
    GuardCase(
      "an end that is ignored",
      given: [
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(goal_id) WHERE goal_id = 16 AND event \
        GLOB 'attempt.*'
        """
      ],
      attack: "UPDATE OR IGNORE goals SET state = 'failed', lease_token = 18 WHERE id = 16",
      refusal: "the ledger took no entry of this attempt, so nothing is changed"
    ),
    GuardCase(
      "a task that is ignored",
      given: [
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(goal_id) WHERE goal_id = 14 AND event = \
        'task.pending'
        """
      ],
      attack: """
        INSERT OR IGNORE INTO tasks(attempt_id, goal_id, number, action, lease_token) VALUES (6, \
        14, 5, 'edit', 16)
        """,
      refusal: "the ledger took no entry of this task, so nothing is changed"
    ),
    GuardCase(
      "a start that is ignored",
      given: [
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(goal_id) WHERE goal_id = 14 AND event \
        GLOB 'task.*'
        """
      ],
      attack: "UPDATE OR IGNORE tasks SET state = 'running', lease_token = 16 WHERE id = 4",
      refusal: "the ledger took no entry of this task, so nothing is changed"
    ),
    GuardCase(
      "a change that is ignored",
      given: [
        "INSERT INTO identity_ledger(event, goal_id) VALUES ('note', 16)",
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(goal_id) WHERE goal_id = 16 AND event IN \
        ('note', 'change.open')
        """,
      ],
      attack: """
        INSERT OR IGNORE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token) VALUES (8, 16, 'r', 'b', 'abc', 18)
        """,
      refusal: "the ledger took no entry of this change, so nothing is changed"
    ),
    GuardCase(
      "a rollback that is ignored",
      given: [
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(goal_id) WHERE goal_id = 3 AND event \
        GLOB 'change.*'
        """
      ],
      attack: """
        UPDATE OR IGNORE changes SET state = 'rolled_back', lease_token = 11 WHERE attempt_id = \
        1
        """,
      refusal: "the ledger took no entry of this change, so nothing is changed"
    ),
    GuardCase(
      "a worker that is ignored",
      given: [
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(event) WHERE event = 'worker.running'
        """
      ],
      attack: "INSERT OR IGNORE INTO workers(name) VALUES ('w2')",
      refusal: "the ledger took no entry of this worker, so nothing is changed"
    ),
    GuardCase(
      "a stop that is ignored",
      given: [
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(assurance) WHERE event GLOB 'worker.*'
        """
      ],
      attack: "UPDATE OR IGNORE workers SET state = 'stopped'",
      refusal: "the ledger took no entry of this worker, so nothing is changed"
    ),
    GuardCase(
      "a breaker that is ignored",
      given: [
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(event) WHERE event = 'breaker.open'
        """
      ],
      attack: "INSERT OR IGNORE INTO circuit_breakers(action, state) VALUES ('x', 'open')",
      refusal: "the ledger took no entry of this breaker, so nothing is changed"
    ),
    GuardCase(
      "a closing that is ignored",
      given: [
        """
        CREATE UNIQUE INDEX sabotage ON identity_ledger(assurance) WHERE event GLOB 'breaker.*'
        """
      ],
      attack: "UPDATE OR IGNORE circuit_breakers SET state = 'closed'",
      refusal: "the ledger took no entry of this breaker, so nothing is changed"
    ),
  ]
}
