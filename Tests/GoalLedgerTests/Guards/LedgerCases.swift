// Attacks on the ledger: rewriting, renumbering, forging.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let ledger: [GuardCase] = [
    GuardCase(
      "an entry rewritten",
      attack: "UPDATE identity_ledger SET actor = 'mallory' WHERE seq = 1",
      refusal: "the ledger is append-only: add a note that corrects the entry"
    ),
    GuardCase(
      "an entry that replaces another",
      attack: "UPDATE OR REPLACE identity_ledger SET seq = 2 WHERE seq = 1",
      refusal: "the ledger is append-only: add a note that corrects the entry"
    ),
    GuardCase(
      "an entry removed",
      attack: "DELETE FROM identity_ledger WHERE seq = 1",
      refusal: "the ledger is append-only: no entry is ever removed"
    ),
    GuardCase(
      "the ledger emptied",
      attack: "DELETE FROM identity_ledger",
      refusal: "the ledger is append-only: no entry is ever removed"
    ),
    GuardCase(
      "an entry with the number that means none",
      attack: "INSERT INTO identity_ledger(seq, event) VALUES (-1, 'note')",
      refusal: "entries are numbered from 1: leave seq out"
    ),
    GuardCase(
      "an entry far ahead",
      attack: "INSERT INTO identity_ledger(seq, event) VALUES (9223372036854775807, 'note')",
      refusal: "entries are numbered without gaps: leave seq out"
    ),
    GuardCase(
      "an entry that replaces the first",
      attack: "INSERT OR REPLACE INTO identity_ledger(seq, event) VALUES (1, 'note')",
      refusal: "entries are numbered without gaps: leave seq out"
    ),
    GuardCase(
      "an entry from the past",
      attack: """
        INSERT INTO identity_ledger(at, event) VALUES ('2020-01-01T00:00:00.000Z', 'note')
        """,
      refusal: "the ledger dates its entries itself: leave at out"
    ),
    GuardCase(
      "an entry that claims a signature",
      attack: "INSERT INTO identity_ledger(event, assurance) VALUES ('note', 'signed')",
      refusal: "plain SQL proves nobody: assurance is 'claimed'"
    ),
    GuardCase(
      "a birth forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, goal_version, to_state, detail) VALUES \
        ('goal.proposed', 1, 2, 'proposed', '{}')
        """,
      refusal: """
        an entry of a goal is written as the goal changes: change the goal, or add a note
        """
    ),
    GuardCase(
      "an adoption forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, goal_version, from_state, to_state, detail) \
        VALUES ('goal.adopted', 2, 2, 'proposed', 'adopted', '{}')
        """,
      refusal: """
        an entry of a goal is written as the goal changes: change the goal, or add a note
        """
    ),
    GuardCase(
      "a transition to itself forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, goal_version, from_state, to_state, detail) \
        VALUES ('goal.adopted', 2, 2, 'adopted', 'adopted', '{}')
        """,
      refusal: """
        an entry of a goal is written as the goal changes: change the goal, or add a note
        """
    ),
    GuardCase(
      "a success forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, goal_version, from_state, to_state, detail) \
        VALUES ('goal.satisfied', 2, 2, 'adopted', 'satisfied', '{}')
        """,
      refusal: """
        an entry of a goal is written as the goal changes: change the goal, or add a note
        """
    ),
    GuardCase(
      "a goal entry without a version",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, from_state, to_state, detail) VALUES \
        ('goal.adopted', 2, 'proposed', 'adopted', '{}')
        """,
      refusal: """
        an entry of a goal is written as the goal changes: change the goal, or add a note
        """
    ),
    GuardCase(
      "an amendment forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, goal_version, detail) VALUES \
        ('goal.amended', 1, 2, '{"value":{"old":"0.9","new":"0.5"}}')
        """,
      refusal: """
        an entry of a goal is written as the goal changes: change the goal, or add a note
        """
    ),
    GuardCase(
      "an amendment repeated",
      given: ["UPDATE goals SET value = 0.9 WHERE id = 1"],
      attack: """
        INSERT INTO identity_ledger(event, goal_id, goal_version, detail) VALUES \
        ('goal.amended', 1, 3, '{"value":{"old":"0.5","new":"0.90000000000000002"}}')
        """,
      refusal: """
        an entry of a goal is written as the goal changes: change the goal, or add a note
        """
    ),
    GuardCase(
      "an amendment of nothing forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, goal_version, detail) VALUES \
        ('goal.amended', 1, 2, '{}')
        """,
      refusal: """
        an entry of a goal is written as the goal changes: change the goal, or add a note
        """
    ),
    GuardCase(
      "an amendment of an unknown column forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, goal_version, detail) VALUES \
        ('goal.amended', 1, 2, '{"score":{"old":1,"new":2}}')
        """,
      refusal: """
        an entry of a goal is written as the goal changes: change the goal, or add a note
        """
    ),
    GuardCase(
      "a note with a version",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, goal_version) VALUES ('note', 1, 2)
        """,
      refusal: "only a goal's own entries carry goal_version: leave it out"
    ),
    GuardCase(
      "a task entry forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, attempt_id, task_id, from_state, to_state) \
        VALUES ('task.succeeded', 3, 1, 2, 'running', 'succeeded')
        """,
      refusal: """
        an entry of a task is written as the task changes: change the task, or add a note
        """
    ),
    GuardCase(
      "a task entry repeated",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, attempt_id, task_id, from_state, to_state) \
        VALUES ('task.running', 3, 1, 2, 'ready', 'running')
        """,
      refusal: """
        an entry of a task is written as the task changes: change the task, or add a note
        """
    ),
    GuardCase(
      "a take-over forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, attempt_id, detail) VALUES \
        ('attempt.taken_over', 16, 8, '{"worker":"w1","lease_token":18}')
        """,
      refusal: "an entry of a take-over is written as the attempt is taken over"
    ),
    GuardCase(
      "an attempt entry forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, attempt_id, from_state, to_state) VALUES \
        ('attempt.failed', 16, 8, 'open', 'failed')
        """,
      refusal: "an entry of an attempt is written as the attempt changes: add a note instead"
    ),
    GuardCase(
      "an attempt entry repeated",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, attempt_id, from_state, to_state) VALUES \
        ('attempt.open', 16, 8, NULL, 'open')
        """,
      refusal: "an entry of an attempt is written as the attempt changes: add a note instead"
    ),
    GuardCase(
      "a change entry forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, attempt_id, from_state, to_state) VALUES \
        ('change.committed', 3, 1, 'open', 'committed')
        """,
      refusal: "an entry of a change is written as the change does: add a note instead"
    ),
    GuardCase(
      "a plan entry repeated",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, attempt_id, detail) SELECT 'plan.made', 3, \
        1, json_object('plan_id', id, 'digest', digest) FROM plans
        """,
      refusal: "an entry of a plan is written as an attempt takes the plan"
    ),
    GuardCase(
      "a dependency entry forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, detail) VALUES ('dependency.added', 1, \
        '{"depends_on":2}')
        """,
      refusal: "an entry of a dependency is written as the dependency is added or deleted"
    ),
    GuardCase(
      "a dependency entry repeated",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, detail) VALUES ('dependency.added', 10, \
        '{"depends_on":1}')
        """,
      refusal: "an entry of a dependency is written as the dependency is added or deleted"
    ),
    GuardCase(
      "a removal forged",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, detail) VALUES ('dependency.removed', 10, \
        '{"depends_on":1}')
        """,
      refusal: "an entry of a dependency is written as the dependency is added or deleted"
    ),
    GuardCase(
      "a removal of what never was",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, detail) VALUES ('dependency.removed', 1, \
        '{"depends_on":9}')
        """,
      refusal: "an entry of a dependency is written as the dependency is added or deleted"
    ),
    GuardCase(
      "a note with states",
      attack: "INSERT INTO identity_ledger(event, to_state) VALUES ('note', 'satisfied')",
      refusal: """
        a note has an actor on one line, a reason, a detail in JSON, no states and no NUL bytes
        """
    ),
    GuardCase(
      "a note that is no JSON",
      attack: "INSERT INTO identity_ledger(event, detail) VALUES ('note', '{')",
      refusal: """
        a note has an actor on one line, a reason, a detail in JSON, no states and no NUL bytes
        """
    ),
    GuardCase(
      "a note by two lines",
      attack: "INSERT INTO identity_ledger(event, actor) VALUES ('refused', 'a' || char(10))",
      refusal: """
        a note has an actor on one line, a reason, a detail in JSON, no states and no NUL bytes
        """
    ),
    GuardCase(
      "a note about nothing",
      attack: "INSERT INTO identity_ledger(event, goal_id) VALUES ('note', 999)",
      refusal: "a note is about a goal, attempt and task that exist and belong together"
    ),
    GuardCase(
      "a note about what does not belong together",
      attack: "INSERT INTO identity_ledger(event, goal_id, attempt_id) VALUES ('note', 1, 1)",
      refusal: "a note is about a goal, attempt and task that exist and belong together"
    ),
    GuardCase(
      "an unknown event of a goal",
      attack: "INSERT INTO identity_ledger(event, goal_id) VALUES ('approved', 1)",
      refusal: "what an entry by hand can say is event = 'note' or 'refused'"
    ),
    GuardCase(
      "an unknown event",
      attack: "INSERT INTO identity_ledger(event) VALUES ('approved')",
      refusal: "what an entry by hand can say is event = 'note' or 'refused'"
    ),
    GuardCase(
      "a belief entry repeated",
      attack: """
        INSERT INTO identity_ledger(event, detail) SELECT event, detail FROM identity_ledger \
        WHERE event = 'belief.added'
        """,
      refusal: "an entry of a belief is written as the belief changes: update the belief"
    ),
    GuardCase(
      "a change of belief repeated",
      attack: """
        INSERT INTO identity_ledger(event, detail) SELECT event, detail FROM identity_ledger \
        WHERE event = 'belief.changed'
        """,
      refusal: "an entry of a belief is written as the belief changes: update the belief"
    ),
    GuardCase(
      "a change of belief to itself",
      attack: """
        INSERT INTO identity_ledger(event, detail) VALUES ('belief.changed', \
        '{"subject":"belief:2","belief":2,"confidence":"1.0","active":1,"immutable":1,"old":{"confidence":"1.0","active":1,"immutable":1}}')
        """,
      refusal: "an entry of a belief is written as the belief changes: update the belief"
    ),
    GuardCase(
      "a weight entry forged",
      attack: """
        INSERT INTO identity_ledger(event, detail) VALUES ('weight.changed', \
        '{"subject":"weight:value","weight":"value","old":"0.9","new":"0.5"}')
        """,
      refusal: "an entry of a weight is written as the weight changes: update the weight"
    ),
    GuardCase(
      "a breaker entry forged",
      attack: """
        INSERT INTO identity_ledger(event, from_state, to_state, detail) VALUES ('breaker.open', \
        'closed', 'open', json_object('subject', 'breaker:''run_tests''@''''', 'action', \
        'run_tests', 'workspace', ''))
        """,
      refusal: "an entry of a breaker is written as the breaker changes: update the breaker"
    ),
    GuardCase(
      "a worker entry forged",
      attack: """
        INSERT INTO identity_ledger(event, to_state, detail) VALUES ('worker.running', \
        'running', '{"subject":"worker:w1","worker":"w1"}')
        """,
      refusal: "an entry of a worker is written as the worker changes: update the worker"
    ),
  ]
}
