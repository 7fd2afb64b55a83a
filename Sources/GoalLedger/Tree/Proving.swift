// What the store says of its tree: heads to sign, and proofs that lead to them.
//
// What must stay true: everything here is read at one moment, from the hashes that are kept and not
// from entries, so that its cost does not grow with the ledger; what is not sealed is not proven.
import SQLite

extension SQLiteGoalStore {
  public func treeHead(size: Int64?) async throws(LedgerError) -> TreeHead {
    let (databaseID, sealed, root) = try await reader.read { connection throws(SQLiteError) in
      let sealed = try connection.treeSize()
      let size = size ?? sealed
      let isSealed = size >= 0 && size <= sealed
      return (
        try SealHead(connection).databaseID, sealed,
        isSealed ? try connection.tree.edge(size).root : nil
      )
    }
    let size = size ?? sealed
    guard let root else { throw Self.notSealed(size, of: sealed) }
    return TreeHead(databaseID: databaseID, size: size, root: root)
  }

  public func proveEntry(
    _ seq: Int64,
    key: SealingKey
  ) async throws(LedgerError) -> EntryProof {
    guard seq >= 1 else { throw LedgerError(.usage, "entries are numbered from 1") }
    let head = try await treeHead(size: nil)
    let found = try await reader.read { connection throws(SQLiteError) in
      let entry = try connection.first(
        "SELECT \(CanonicalBytes.entryColumns) FROM identity_ledger WHERE seq = ?",
        seq
      ) { row in
        var canonical = CanonicalBytes(tag: "")
        canonical.appendEntry(row)
        return canonical.bytes
      }
      guard let entry, seq <= head.size else {
        let passes = entry == nil ? try ArchiveRecord.all(connection) : []
        let archive = passes.first { $0.firstSeq <= seq && seq <= $0.lastSeq }
        return (entry, nil, nil, archive?.file) as Found
      }
      let leaf = try connection.tree.hash(Subtree(level: 0, index: seq - 1))
      let proof = try connection.tree.inclusionProof(seq - 1, size: head.size)
      return (entry, leaf, proof, nil) as Found
    }
    guard let entry = found.entry else {
      guard let archive = found.archive else {
        throw LedgerError(.notFound, "there is no entry \(seq) in this file")
      }
      throw LedgerError(
        .notFound,
        "entry \(seq) was archived to \(archive)",
        hint: "ask there: goalledger prove entry \(seq) --db \(archive)"
      )
    }
    guard let leaf = found.leaf, let hashes = found.hashes else {
      throw Self.notSealed(seq, of: head.size)
    }
    guard leaf == MerkleTree.leafHash(entry) else {
      throw LedgerError(
        .corrupt,
        "entry \(seq) is not what it was when it was sealed, so nothing proves it",
        hint: "run: goalledger verify"
      )
    }
    let checkpoint = try Checkpoint(head, key: key)
    return EntryProof(index: seq - 1, entry: entry, hashes: hashes, checkpoint: checkpoint)
  }

  public func proveConsistency(
    from old: Int64,
    to size: Int64,
    key: SealingKey
  ) async throws(LedgerError) -> ConsistencyProof {
    guard 1 <= old, old <= size else {
      throw LedgerError(
        .usage,
        "a proof of consistency goes from a size of at least 1 to one that is not smaller, not from "
          + "\(old) to \(size)"
      )
    }
    let head = try await treeHead(size: size)
    let hashes = try await reader.read { connection throws(SQLiteError) in
      try connection.tree.consistencyProof(old, size: size)
    }
    let checkpoint = try Checkpoint(head, key: key)
    return ConsistencyProof(oldSize: old, hashes: hashes, checkpoint: checkpoint)
  }

  private typealias Found = (
    entry: [UInt8]?, leaf: [UInt8]?, hashes: [[UInt8]]?, archive: String?
  )

  private static func notSealed(_ seq: Int64, of sealed: Int64) -> LedgerError {
    let known =
      sealed == 0 ? "no entry is sealed yet" : "the entries 1 to \(sealed) are sealed"
    return LedgerError(
      .invalid,
      "entry \(seq) is not sealed: \(known)",
      hint: "a running worker seals within moments: goalledger work"
    )
  }
}
