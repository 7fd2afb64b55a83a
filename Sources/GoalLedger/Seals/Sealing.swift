// Sealing: what is on the ledger and in no seal yet is hashed, and the seal inserted.
//
// What must stay true: entries are read and hashed outside the write lock; under it the head is read
// again, so that of two sealers the later one finds its work done; a seal speaks only for entries
// without a gap; one seal holds a bounded number of entries, so that the lock is held briefly. Of
// several workers one seals at a time: each seal gives its sealer the lease for a while, in the same
// transaction, and the others leave what is not sealed to it until the lease has run out.
import Crypto
import SQLite
import Synchronization

extension SQLiteGoalStore {
  /// How many entries a seal speaks for at most.
  static let sealLimit = 2_000

  /// How long a seal keeps other sealers away, in milliseconds.
  static let sealerLease = 1_000

  /// Seals every entry that is not sealed yet, whoever wrote it, in as many seals as it takes; none
  /// while another sealer has the lease.
  /// - Parameters:
  ///   - sealer: the name of who does it.
  ///   - key: what the seals are signed with.
  ///   - isLast: whether to seal also while another has the lease: that one may have stopped, or died,
  ///     and would leave what was written last to whoever starts next.
  /// - returns: how many entries were sealed.
  /// - throws: `corrupt` where an entry that was to be sealed is missing.
  @discardableResult
  public func seal(
    sealer: String,
    key: SealingKey,
    isLast: Bool
  ) async throws(LedgerError) -> Int {
    var total = 0
    while true {
      let unsealed = try await reader.read { connection throws(SQLiteError) in
        try UnsealedEntries(
          connection,
          by: isLast ? nil : sealer,
          limit: Self.sealLimit,
          prints
        )
      }
      guard let unsealed else { return total }
      guard unsealed.isContiguous else {
        throw LedgerError(
          .corrupt,
          "entry \(unsealed.head.lastSeq + 1) is missing from the ledger, so what follows it cannot "
            + "be sealed",
          hint: "run: goalledger verify"
        )
      }
      guard unsealed.entries.count > 0 else { return total }
      let made = try await MadeSeal(of: unsealed, sealer: sealer, key: key)
      let isMade: Bool? = try await write { connection throws(SQLiteError) in
        let isGiven = try Self.takeSealerLease(sealer, connection)
        guard isGiven || isLast else { return nil }
        guard try SealHead(connection) == unsealed.head else { return false }
        try made.insert(connection)
        return true
      }
      guard let isMade else { return total }
      if isMade { total += unsealed.entries.count }
      if isMade, unsealed.entries.count < Self.sealLimit { return total }
    }
  }

  /// Lets other sealers have the lease at once.
  public func endSealing(sealer: String) async throws(LedgerError) {
    _ = try await write { connection throws(SQLiteError) in
      try connection.run("UPDATE sealer_lease SET holder = NULL WHERE holder = ?", sealer)
    }
  }

  /// Takes or keeps the lease; false where another sealer has it.
  private static func takeSealerLease(
    _ sealer: String,
    _ connection: Connection
  ) throws(SQLiteError) -> Bool {
    let taken = try connection.run(
      """
      UPDATE sealer_lease
      SET holder = ?1, expires_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', (?2 / 1000.0) || ' seconds')
      WHERE holder IS NULL OR holder = ?1
        OR coalesce(expires_at, '') NOT BETWEEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
          AND strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+5 seconds')
      """,
      sealer,
      sealerLease
    )
    return taken == 1
  }
}

/// A seal and what the tree grows by with it, hashed and signed.
struct MadeSeal: Sendable {
  let seal: Seal
  let row: TreeRow

  /// Hashes the entries and signs the seal; outside the write lock.
  /// - throws: `internal` where it could not be signed.
  init(of unsealed: UnsealedEntries, sealer: String, key: SealingKey) async throws(LedgerError) {
    let hashes = await unsealed.entries.hashes()
    var edge = unsealed.edge
    let complete = edge.grow(by: hashes.leaves)
    var seal = Seal(
      after: unsealed.head,
      leafHashes: hashes.entries,
      treeRoot: edge.root,
      schema: unsealed.schema,
      sealer: sealer,
      sealedAt: Timestamp.now.description
    )
    try seal.sign(with: key)
    self.seal = seal
    row = TreeRow(firstSeq: seal.firstSeq, lastSeq: seal.lastSeq, hashes: complete)
  }

  /// Inserts both; the schema refuses them unless they follow what is there.
  func insert(_ connection: Connection) throws(SQLiteError) {
    try seal.insert(connection)
    try row.insert(connection)
  }
}

