// The file that history moves to: a GoalLedger database of the same identity and schema, with a row
// in `archive_file` that makes its guards refuse whatever would happen in it.
//
// What must stay true: under its name there is a whole archive or nothing, so it is made under
// another name, synced, and then linked; a file that is anything else than an archive of this
// database, at this version, is refused and left as it is.
import Glibc
import Migrations
import SQLite

/// An archive's file.
struct ArchiveFile: Sendable {
  let path: String
  /// The file system layer, as the database's.
  let vfs: String?

  /// Opens it, and makes it where it is missing.
  /// - Parameters:
  ///   - live: a connection to the database it is an archive of.
  ///   - step: is told before each step that a crash could come between.
  func connect(beside live: Connection, _ step: ArchiveStep) throws(LedgerError) -> Connection {
    if !exists(path) {
      try step("make the archive")
      try make(beside: live, step)
    }
    // Looked at before it is opened for writing, which would already change a file of another kind.
    let looking = try wrapped { () throws(SQLiteError) in
      try Connection.looking(at: path, vfs: vfs)
    }
    defer { looking.close() }
    try check(looking, beside: live)
    looking.close()
    return try wrapped { () throws(SQLiteError) in
      try Connection(path: path, options: options)
    }
  }

  /// Rows are copied as they are; who guards them is the database they come from.
  private var options: OpenOptions {
    var options = OpenOptions.default
    options.create = false
    options.triggers = false
    options.foreignKeys = false
    // One file; a commit is on the disk, and so is the end of its journal.
    options.journal = .delete
    options.synchronous = .extra
    options.vfs = vfs
    return options
  }

  private func make(beside live: Connection, _ step: ArchiveStep) throws(LedgerError) {
    let temporary = path + ".new"
    // Held until the end: of two who would make it at once, one does. What a crash left is used up.
    let file = try lock(temporary, like: live.path)
    defer { close(file) }
    guard !exists(path) else {
      unsafe unlink(temporary)
      return
    }
    unsafe unlink(temporary + "-journal")
    guard ftruncate(file, 0) == 0 else { throw failure("ftruncate") }
    try fill(temporary, beside: live)
    try step("sync the new archive")
    guard fsync(file) == 0 else { throw failure("fsync") }
    try step("name the new archive")
    guard unsafe link(temporary, path) == 0 else { throw failure("link") }
    unsafe unlink(temporary)
    try syncFolder()
  }

  private func fill(_ temporary: String, beside live: Connection) throws(LedgerError) {
    let made = try wrapped { () throws(SQLiteError) in
      try Connection(path: temporary, options: options)
    }
    defer { made.close() }
    try Migrator().migrate(made)
    try wrapped { () throws(SQLiteError) in
      try made.run("ATTACH ? AS live", live.path)
      try made.transaction { () throws(SQLiteError) in
        // The schema is as old as the database's: its seals saw it.
        try made.run("DELETE FROM schema_migrations")
        try made.run("INSERT INTO schema_migrations SELECT * FROM live.schema_migrations")
        try made.run("DELETE FROM database_info")
        try made.run("INSERT INTO database_info SELECT * FROM live.database_info")
        try made.run(
          """
          INSERT INTO archive_file(one, first_seq, previous_hash, made_at)
          SELECT 1, first_seq, previous_hash, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
          FROM live.ledger_start
          """
        )
      }
      try made.run("DETACH live")
    }
  }

  private func check(_ connection: Connection, beside live: Connection) throws(LedgerError) {
    if let next = try Migrator().pending(connection).first {
      guard try wrapped({ () throws(SQLiteError) in try Self.tableCount(connection) }) > 0 else {
        throw refused("is empty, and not an archive", hint: "remove it, or name another with --to")
      }
      throw LedgerError(
        .incompatible,
        "the archive \(path) lacks migration \(next.name)",
        hint: "run: goalledger migrate --db \(path)"
      )
    }
    let (isArchive, id, liveID) = try wrapped { () throws(SQLiteError) in
      (
        try connection.first("SELECT count(*) FROM archive_file") { $0.int(0) } == 1,
        try connection.first("SELECT id FROM database_info") { $0.text(0) } ?? nil,
        try live.first("SELECT id FROM database_info") { $0.text(0) } ?? nil
      )
    }
    guard isArchive else {
      throw refused("is a live database, and not an archive", hint: "name another file with --to")
    }
    guard id == liveID else {
      throw refused(
        "is the archive of another database, \(id ?? "unknown")",
        hint: "name another file with --to"
      )
    }
  }

  private static func tableCount(_ connection: Connection) throws(SQLiteError) -> Int64 {
    try connection.first("SELECT count(*) FROM sqlite_schema") { $0.int(0) ?? 0 } ?? 0
  }

  /// Makes and locks a file with the database's permissions: what was private stays so.
  private func lock(_ path: String, like database: String) throws(LedgerError) -> Int32 {
    var status = stat()
    let mode = unsafe stat(database, &status) == 0 ? status.st_mode & 0o777 : 0o600
    let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)
    guard file >= 0 else { throw failure("open") }
    var named = stat()
    guard flock(file, LOCK_EX | LOCK_NB) == 0, unsafe fstat(file, &status) == 0,
      unsafe stat(path, &named) == 0, named.st_ino == status.st_ino
    else {
      close(file)
      throw LedgerError(
        .busy,
        "another pass is making the archive \(self.path)",
        hint: "try again; nothing was deleted"
      )
    }
    return file
  }

  private func syncFolder() throws(LedgerError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let file = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw failure("open") }
    defer { close(file) }
    guard fsync(file) == 0 else { throw failure("fsync") }
  }

  private func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  private func refused(_ what: String, hint: String) -> LedgerError {
    LedgerError(.refused, "\(path) \(what)", hint: hint)
  }

  private func failure(_ call: String) -> LedgerError {
    let isFull = errno == ENOSPC || errno == EDQUOT
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    return LedgerError(
      isFull ? .diskFull : .unavailable,
      "the archive \(path) cannot be made: \(call): \(reason)",
      hint: "nothing was deleted; name another file with --to"
    )
  }

  private func wrapped<T>(_ body: () throws(SQLiteError) -> T) throws(LedgerError) -> T {
    do throws(SQLiteError) {
      return try body()
    } catch {
      throw LedgerError(error)
    }
  }
}

extension Connection {
  /// Opens a file to read it. Where a pass was killed while it committed, its journal is played back
  /// first, which a connection that only reads cannot do; whatever the file is, that leaves it as it
  /// was before the transaction.
  static func looking(at path: String, vfs: String?) throws(SQLiteError) -> Connection {
    var options = OpenOptions.reader
    options.vfs = vfs
    do throws(SQLiteError) {
      return try Connection(path: path, options: options)
    } catch  where error.extendedCode == .readOnlyRollback {
      var writing = OpenOptions.default
      writing.create = false
      writing.journal = nil
      writing.vfs = vfs
      try Connection(path: path, options: writing).close()
      return try Connection(path: path, options: options)
    }
  }
}
