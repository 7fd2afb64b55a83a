// What must be true of every database at every time, whatever failed: asked through a plain
// connection, as somebody would who comes after.
import AuditQueries
import GoalLedger
import SQLite

/// The rules that no fault may break.
public enum Invariants {
  /// A rule, and a query that has a row for each breach of it.
  private static let rules: [(rule: String, breaches: String)] = [
    (
      "the file is whole",
      "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'"
    ),
    ("every reference leads somewhere", "SELECT * FROM pragma_foreign_key_check"),
    ("the tables say what the ledger says", AuditQuery.fold.sql),
    (
      "the ledger has no gap",
      """
      SELECT min(seq), max(seq), count(*) FROM identity_ledger
      HAVING max(seq) - min(seq) + 1 <> count(*)
        OR min(seq) <> (SELECT coalesce(max(last_seq), 0) + 1 FROM archives)
      """
    ),
    (
      "no goal is lost",
      """
      SELECT max(id), count(*) FROM (
        SELECT id FROM goals UNION ALL SELECT goal_id FROM archived_goals)
      HAVING max(id) <> count(*)
      """
    ),
    (
      "no goal is executed under two leases",
      "SELECT goal_id FROM attempts WHERE state = 'open' GROUP BY goal_id HAVING count(*) > 1"
    ),
    (
      "what executes has an open attempt, and what is open belongs to what executes or was abandoned",
      """
      SELECT g.id, g.state, a.id FROM goals g
      LEFT JOIN attempts a ON a.goal_id = g.id AND a.state = 'open'
      WHERE (g.state = 'executing' AND a.id IS NULL)
        OR (g.state NOT IN ('executing', 'abandoned') AND a.id IS NOT NULL)
      """
    ),
    (
      "a satisfied goal has one satisfied attempt",
      """
      SELECT g.id FROM goals g
      WHERE g.state = 'satisfied'
        AND 1 <> (SELECT count(*) FROM attempts a WHERE a.goal_id = g.id AND a.state = 'satisfied')
      """
    ),
  ]

  /// Rules of what this program writes, which plain SQL may write otherwise.
  private static let ownRules: [(rule: String, breaches: String)] = [
    (
      "a plan has all its tasks",
      """
      SELECT attempt_id, min(number), max(number), count(*) FROM tasks
      GROUP BY attempt_id
      HAVING min(number) <> 0 OR max(number) + 1 <> count(*)
        OR (SELECT plan_id FROM attempts WHERE id = attempt_id) IS NULL
      """
    ),
    (
      "a task that has ended has a row for its last try",
      """
      SELECT t.id FROM tasks t
      WHERE t.state IN ('succeeded', 'failed')
        AND t.tries IS NOT (SELECT max(try) FROM task_runs r WHERE r.task_id = t.id)
      """
    ),
  ]

  /// What is wrong with a database, a sentence each; empty where nothing is.
  /// - Parameter isOwn: whether this program alone has written to it.
  public static func breaches(of path: String, isOwn: Bool = true) throws -> [String] {
    let connection = try Connection(path: path, options: .reader)
    var found: [String] = []
    for (rule, breaches) in isOwn ? rules + ownRules : rules {
      let rows = try connection.query(breaches) { row throws(SQLiteError) in
        (0..<row.columnCount).map { "\(row.value($0))" }.joined(separator: ", ")
      }
      if let first = rows.first { found.append("\(rule): \(rows.count) breaches, first \(first)") }
    }
    return found
  }

  /// As ``breaches(of:isOwn:)``, and what verification finds to be wrong.
  public static func breachesVerified(of path: String, isOwn: Bool = true) async throws -> [String]
  {
    let store = try await SQLiteGoalStore.open(path: path, .asIs, durability: .normal)
    let wrong = try await store.verify(VerificationDemands()).findings.filter(\.isWrong)
    return try breaches(of: path, isOwn: isOwn) + wrong.map { "\($0.subject) \($0.sentence)" }
  }

  /// The ledger, an entry a line; the order of the lines is the ledger's.
  public static func ledger(of path: String) throws -> [String] {
    try Connection(path: path, options: .reader).query(
      "SELECT * FROM identity_ledger ORDER BY seq"
    ) { row throws(SQLiteError) in
      (0..<row.columnCount).map { "\(row.value($0))" }.joined(separator: "|")
    }
  }
}
