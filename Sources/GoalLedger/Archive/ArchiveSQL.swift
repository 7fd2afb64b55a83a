// The statements of a pass. Those on the archive's connection have the database attached as `live`.
//
// What must stay true: each list runs in its order, and what ?1 is is said at each; nothing is
// deleted here that was not copied there.

enum ArchiveSQL {
  /// Whether the archive ends with the seal of this entry (?1) and hash (?2), or begins after it.
  static let follows = """
    SELECT EXISTS (SELECT 1 FROM main.ledger_seals WHERE last_seq = ?1 AND hash = ?2)
      OR EXISTS (SELECT 1 FROM main.archive_file WHERE first_seq = ?1 + 1 AND previous_hash = ?2)
    """

  /// How many rows of the archive after entry ?1 are not in the database just as they are there.
  static let onlyThere = """
    SELECT (SELECT count(*) FROM (
        SELECT * FROM main.ledger_seals WHERE last_seq > ?1
        EXCEPT SELECT * FROM live.ledger_seals WHERE last_seq > ?1))
      + (SELECT count(*) FROM (
        SELECT * FROM main.identity_ledger WHERE seq > ?1
        EXCEPT SELECT * FROM live.identity_ledger WHERE seq > ?1))
      + (SELECT count(*) FROM main.goals
        WHERE id NOT IN (SELECT goal_id FROM live.archived_goals)
          AND id NOT IN (SELECT id FROM live.goals))
    """

  /// On the archive, ?1 the last entry of the pass before: takes back what a pass that did not end
  /// had copied.
  static let takingBack = [
    "DROP TABLE IF EXISTS temp.surplus",
    """
    CREATE TEMP TABLE surplus AS
    SELECT id FROM main.goals
    WHERE id NOT IN (SELECT goal_id FROM live.archived_goals)
    """,
    """
    DELETE FROM main.task_dependencies
    WHERE task_id IN (SELECT id FROM main.tasks WHERE goal_id IN temp.surplus)
    """,
    """
    DELETE FROM main.task_runs
    WHERE attempt_id IN (SELECT id FROM main.attempts WHERE goal_id IN temp.surplus)
    """,
    "DELETE FROM main.changes WHERE goal_id IN temp.surplus",
    "DELETE FROM main.goal_signatures WHERE goal_id IN temp.surplus",
    "DELETE FROM main.tasks WHERE goal_id IN temp.surplus",
    "DELETE FROM main.attempts WHERE goal_id IN temp.surplus",
    "DELETE FROM main.goal_dependencies WHERE goal_id IN temp.surplus",
    "DELETE FROM main.goals WHERE id IN temp.surplus",
    "DELETE FROM main.ledger_seals WHERE last_seq > ?1",
    "DELETE FROM main.ledger_tree WHERE last_seq > ?1",
    "DELETE FROM main.identity_ledger WHERE seq > ?1",
  ]

