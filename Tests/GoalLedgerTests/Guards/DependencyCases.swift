// Attacks on dependencies between goals and on their release.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let dependencies: [GuardCase] = [
    GuardCase(
      "an edge with an id of its own",
      attack: "INSERT INTO goal_dependencies(id, goal_id, depends_on) VALUES (9, 1, 2)",
      refusal: "a dependency's id is given by the database: leave id out"
    ),
    GuardCase(
      "an edge with the id that means none",
      attack: "INSERT INTO goal_dependencies(id, goal_id, depends_on) VALUES (-1, 1, 2)",
      refusal: "an edge is numbered from 1: leave id out"
    ),
    GuardCase(
      "an edge born met",
      attack: "INSERT INTO goal_dependencies(goal_id, depends_on, met) VALUES (1, 2, 1)",
      refusal: "met is kept for you: leave it out"
    ),
    GuardCase(
      "a dependency on nothing",
      attack: "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (1, 999)",
      refusal: "there is no goal to depend on: depends_on is the id of a goal"
    ),
    GuardCase(
      "a dependency of an executing goal",
      attack: "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (16, 1)",
      refusal: "dependencies change only while the dependent goal is proposed or adopted"
    ),
    GuardCase(
      "a dependency of nothing",
      attack: "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (999, 1)",
      refusal: "dependencies change only while the dependent goal is proposed or adopted"
    ),
    GuardCase(
      "a dependency replaced",
      attack: "INSERT OR REPLACE INTO goal_dependencies(goal_id, depends_on) VALUES (10, 1)",
      refusal: "the goal depends on that one already"
    ),
    GuardCase(
      "a dependency added by nobody",
      attack: "INSERT INTO goal_dependencies(goal_id, depends_on, actor) VALUES (1, 2, '')",
      refusal: """
        actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL \
        byte
        """
    ),
    GuardCase(
      "a goal that waits for itself",
      attack: "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (1, 1)",
      refusal: "a goal cannot depend on itself"
    ),
    GuardCase(
      "a cycle of two",
      attack: "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (1, 10)",
      refusal: "that would be a cycle: the prerequisite depends, directly or not, on this goal"
    ),
    GuardCase(
      "a cycle of three",
      given: ["INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (2, 10)"],
      attack: "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (1, 2)",
      refusal: "that would be a cycle: the prerequisite depends, directly or not, on this goal"
    ),
    GuardCase(
      "a cycle within one statement",
      attack: "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (2, 9), (9, 2)",
      refusal: "that would be a cycle: the prerequisite depends, directly or not, on this goal"
    ),
    GuardCase(
      "a dependency moved",
      attack: "UPDATE OR REPLACE goal_dependencies SET depends_on = 2 WHERE goal_id = 10",
      refusal: "a dependency is added or deleted, never changed"
    ),
    GuardCase(
      "a dependency met by hand",
      attack: "UPDATE goal_dependencies SET met = 1 WHERE goal_id = 10",
      refusal: "met says that the prerequisite is satisfied: only that releases a dependent"
    ),
    GuardCase(
      "a dependency unmet by hand",
      attack: "UPDATE goal_dependencies SET met = 0 WHERE goal_id = 13",
      refusal: "met says that the prerequisite is satisfied: only that releases a dependent"
    ),
    GuardCase(
      "a dependency touched by nobody",
      attack: "UPDATE goal_dependencies SET actor = ''",
      refusal: """
        actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL \
        byte
        """
    ),
    GuardCase(
      "a dependency of an executing goal deleted",
      given: [
        """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) VALUES (13, 'w1', \
        30, '2999-01-01T00:00:00.000Z')
        """
      ],
      attack: "DELETE FROM goal_dependencies WHERE goal_id = 13",
      refusal: "dependencies change only while the dependent goal is proposed or adopted"
    ),
    GuardCase(
      "a goal queued for release that is not satisfied",
      attack: "INSERT INTO release_queue VALUES (1)",
      refusal: "release_queue holds satisfied goals whose dependents are not all released"
    ),
    GuardCase(
      "a queued goal replaced",
      given: [
        """
        INSERT INTO goals(text) SELECT 'd' FROM (WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL \
        SELECT i + 1 FROM n WHERE i < 101) SELECT i FROM n)
        """,
        """
        INSERT INTO goal_dependencies(goal_id, depends_on) SELECT id, 16 FROM goals WHERE text = \
        'd'
        """, "UPDATE goals SET state = 'satisfied', lease_token = 18 WHERE id = 16",
      ],
      attack: "INSERT OR REPLACE INTO release_queue VALUES (16)",
      refusal: "release_queue holds satisfied goals whose dependents are not all released"
    ),
    GuardCase(
      "a queued goal that becomes another",
      given: [
        """
        INSERT INTO goals(text) SELECT 'd' FROM (WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL \
        SELECT i + 1 FROM n WHERE i < 101) SELECT i FROM n)
        """,
        """
        INSERT INTO goal_dependencies(goal_id, depends_on) SELECT id, 16 FROM goals WHERE text = \
        'd'
        """, "UPDATE goals SET state = 'satisfied', lease_token = 18 WHERE id = 16",
      ],
      attack: "UPDATE release_queue SET goal_id = 4",
      refusal: "a goal enters and leaves release_queue: it never becomes another"
    ),
    GuardCase(
      "a queued goal forgotten",
      given: [
        """
        INSERT INTO goals(text) SELECT 'd' FROM (WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL \
        SELECT i + 1 FROM n WHERE i < 101) SELECT i FROM n)
        """,
        """
        INSERT INTO goal_dependencies(goal_id, depends_on) SELECT id, 16 FROM goals WHERE text = \
        'd'
        """, "UPDATE goals SET state = 'satisfied', lease_token = 18 WHERE id = 16",
      ],
      attack: "DELETE FROM release_queue",
      refusal: "the goal has dependents to release: SET met = 1 on its dependencies first"
    ),
  ]
}
