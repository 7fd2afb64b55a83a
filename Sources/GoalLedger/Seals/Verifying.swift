// Verification: the ledger against its seals, the seals against each other and their signatures, the
// schema against this binary's migrations, the tables against the ledger.
//
// What must stay true: it changes nothing and holds no lock that a writer waits for; what it reads
// through a view of the file counts only where the schema is as the migrations made it; entries and
// tables are read in one view of the file, each entry once; memory grows with the subjects that the
// ledger speaks of, by the width of a `SubjectTable`'s slot, unless the fold finds a difference.
import SQLite

extension SQLiteGoalStore {
  /// Checks the ledger against its seals and the tables against the ledger; changes nothing.
  /// - returns: what was found, of which nothing is thrown: a damaged file is a finding, too.
  /// - throws: `unavailable` or `busy` where the database cannot be read at all.
  public func verify(_ demands: VerificationDemands) async throws(LedgerError) -> Verification {
    var verification = Verification()
    do throws(LedgerError) {
      let folding = try LedgerReader(path: path)
      // The schema is read beside the entries, on a connection of its own.
      let tables = Task { () async -> Result<[Verification.Finding], LedgerError> in
        do throws(LedgerError) {
          return .success(
            try await folding.read { connection throws(SQLiteError) in
              try Self.schemaFindings(connection)
                + ArchiveCheck.findings(connection, demands)
                + SignatureCheck.findings(connection)
            }
          )
        } catch {
          return .failure(error)
        }
      }
      let reader = try LedgerReader(path: path)
      try await reader.holdView()
      let fold = await Fold(reader)
      try await verifySeals(demands, reader, fold, &verification)
      let differences = try await fold.findings(reader)
      verification.add(try await tables.value.get())
      verification.add(differences)
      verification.add(try await verifyArchives(demands))
    } catch  where error.code == .corrupt || error.code == .internal {
      verification.add(.wrong("the file", "is damaged: \(error.message)"))
    }
    return verification
  }

  private func verifySeals(
    _ demands: VerificationDemands,
    _ reader: LedgerReader,
    _ fold: Fold,
    _ verification: inout Verification
  ) async throws(LedgerError) {
    let databaseID = try await databaseID()
    let (start, sealers) = try await reader.read { connection throws(SQLiteError) in
      (
        try LedgerStart(connection),
        try SealerKeys(connection, database: databaseID, trusted: demands.publicKeys)
      )
    }
    var chain = SealChain(databaseID: databaseID, start: start, sealers: sealers)
    var clock = EntryClock()
    // Two pages are being hashed while the next one is read.
    var checking: [Task<SealPage.Findings, Never>] = []
    var after = Int64.min
    var first: Int64?
    while true {
      let start = after
      let page = try await reader.read { connection throws(SQLiteError) in
        try SealPage(connection, after: start)
      }
      guard let last = page.seals.last else { break }
      after = last.firstSeq
      first = first ?? page.seals.first?.firstSeq
      for seal in page.seals {
        verification.add(chain.follow(seal))
        verification.seals += 1
        verification.sealed += seal.count
      }
      verification.add(clock.follow(page.entries.seqs, page.entries.times))
      await fold.take(page.entries)
      checking.append(Task { await page.check() })
      if checking.count > 2 { verification.add(await checking.removeFirst().value) }
    }
    for check in checking { verification.add(await check.value) }
    // Without a seal here the tree ends with what was archived.
    let seals = first.map { $0..<after &+ 1 } ?? start.firstSeq..<start.firstSeq
    try await verifyTree(outside: seals, demands, reader, &verification)
    verification.lastSeal = verification.seals > 0 ? hexadecimal(chain.lastHash) : nil
    verification.signers = chain.keys.map { key in
      Verification.Signer(key: hexadecimal(key), name: sealers.name(of: key))
    }
    try await verifyTail(after: chain, clock, reader, fold, &verification)
  }

  /// The tree's rows outside the seals' range, its head, and the checkpoints that were kept elsewhere.
  private func verifyTree(
    outside seals: Range<Int64>,
    _ demands: VerificationDemands,
    _ reader: LedgerReader,
    _ verification: inout Verification
  ) async throws(LedgerError) {
    let databaseID = try await databaseID()
    let (outside, size, root, found) = try await reader.read { connection throws(SQLiteError) in
      let size = try connection.treeSize()
      var found: [Verification.Finding] = []
      for demand in demands.checkpoints {
        found += try CheckpointCheck(databaseID: databaseID, demand: demand).findings(connection)
      }
      return (
        try TreePage.findings(
          connection,
          before: seals.lowerBound,
          after: seals.upperBound &- 1
        ), size, try? connection.tree.edge(size).root, found
      )
    }
    verification.add(SealPage.Findings(tree: outside))
    verification.add(found)
    verification.treeSize = size
    verification.treeRoot = root
  }

