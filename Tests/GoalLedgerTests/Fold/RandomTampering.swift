// What somebody with write access may do to a database behind the triggers' back, at random: values,
// rows and entries changed, deleted, doubled and exchanged, and details of entries rewritten. A seed
// replays the same, given the same database.
import SQLite

/// An endless, repeatable stream of manipulations of one database, whose triggers are gone.
struct RandomTampering {
  private var random: SplitMix
  /// The stored columns by table.
  private let columns: [(table: String, names: [String])]

  private static let tables = [
    "identity_ledger", "identity_ledger", "identity_ledger", "identity_ledger", "goals", "goals",
    "attempts", "plans", "tasks", "changes", "goal_dependencies", "beliefs", "score_weights",
    "circuit_breakers", "workers", "identities", "goal_signatures", "archives", "archived_goals",
  ]
  /// Values that are like each other.
  private static let values = [
    "NULL", "0", "1", "-1", "7", "'1'", "''", "'x'", "0.5", "1.0", "x'00'", "x'31'", "'open'",
    "'closed'", "'added'", "9223372036854775807",
  ]
  private static let events = [
    "goal.adopted", "goal.amended", "goal.carried", "attempt.open", "attempt.carried",
    "attempt.failed", "plan.made", "plan.mad", "task.pending", "task.running", "task.carried",
    "task.succeeded", "change.open", "change.committed", "signature.added", "signature.verified",
    "dependency.added", "dependency.removed", "belief.added", "belief.changed", "weight.changed",
    "breaker.open", "breaker.closed", "worker.running", "identity.added", "archive.made", "note",
    "goal", "GOAL.adopted",
  ]
  private static let keys = [
    "text", "attempts", "retry_at", "result", "value", "worker", "lease_token", "plan_id", "digest",
    "commit", "number", "action", "arguments", "priority", "try", "branch", "head_commit", "tree",
    "signature", "depends_on", "belief", "confidence", "name", "weight", "new", "workspace",
    "public_key", "until", "voucher", "archive", "nobody",
  ]
  /// What a detail may become; ~ stands for a value.
  private static let details = [
    "NULL", "'{}'", "'[]'", "'{'", "'5'", "detail || ' '", "' ' || detail", "upper(detail)",
    "replace(detail, ':', ': ')", "replace(detail, 'a', '\\u0061')", "replace(detail, 'a', 'b')",
    "replace(detail, '1', '1.0')", "replace(detail, '1', '01')", "replace(detail, '1', 'true')",
    "replace(detail, 'null', '\"\"')", "replace(detail, '\"', '')", "detail || char(0)",
    "substr(detail, 1, length(detail) - 1)", "replace(detail, '}', ',\"attempts\":3}')",
    "replace(detail, '{', '{\"action\":\"x\",')", "replace(detail, '{', '{\"text\":\"x\",')",
    "replace(detail, '}', ',\"text\":{\"old\":1}}')", "replace(detail, '}', ',\"\\u0074ext\":1}')",
  ]

  init(_ database: Connection, seed: UInt64) throws {
    random = SplitMix(state: seed)
    columns = try Self.tables.map { table in
      let names = try database.rows("SELECT name FROM pragma_table_info('\(table)')")
      return (table, names.compactMap { if case .text(let name)? = $0.first { name } else { nil } })
    }
  }