  /// On the archive, ?1 the last entry of this pass. A goal that others depend on stays while one
  /// of them does.
  static let copying = [
    "DROP TABLE IF EXISTS temp.leaving",
    "CREATE TEMP TABLE leaving(id INTEGER PRIMARY KEY)",
    """
    INSERT INTO temp.leaving(id)
    SELECT e.id
    FROM (
        SELECT DISTINCT goal_id FROM live.identity_ledger WHERE seq <= ?1 AND goal_id IS NOT NULL
      ) l CROSS JOIN live.ended_goals e ON e.id = l.goal_id
    WHERE e.last_seq <= ?1
    """,
    """
    WITH RECURSIVE needed(id) AS (
      SELECT depends_on FROM live.goal_dependencies
      WHERE goal_id NOT IN (SELECT id FROM temp.leaving)
      UNION
      SELECT d.depends_on FROM needed n JOIN live.goal_dependencies d ON d.goal_id = n.id
    )
    DELETE FROM temp.leaving WHERE id IN (SELECT id FROM needed)
    """,
    "INSERT INTO main.ledger_seals SELECT * FROM live.ledger_seals WHERE last_seq <= ?1",
    // The tree stays here as well, and an archive that continues another has it from its beginning.
    """
    INSERT INTO main.ledger_tree
    SELECT * FROM live.ledger_tree
    WHERE last_seq <= ?1
      AND first_seq > (SELECT coalesce(max(last_seq), 0) FROM main.ledger_tree)
    """,
    "INSERT INTO main.identity_ledger SELECT * FROM live.identity_ledger WHERE seq <= ?1",
    // Whose seals are whose; what was said of a key may be in no entry here.
    "DELETE FROM main.identities",
    "INSERT INTO main.identities SELECT * FROM live.identities",
    "INSERT INTO main.goals SELECT * FROM live.goals WHERE id IN temp.leaving",
    """
    INSERT INTO main.goal_dependencies
    SELECT NULL, goal_id, depends_on, met, actor, reason
    FROM live.goal_dependencies WHERE goal_id IN temp.leaving
    """,
    """
    INSERT INTO main.attempts
    SELECT * FROM live.attempts WHERE goal_id IN temp.leaving
    """,
    """
    INSERT INTO main.plans
    SELECT * FROM live.plans
    WHERE id IN (SELECT plan_id FROM live.attempts WHERE goal_id IN temp.leaving)
      AND id NOT IN (SELECT id FROM main.plans)
    """,
    "INSERT INTO main.tasks SELECT * FROM live.tasks WHERE goal_id IN temp.leaving",
    """
    INSERT INTO main.task_dependencies
    SELECT * FROM live.task_dependencies
    WHERE task_id IN (SELECT id FROM live.tasks WHERE goal_id IN temp.leaving)
    """,
    """
    INSERT INTO main.task_runs
    SELECT * FROM live.task_runs
    WHERE attempt_id IN (SELECT id FROM live.attempts WHERE goal_id IN temp.leaving)
    """,
    "INSERT INTO main.changes SELECT * FROM live.changes WHERE goal_id IN temp.leaving",
    """
    INSERT INTO main.goal_signatures
    SELECT * FROM live.goal_signatures WHERE goal_id IN temp.leaving
    """,
  ]

  /// On the archive: how many rows that are to be deleted are not there just as they are here.
  static let differences = [
    difference("goals", "id IN temp.leaving"),
    difference("goal_dependencies", "goal_id IN temp.leaving", "goal_id, depends_on, met"),
    difference("attempts", "goal_id IN temp.leaving"),
    difference("tasks", "goal_id IN temp.leaving"),
    difference("changes", "goal_id IN temp.leaving"),
    difference("goal_signatures", "goal_id IN temp.leaving"),
    """
    SELECT count(*)
    FROM (
      SELECT * FROM live.task_runs
      WHERE attempt_id IN (SELECT id FROM live.attempts WHERE goal_id IN temp.leaving)
      EXCEPT
      SELECT * FROM main.task_runs
      WHERE attempt_id IN (SELECT id FROM main.attempts WHERE goal_id IN temp.leaving))
    """,
    """
    SELECT count(*)
    FROM (
      SELECT * FROM live.task_dependencies
      WHERE task_id IN (SELECT id FROM live.tasks WHERE goal_id IN temp.leaving)
      EXCEPT
      SELECT * FROM main.task_dependencies
      WHERE task_id IN (SELECT id FROM main.tasks WHERE goal_id IN temp.leaving))
    """,
  ]

  private static func difference(
    _ table: String,
    _ filter: String,
    _ columns: String = "*"
  ) -> String {
    """
    SELECT count(*)
    FROM (
      SELECT \(columns) FROM live.\(table) WHERE \(filter)
      EXCEPT SELECT \(columns) FROM main.\(table) WHERE \(filter))
    """
  }

