// The tree outlives the entries it stands for: what was proven before an archive can be proven after.
import SQLite
import Testing

@testable import GoalLedger

@Suite("The tree of an archived ledger")
struct ArchiveTreeTests {
  @Test("extends the checkpoints of before, and the archive's own head is one of its")
  func checkpoints() async throws {
    let fixture = try await ArchiveFixture()
    let store = try await fixture.store()
    let old = try await store.treeHead(size: 40)
    let full = try await store.treeHead(size: nil)
    try await fixture.archive()
    #expect(try await store.treeHead(size: nil) == full)
    try await store.seal(sealer: "w1", key: fixture.key)
    var demands = VerificationDemands()
    for head in [old, full] {
      let checkpoint = try Checkpoint(head, key: fixture.key)
      demands.checkpoints.append(
        CheckpointDemand(checkpoint, publicKeys: [fixture.key.publicKey])
      )
    }
    let verification = try await store.verify(demands)
    #expect(verification.isSound, "\(verification.findings)")
    #expect(verification.treeSize > full.size)
    _ = try await store.proveConsistency(
      from: 40,
      to: verification.treeSize,
      key: fixture.key
    )

    let archive = try await SQLiteGoalStore.reading(path: fixture.file)
    #expect(try await archive.treeHead(size: nil) == full)
    #expect(try await archive.verify(demands).isSound)
    _ = try await archive.proveEntry(5, key: fixture.key)
    let error = await #expect(throws: LedgerError.self) {
      _ = try await store.proveEntry(5, key: fixture.key)
    }
    #expect(error?.code == .notFound)
  }
}
