// The check of some seals that follow each other against the entries they speak for.
//
// What must stay true: every byte of an entry and of a seal takes part in a comparison here; the
// first bad entry or seal is named, in the order of the ledger.
import SQLite

/// Seals that follow each other, and the entries in their range.
struct SealPage: Sendable {
  /// How many entries a page's seals speak for, about; and how many seals it holds at most.
  static let (entryLimit, sealLimit) = (4_000, 500)

  private(set) var seals: [Seal] = []
  private(set) var entries = EntryBatch()
  private(set) var tree = TreePage()

  /// What a page's check found.
  struct Findings: Sendable {
    var sealed: [Verification.Finding] = []
    /// What is wrong first with the tree.
    var tree: Verification.Finding?
  }

  /// Reads the page after a seal.
  init(_ connection: Connection, after firstSeq: Int64) throws(SQLiteError) {
    var covered = 0
    try connection.forEach(
      """
      SELECT \(Seal.columns)
      FROM ledger_seals
      WHERE first_seq > ?
      ORDER BY first_seq
      LIMIT ?
      """,
      arguments: [firstSeq, Self.sealLimit]
    ) { row throws(SQLiteError) in
      let seal = Seal(row)
      seals.append(seal)
      covered += seal.leafHashes.count / 32
      return covered < Self.entryLimit
    }
    guard let first = seals.first, let last = seals.last else { return }
    tree = try TreePage(connection, of: seals, after: firstSeq)
    // Not last_seq, which a forged seal may say to be anything.
    let end = last.firstSeq.addingReportingOverflow(Int64(last.leafHashes.count / 32) - 1)
    try connection.forEach(
      """
      SELECT \(CanonicalBytes.entryColumns)
      FROM identity_ledger
      WHERE seq BETWEEN ? AND ?
      ORDER BY seq
      """,
      arguments: [first.firstSeq, end.overflow ? Int64.max : end.partialValue]
    ) { row throws(SQLiteError) in
      entries.append(row)
      return true
    }
  }

  /// What the entries' hashes show, and the seals' own hashes and signatures.
  func check() async -> Findings {
    var findings = Findings()
    let hashes = await entries.hashes()
    // Which entries are what they were.
    var sound = [Bool](repeating: false, count: entries.count)
    var place = 0
    for seal in seals {
      findings.sealed += seal.findings
      for index in 0..<(seal.leafHashes.count / 32) {
        let seq = seal.firstSeq &+ Int64(index)
        while place < entries.count, entries.seqs[place] < seq { place += 1 }
        guard place < entries.count, entries.seqs[place] == seq else {
          findings.sealed.append(
            .wrong("entry \(seq)", "is missing, and was there when it was sealed")
          )
          continue
        }
        let sealed = seal.leafHashes[32 * index..<32 * index + 32]
        if sealed.elementsEqual(hashes.entries[32 * place..<32 * place + 32]) {
          sound[place] = true
        } else {
          findings.sealed.append(
            .wrong("entry \(seq)", "is not what it was when it was sealed at \(seal.sealedAt)")
          )
        }
      }
    }
    var next = 0
    findings.tree = tree.finding(seals) { seq in
      while next < entries.count, entries.seqs[next] < seq { next += 1 }
      guard next < entries.count, entries.seqs[next] == seq, sound[next] else { return nil }
      return hashes.leaves[32 * next..<32 * next + 32]
    }
    return findings
  }
}

extension Seal {
  /// How findings call it.
  var name: String { "seal of \(firstSeq) to \(lastSeq)" }

  /// What is wrong with it by itself.
  var findings: [Verification.Finding] {
    var findings: [Verification.Finding] = []
    if count < 1 || count != lastSeq &- firstSeq &+ 1
      || leafHashes.count != 32 * Int(clamping: count)
    {
      findings.append(.wrong(name, "does not count the entries it speaks for"))
    }
    if computedHash() != hash {
      findings.append(.wrong(name, "does not have the hash that it says it has"))
    }
    if !isSigned {
      findings.append(.wrong(name, "is not signed with the key that it names"))
    }
    return findings
  }
}

/// The chain from seal to seal.
struct SealChain: Sendable {
  let databaseID: String
  let sealers: SealerKeys
  private(set) var lastSeq: Int64
  private(set) var lastHash: [UInt8]
  private(set) var lastSchema: [UInt8]?
  private(set) var lastSealedAt = ""
  private(set) var keys: [[UInt8]] = []

  init(databaseID: String, start: LedgerStart, sealers: SealerKeys) {
    self.databaseID = databaseID
    self.sealers = sealers
    lastSeq = start.firstSeq &- 1
    lastHash = start.previousHash
  }

  /// Takes the next seal into the chain, and says what is wrong with its place in it.
  mutating func follow(_ seal: Seal) -> [Verification.Finding] {
    var findings: [Verification.Finding] = []
    if seal.firstSeq > lastSeq &+ 1 {
      findings.append(
        .wrong(
          seal.name,
          "does not follow: no seal speaks for entries \(lastSeq &+ 1) to "
            + "\(seal.firstSeq &- 1)"
        )
      )
    } else if seal.firstSeq <= lastSeq {
      findings.append(.wrong(seal.name, "speaks for entries that the seal before it speaks for"))
    }
    if seal.previousHash != lastHash {
      findings.append(.wrong(seal.name, "does not name the hash of the seal before it"))
    }
    if seal.databaseID != databaseID {
      findings.append(.wrong(seal.name, "was made for another database, \(seal.databaseID)"))
    }
    if seal.sealedAt < lastSealedAt {
      findings.append(.note(seal.name, "is dated before the seal that it follows"))
    }
    let isFirst = !keys.contains(seal.publicKey)
    findings += sealers.findings(seal, isFirst: isFirst, followsOther: !keys.isEmpty)
    if isFirst { keys.append(seal.publicKey) }
    if let lastSchema, lastSchema != seal.schemaHash {
      findings.append(
        .note(seal.name, "saw another schema than the one before: was the database migrated?")
      )
    }
    lastSeq = max(lastSeq, seal.lastSeq)
    lastHash = seal.hash
    lastSchema = seal.schemaHash
    lastSealedAt = seal.sealedAt
    return findings
  }
}
