// Archiving: old history moves to a file of its own, in passes of a bounded size, since the database is
// locked while a pass deletes. The order is what makes each safe: copied, committed and synced there;
// verified there; only then deleted here, in one transaction.
//
// What must stay true: until that transaction commits the database has everything, and after it the
// archive has; so a run that ends anywhere is finished by the next one, which first takes back what
// a copy without its transaction left in the archive.
import SQLite

/// What to archive, and where to.
public struct ArchiveRequest: Sendable, Hashable {
  /// Seals made before this go.
  public var before: Timestamp
  /// The archive, an absolute path; nil for the one of the last time, or else `standard`.
  public var file: String?
  /// The archive of a database that was never archived, an absolute path.
  public var standard: String
  /// Who archives.
  public var actor: String
  /// How many entries a pass takes at most, if more than one seal's. 50,000 lock the database for some
  /// tenths of a second.
  var entriesOfPass: Int64 = 50_000

  /// A request to archive.
  public init(before: Timestamp, file: String?, standard: String, actor: String) {
    self.before = before
    self.file = file
    self.standard = standard
    self.actor = actor
  }
}

/// What was archived.
public struct ArchiveReport: Sendable, Hashable {
  /// The last pass.
  public private(set) var archive: ArchiveRecord
  /// The first entry that went.
  public let firstSeq: Int64
  /// How many passes it took.
  public private(set) var passes: Int64 = 1
  /// How many goals went.
  public private(set) var goals: Int64
  /// How many seals went.
  public private(set) var seals: Int64
  /// How many entries carry over what lives on.
  public private(set) var carried: Int64
  /// How long the database was locked for writing at the longest, in milliseconds.
  public private(set) var lockedMilliseconds: Double

  init(_ pass: ArchiveRecord, seals: Int64, carried: Int64, lockedMilliseconds: Double) {
    archive = pass
    firstSeq = pass.firstSeq
    goals = pass.goals
    self.seals = seals
    self.carried = carried
    self.lockedMilliseconds = lockedMilliseconds
  }

  /// Adds the passes that came next.
  mutating func add(_ next: ArchiveReport) {
    archive = next.archive
    passes += next.passes
    goals += next.goals
    seals += next.seals
    carried += next.carried
    lockedMilliseconds = max(lockedMilliseconds, next.lockedMilliseconds)
  }
}

/// Is told before each step that a crash could come between; what it throws ends the pass there.
public typealias ArchiveStep = @Sendable (String) throws(LedgerError) -> Void

extension SQLiteGoalStore {
  /// Moves the oldest seals, their entries and the goals they cover to an archive.
  /// - Parameters:
  ///   - request: what, and where to.
  ///   - key: what the record of it is signed with.
  ///   - step: for tests, which end a pass at each step.
  /// - returns: what went; nil where no seal is old enough, and nothing was changed.
  /// - throws: `refused` or `incompatible` for a file that is no archive of this database, `corrupt`
  ///   where what was copied does not verify, `busy` where goals change all the time.
  public func archive(
    _ request: ArchiveRequest,
    key: SealingKey,
    step: @escaping ArchiveStep = { _ in }
  ) async throws(LedgerError) -> ArchiveReport? {
    let pass = try ArchivePass(path, request, vfs: vfs, step)
    guard try await pass.survey() else { return nil }
    var report = try await move(pass, key, step)
    while try await pass.remains() {
      report.add(try await move(pass, key, step))
    }
    return report
  }

  /// One pass.
  private func move(
    _ pass: ArchivePass,
    _ key: SealingKey,
    _ step: ArchiveStep
  ) async throws(LedgerError) -> ArchiveReport {
    for _ in 1...5 {
      let copied = try await pass.copy()
      try step("verify the archive")
      try await requireSound(copied)
      if let report = try await pass.move(copied, key: key) {
        try step("shorten the log")
        try? await checkpoint()
        return report
      }
    }
    throw LedgerError(
      .busy,
      "goals that were to be archived kept changing; nothing of them was deleted",
      hint: "run it again, with an earlier date"
    )
  }

  /// That an archive verifies on its own and ends as the copy did.
  private func requireSound(_ copied: ArchivePass.Copied) async throws(LedgerError) {
    let store = try await Self.reading(path: copied.file, vfs: vfs)
    let verification = try await store.verify(VerificationDemands())
    guard verification.isSound, verification.lastSeal == hexadecimal(copied.stretch.lastHash) else {
      let first = verification.findings.first { $0.isWrong }
      let what = first.map { "\($0.subject) \($0.sentence)" } ?? "it does not end where it should"
      throw LedgerError(
        .corrupt,
        "what was copied to \(copied.file) does not verify: \(what)",
        hint: "nothing of it was deleted; run: goalledger verify"
      )
    }
  }

  /// Opens a database, an archive for one, to read it alone.
  /// - throws: as ``open(path:_:durability:)``.
  public static func reading(path: String) async throws(LedgerError) -> SQLiteGoalStore {
    try await reading(path: path, vfs: nil)
  }

  private static func reading(
    path: String,
    vfs: String?
  ) async throws(LedgerError) -> SQLiteGoalStore {
    var options = OpenOptions.reader
    options.vfs = vfs
    do throws(SQLiteError) {
      try Connection.looking(at: path, vfs: vfs).close()
    } catch {
      throw LedgerError(error)
    }
    let writer = try LedgerWriter(path: path, options: options)
    try await writer.migrate(.asIs)
    return SQLiteGoalStore(
      path: path,
      writer: writer,
      reader: try LedgerReader(path: path, vfs: vfs),
      redactor: .standard,
      vfs: vfs
    )
  }
}