/// The canonical bytes of entries one after the other, with where each ends.
struct EntryBatch: Sendable {
  private(set) var seqs: [Int64] = []
  private(set) var times: [String] = []
  private var canonical = CanonicalBytes(tag: "")
  /// Where each entry ends in `bytes`.
  private(set) var ends: [Int] = []

  var count: Int { seqs.count }
  /// The canonical bytes of all of them.
  var bytes: [UInt8] { canonical.bytes }

  /// Nothing.
  init() {}

  /// Reads the entries after one.
  init(_ connection: Connection, after seq: Int64, limit: Int) throws(SQLiteError) {
    try connection.forEach(
      """
      SELECT \(CanonicalBytes.entryColumns)
      FROM identity_ledger
      WHERE seq > ?
      ORDER BY seq
      LIMIT ?
      """,
      arguments: [seq, limit]
    ) { row throws(SQLiteError) in
      append(row)
      return true
    }
  }

  /// Adds an entry, a row that begins with `CanonicalBytes.entryColumns`.
  mutating func append(_ row: borrowing Row) {
    seqs.append(row.int(0) ?? 0)
    times.append(row.text(1) ?? "")
    canonical.appendEntry(row)
    ends.append(canonical.bytes.count)
  }

  /// The entries' hashes, in order; on a thread of the pool, not the database's.
  @concurrent func hashes() async -> EntryHashes {
    var hashes = EntryHashes()
    hashes.entries.reserveCapacity(32 * count)
    hashes.leaves.reserveCapacity(32 * count)
    var start = 0
    unsafe canonical.bytes.withUnsafeBytes { bytes in
      for end in ends {
        let entry = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        var hash = SHA3_256()
        unsafe hash.update(bufferPointer: entry)
        unsafe hash.finalize().withUnsafeBytes { unsafe hashes.entries.append(contentsOf: $0) }
        var leaf = SHA256()
        leaf.update(data: MerkleTree.leafPrefix)
        unsafe leaf.update(bufferPointer: entry)
        unsafe leaf.finalize().withUnsafeBytes { unsafe hashes.leaves.append(contentsOf: $0) }
        start = end
      }
    }
    return hashes
  }
}

/// Two hashes of each entry, 32 bytes each.
struct EntryHashes: Sendable {
  /// SHA3-256, for the seal.
  var entries: [UInt8] = []
  /// SHA-256 after a byte 0, the leaves of the tree.
  var leaves: [UInt8] = []
}

/// What the next seal is made of, read at one moment.
struct UnsealedEntries: Sendable {
  let head: SealHead
  let schema: SchemaPrint
  let entries: EntryBatch
  /// Where the tree grows.
  let edge: TreeEdge
  /// Whether the entries follow the head without a gap.
  let isContiguous: Bool

  /// Reads them; nil where another sealer than the one that asks has the lease.
  init?(
    _ connection: Connection,
    by sealer: String?,
    limit: Int,
    _ prints: SchemaPrints
  ) throws(SQLiteError) {
    let held = try connection.first(
      """
      SELECT 1
      FROM sealer_lease
      WHERE holder <> ? AND expires_at BETWEEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        AND strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+5 seconds')
      """,
      sealer
    ) { _ in true }
    guard held == nil else { return nil }
    let head = try SealHead(connection)
    var entries = EntryBatch()
    var isContiguous = true
    try connection.forEach(
      """
      SELECT \(CanonicalBytes.entryColumns)
      FROM identity_ledger
      WHERE seq > ?
      ORDER BY seq
      LIMIT ?
      """,
      arguments: [head.lastSeq, limit]
    ) { row throws(SQLiteError) in
      guard row.int(0) == head.lastSeq + Int64(entries.count) + 1 else {
        isContiguous = false
        return false
      }
      entries.append(row)
      return true
    }
    self.head = head
    self.entries = entries
    // What stands before a gap can be sealed.
    self.isContiguous = isContiguous || entries.count > 0
    edge = try entries.count > 0 ? connection.tree.edge(head.lastSeq) : TreeEdge()
    schema =
      try entries.count > 0 ? prints.print(connection) : SchemaPrint(hash: Seal.noHash, version: 0)
  }
}

/// The schema's print, taken anew when SQLite's schema version has moved: reading the schema costs
/// more than sealing a few entries. What a change that keeps the version still (`writable_schema`)
/// would hide from a seal, verification sees all the same: it takes its own print.
final class SchemaPrints: Sendable {
  private let latest = Mutex<SchemaPrint?>(nil)

  func print(_ connection: Connection) throws(SQLiteError) -> SchemaPrint {
    let version = try connection.first("PRAGMA schema_version") { $0.int(0) ?? 0 } ?? 0
    if let latest = latest.withLock({ $0 }), latest.version == version { return latest }
    let print = try SchemaPrint(connection)
    latest.withLock { $0 = print }
    return print
  }
}
