// Transactions and savepoints. What must stay true: when a function here returns, its changes are
// committed (or, for a savepoint, part of the transaction around it); when it throws, none of them
// is left and the connection is as it was before. Some errors, a full disk among them, roll the
// whole transaction back by themselves (sqlite.org/lang_transaction.html): nothing is committed by
// a body that went on regardless.

/// When a transaction takes its lock.
public enum TransactionKind: String, Sendable, Hashable {
  /// At the first read or write. A write after a read can fail with ``ResultCode/busySnapshot``.
  case deferred = "DEFERRED"
  /// Now, for writing; others still read.
  case immediate = "IMMEDIATE"
  /// Now; as `immediate` in WAL mode, and without readers in others.
  case exclusive = "EXCLUSIVE"
}

extension Connection {
  /// Runs `body` in a transaction, commits it when `body` returns and rolls it back when it throws.
  ///
  /// - Throws: what `body` throws; ``ResultCode/misuse`` where a transaction is open already or
  ///   `body` ended it; ``ResultCode/busy`` where the lock is not to be had; what the commit throws,
  ///   a deferred foreign key for instance, after rolling back.
  @discardableResult
  public func transaction<T>(
    _ kind: TransactionKind = .immediate,
    _ body: () throws(SQLiteError) -> T
  ) throws(SQLiteError) -> T {
    try transaction(kind, wrapping: { (error: SQLiteError) -> SQLiteError in error }, body)
  }

  /// Runs `body`, which may throw anything, in a transaction.
  ///
  /// - Throws: as ``transaction(_:_:)``.
  @discardableResult
  @_disfavoredOverload
  public func transaction<T>(
    _ kind: TransactionKind = .immediate,
    _ body: () throws -> T
  ) throws -> T {
    try transaction(kind, wrapping: { $0 as any Error }, body)
  }

  /// Runs `body` in a transaction whose errors are the caller's own type.
  ///
  /// ```swift
  /// try connection.transaction(wrapping: StoreError.database) { ... }
  /// ```
  ///
  /// - Parameter wrapping: makes this module's errors, as ``transaction(_:_:)`` throws them, the
  ///   caller's.
  /// - Throws: what `body` throws, and the wrapped errors of beginning and committing.
  @discardableResult
  public func transaction<T, Failure: Error>(
    _ kind: TransactionKind = .immediate,
    wrapping: (SQLiteError) -> Failure,
    _ body: () throws(Failure) -> T
  ) throws(Failure) -> T {
    try wrap(wrapping) { () throws(SQLiteError) in
      guard !isInTransaction && !needsTransaction else {
        throw SQLiteError(
          .misuse,
          "a transaction cannot begin within another one",
          hint: "use savepoint(_:) for the inner one"
        )
      }
      try run("BEGIN \(kind.rawValue)")
    }
    needsTransaction = true
    defer { needsTransaction = false }
    let result: T
    do throws(Failure) {
      result = try body()
    } catch {
      rollBack()
      throw error
    }
    do throws(SQLiteError) {
      try run("COMMIT")
    } catch {
      rollBack()
      throw wrapping(error)
    }
    return result
  }

  /// Runs `body` so that its changes can be undone alone: kept when it returns, undone when it
  /// throws. Savepoints nest. Outside a transaction this is one, of the immediate kind.
  ///
  /// - Throws: what `body` throws; ``ResultCode/abortRollback`` where an error within it rolled the
  ///   whole transaction back.
  @discardableResult
  public func savepoint<T>(_ body: () throws(SQLiteError) -> T) throws(SQLiteError) -> T {
    try savepoint(wrapping: { (error: SQLiteError) -> SQLiteError in error }, body)
  }

  /// Runs `body`, which may throw anything, in a savepoint.
  ///
  /// - Throws: as ``savepoint(_:)``.
  @discardableResult
  @_disfavoredOverload
  public func savepoint<T>(_ body: () throws -> T) throws -> T {
    try savepoint(wrapping: { $0 as any Error }, body)
  }

  /// Runs `body` in a savepoint whose errors are the caller's own type.
  ///
  /// - Parameter wrapping: makes this module's errors, as ``savepoint(_:)`` throws them, the
  ///   caller's.
  /// - Throws: what `body` throws, and the wrapped errors of the savepoint itself.
  @discardableResult
  public func savepoint<T, Failure: Error>(
    wrapping: (SQLiteError) -> Failure,
    _ body: () throws(Failure) -> T
  ) throws(Failure) -> T {
    guard isInTransaction || needsTransaction else {
      return try transaction(wrapping: wrapping, body)
    }
    // One name serves all depths: the innermost of a name is the one that is meant.
    try wrap(wrapping) { () throws(SQLiteError) in try run("SAVEPOINT inner") }
    let result: T
    do throws(Failure) {
      result = try body()
    } catch {
      undoSavepoint()
      throw error
    }
    do throws(SQLiteError) {
      try run("RELEASE inner")
    } catch {
      undoSavepoint()
      throw wrapping(error)
    }
    return result
  }

  /// Best effort: the error that led here is the one to throw, and a transaction that cannot be
  /// rolled back is rolled back by the next opening of the file.
  private func rollBack() {
    guard isInTransaction else { return }
    _ = try? run("ROLLBACK")
  }

  private func undoSavepoint() {
    guard isInTransaction else { return }
    do {
      try run("ROLLBACK TO inner")
      try run("RELEASE inner")
    } catch {
      // Half of a transaction must never be committed.
      rollBack()
    }
  }
}
