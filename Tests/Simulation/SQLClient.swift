import GoalLedger
import SQLite

/// A client with a connection and none of our code: each statement is a step of its own.
struct SQLClient {
  let stage: Stage
  let thread: SimulatedThread
  private let connection: Connection

  init(_ stage: Stage, _ thread: SimulatedThread) throws(LedgerError) {
    self.stage = stage
    self.thread = thread
    connection = try stage.connect()
  }

  /// Runs a statement when it is its turn.
  /// - returns: the rows it changed; nil where it was refused or kept waiting.
  func run(_ sql: String, _ values: (any Bindable)?...) async throws(LedgerError) -> Int? {
    try await thread.turn()
    do throws(SQLiteError) {
      let count = try connection.run(sql, arguments: Arguments(values))
      let given = values.map { value in value.map { "\($0)" } ?? "NULL" }
      thread.note("\(count) by \(Self.short(sql)) \(given)")
      return count
    } catch {
      return try refused(sql, error)
    }
  }

  /// A query's rows of numbers; nil where it was refused or kept waiting.
  func numbers(
    _ sql: String,
    _ values: (any Bindable)?...
  ) async throws(LedgerError) -> [[Int64]]? {
    try await thread.turn()
    do throws(SQLiteError) {
      let rows = try connection.query(sql, arguments: Arguments(values)) {
        row throws(SQLiteError) in
        (0..<row.columnCount).map { row.int($0) ?? 0 }
      }
      thread.note("\(rows) by \(Self.short(sql))")
      return rows
    } catch {
      return try refused(sql, error)
    }
  }

  /// Checkpoints the log as any client can.
  func checkpoint(_ mode: CheckpointMode) async throws(LedgerError) {
    try await thread.turn()
    do throws(SQLiteError) {
      try connection.checkpoint(mode)
      thread.note("checkpoints")
    } catch {
      thread.note("cannot checkpoint")
    }
  }

  private func refused<T>(_ sql: String, _ error: SQLiteError) throws(LedgerError) -> T? {
    let translated = error.constraint ?? error.message
    thread.note("refused: \(translated): \(Self.short(sql))")
    switch error.code {
    case .constraint, .mismatch: stage.world.count("refusals")
    case .busy, .locked: stage.world.count("busy")
    default: throw LedgerError(.internal, "\(error.message) in \(sql)")
    }
    return nil
  }

  private static func short(_ sql: String) -> String {
    sql.split { $0 == "\n" || $0 == " " }.joined(separator: " ").prefix(90).description
  }
}
