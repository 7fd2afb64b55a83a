// The passes of archiving, on a thread and two connections of their own: one to the database, guards on,
// and one to the archive, which has the database attached and only reads it.
//
// What must stay true: the archive is written only under its own write lock, and held locked from
// before the database is until after it has committed, so that of two passes at once one waits or
// begins anew; what is deleted is compared with its copy under both locks.
import SQLite

/// One pass after another.
actor ArchivePass {
  /// A copy that is in the archive, and whose originals are still in the database.
  struct Copied: Sendable {
    let file: String
    let stretch: SealStretch
    let goals: [Int64]
    /// The pass before it, as the database had it.
    let previous: Int64
    /// Changes when another connection writes to the archive.
    let version: Int64
  }

  private let executor: DatabaseExecutor
  private let live: Connection
  private let request: ArchiveRequest
  private let step: ArchiveStep
  private var archive: Connection?
  private var file = ""
  /// The last entry that is to go: what the passes themselves enter stays, whatever the date.
  private var last: Int64?

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(
    _ path: String,
    _ request: ArchiveRequest,
    vfs: String?,
    _ step: @escaping ArchiveStep
  ) throws(LedgerError) {
    self.request = request
    self.step = step
    var options = OpenOptions.default
    options.vfs = vfs
    options.create = false
    // Whole goals go, and their guards look at rows, not keys: SQLite would search every table for
    // each plan.
    options.foreignKeys = false
    do throws(SQLiteError) {
      executor = try DatabaseExecutor(name: "ledger-archive")
      live = try Connection(path: path, options: options)
    } catch {
      throw LedgerError(error)
    }
  }

  /// Whether there is anything to archive; decides on the file, and on how far the passes go.
  func survey() throws(LedgerError) -> Bool {
    try sql { () throws(SQLiteError) in
      let latest = try live.first("SELECT file FROM archives ORDER BY number DESC LIMIT 1") {
        $0.text(0)
      }
      file = request.file ?? (latest ?? nil) ?? request.standard
      last = try SealStretch(live, before: request.before)?.lastSeq
      return last != nil
    }
  }

  /// Whether there is anything left to archive.
  func remains() throws(LedgerError) -> Bool {
    try sql { () throws(SQLiteError) in try next() != nil }
  }

  /// What goes with the next pass.
  private func next() throws(SQLiteError) -> SealStretch? {
    try SealStretch(
      live,
      before: request.before,
      through: last ?? 0,
      most: request.entriesOfPass
    )
  }

  /// Copies what is to go, and commits it to the disk.
  func copy() throws(LedgerError) -> Copied {
    let archive = try opened()
    return try archive.transaction(.deferred, wrapping: LedgerError.init) {
      () throws(LedgerError) in
      try run(archive, "UPDATE archive_file SET one = one")
      let (previous, stretch) = try sql { () throws(SQLiteError) in
        (try ArchiveRecord.all(live).last, try next())
      }
      guard let stretch else {
        throw LedgerError(.busy, "another pass has archived it meanwhile", hint: "run it again")
      }
      try requireEnd(archive, after: previous)
      try run(archive, ArchiveSQL.takingBack, previous?.lastSeq ?? 0)
      try run(archive, ArchiveSQL.copying, stretch.lastSeq)
      let goals = try sql { () throws(SQLiteError) in
        try archive.query("SELECT id FROM temp.leaving ORDER BY id") { $0.int(0) ?? 0 }
      }
      try step("commit the copy")
      return Copied(
        file: file,
        stretch: stretch,
        goals: goals,
        previous: previous?.number ?? 0,
        version: try sql { () throws(SQLiteError) in try archive.dataVersion }
      )
    }
  }

  /// Deletes what was copied, and says anew what lives on.
  /// - returns: nil where a goal changed since, so that it is to be copied anew.
  func move(_ copied: Copied, key: SealingKey) throws(LedgerError) -> ArchiveReport? {
    let archive = try opened()
    try prepare(copied)
    // Locks the archive until the end, and leaves it as it is.
    try run(archive, "BEGIN")
    defer { try? archive.execute("ROLLBACK") }
    try run(archive, "UPDATE archive_file SET one = one")
    guard try sql({ () throws(SQLiteError) in try archive.dataVersion }) == copied.version else {
      return nil
    }
    var record = ArchiveRecord(
      number: copied.previous + 1,
      file: file,
      actor: request.actor,
      of: copied.stretch,
      goals: Int64(copied.goals.count)
    )
    let database = try sql { () throws(SQLiteError) in
      try live.first("SELECT id FROM database_info") { $0.text(0) } ?? nil
    }
    try record.sign(with: key, database: database ?? "")
    let made = record
    try step("begin to move")
    let start = ContinuousClock.now
    do throws(Moving) {
      let carried = try live.transaction(.immediate, wrapping: Moving.sqlite) {
        () throws(Moving) in
        do throws(LedgerError) {
          return try delete(copied, made, archive)
        } catch {
          throw .failed(error)
        }
      }
      let time = ContinuousClock.now - start
      return ArchiveReport(
        made,
        seals: copied.stretch.seals,
        carried: carried,
        lockedMilliseconds: Double(time.components.seconds) * 1_000
          + Double(time.components.attoseconds) / 1e15
      )
    } catch {
      switch error {
      case .failed(let error) where error.code == .leaseLost: return nil
      case .failed(let error): throw error
      case .sqlite(let error): throw LedgerError(error)
      }
    }
  }

  private enum Moving: Error {
    case failed(LedgerError)
    case sqlite(SQLiteError)
  }

  /// Within the transaction. Ends with `leaseLost` where the copy is no longer what there is.
  private func delete(
    _ copied: Copied,
    _ record: ArchiveRecord,
    _ archive: Connection
  ) throws(LedgerError) -> Int64 {
    let stale = LedgerError(.leaseLost, "the copy is out of date")
    let last = try sql { () throws(SQLiteError) in
      try live.first("SELECT coalesce(max(number), 0) FROM archives") { $0.int(0) } ?? nil
    }
    guard last == copied.previous else { throw stale }
    for statement in ArchiveSQL.differences {
      let count = try sql { () throws(SQLiteError) in
        try archive.first(statement) { $0.int(0) ?? 0 } ?? 0
      }
      guard count == 0 else { throw stale }
    }
    try step("record the archive")
    try sql { () throws(SQLiteError) in try record.insert(live) }
    let made = try sql { () throws(SQLiteError) in
      try live.first("SELECT max(seq) FROM identity_ledger") { $0.int(0) ?? 0 } ?? 0
    }
    try run(live, "INSERT INTO archive_pass(one, last_seq) VALUES (1, ?)", record.lastSeq)
    let changed = try sql { () throws(SQLiteError) in
      try live.first(ArchiveSQL.notLeaving) { $0.int(0) ?? 0 } ?? 0
    }
    guard changed == 0 else { throw stale }
    try run(live, ArchiveSQL.deleting, record.lastSeq)
    try run(live, ArchiveSQL.carrying, request.actor)
    try run(live, "DELETE FROM archive_pass")
    try step("commit the move")
    return try sql { () throws(SQLiteError) in
      try live.first("SELECT max(seq) FROM identity_ledger") { $0.int(0) ?? 0 } ?? 0
    } - made
  }

  /// Lists what was copied and what it touches, outside of any lock: entries never change.
  private func prepare(_ copied: Copied) throws(LedgerError) {
    try run(live, ArchiveSQL.touching, copied.stretch.lastSeq)
    try sql { () throws(SQLiteError) in
      try live.transaction { () throws(SQLiteError) in
        for id in copied.goals { try live.run("INSERT INTO temp.leaving(id) VALUES (?)", id) }
      }
    }
  }

  private func opened() throws(LedgerError) -> Connection {
    if let archive { return archive }
    let opened = try ArchiveFile(path: file, vfs: live.options.vfs).connect(beside: live, step)
    try sql { () throws(SQLiteError) in try opened.run("ATTACH ? AS live", live.path) }
    archive = opened
    return opened
  }

  /// That the archive ends where the last pass did, or later with what is still in the database.
  private func requireEnd(
    _ archive: Connection,
    after previous: ArchiveRecord?
  ) throws(LedgerError) {
    let seq = previous?.lastSeq ?? 0
    let hash = previous?.lastHash ?? Seal.noHash
    let follows = try sql { () throws(SQLiteError) in
      try archive.first(ArchiveSQL.follows, seq, hash) { $0.int(0) == 1 } ?? false
    }
    guard follows else {
      let where_ = previous.map { "; entries up to \($0.lastSeq) went to \($0.file)" } ?? ""
      throw LedgerError(
        .refused,
        "\(file) does not end where this database begins\(where_)",
        hint: "name that archive or a new file with --to"
      )
    }
    let others = try sql { () throws(SQLiteError) in
      try archive.first(ArchiveSQL.onlyThere, seq) { $0.int(0) ?? 0 } ?? 0
    }
    guard others == 0 else {
      throw LedgerError(
        .refused,
        "\(file) holds history that this database neither has nor has archived",
        hint: "is this an older copy of the database? keep that file, and name a new one with --to"
      )
    }
  }

  private func run(
    _ connection: Connection,
    _ statement: String,
    _ bindings: (any Bindable)?...
  ) throws(LedgerError) {
    try step(statement)
    try sql { () throws(SQLiteError) in
      _ = try connection.run(statement, arguments: Arguments(bindings))
    }
  }

  /// Runs a list of statements, of which some name `?1`.
  private func run(
    _ connection: Connection,
    _ statements: [String],
    _ value: any Bindable
  ) throws(LedgerError) {
    for statement in statements {
      if statement.contains("?1") {
        try run(connection, statement, value)
      } else {
        try run(connection, statement)
      }
    }
  }

  @discardableResult
  private func sql<T>(_ body: () throws(SQLiteError) -> T) throws(LedgerError) -> T {
    do throws(SQLiteError) {
      return try body()
    } catch {
      throw LedgerError(error)
    }
  }
}