  /// What no seal speaks for: that it has no gaps, and that the schema is as the last seal saw it.
  private func verifyTail(
    after chain: SealChain,
    _ clock: EntryClock,
    _ reader: LedgerReader,
    _ fold: Fold,
    _ verification: inout Verification
  ) async throws(LedgerError) {
    let (outside, schema, migratedAt) = try await reader.read { connection throws(SQLiteError) in
      (
        try connection.query(
          "SELECT seq, first_seq FROM identity_ledger JOIN ledger_start ON seq < first_seq LIMIT 1"
        ) { ($0.int(0) ?? 0, $0.int(1) ?? 0) },
        try SchemaPrint(connection),
        try connection.first("SELECT max(applied_at) FROM schema_migrations") { $0.text(0) } ?? nil
      )
    }
    for (seq, first) in outside {
      verification.add(
        .wrong("entry \(seq)", "has a number below \(first), where this file begins")
      )
    }
    var (last, clock) = (chain.lastSeq, clock)
    while true {
      let after = last
      let tail = try await reader.read { connection throws(SQLiteError) in
        try EntryBatch(connection, after: after, limit: SealPage.entryLimit)
      }
      guard tail.count > 0 else { break }
      for seq in tail.seqs {
        if seq != last &+ 1 {
          verification.add(.wrong("entry \(last &+ 1)", "is missing, and was not sealed yet"))
        }
        last = seq
      }
      verification.add(clock.follow(tail.seqs, tail.times))
      verification.unsealed += Int64(tail.count)
      await fold.take(tail)
    }
    if let sealed = chain.lastSchema, sealed != schema.hash {
      if let migratedAt, migratedAt > chain.lastSealedAt {
        verification.add(.note("the schema", "was migrated at \(migratedAt), after the last seal"))
      } else {
        verification.add(.wrong("the schema", "is not the one that the last seal saw"))
      }
    }
  }

  /// The schema that this binary's migrations make.
  private static let migrated = Result<[String: String], SQLiteError> { () throws(SQLiteError) in
    var options = OpenOptions()
    options.journal = nil
    let made = try Connection(path: ":memory:", options: options)
    do throws(LedgerError) { try Migrator().migrate(made) } catch {
      throw SQLiteError(.error, error.message)
    }
    return try objects(made)
  }

  /// Where the schema differs from what this binary's migrations make.
  private static func schemaFindings(
    _ connection: Connection
  ) throws(SQLiteError) -> [Verification.Finding] {
    let wanted = try migrated.get()
    let found = try objects(connection)
    var findings: [Verification.Finding] = []
    for (name, sql) in wanted.sorted(by: { $0.key < $1.key }) where found[name] != sql {
      let what = found[name] == nil ? "is missing" : "is not as the migrations made it"
      findings.append(.wrong("the \(name)", what))
    }
    for name in found.keys.sorted() where wanted[name] == nil {
      let what = "is in the schema, and no migration made it"
      findings.append(
        name.hasPrefix("trigger") ? .wrong("the \(name)", what) : .note("the \(name)", what)
      )
    }
    return findings
  }

  private static func objects(_ connection: Connection) throws(SQLiteError) -> [String: String] {
    let rows = try connection.query(
      "SELECT type || ' ' || name, tbl_name || char(10) || sql FROM sqlite_schema "
        + "WHERE name NOT GLOB 'sqlite_*'"
    ) { ($0.text(0) ?? "", $0.text(1) ?? "") }
    return Dictionary(rows) { $1 + $0 }
  }
}

/// That entries are dated in the order in which they were written.
struct EntryClock: Sendable {
  /// A clock that is set back by so many milliseconds is none to be alarmed at.
  private static let tolerance: Int64 = 2_000
  private var latest = ""

  init() {}

  /// Takes the next entries' numbers and dates, and says which are dated before one they follow.
  mutating func follow(_ seqs: [Int64], _ times: [String]) -> [Verification.Finding] {
    var findings: [Verification.Finding] = []
    for (seq, time) in zip(seqs, times) {
      if time >= latest {
        latest = time
      } else if let now = Timestamp(time), let then = Timestamp(latest),
        then - now <= Self.tolerance
      {
        continue
      } else {
        findings.append(
          .wrong("entry \(seq)", "is dated \(time), before an entry that it follows (\(latest))")
        )
      }
    }
    return findings
  }
}
