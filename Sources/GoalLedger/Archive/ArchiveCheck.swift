// The check of what a database says was archived: by its own records, and against the archives
// themselves where they are at hand.
//
// What must stay true: an archive is checked as a database of its own, by the same code; what is
// checked here is only that both files together are one history: nothing in neither, and nothing in
// both.
import SQLite

enum ArchiveCheck {
  /// What the records of passes show by themselves.
  static func findings(
    _ connection: Connection,
    _ demands: VerificationDemands
  ) throws(SQLiteError) -> [Verification.Finding] {
    let database = try connection.first("SELECT id FROM database_info") { $0.text(0) } ?? nil
    var findings: [Verification.Finding] = []
    var next: Int64 = 1
    for (place, archive) in try ArchiveRecord.all(connection).enumerated() {
      let name = "archive \(archive.number)"
      if archive.number != Int64(place) + 1 || archive.firstSeq != next
        || archive.lastSeq < archive.firstSeq
      {
        findings.append(.wrong(name, "does not follow the one before it"))
      }
      next = archive.lastSeq &+ 1
      if !archive.isSigned(database: database ?? "") {
        findings.append(.wrong(name, "is not signed with the key that it names"))
      } else if let allowed = demands.publicKeys, !allowed.contains(archive.publicKey) {
        let key = hexadecimal(archive.publicKey)
        findings.append(.wrong(name, "is signed with \(key), which is not a key you named"))
      }
      if demands.archives.isEmpty {
        findings.append(
          .note(
            "entries \(archive.firstSeq) to \(archive.lastSeq)",
            "were archived to \(archive.file); check them with --archive \(archive.file)"
          )
        )
      }
    }
    return findings
  }
}

extension SQLiteGoalStore {
  /// Checks archives, each by itself and together with this database.
  func verifyArchives(_ demands: VerificationDemands) async throws(LedgerError)
    -> [Verification.Finding]
  {
    guard !demands.archives.isEmpty else { return [] }
    let (id, records, archived, live) = try await reader.read { connection throws(SQLiteError) in
      (
        try connection.first("SELECT id FROM database_info") { $0.text(0) ?? "" },
        try ArchiveRecord.all(connection),
        try Set(connection.query("SELECT goal_id FROM archived_goals") { $0.int(0) ?? 0 }),
        try Set(connection.query("SELECT id FROM goals") { $0.int(0) ?? 0 })
      )
    }
    var findings: [Verification.Finding] = []
    var ends: [Int64: [UInt8]] = [:]
    var held: Set<Int64> = []
    var mentioned: Set<Int64> = []
    let last = records.last?.lastSeq ?? 0
    for file in demands.archives {
      let archive = try await Self.reading(path: file)
      var own = demands
      own.archives = []
      for finding in try await archive.verify(own).findings {
        let subject = "\(file): \(finding.subject)"
        findings.append(
          finding.isWrong ? .wrong(subject, finding.sentence) : .note(subject, finding.sentence)
        )
      }
      let part = try await archive.reader.read { connection throws(SQLiteError) in
        try ArchivePart(connection)
      }
      if !part.isArchive { findings.append(.wrong(file, "is not an archive")) }
      if part.databaseID != id {
        findings.append(.wrong(file, "is of another database, \(part.databaseID)"))
      }
      if let first = part.firstSeq, part.lastSeq <= last {
        findings.append(
          .note(file, "holds entries \(first) to \(part.lastSeq) and \(part.goals.count) goals")
        )
      }
      if part.lastSeq > last {
        findings.append(
          .note(
            file,
            "goes on to entry \(part.lastSeq), which is here as well: "
              + "a pass did not end; run: goalledger archive"
          )
        )
      }
      // The tree stayed here: its leaves are hashes of every entry that went.
      let root = try await reader.read { connection throws(SQLiteError) in
        try? connection.tree.edge(part.treeSize).root
      }
      if root == nil || root != part.treeRoot {
        findings.append(.wrong(file, "has other entries than the tree here stands for"))
      }
      ends.merge(part.ends) { $1 }
      for goal in part.goals where !held.insert(goal).inserted {
        findings.append(.wrong("goal \(goal)", "is in two archives"))
      }
      for goal in part.goals where live.contains(goal) && part.lastSeq <= last {
        findings.append(.wrong("goal \(goal)", "is in \(file), and here as well"))
      }
      mentioned.formUnion(part.mentioned)
    }
    for record in records where ends[record.lastSeq] != record.lastHash {
      let what =
        ends[record.lastSeq] == nil
        ? "is in none of the files you named" : "ends with another seal than the one that went"
      findings.append(
        .wrong("archive \(record.number)", "of entries up to \(record.lastSeq) \(what)")
      )
    }
    for goal in archived.subtracting(held).sorted() {
      findings.append(.wrong("goal \(goal)", "was archived, and is in none of the files you named"))
    }
    for goal in mentioned.subtracting(live).subtracting(archived).sorted() {
      findings.append(.wrong("goal \(goal)", "is in the archived ledger, and nowhere else"))
    }
    return findings
  }
}

/// What the check of an archive together with its database looks at.
private struct ArchivePart: Sendable {
  let isArchive: Bool
  let databaseID: String
  /// The first entry; nil where there is none.
  let firstSeq: Int64?
  let lastSeq: Int64
  /// The tree over all entries up to the archive's last.
  let treeSize: Int64
  let treeRoot: [UInt8]?
  /// The hash of the seal that ends with an entry.
  let ends: [Int64: [UInt8]]
  let goals: [Int64]
  let mentioned: [Int64]

  init(_ connection: Connection) throws(SQLiteError) {
    isArchive = try connection.first("SELECT count(*) FROM archive_file") { $0.int(0) } == 1
    databaseID = try connection.first("SELECT id FROM database_info") { $0.text(0) ?? "" } ?? ""
    firstSeq = try connection.first("SELECT min(seq) FROM identity_ledger") { $0.int(0) } ?? nil
    let seals = try connection.query("SELECT last_seq, hash FROM ledger_seals ORDER BY last_seq") {
      ($0.int(0) ?? 0, $0.blob(1) ?? [])
    }
    lastSeq = seals.last?.0 ?? 0
    let size = try connection.treeSize()
    treeSize = size
    treeRoot = try? connection.tree.edge(size).root
    ends = Dictionary(seals) { $1 }
    goals = try connection.query("SELECT id FROM goals") { $0.int(0) ?? 0 }
    mentioned = try connection.query(
      "SELECT DISTINCT goal_id FROM identity_ledger WHERE goal_id IS NOT NULL"
    ) { $0.int(0) ?? 0 }
  }
}
