// The settings of a connection, made and asked for. Their SQL is put together from numbers and
// words of this module's own enums, since a PRAGMA takes no parameters.
import CSQLite

extension Connection {
  func configure() throws(SQLiteError) {
    let database = unsafe try open()
    // Before anything is allocated: what a trigger's program needs while it runs, above all.
    _ = unsafe csqlite_lookaside(database, 2_400, 200)
    unsafe csqlite_be_patient(database, patience)
    try set(SQLITE_DBCONFIG_ENABLE_FKEY, options.foreignKeys)
    try set(SQLITE_DBCONFIG_ENABLE_TRIGGER, options.triggers)
    try set(SQLITE_DBCONFIG_DEFENSIVE, options.defensive)
    try set(SQLITE_DBCONFIG_DQS_DML, options.doubleQuotedStrings)
    try set(SQLITE_DBCONFIG_DQS_DDL, options.doubleQuotedStrings)
    try execute("PRAGMA recursive_triggers = \(options.recursiveTriggers ? 1 : 0)")
    try execute("PRAGMA wal_autocheckpoint = \(max(0, options.walAutocheckpoint))")
    if options.readOnly {
      try execute("PRAGMA query_only = 1")
    } else {
      try execute("PRAGMA journal_size_limit = \(options.journalSizeLimit)")
    }
    if let size = options.mmapSize { try execute("PRAGMA mmap_size = \(size)") }
    if options.readsSchema { try configureStorage() }
    // Opening reads nothing by itself: this finds out whether the file is a database.
    try execute("PRAGMA schema_version")
  }

  private func configureStorage() throws(SQLiteError) {
    if let size = options.cacheSize { try execute("PRAGMA cache_size = \(size)") }
    guard !options.readOnly else { return }
    try execute("PRAGMA synchronous = \(options.synchronous.rawValue)")
    if let journal = options.journal { try setJournal(journal) }
  }

  private func set(_ option: Int32, _ value: Bool) throws(SQLiteError) {
    let database = unsafe try open()
    let code = unsafe csqlite_config_flag(database, option, value ? 1 : 0)
    guard code == SQLITE_OK else {
      throw unsafe SQLiteError.last(of: database, code: code, sql: nil)
    }
  }

  private func setJournal(_ journal: OpenOptions.Journal) throws(SQLiteError) {
    // A switch of modes needs the file alone, and SQLite gives up at once, without asking the busy
    // handler, where it can read but another connection is about to write.
    let deadline = ContinuousClock.now + .milliseconds(max(0, options.busyTimeout))
    while true {
      do throws(SQLiteError) {
        return try setJournalAtOnce(journal)
      } catch {
        guard ResultCode.busy ~= error, ContinuousClock.now < deadline else { throw error }
        sqlite3_sleep(2)
      }
    }
  }

  private func setJournalAtOnce(_ journal: OpenOptions.Journal) throws(SQLiteError) {
    let mode = try first("PRAGMA journal_mode = \(journal.rawValue)") { $0.text(0) } ?? nil
    // A database in memory has a journal of its own kind and keeps it.
    if let mode, mode == journal.rawValue || mode == "memory" { return }
    throw SQLiteError(
      .cantOpen,
      "its journal mode is \(mode ?? "unknown") and cannot be made \(journal.rawValue)",
      hint: "keep the database on a local file system"
    )
  }

  /// A number that changes when another connection has committed since it was last asked for; this
  /// connection's own commits leave it (`PRAGMA data_version`).
  public var dataVersion: Int64 {
    get throws(SQLiteError) {
      try first("PRAGMA data_version") { row throws(SQLiteError) in try row.require(0) } ?? 0
    }
  }

  /// The rowid of the latest row inserted by this connection, trigger's rows apart; 0 before any.
  public var lastInsertedRowID: Int64 {
    get throws(SQLiteError) { unsafe sqlite3_last_insert_rowid(try open()) }
  }

  /// The rows changed by the latest INSERT, UPDATE or DELETE itself, without what its triggers did.
  public var changes: Int {
    get throws(SQLiteError) { Int(unsafe sqlite3_changes64(try open())) }
  }

  /// The rows changed since the connection was opened, by triggers too.
  public var totalChanges: Int {
    get throws(SQLiteError) { Int(unsafe sqlite3_total_changes64(try open())) }
  }

  /// The database's file as SQLite has opened it, symbolic links resolved; empty where there is none.
  public var file: String {
    guard let database = unsafe try? open(),
      let name = unsafe sqlite3_db_filename(database, "main")
    else { return "" }
    return unsafe String(cString: name)
  }

  /// How often this connection has had to wait for another's lock; begins anew after 2^32.
  public var lockWaits: UInt32 { unsafe patience.pointee.waits }

  /// The pages that this connection has written since it was opened, to the log where there is one.
  public var pagesWritten: Int {
    get throws(SQLiteError) {
      var (written, unused): (Int32, Int32) = (0, 0)
      _ = unsafe sqlite3_db_status(
        try open(),
        SQLITE_DBSTATUS_CACHE_WRITE,
        &written,
        &unused,
        0
      )
      return Int(written)
    }
  }

  /// Whether a transaction is open. A closed connection has none.
  public var isInTransaction: Bool {
    guard let database = unsafe try? open() else { return false }
    return unsafe sqlite3_get_autocommit(database) == 0
  }

  /// The linked library's version, such as `3.40.1`.
  public static var libraryVersion: String {
    unsafe sqlite3_libversion().map { unsafe String(cString: $0) } ?? ""
  }

  /// The linked library's version as a number, such as 3040001.
  public static var libraryVersionNumber: Int { Int(sqlite3_libversion_number()) }

  /// Whether the linked library has the fix of the WAL-reset bug
  /// (sqlite.org/wal.html#walresetbug): 3.51.3 and later, 3.50.7 and 3.44.6.
  public static var hasWALResetFix: Bool { hasWALResetFix(libraryVersionNumber) }

  static func hasWALResetFix(_ version: Int) -> Bool {
    switch version {
    case 3_051_003...: true
    case 3_050_007..<3_051_000: true
    case 3_044_006..<3_045_000: true
    default: false
    }
  }
}
