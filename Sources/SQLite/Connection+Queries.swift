// Running one statement: for its effect, for all rows, for the first, or row by row. Each takes its
// values as parameters, either listed or as `Arguments`; none takes SQL with several statements.
//
// What reads rows exists twice, for closures that throw `SQLiteError` and for those that throw
// anything: Swift infers a closure's error as `any Error` unless it is written out, as in
// `{ row throws(SQLiteError) in try row.require(0) }`. A closure that throws undoes nothing: what a
// statement with RETURNING wrote stays, unless there is a transaction around it.
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
    try query(sql, arguments, wrapping: { (error: SQLiteError) -> SQLiteError in error }, map)
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
    try first(sql, arguments, wrapping: { (error: SQLiteError) -> SQLiteError in error }, map)
  }

  /// The first row of a statement, made into a `T`; nil where there is none.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `map` throws.
  public func first<T>(
    _ sql: String,
    _ bindings: (any Bindable)?...,
    map: (borrowing Row) throws(SQLiteError) -> T
  ) throws(SQLiteError) -> T? {
    try first(sql, arguments: Arguments(bindings), map: map)
  }

  /// Gives `body` the rows one at a time, so that they need no memory all at once, until it answers
  /// false. A statement that writes is run to its end all the same.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `body` throws.
  public func forEach(
    _ sql: String,
    arguments: Arguments = .none,
    _ body: (borrowing Row) throws(SQLiteError) -> Bool
  ) throws(SQLiteError) {
    try forEach(sql, arguments, wrapping: { (error: SQLiteError) -> SQLiteError in error }, body)
  }
}

// MARK: - Closures that throw anything

extension Connection {
  /// All rows of a statement, each made into a `T` by a closure that may throw anything.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `map` throws.
  @_disfavoredOverload
  public func query<T>(
    _ sql: String,
    arguments: Arguments,
    map: (borrowing Row) throws -> T
  ) throws -> [T] {
    try query(sql, arguments, wrapping: { $0 as any Error }, map)
  }

  /// All rows of a statement, each made into a `T` by a closure that may throw anything.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `map` throws.
  @_disfavoredOverload
  public func query<T>(
    _ sql: String,
    _ bindings: (any Bindable)?...,
    map: (borrowing Row) throws -> T
  ) throws -> [T] {
    try query(sql, Arguments(bindings), wrapping: { $0 as any Error }, map)
  }

  /// The first row of a statement, made into a `T` by a closure that may throw anything; nil where
  /// there is none.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `map` throws.
  @_disfavoredOverload
  public func first<T>(
    _ sql: String,
    arguments: Arguments,
    map: (borrowing Row) throws -> T
  ) throws -> T? {
    try first(sql, arguments, wrapping: { $0 as any Error }, map)
  }

  /// The first row of a statement, made into a `T` by a closure that may throw anything; nil where
  /// there is none.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `map` throws.
  @_disfavoredOverload
  public func first<T>(
    _ sql: String,
    _ bindings: (any Bindable)?...,
    map: (borrowing Row) throws -> T
  ) throws -> T? {
    try first(sql, Arguments(bindings), wrapping: { $0 as any Error }, map)
  }

  /// Gives `body`, which may throw anything, the rows one at a time until it answers false.
  ///
  /// - Throws: as ``run(_:arguments:)``, and what `body` throws.
  @_disfavoredOverload
  public func forEach(
    _ sql: String,
    arguments: Arguments = .none,
    _ body: (borrowing Row) throws -> Bool
  ) throws {
    try forEach(sql, arguments, wrapping: { $0 as any Error }, body)
  }
}

// MARK: - What both are made of

extension Connection {
  private func query<T, Failure: Error>(
    _ sql: String,
    _ arguments: Arguments,
    wrapping: (SQLiteError) -> Failure,
    _ map: (borrowing Row) throws(Failure) -> T
  ) throws(Failure) -> [T] {
    var rows: [T] = []
    try forEach(sql, arguments, wrapping: wrapping) { row throws(Failure) in
      rows.append(try map(row))
      return true
    }
    return rows
  }

  private func first<T, Failure: Error>(
    _ sql: String,
    _ arguments: Arguments,
    wrapping: (SQLiteError) -> Failure,
    _ map: (borrowing Row) throws(Failure) -> T
  ) throws(Failure) -> T? {
    var result: T?
    try forEach(sql, arguments, wrapping: wrapping) { row throws(Failure) in
      result = try map(row)
      return false
    }
    return result
  }

  private func forEach<Failure: Error>(
    _ sql: String,
    _ arguments: Arguments,
    wrapping: (SQLiteError) -> Failure,
    _ body: (borrowing Row) throws(Failure) -> Bool
  ) throws(Failure) {
    var failure: Failure?
    try wrap(wrapping) { () throws(SQLiteError) in
      try withStatement(sql, arguments) { statement throws(SQLiteError) in
        while try statement.step() {
          do throws(Failure) {
            guard try body(Row(statement)) else { break }
          } catch {
            failure = error
            return
          }
        }
        if !statement.isReadOnly { try statement.finish() }
      }
    }
    if let failure { throw failure }
  }

  func wrap<Failure: Error>(
    _ wrapping: (SQLiteError) -> Failure,
    _ body: () throws(SQLiteError) -> Void
  ) throws(Failure) {
    do throws(SQLiteError) { try body() } catch { throw wrapping(error) }
  }
}