  /// On the database, ?1 the last entry of this pass: what its entries are about.
  static let touching = [
    "DROP TABLE IF EXISTS temp.leaving",
    "CREATE TEMP TABLE leaving(id INTEGER PRIMARY KEY)",
    "DROP TABLE IF EXISTS temp.touched_goals",
    """
    CREATE TEMP TABLE touched_goals AS
    SELECT DISTINCT goal_id AS id FROM identity_ledger WHERE seq <= ?1 AND goal_id IS NOT NULL
    """,
    "DROP TABLE IF EXISTS temp.touched_attempts",
    """
    CREATE TEMP TABLE touched_attempts AS
    SELECT DISTINCT attempt_id AS id FROM identity_ledger
    WHERE seq <= ?1 AND attempt_id IS NOT NULL
    """,
    "DROP TABLE IF EXISTS temp.touched_tasks",
    """
    CREATE TEMP TABLE touched_tasks AS
    SELECT DISTINCT task_id AS id FROM identity_ledger WHERE seq <= ?1 AND task_id IS NOT NULL
    """,
    "DROP TABLE IF EXISTS temp.touched_changes",
    """
    CREATE TEMP TABLE touched_changes AS
    SELECT DISTINCT attempt_id AS id FROM identity_ledger WHERE seq <= ?1 AND event GLOB 'change.*'
    """,
    "DROP TABLE IF EXISTS temp.touched_signatures",
    """
    CREATE TEMP TABLE touched_signatures AS
    SELECT DISTINCT json_extract(detail, '$.signature') AS id FROM identity_ledger
    WHERE seq <= ?1 AND event GLOB 'signature.*'
    """,
    "DROP TABLE IF EXISTS temp.touched_edges",
    """
    CREATE TEMP TABLE touched_edges AS
    SELECT DISTINCT goal_id, json_extract(detail, '$.depends_on') AS depends_on
    FROM identity_ledger WHERE seq <= ?1 AND event GLOB 'dependency.*'
    """,
    "DROP TABLE IF EXISTS temp.touched_subjects",
    """
    CREATE TEMP TABLE touched_subjects AS
    SELECT DISTINCT json_extract(detail, '$.subject') AS subject
    FROM identity_ledger
    WHERE seq <= ?1 AND goal_id IS NULL AND event NOT IN ('note', 'refused')
    """,
  ]

  /// On the database, in the pass: how many of the goals copied may no longer go.
  static let notLeaving = """
    WITH RECURSIVE needed(id) AS (
      SELECT depends_on FROM goal_dependencies
      WHERE goal_id NOT IN (SELECT id FROM temp.leaving)
      UNION
      SELECT d.depends_on FROM needed n JOIN goal_dependencies d ON d.goal_id = n.id
    )
    SELECT count(*)
    FROM temp.leaving l
    WHERE l.id IN (SELECT id FROM needed)
      OR NOT EXISTS (SELECT 1 FROM leaving_goals v WHERE v.id = l.id)
    """

  /// On the database, in the pass, ?1 its last entry. The order is what the guards ask for: edges,
  /// goals, and then what belonged to goals that are gone.
  static let deleting = [
    "DROP TABLE IF EXISTS temp.leaving_attempts",
    """
    CREATE TEMP TABLE leaving_attempts AS
    SELECT id FROM attempts WHERE goal_id IN temp.leaving
    """,
    "DROP TABLE IF EXISTS temp.leaving_tasks",
    "CREATE TEMP TABLE leaving_tasks AS SELECT id FROM tasks WHERE goal_id IN temp.leaving",
    "DROP TABLE IF EXISTS temp.leaving_plans",
    """
    CREATE TEMP TABLE leaving_plans AS
    SELECT DISTINCT plan_id AS id FROM attempts
    WHERE goal_id IN temp.leaving AND plan_id < (SELECT max(id) FROM plans)
    """,
    "DELETE FROM goal_dependencies WHERE goal_id IN temp.leaving",
    "DELETE FROM goals WHERE id IN temp.leaving",
    "DELETE FROM goal_beliefs WHERE goal_id IN temp.leaving",
    "DELETE FROM attempts WHERE id IN temp.leaving_attempts",
    "DELETE FROM changes WHERE attempt_id IN temp.leaving_attempts",
    "DELETE FROM goal_signatures WHERE goal_id IN temp.leaving",
    "DELETE FROM tasks WHERE id IN temp.leaving_tasks",
    "DELETE FROM task_dependencies WHERE task_id IN temp.leaving_tasks",
    "DELETE FROM task_runs WHERE attempt_id IN temp.leaving_attempts",
    """
    DELETE FROM plans
    WHERE id IN temp.leaving_plans
      AND id NOT IN (SELECT plan_id FROM attempts WHERE plan_id IS NOT NULL)
    """,
    "DELETE FROM ledger_seals WHERE last_seq <= ?1",
    "DELETE FROM identity_ledger WHERE seq <= ?1",
  ]

