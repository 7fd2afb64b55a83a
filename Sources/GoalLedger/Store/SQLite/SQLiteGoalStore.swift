import SQLite

/// The goal store in one SQLite file: a writer and a reader, each with a connection and a thread of
/// its own. The rules are the schema's; this only says the statements.
public struct SQLiteGoalStore: GoalStore {
  /// The database file.
  public let path: String
  let writer: LedgerWriter
  let reader: LedgerReader
  let prints = SchemaPrints()
  let shortened = ShortenedLog()
  /// What every text passes before it is written.
  let redactor: Redactor
  /// The file system layer that every connection goes through; nil is SQLite's default.
  let vfs: String?

  /// What to do about a database that is not there or not up to date.
  public enum Opening: Sendable {
    /// Make it where it is missing, and migrate it.
    case create
    /// Refuse one that is missing; migrate one that is behind.
    case existing
    /// Refuse one that is missing or behind.
    case asIs
  }

  /// What a commit promises.
  public enum Durability: String, Sendable, CaseIterable {
    /// What is committed survives a power cut (`synchronous=FULL`).
    case full
    /// What is committed survives the end of the process; a power cut can take the last commits
    /// with it, and nothing else (`synchronous=NORMAL`).
    case normal
  }

  /// Opens a database.
  /// - throws: `unavailable`, `corrupt` or `incompatible`, with what to do about it.
  public static func open(
    path: String,
    _ opening: Opening = .existing,
    durability: Durability = .full,
    redactor: Redactor = .standard
  ) async throws(LedgerError) -> SQLiteGoalStore {
    try await open(path: path, opening, durability: durability, redactor: redactor, vfs: nil)
  }

  /// Opens a database through a file system layer of SQLite's by its name; nil is the default one.
  package static func open(
    path: String,
    _ opening: Opening,
    durability: Durability,
    redactor: Redactor = .standard,
    vfs: String?
  ) async throws(LedgerError) -> SQLiteGoalStore {
    var options = OpenOptions.default
    options.create = opening == .create
    options.synchronous = durability == .full ? .full : .normal
    // As in most clients: no trigger has to fire for its own statements, and what REPLACE would delete
    // is refused before it is inserted.
    options.recursiveTriggers = false
    options.vfs = vfs
    let writer: LedgerWriter
    do throws(LedgerError) {
      writer = try LedgerWriter(path: path, options: options)
    } catch  where error.code == .unavailable && opening != .create {
      throw LedgerError(
        error.code,
        error.message,
        hint: error.hint ?? "make one with: goalledger init"
      )
    }
    try await writer.migrate(opening)
    return SQLiteGoalStore(
      path: path,
      writer: writer,
      reader: try LedgerReader(path: path, vfs: vfs),
      redactor: redactor,
      vfs: vfs
    )
  }

  /// Runs the migrations that have not run yet.
  /// - returns: their names, in order.
  @discardableResult
  public static func migrate(path: String) async throws(LedgerError) -> [String] {
    var options = OpenOptions.default
    options.create = false
    return try await LedgerWriter(path: path, options: options).migrate(.existing)
  }

  /// Copies the database, as it is at one moment, to a file that must not exist yet.
  public func backup(to destination: String) async throws(LedgerError) {
    try await writer.maintain { connection throws(SQLiteError) in
      try connection.backup(to: destination)
    }
  }

  /// Copies the log into the database file and starts it anew, where nobody is in the way.
  public func checkpoint() async throws(LedgerError) {
    do throws(SQLiteError) {
      _ = try WALCheckpointer(path: path, vfs: vfs).checkpoint()
    } catch {
      throw LedgerError(error)
    }
  }

  func write<T: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(SQLiteError) -> T
  ) async throws(LedgerError) -> T {
    try await writer.write { connection throws(LedgerError) in
      do throws(SQLiteError) {
        return try body(connection)
      } catch {
        throw LedgerError(error)
      }
    }
  }
}
