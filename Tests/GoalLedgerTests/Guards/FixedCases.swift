// Attacks on beliefs, weights, rules and the identity of the database.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let fixed: [GuardCase] = [
    GuardCase(
      "an alignment written beside the goal",
      attack: "INSERT INTO goal_beliefs(belief_id, goal_id, relation) VALUES (1, 2, 'aligns')",
      refusal: """
        goal_beliefs mirrors the goal: set aligns_with or contradicts of the goal instead
        """
    ),
    GuardCase(
      "an alignment replaced",
      attack: """
        INSERT OR REPLACE INTO goal_beliefs(belief_id, goal_id, relation) VALUES (1, 1, \
        'aligns')
        """,
      refusal: """
        goal_beliefs mirrors the goal: set aligns_with or contradicts of the goal instead
        """
    ),
    GuardCase(
      "an alignment moved",
      attack: "UPDATE goal_beliefs SET goal_id = 2 WHERE belief_id = 1",
      refusal: """
        goal_beliefs mirrors the goal: change aligns_with or contradicts of the goal instead
        """
    ),
    GuardCase(
      "a contradiction taken away",
      attack: "DELETE FROM goal_beliefs WHERE goal_id = 11",
      refusal: "goal_beliefs mirrors the goal: take the belief out of the goal's array instead"
    ),
    GuardCase(
      "a second row of entry_check",
      attack: "INSERT INTO entry_check(one) VALUES (2)",
      refusal: "entry_check is asked about entries by the ledger: it has one row"
    ),
    GuardCase(
      "the row of entry_check removed",
      attack: "DELETE FROM entry_check",
      refusal: "entry_check is asked about entries by the ledger: it keeps its row"
    ),
    GuardCase(
      "an untrue entry put to entry_check",
      attack: "UPDATE entry_check SET event = 'task.seen', task_id = 1",
      refusal:
        "an entry of a task is written as the task changes: change the task, or add a note"
    ),
    GuardCase(
      "an entry of an attempt that is no state of one",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, attempt_id) VALUES ('attempt.seen', 16, 8)
        """,
      refusal: "an entry of an attempt is written as the attempt changes: add a note instead"
    ),
    GuardCase(
      "a second row of amendment_entry",
      attack: "INSERT INTO amendment_entry(one) VALUES (2)",
      refusal: "amendment_entry is how goals enter their amendments: it has one row"
    ),
    GuardCase(
      "the row of amendment_entry removed",
      attack: "DELETE FROM amendment_entry",
      refusal: "amendment_entry is how goals enter their amendments: it keeps its row"
    ),
    GuardCase(
      "an amendment of amendment_entry that never was",
      attack: """
        UPDATE amendment_entry
        SET actor = 'eve', goal_id = 1, goal_version = (SELECT version FROM goals WHERE id = 1),
          old = '{"text":"another"}'
        """,
      refusal:
        "an entry of a goal is written as the goal changes: change the goal, or add a note"
    ),
    GuardCase(
      "a rule added to goal_transition_rules",
      attack: "INSERT INTO goal_transition_rules VALUES ('satisfied', 'adopted', NULL, 'x')",
      refusal: "the rules of transitions are part of the schema: a migration adds one"
    ),
    GuardCase(
      "a rule of goal_transition_rules changed",
      attack: """
        UPDATE goal_transition_rules SET from_state = 'x' WHERE to_state = 'ready' OR to_state = \
        'satisfied'
        """,
      refusal: "the rules of transitions are part of the schema: a migration changes one"
    ),
    GuardCase(
      "the rules of goal_transition_rules removed",
      attack: "DELETE FROM goal_transition_rules",
      refusal: "the rules of transitions are part of the schema: a migration removes one"
    ),
    GuardCase(
      "a rule added to task_transition_rules",
      attack: "INSERT INTO task_transition_rules VALUES ('failed', 'running')",
      refusal: "the rules of transitions are part of the schema: a migration adds one"
    ),
    GuardCase(
      "a rule of task_transition_rules changed",
      attack: """
        UPDATE task_transition_rules SET from_state = 'x' WHERE to_state = 'ready' OR to_state = \
        'satisfied'
        """,
      refusal: "the rules of transitions are part of the schema: a migration changes one"
    ),
    GuardCase(
      "the rules of task_transition_rules removed",
      attack: "DELETE FROM task_transition_rules",
      refusal: "the rules of transitions are part of the schema: a migration removes one"
    ),
    GuardCase(
      "a second score epoch",
      attack: "INSERT INTO score_epoch(one) VALUES (2)",
      refusal: "score_epoch has one row"
    ),
    GuardCase(
      "a score epoch that goes back",
      attack: "UPDATE score_epoch SET epoch = 0",
      refusal: "score_epoch moves forward by one: SET epoch = epoch + 1"
    ),
    GuardCase(
      "the score epoch removed",
      attack: "DELETE FROM score_epoch",
      refusal: "score_epoch keeps its one row"
    ),
    GuardCase(
      "a second identity",
      attack: "INSERT INTO database_info VALUES ('x', 'y')",
      refusal: "a database has one identity, given at its birth"
    ),
    GuardCase(
      "another identity",
      attack: "UPDATE database_info SET id = 'x'",
      refusal: "the identity of a database never changes"
    ),
    GuardCase(
      "no identity",
      attack: "DELETE FROM database_info",
      refusal: "the identity of a database is never removed"
    ),
    GuardCase(
      "a belief with an id of its own",
      attack: "INSERT INTO beliefs(id, statement, confidence) VALUES (9, 'x', 1)",
      refusal: "a belief's id is given by the database: leave id out"
    ),
    GuardCase(
      "a belief with the id that means none",
      attack: "INSERT INTO beliefs(id, statement, confidence) VALUES (-1, 'x', 1)",
      refusal: "a belief is numbered from 1: leave id out"
    ),
    GuardCase(
      "a belief older than it is",
      attack: """
        INSERT INTO beliefs(statement, confidence, created_at) VALUES ('x', 1, \
        '2020-01-01T00:00:00.000Z')
        """,
      refusal: "a belief is created now: leave created_at out"
    ),
    GuardCase(
      "a belief replaced by its name",
      attack: """
        INSERT OR REPLACE INTO beliefs(name, statement, confidence) VALUES ('no-network', 'x', \
        1)
        """,
      refusal: "a belief of this name exists: update it, or choose another name"
    ),
    GuardCase(
      "a belief added by nobody",
      attack: "INSERT INTO beliefs(statement, confidence, actor) VALUES ('x', 1, '')",
      refusal: """
        actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL \
        byte
        """
    ),
    GuardCase(
      "a belief with name 'Not A Symbol'",
      attack: """
        INSERT INTO beliefs(statement, confidence, name) VALUES ('x', 1, 'Not A Symbol')
        """,
      refusal: """
        a belief's name is a symbol: a letter, then letters, digits and '-', in lower case
        """
    ),
    GuardCase(
      "a belief with statement ''",
      attack: "INSERT INTO beliefs(statement, confidence) VALUES ('', 1)",
      refusal: "a belief's statement is not empty and holds no NUL byte"
    ),
    GuardCase(
      "a belief with confidence 2",
      attack: "INSERT INTO beliefs(statement, confidence) VALUES ('x', 2)",
      refusal: "confidence lies between 0 and 1"
    ),
    GuardCase(
      "a belief with active 2",
      attack: "INSERT INTO beliefs(statement, confidence, active) VALUES ('x', 1, 2)",
      refusal: "active is 0 or 1"
    ),
    GuardCase(
      "a belief with immutable 2",
      attack: "INSERT INTO beliefs(statement, confidence, immutable) VALUES ('x', 1, 2)",
      refusal: "immutable is 0 or 1"
    ),
    GuardCase(
      "a belief restated",
      attack: "UPDATE beliefs SET statement = 'x' WHERE id = 1",
      refusal: "a belief keeps its id, name, statement and created_at: add another belief"
    ),
    GuardCase(
      "a belief that replaces another",
      attack: "UPDATE OR REPLACE beliefs SET name = 'frozen' WHERE id = 1",
      refusal: "a belief keeps its id, name, statement and created_at: add another belief"
    ),
    GuardCase(
      "an immutable belief doubted",
      attack: "UPDATE beliefs SET confidence = 0.1 WHERE id = 2",
      refusal: "an immutable belief never changes"
    ),
    GuardCase(
      "a belief changed by nobody",
      attack: "UPDATE beliefs SET confidence = 0.1, actor = '' WHERE id = 1",
      refusal: """
        actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL \
        byte
        """
    ),
    GuardCase(
      "a belief deleted",
      attack: "DELETE FROM beliefs WHERE id = 1",
      refusal: "a belief is never deleted: SET active = 0"
    ),
    GuardCase(
      "a sixth weight",
      attack: "INSERT INTO score_weights(name, weight, standard) VALUES ('luck', 1, 1)",
      refusal: """
        the five weights are fixed: UPDATE score_weights SET weight = ... WHERE name = ...
        """
    ),
    GuardCase(
      "a weight replaced",
      attack: """
        INSERT OR REPLACE INTO score_weights(name, weight, standard) VALUES ('risk', 1, 1)
        """,
      refusal: """
        the five weights are fixed: UPDATE score_weights SET weight = ... WHERE name = ...
        """
    ),
    GuardCase(
      "a weight deleted",
      attack: "DELETE FROM score_weights WHERE name = 'risk'",
      refusal: "the five weights are fixed: SET weight = 0 to leave one out"
    ),
    GuardCase(
      "a weight that replaces another",
      attack: "UPDATE OR REPLACE score_weights SET name = 'risk' WHERE name = 'value'",
      refusal: "a weight keeps its name and its standard: only weight changes"
    ),
    GuardCase(
      "a weight of two",
      attack: "UPDATE score_weights SET weight = 2 WHERE name = 'risk'",
      refusal: "a weight lies between 0 and 1"
    ),
    GuardCase(
      "a weight changed by nobody",
      attack: "UPDATE score_weights SET weight = 1, actor = '' WHERE name = 'risk'",
      refusal: """
        actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL \
        byte
        """
    ),
  ]
}
