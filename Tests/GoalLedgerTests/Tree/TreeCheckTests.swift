// The tree in the database against somebody who has the worker's key and seals what is not so, and
// without the seals of its oldest part.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("The tree's check")
struct TreeCheckTests {
  let folder: TemporaryFolder
  let store: SQLiteGoalStore
  let key = SealingKey()

  init() async throws {
    folder = try TemporaryFolder()
    let path = folder.path + "/goals.db"
    store = try await SQLiteGoalStore.open(path: path, .create, durability: .normal)
    try await note()
    try await store.seal(sealer: "w", key: key)
    try await note()
  }

  private func note() async throws {
    try await store.write { connection throws(SQLiteError) in
      for _ in 0..<5 { try connection.run("INSERT INTO identity_ledger(event) VALUES ('note')") }
    }
  }

  /// Seals the second five entries with the worker's key, and a tree that somebody made up.
  private func seal(leaf: [UInt8]?, root: [UInt8]?) async throws {
    let key = key
    var batch = EntryBatch()
    try Connection(path: store.path).forEach(
      "SELECT \(CanonicalBytes.entryColumns) FROM identity_ledger WHERE seq > 5 ORDER BY seq"
    ) { row throws(SQLiteError) in
      batch.append(row)
      return true
    }
    let hashes = await batch.hashes()
    try await store.writer.write { connection throws(LedgerError) in
      do throws(SQLiteError) {
        let head = try SealHead(connection)
        var edge = try connection.tree.edge(head.lastSeq)
        let leaves =
          hashes.leaves.prefix(64) + (leaf ?? Array(hashes.leaves[64..<96]))
          + hashes.leaves.suffix(64)
        let row = TreeRow(firstSeq: 6, lastSeq: 10, hashes: edge.grow(by: Array(leaves)))
        var seal = Seal(
          after: head,
          leafHashes: hashes.entries,
          treeRoot: root ?? edge.root,
          schema: try SchemaPrint(connection),
          sealer: "w",
          sealedAt: Timestamp.now.description
        )
        do throws(LedgerError) {
          try seal.sign(with: key)
        } catch {
          throw SQLiteError(.internalError, error.message)
        }
        try seal.insert(connection)
        try row.insert(connection)
      } catch {
        throw LedgerError(error)
      }
    }
  }

  private func wrong() async throws -> [String] {
    try await store.verify(VerificationDemands(publicKeys: [key.publicKey])).findings
      .filter(\.isWrong).map { "\($0.subject) \($0.sentence)" }
  }

  @Test("passes a tree that is its entries'")
  func right() async throws {
    try await seal(leaf: nil, root: nil)
    #expect(try await wrong() == [])
  }

  @Test("names an entry whose hash the tree does not hold, however well it was sealed")
  func leaf() async throws {
    try await seal(leaf: [UInt8](repeating: 3, count: 32), root: nil)
    #expect(try await wrong() == ["tree of 6 to 10 does not hold the hash of entry 8"])
  }

  @Test("names a seal whose root is not the tree's, however well it was sealed")
  func root() async throws {
    try await seal(leaf: nil, root: [UInt8](repeating: 3, count: 32))
    #expect(try await wrong() == ["seal of 6 to 10 does not name the tree's root"])
  }

  @Test("holds what is left of archived seals to its own leaves, and proves with it")
  func archived() async throws {
    try await store.seal(sealer: "w", key: key)
    let old = try Checkpoint(try await store.treeHead(size: 3), key: key)
    let off = ".dbconfig enable_trigger off"
    try Shell.succeed([
      "sqlite3", store.path, off, "DELETE FROM ledger_seals WHERE first_seq = 1",
      "DELETE FROM identity_ledger WHERE seq <= 5",
    ])
    #expect(try await !wrong().contains { $0.contains("tree") })
    let proof = try await store.proveConsistency(from: 3, to: 10, key: key)
    #expect(proof.holds(since: old, for: [key.publicKey]))
    let entry = try await store.proveEntry(7, key: key)
    #expect(entry.holds(for: [key.publicKey]))
    try Shell.succeed([
      "sqlite3", store.path, off,
      // The node above the first two leaves.
      """
      UPDATE ledger_tree
      SET hashes = CAST(substr(hashes, 1, 64) || zeroblob(32) || substr(hashes, 97) AS BLOB)
      WHERE first_seq = 1
      """,
    ])
    let found = try await wrong()
    #expect(
      found.contains("tree of 1 to 5 holds a hash that its leaves do not make"),
      "\(found)"
    )
  }

  @Test("keeps an altered entry from being proven")
  func alteredEntry() async throws {
    try await store.seal(sealer: "w", key: key)
    try Shell.succeed([
      "sqlite3", store.path, ".dbconfig enable_trigger off",
      "UPDATE identity_ledger SET actor = 'eve' WHERE seq = 7",
    ])
    let error = await #expect(throws: LedgerError.self) {
      try await store.proveEntry(7, key: key)
    }
    #expect(error?.code == .corrupt)
  }
}