  /// The next manipulation: some statements.
  mutating func next() -> String {
    let (table, names) = columns[Int(random.next() % UInt64(columns.count))]
    let row = "rowid = \(Self.anyRow(table, &random))"
    let column = random.pick(names)
    let value = random.pick(Self.values)
    switch random.next() % 16 {
    case 0: return "DELETE FROM \(table) WHERE \(place(table, row))"
    case 1: return double(table, names, row)
    case 2, 3:
      return """
        UPDATE OR IGNORE \(table)
        SET \(column) = (SELECT \(column) FROM \(table) ORDER BY random() LIMIT 1)
        WHERE \(place(table, row))
        """
    case 4: return "UPDATE \(table) SET \(column) = \(column) || 'x' WHERE \(place(table, row))"
    case 5: return "UPDATE \(table) SET \(column) = \(column) + 1 WHERE \(place(table, row))"
    case 6:
      let event = random.pick(Self.events)
      return "UPDATE identity_ledger SET event = '\(event)' WHERE seq = \(entry)"
    case 7, 8:
      return "UPDATE identity_ledger SET detail = \(random.pick(Self.details)) WHERE seq = \(entry)"
    case 9, 10:
      let key = random.pick(Self.keys)
      return """
        UPDATE identity_ledger SET detail = json_set(detail, '$.\(key)', \(value))
        WHERE seq = \(entry)
        """
    case 11: return exchange()
    case 12: return agreed()
    default: return "UPDATE \(table) SET \(column) = \(value) WHERE \(place(table, row))"
    }
  }

  private static func anyRow(_ table: String, _ random: inout SplitMix) -> String {
    "(SELECT rowid FROM \(table) ORDER BY rowid LIMIT 1 OFFSET abs(\(random.next() >> 2)) "
      + "% (SELECT max(1, count(*)) FROM \(table)))"
  }

  private var entry: String {
    mutating get { Self.anyRow("identity_ledger", &random) }
  }

  /// Tables without a rowid are small: all their rows.
  private func place(_ table: String, _ row: String) -> String {
    ["circuit_breakers", "score_weights"].contains(table) ? "1" : row
  }

  /// A row once more, with another key.
  private mutating func double(_ table: String, _ names: [String], _ row: String) -> String {
    let copied = names.enumerated().map { place, name in
      let isKey = place == 0 && name != "action" && name != "name"
      return isKey ? "1 + (SELECT max(\(name)) FROM \(table))" : name
    }
    return """
      INSERT OR IGNORE INTO \(table)
      SELECT \(copied.joined(separator: ", ")) FROM \(table) WHERE \(place(table, row))
      """
  }

  /// Two entries in each other's places.
  private mutating func exchange() -> String {
    let subject = random.pick(["goal_id", "attempt_id", "task_id", "actor"])
    return """
      CREATE TEMP TABLE pair AS
      SELECT seq AS one, (
        SELECT max(seq) FROM identity_ledger b
        WHERE b.\(subject) = a.\(subject) AND b.seq > a.seq) AS two
      FROM identity_ledger a WHERE seq = \(entry);
      UPDATE identity_ledger SET seq = -1 WHERE seq = (SELECT one FROM pair) AND EXISTS (
        SELECT 1 FROM pair WHERE two IS NOT NULL);
      UPDATE identity_ledger SET seq = (SELECT one FROM pair) WHERE seq = (SELECT two FROM pair);
      UPDATE identity_ledger SET seq = (SELECT two FROM pair) WHERE seq = -1;
      DROP TABLE pair;
      """
  }

  /// The same said in a table and in all entries, so that no difference need come of it.
  private mutating func agreed() -> String {
    let value = random.pick(Self.values)
    let (table, column, key, subject) = [
      ("goals", "text", "text", "goal_id = goals.id"),
      ("goals", "deadline", "deadline", "goal_id = goals.id"),
      ("tasks", "action", "action", "task_id = tasks.id"),
      ("tasks", "priority", "priority", "task_id = tasks.id"),
      ("attempts", "worker", "worker", "attempt_id = attempts.id"),
      ("attempts", "lease_token", "lease_token", "attempt_id = attempts.id"),
      ("changes", "branch", "branch", "attempt_id = changes.attempt_id"),
    ][Int(random.next() % 7)]
    let row = Self.anyRow(table, &random)
    return """
      UPDATE \(table) SET \(column) = \(value) WHERE rowid = \(row);
      UPDATE identity_ledger SET detail = json_replace(detail, '$.\(key)', \(value))
      WHERE EXISTS (
        SELECT 1 FROM \(table) WHERE rowid = \(row) AND identity_ledger.\(subject));
      """
  }
}
