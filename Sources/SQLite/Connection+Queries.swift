// Running one statement: for its effect, for all rows, for the first, or row by row. Each takes its
// values as parameters, either listed or as `Arguments`; none takes SQL with several statements.
import CSQLite

extension Connection {
  /// Runs one statement to its end and discards its rows.
  ///
  /// - Returns: how many rows the statement itself inserted, updated or deleted.
  /// - Throws: the refusal of SQLite; ``ResultCode/misuse`` for several statements or none,
  ///   ``ResultCode/range`` where the values do not match the parameters.
  @discardableResult
  public func run(_ sql: String, arguments: Arguments) throws(SQLiteError) -> Int {
    let before = try totalChanges
    try withStatement(sql, arguments) { statement throws(SQLiteError) in try statement.finish() }
    // For statements that change no rows SQLite keeps the count of the one before.
    return try totalChanges == before ? 0 : changes
  }

  /// Runs one statement to its end and discards its rows.
  ///
  /// - Returns: how many rows the statement itself inserted, updated or deleted.
  /// - Throws: as ``run(_:arguments:)``.
  @discardableResult
  public func run(
    _ sql: String,
    _ bindings: (any Bindable)?...
  ) throws(SQLiteError) -> Int {
    try run(sql, arguments: Arguments(bindings))
  }

  /// All rows of a statement, each made into a `T`.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `map` throws.
  public func query<T>(
    _ sql: String,
    arguments: Arguments,
    map: (borrowing Row) throws(SQLiteError) -> T
  ) throws(SQLiteError) -> [T] {
    try withStatement(sql, arguments) { statement throws(SQLiteError) in
      var rows: [T] = []
      while try statement.step() { rows.append(try map(Row(statement))) }
      return rows
    }
  }

  /// All rows of a statement, each made into a `T`.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `map` throws.
  public func query<T>(
    _ sql: String,
    _ bindings: (any Bindable)?...,
    map: (borrowing Row) throws(SQLiteError) -> T
  ) throws(SQLiteError) -> [T] {
    try query(sql, arguments: Arguments(bindings), map: map)
  }

  /// The first row of a statement, made into a `T`; nil where there is none.
  ///
  /// A statement that writes (`RETURNING`) is run to its end all the same.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `map` throws.
  public func first<T>(
    _ sql: String,
    arguments: Arguments,
    map: (borrowing Row) throws(SQLiteError) -> T
  ) throws(SQLiteError) -> T? {
    try withStatement(sql, arguments) { statement throws(SQLiteError) in
      guard try statement.step() else { return nil }
      let result = try map(Row(statement))
      if !statement.isReadOnly { try statement.finish() }
      return result
    }
  }

  /// The first row of a statement, made into a `T`; nil where there is none.
  ///
  /// - Throws: as ``first(_:arguments:map:)``.
  public func first<T>(
    _ sql: String,
    _ bindings: (any Bindable)?...,
    map: (borrowing Row) throws(SQLiteError) -> T
  ) throws(SQLiteError) -> T? {
    try first(sql, arguments: Arguments(bindings), map: map)
  }

  /// Gives `body` the rows one at a time, so that they need no memory all at once, until it answers
  /// false.
  ///
  /// A statement that writes is run to its end all the same.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `body` throws.
  public func forEach(
    _ sql: String,
    arguments: Arguments,
    _ body: (borrowing Row) throws(SQLiteError) -> Bool
  ) throws(SQLiteError) {
    try withStatement(sql, arguments) { statement throws(SQLiteError) in
      while try statement.step() {
        guard try body(Row(statement)) else { break }
      }
      if !statement.isReadOnly { try statement.finish() }
    }
  }
}
