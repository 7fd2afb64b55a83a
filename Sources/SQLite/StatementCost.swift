// What prepared statements have cost since they were prepared, by SQLite's own counters. They count
// what triggers do as well, which no query plan shows. For tests that ask whether work grows with a
// table (sqlite.org/c3ref/c_stmtstatus_counter.html).
import CSQLite

/// What a prepared statement has done in all its runs so far.
public struct StatementCost: Sendable, Hashable {
  /// The statement's text.
  public let sql: String
  /// Rows stepped over in full scans of tables.
  public let scannedRows: Int
  /// Sorts made.
  public let sorts: Int
  /// Rows put into indexes made for one run.
  public let automaticIndexRows: Int
}

extension Connection {
  /// The cost of every statement that is prepared on this connection, in no particular order.
  public func statementCosts() throws(SQLiteError) -> [StatementCost] {
    let database = unsafe try open()
    var costs: [StatementCost] = []
    var statement = unsafe sqlite3_next_stmt(database, nil)
    while let found = unsafe statement {
      func count(_ counter: Int32) -> Int { Int(unsafe sqlite3_stmt_status(found, counter, 0)) }
      costs.append(
        StatementCost(
          sql: unsafe sqlite3_sql(found).map { unsafe String(cString: $0) } ?? "",
          scannedRows: count(SQLITE_STMTSTATUS_FULLSCAN_STEP),
          sorts: count(SQLITE_STMTSTATUS_SORT),
          automaticIndexRows: count(SQLITE_STMTSTATUS_AUTOINDEX)
        )
      )
      unsafe statement = unsafe sqlite3_next_stmt(database, found)
    }
    return costs
  }
}
