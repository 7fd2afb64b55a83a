// A connection to one database file: opening it with every setting explicit, preparing statements
// and running scripts. It is not Sendable: one thread or one actor owns it, and the library is told
// so (`SQLITE_OPEN_NOMUTEX`). What may come from elsewhere is an interruption, by a handle.
import CSQLite
import CSQLiteMemory

/// A connection to a SQLite database.
@safe public final class Connection {
  /// The path it was opened with.
  public let path: String
  /// The options it was opened with.
  public let options: OpenOptions
  /// Stops this connection's running statements from any thread.
  public let interruptHandle: InterruptHandle

  /// Sets the library up, once, before its first use; where somebody else was earlier, nothing is lost
  /// but a little speed.
  private static let library: Void = {
    _ = csqlite_keep_no_memory_statistics()
    _ = csqlite_keep_freed_memory()
    // SQLite's own 64 KiB are 15 pages; a goal's transition, with its triggers, can change more.
    _ = csqlite_keep_undo_in_memory(131_071)
  }()

  private var database: OpaquePointer?
  /// What the library keeps while this connection waits for a lock; it lives as long as this object,
  /// and so longer than the library's connection.
  let patience: UnsafeMutablePointer<csqlite_patience>
  var cache: StatementCache
  /// Whether the body of ``transaction(_:_:)`` runs: then a statement outside of a transaction, after
  /// an error rolled it back, is refused, or it would be committed on its own.
  var needsTransaction = false

  /// Opens the database at `path`; `:memory:` is one that lives as long as the connection.
  ///
  /// - Throws: ``ResultCode/cantOpen`` where the file or its directory does not exist or may not be
  ///   opened, ``ResultCode/notADatabase`` and ``ResultCode/corrupt`` for a file that is something
  ///   else, ``ResultCode/busy`` where another connection holds the lock past the timeout.
  public init(path: String, options: OpenOptions = .default) throws(SQLiteError) {
    guard !path.utf8.contains(0) else {
      throw SQLiteError(.cantOpen, "cannot open a database whose path contains a NUL byte")
    }
    guard !path.isEmpty else {
      throw SQLiteError(.cantOpen, "cannot open a database: the path is empty")
    }
    _ = Self.library
    var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    flags |= options.readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
    if options.create && !options.readOnly { flags |= SQLITE_OPEN_CREATE }
    var database: OpaquePointer?
    let code = unsafe sqlite3_open_v2(path, &database, flags, options.vfs)
    // Even a failed open gives a connection to close, which ending this object does.
    unsafe self.database = unsafe database
    self.path = path
    self.options = options
    self.cache = StatementCache(capacity: options.statementCacheSize)
    self.interruptHandle = unsafe InterruptHandle(database)
    unsafe patience = .allocate(capacity: 1)
    unsafe patience.initialize(
      to: csqlite_patience(
        limit_ns: Int64(max(0, options.busyTimeout)) * 1_000_000,
        began_ns: 0,
        random: .random(in: .min ... .max),
        waits: 0
      )
    )
    do throws(SQLiteError) {
      guard code == SQLITE_OK else {
        throw unsafe SQLiteError.last(of: database, code: code, sql: nil)
      }
      try configure()
    } catch {
      throw OpenFailure.explain(error, path: path, options: options)
    }
  }

  deinit {
    close()
    unsafe patience.deallocate()
  }

  /// Closes the connection; afterwards every use throws ``ResultCode/misuse``.
  ///
  /// An open transaction is rolled back. The end of the last reference does the same.
  public func close() {
    guard let database = unsafe database else { return }
    interruptHandle.invalidate()
    cache.removeAll()
    unsafe self.database = nil
    unsafe sqlite3_busy_handler(database, nil, nil)
    // v2 waits for a statement that is still running, in a closure that closed its connection.
    unsafe sqlite3_close_v2(database)
  }

  func open() throws(SQLiteError) -> OpaquePointer {
    guard let database = unsafe database else {
      throw SQLiteError(.misuse, "the connection to \(path) is closed")
    }
    return unsafe database
  }