  /// On the database, in the pass, ?1 the actor: says anew what the entries that are gone said of
  /// what lives on, unless that was said since.
  static let carrying = [
    """
    INSERT INTO identity_ledger(actor, event, detail, to_state)
    SELECT ?1, c.event, c.detail, c.to_state
    FROM carried_subjects c
    WHERE c.subject IN temp.touched_subjects AND NOT EXISTS (
      SELECT 1 FROM identity_ledger l
      WHERE l.goal_id IS NULL AND json_extract(l.detail, '$.subject') = c.subject
        AND l.event = c.event)
    """,
    """
    INSERT INTO identity_ledger(actor, event, goal_id, goal_version, to_state, detail)
    SELECT ?1, 'goal.carried', c.goal_id, c.goal_version, c.to_state, c.detail
    FROM temp.touched_goals t CROSS JOIN carried_goals c ON c.goal_id = t.id
    WHERE NOT EXISTS (
      SELECT 1 FROM identity_ledger l WHERE l.goal_id = t.id AND l.event = 'goal.carried')
    """,
    """
    INSERT INTO identity_ledger(actor, event, goal_id, detail)
    SELECT ?1, 'dependency.carried', c.goal_id, c.detail
    FROM temp.touched_edges t
      CROSS JOIN carried_edges c ON c.goal_id = t.goal_id AND c.depends_on = t.depends_on
    WHERE NOT EXISTS (
      SELECT 1 FROM identity_ledger l
      WHERE l.goal_id = t.goal_id AND l.event = 'dependency.carried'
        AND json_extract(l.detail, '$.depends_on') = t.depends_on)
    """,
    """
    INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, to_state, detail)
    SELECT ?1, 'attempt.carried', c.goal_id, c.attempt_id, c.to_state, c.detail
    FROM temp.touched_attempts t CROSS JOIN carried_attempts c ON c.attempt_id = t.id
    WHERE NOT EXISTS (
      SELECT 1 FROM identity_ledger l
      WHERE l.attempt_id = t.id AND l.task_id IS NULL AND l.event = 'attempt.carried')
    """,
    """
    INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, task_id, to_state, detail)
    SELECT ?1, 'task.carried', c.goal_id, c.attempt_id, c.task_id, c.to_state, c.detail
    FROM temp.touched_tasks t CROSS JOIN carried_tasks c ON c.task_id = t.id
    WHERE NOT EXISTS (
      SELECT 1 FROM identity_ledger l WHERE l.task_id = t.id AND l.event = 'task.carried')
    """,
    """
    INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, to_state, detail)
    SELECT ?1, 'change.carried', c.goal_id, c.attempt_id, c.to_state, c.detail
    FROM temp.touched_changes t CROSS JOIN carried_changes c ON c.attempt_id = t.id
    WHERE NOT EXISTS (
      SELECT 1 FROM identity_ledger l
      WHERE l.attempt_id = t.id AND l.task_id IS NULL AND l.event = 'change.carried')
    """,
    """
    INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, to_state, reason, detail)
    SELECT ?1, 'signature.carried', c.goal_id, c.attempt_id, c.to_state, c.reason, c.detail
    FROM temp.touched_signatures t CROSS JOIN carried_signatures c ON c.signature_id = t.id
    WHERE NOT EXISTS (
      SELECT 1 FROM identity_ledger l
      WHERE l.goal_id = c.goal_id AND l.event = 'signature.carried'
        AND json_extract(l.detail, '$.signature') = t.id)
    """,
  ]
}
