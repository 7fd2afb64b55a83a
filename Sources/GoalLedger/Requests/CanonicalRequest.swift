// The bytes that a person or agent signs to ask for a goal, or for its adoption.
//
//   request = "goalledger-request-v1\n" value*
//
// with the values of CanonicalEntry.swift, in this order: the database's id, the request ('add' or
// 'adopt'), the goal's id, the goal's version, and of the goal its text, task, context, workspace,
// success_metrics, max_attempts and timeout_ms. So they are TEXT or INTEGER, or NULL for a task or
// workspace that nobody named:
//
//   goalledger-request-v1
//   t32:4ac0...t5:adopti1:7i1:2t8:Fix cartt7:fix_bugt...
//
// 'add' is signed over version 1: the goal's number is known only when it is inserted, so the
// signature is given right after, in the same transaction where it is made here. 'adopt' is signed
// over the goal as it is before its adoption, or as it is just after; it speaks for that adoption and
// no other. Schema/audit/request.sql computes the same bytes in the stock sqlite3 shell.
//
// What must stay true: nothing that decides what is executed is left out: of what is signed, a change
// makes another version; what may change while a goal is adopted (its place in the queue, its times,
// its metadata) decides only when. No two requests of any two databases have the same bytes.
import SQLite

/// What can be asked for under a signature.
public enum GoalRequest: String, Sendable, Hashable, CaseIterable {
  /// That there be the goal.
  case add
  /// That it be executed.
  case adopt
}

/// What is signed of a request.
enum CanonicalRequest {
  static let tag = "goalledger-request-v1\n"
  /// The columns of a goal that are signed, in their order, after its id and version.
  static let columns = [
    "text", "task", "context", "workspace", "success_metrics", "max_attempts", "timeout_ms",
  ]

  /// The bytes of a request.
  /// - parameters:
  ///   - version: the version of the goal that it is about.
  ///   - row: holds the goal's `columns`, byte for byte, from `first` on.
  static func bytes(
    _ request: GoalRequest,
    database: String,
    goal: Goal.ID,
    version: Int64,
    _ row: borrowing Row,
    from first: Int = 0
  ) -> [UInt8] {
    var bytes = CanonicalBytes(tag: tag)
    bytes.append(.text(database))
    bytes.append(.text(request.rawValue))
    bytes.append(.integer(goal))
    bytes.append(.integer(version))
    for index in columns.indices { bytes.append(first + index, of: row) }
    return bytes.bytes
  }
}

extension Connection {
  /// The bytes to be signed for a goal as it is, and its version; nil where there is no such goal.
  func request(
    _ request: GoalRequest,
    of goal: Goal.ID
  ) throws(SQLiteError) -> (bytes: [UInt8], version: Int64)? {
    let database = try first("SELECT id FROM database_info") { $0.text(0) ?? "" } ?? ""
    return try first(
      "SELECT version, \(CanonicalRequest.columns.joined(separator: ", ")) FROM goals WHERE id = ?",
      goal
    ) { row in
      let version = request == .add ? 1 : row.int(0) ?? 0
      let bytes = CanonicalRequest.bytes(
        request,
        database: database,
        goal: goal,
        version: version,
        row,
        from: 1
      )
      return (bytes, version)
    }
  }
}