  func openForStatement() throws(SQLiteError) -> OpaquePointer {
    let database = unsafe try open()
    guard unsafe !needsTransaction || sqlite3_get_autocommit(database) == 0 else {
      throw SQLiteError(
        .abortRollback,
        "the transaction has ended before its work was done, so nothing of it is committed",
        hint: "an error within it rolled it back, or it ran COMMIT or ROLLBACK itself"
      )
    }
    return unsafe database
  }
}

// MARK: - Statements

extension Connection {
  /// Runs every statement of a script in turn, and discards their rows.
  ///
  /// There is no transaction around it: what ran before a failure stays, unless the script or the
  /// caller opened one.
  ///
  /// - Throws: the failing statement's error, with that statement alone as its SQL; where the script
  ///   has several lines, the hint says which one.
  public func execute(_ script: String) throws(SQLiteError) {
    let text = try ScriptText(script)
    var start = 0
    while start < text.bytes.count {
      let (statement, end) = try prepare(text, from: start, flags: 0)
      do throws(SQLiteError) {
        try statement?.finish()
      } catch {
        throw text.locate(error, at: start)
      }
      start = end
    }
  }

  /// Compiles a statement and keeps it for when it is run, unless it is kept already.
  ///
  /// - Throws: what compiling it throws.
  public func prepare(_ sql: String) throws(SQLiteError) {
    cache.giveBack(try take(sql))
  }

  /// Gives `body` a statement of this connection, ready to be run, and takes it back after.
  func withStatement<T>(
    _ sql: String,
    _ arguments: Arguments,
    _ body: (Statement) throws(SQLiteError) -> T
  ) throws(SQLiteError) -> T {
    let statement = try take(sql)
    defer {
      if unsafe database != nil {
        cache.giveBack(statement)
      } else {
        statement.reset()
      }
    }
    try statement.bind(arguments)
    return try body(statement)
  }

  private func take(_ sql: String) throws(SQLiteError) -> Statement {
    _ = unsafe try openForStatement()
    if let statement = cache.take(sql) { return statement }
    let text = try ScriptText(sql)
    let persistent = UInt32(SQLITE_PREPARE_PERSISTENT)
    let first = try prepare(text, from: 0, flags: persistent, sql: sql)
    guard let statement = first.statement else {
      throw SQLiteError(.misuse, "there is no statement in this SQL", sql: sql)
    }
    var end = first.end
    while end < text.bytes.count {
      // Comments and white space may follow; a statement, or what is none, may not.
      let next = try? prepare(text, from: end, flags: 0)
      guard let next, next.statement == nil else {
        throw SQLiteError(
          .misuse,
          "one statement is expected here and there are several",
          sql: sql,
          hint: "run scripts with execute(_:)"
        )
      }
      end = next.end
    }
    return statement
  }

  /// Prepares the statement at `start`; nil where nothing but white space and comments is left.
  private func prepare(
    _ text: ScriptText,
    from start: Int,
    flags: UInt32,
    sql: String? = nil
  ) throws(SQLiteError) -> (statement: Statement?, end: Int) {
    let database = unsafe try openForStatement()
    var pointer: OpaquePointer?
    var length = 0
    let code = unsafe text.bytes.withUnsafeBytes { bytes -> Int32 in
      guard let base = unsafe bytes.baseAddress?.advanced(by: start) else { return SQLITE_OK }
      let first = unsafe base.assumingMemoryBound(to: CChar.self)
      var tail: UnsafePointer<CChar>?
      let count = Int32(clamping: bytes.count - start)
      let code = unsafe sqlite3_prepare_v3(database, first, count, flags, &pointer, &tail)
      length = unsafe tail.map { unsafe $0 - first } ?? 0
      return code
    }
    guard code == SQLITE_OK else {
      let offset = Int(unsafe sqlite3_error_offset(database))
      let error = unsafe SQLiteError.last(of: database, code: code, sql: nil)
      throw text.locate(error, at: start, offset: max(0, offset), sql: sql)
    }
    // Without progress there is nothing left.
    let end = length > 0 ? start + length : text.bytes.count
    guard let pointer = unsafe pointer else { return (nil, end) }
    let own = sql ?? text.trimmed(start..<end)
    return (unsafe Statement(owning: pointer, sql: own), end)
  }
}
