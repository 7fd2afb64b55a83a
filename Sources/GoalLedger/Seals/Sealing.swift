// Sealing: what is on the ledger and in no seal yet is hashed, and the seal inserted.
//
// What must stay true: entries are read and hashed outside the write lock; under it the head is read
// again, so that of two sealers the later one finds its work done; a seal speaks only for entries
// without a gap; one seal holds a bounded number of entries, so that the lock is held briefly.
import Crypto
import SQLite

extension SQLiteGoalStore {
  /// How many entries a seal speaks for at most.
  static let sealLimit = 2_000

  /// Seals every entry that is not sealed yet, whoever wrote it, in as many seals as it takes.
  /// - Parameters:
  ///   - sealer: the name of who does it.
  ///   - key: what the seals are signed with.
  /// - returns: how many entries were sealed.
  /// - throws: `corrupt` where an entry that was to be sealed is missing.
  @discardableResult
  public func seal(sealer: String, key: SealingKey) async throws(LedgerError) -> Int {
    var total = 0
    while true {
      let unsealed = try await reader.read { connection throws(SQLiteError) in
        try UnsealedEntries(connection, limit: Self.sealLimit)
      }
      guard unsealed.isContiguous else {
        throw LedgerError(
          .corrupt,
          "entry \(unsealed.head.lastSeq + 1) is missing from the ledger, so what follows it cannot "
            + "be sealed",
          hint: "run: goalledger verify"
        )
      }
      guard unsealed.entries.count > 0 else { return total }
      let hashes = await unsealed.entries.hashes()
      var edge = unsealed.edge
      let row = TreeRow(
        firstSeq: unsealed.head.lastSeq + 1,
        lastSeq: unsealed.head.lastSeq + Int64(unsealed.entries.count),
        hashes: edge.grow(by: hashes.leaves)
      )
      var seal = Seal(
        after: unsealed.head,
        leafHashes: hashes.entries,
        treeRoot: edge.root,
        schema: unsealed.schema,
        sealer: sealer,
        sealedAt: Timestamp.now.description
      )
      try seal.sign(with: key)
      let made = seal
      let isFirst = try await write { connection throws(SQLiteError) in
        guard try SealHead(connection) == unsealed.head else { return false }
        try made.insert(connection)
        try row.insert(connection)
        return true
      }
      if isFirst { total += unsealed.entries.count }
      if isFirst, unsealed.entries.count < Self.sealLimit { return total }
    }
  }
}

/// The canonical bytes of entries one after the other, with where each ends.
struct EntryBatch: Sendable {
  private(set) var seqs: [Int64] = []
  private(set) var times: [String] = []
  private var canonical = CanonicalBytes(tag: "")
  private var ends: [Int] = []

  var count: Int { seqs.count }

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
        hashes.entries += hash.finalize()
        var leaf = SHA256()
        leaf.update(data: MerkleTree.leafPrefix)
        unsafe leaf.update(bufferPointer: entry)
        hashes.leaves += leaf.finalize()
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
private struct UnsealedEntries: Sendable {
  let head: SealHead
  let schema: SchemaPrint
  let entries: EntryBatch
  /// Where the tree grows.
  let edge: TreeEdge
  /// Whether the entries follow the head without a gap.
  let isContiguous: Bool

  init(_ connection: Connection, limit: Int) throws(SQLiteError) {
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
      try entries.count > 0 ? SchemaPrint(connection) : SchemaPrint(hash: Seal.noHash, version: 0)
  }
}
