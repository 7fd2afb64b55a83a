// Online backup: a copy of one moment of the database while others go on writing. What must stay
// true: at the destination there is a whole, checked, synced database or what was there before. So
// the copy is made under another name in the same directory, checked, synced, and then renamed.
import CSQLite
import Glibc

extension Connection {
  /// Copies the database to a file of its own, in rollback-journal mode, while others read and write.
  ///
  /// - Parameters:
  ///   - path: where the copy goes; its directory must exist.
  ///   - overwrite: whether a file already there is replaced. One that is open as a database, or
  ///     was left with a log or journal, is not.
  ///   - pagesPerStep: how many pages to copy between calls of `progress`, at least 1.
  ///   - progress: is told how many pages remain of how many.
  /// - Throws: ``ResultCode/cantOpen`` where the destination exists or cannot be made,
  ///   ``ResultCode/misuse`` within a transaction, ``ResultCode/corrupt`` where the copy is not
  ///   sound, and what reading and writing throw.
  public func backup(
    to path: String,
    overwrite: Bool = false,
    pagesPerStep: Int32 = 256,
    progress: (_ remaining: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(SQLiteError) {
    guard !isInTransaction else {
      throw SQLiteError(.misuse, "a backup cannot be made within a transaction")
    }
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw SQLiteError(.cantOpen, "a backup needs the path of a file")
    }
    let destination = BackupDestination(path: path, overwrite: overwrite)
    try destination.check()
    do throws(SQLiteError) {
      try destination.create(like: self.path)
      // One snapshot: without it every commit of another connection would start the copy anew.
      try transaction(.deferred) { () throws(SQLiteError) in
        try run("SELECT 1 FROM sqlite_schema LIMIT 1")
        try copy(to: destination.temporary, max(1, pagesPerStep), progress)
      }
      try destination.verify(vfs: options.vfs)
      try destination.publish()
    } catch {
      destination.discard()
      throw error
    }
  }

  private func copy(
    to path: String,
    _ pagesPerStep: Int32,
    _ progress: (Int, Int) -> Void
  ) throws(SQLiteError) {
    var settings = OpenOptions.default
    settings.journal = nil
    settings.vfs = options.vfs
    let target = try Connection(path: path, options: settings)
    defer { target.close() }
    let (from, to) = unsafe (try open(), try target.open())
    guard let backup = unsafe sqlite3_backup_init(to, "main", from, "main") else {
      throw unsafe SQLiteError.last(of: to, code: sqlite3_extended_errcode(to), sql: nil)
    }
    var code = SQLITE_OK
    // Nothing to wait for: the source's snapshot is held, and nobody else knows the copy's name.
    while code == SQLITE_OK {
      code = unsafe sqlite3_backup_step(backup, pagesPerStep)
      unsafe progress(
        Int(sqlite3_backup_remaining(backup)),
        Int(sqlite3_backup_pagecount(backup))
      )
    }
    let end = unsafe sqlite3_backup_finish(backup)
    guard code == SQLITE_DONE else {
      throw unsafe SQLiteError.last(of: to, code: code, sql: nil)
    }
    guard end == SQLITE_OK else { throw unsafe SQLiteError.last(of: to, code: end, sql: nil) }
    // One file, which even read-only media can be opened from.
    _ = try target.first("PRAGMA journal_mode = delete") { $0.text(0) }
  }
}

/// Where a backup goes, and the name it has until it is whole.
struct BackupDestination {
  let path: String
  let temporary: String
  let overwrite: Bool

  init(path: String, overwrite: Bool) {
    self.path = path
    self.overwrite = overwrite
    // Two backups to one place at once must not share a file.
    temporary =
      "\(path).partial-\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
  }

  func check() throws(SQLiteError) {
    let directory = OpenFailure.directory(of: path)
    guard OpenFailure.exists(directory) else {
      throw SQLiteError(
        .cantOpen,
        "cannot back up to \(path): the directory \(directory) does not exist",
        hint: "create it with mkdir -p"
      )
    }
    if OpenFailure.exists(path) && !overwrite { throw exists }
    // Another database's log beside the new file would be played into it.
    for suffix in ["-wal", "-journal"] where OpenFailure.exists(path + suffix) {
      throw SQLiteError(
        .cantOpen,
        "cannot back up to \(path): \(path)\(suffix) shows that a database is open there",
        hint: "choose another name, or close that database first"
      )
    }
  }

  /// Makes the file with the source's permissions: the copy of a private database is private.
  func create(like source: String) throws(SQLiteError) {
    var status = stat()
    let mode = unsafe stat(source, &status) == 0 ? status.st_mode & 0o777 : 0o600
    let descriptor = unsafe Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw failure("open") }
    Glibc.close(descriptor)
  }

  func verify(vfs: String?) throws(SQLiteError) {
    var settings = OpenOptions.reader
    settings.vfs = vfs
    let copy = try Connection(path: temporary, options: settings)
    defer { copy.close() }
    let finding = try copy.first("PRAGMA quick_check(1)") { $0.text(0) } ?? nil
    guard finding == "ok" else {
      throw SQLiteError(
        .corrupt,
        "the backup is not sound: \(finding ?? "no answer")",
        hint: "check the source with PRAGMA integrity_check"
      )
    }
  }

  func publish() throws(SQLiteError) {
    // The copy's connections are closed: a file opened and closed by hand drops SQLite's locks on it.
    try sync(temporary, O_RDONLY)
    if overwrite {
      guard unsafe rename(temporary, path) == 0 else { throw failure("rename") }
    } else {
      // A name made since the check stays: link, unlike rename, never replaces.
      guard unsafe link(temporary, path) == 0 else {
        if errno == EEXIST { throw exists }
        // FAT, for one, has no links.
        guard !OpenFailure.exists(path) else { throw exists }
        guard unsafe rename(temporary, path) == 0 else { throw failure("rename") }
        return try sync(OpenFailure.directory(of: path), O_RDONLY | O_DIRECTORY)
      }
      unsafe unlink(temporary)
    }
    try sync(OpenFailure.directory(of: path), O_RDONLY | O_DIRECTORY)
  }

  func discard() {
    for suffix in ["", "-journal", "-wal", "-shm"] { unsafe unlink(temporary + suffix) }
  }

  private var exists: SQLiteError {
    SQLiteError(
      .cantOpen,
      "cannot back up to \(path): the file exists",
      hint: "choose another name, or ask for it to be replaced"
    )
  }

  private func sync(_ path: String, _ flags: Int32) throws(SQLiteError) {
    let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open") }
    defer { Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync") }
  }

  private func failure(_ call: String) -> SQLiteError {
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    return SQLiteError(.ioError, "cannot back up to \(path): \(call): \(reason)")
  }
}
