// A worker's key: registered once, vouched for, and laid down when it is revoked.
import GoalLedger
import Synchronization
import TestSupport
import Testing

@testable import Worker

@Suite("A worker's identity")
struct WorkerIdentityTests {
  let folder: TemporaryFolder
  let store: SQLiteGoalStore
  let ledgerKeyFile: KeyFile

  init() async throws {
    folder = try TemporaryFolder()
    store = try await SQLiteGoalStore.open(
      path: folder.path + "/goals.db",
      .create,
      durability: .normal
    )
    ledgerKeyFile = KeyFile(path: folder.path + "/ledger.key")
  }

  private func identity(_ worker: String) -> WorkerIdentity {
    WorkerIdentity(
      store: store,
      worker: worker,
      folder: folder.path + "/workers",
      ledgerKeyFile: ledgerKeyFile
    )
  }

  private func entryCount() async throws -> Int {
    try await store.entries(goal: nil, after: 0, limit: 100).count
  }

  @Test("is registered at its first start, with a voucher, and not again")
  func once() async throws {
    var key: WorkerKey? = try await identity("a").obtain()
    let first = try #require(try await store.identities().first)
    #expect(first.kind == .worker && first.publicKey == key?.key.publicKey && first.voucher != nil)
    #expect(first.name.hasPrefix("worker-1@"))
    key = nil
    let entries = try await entryCount()
    key = try await identity("b").obtain()
    #expect(key?.key.publicKey == first.publicKey)
    #expect(try await entryCount() == entries)
    let other = try await identity("c").obtain()
    #expect(other.number == 2 && other.key.publicKey != first.publicKey)
    #expect(
      try await store.identities().map(\.publicKey) == [first.publicKey, other.key.publicKey]
    )
  }

  @Test("has another name where another key's worker has that one")
  func named() async throws {
    let first = try await identity("a").obtain()
    var elsewhere = identity("b")
    elsewhere = WorkerIdentity(
      store: store,
      worker: "b",
      folder: folder.path + "/others",
      ledgerKeyFile: ledgerKeyFile
    )
    let second = try await elsewhere.obtain()
    #expect(first.number == 1 && second.number == 1)
    let names = try await store.identities().map(\.name)
    #expect(names.count == 2 && names[1].hasPrefix(names[0] + "-"))
  }

  @Test("has another key once the one was revoked")
  func revoked() async throws {
    var key: WorkerKey? = try await identity("a").obtain()
    let first = key?.key.publicKey
    key = nil
    let known = try #require(try await store.identities().first)
    _ = try await store.revoke(identity: known.id, actor: "ann", reason: nil)
    key = try await identity("b").obtain()
    #expect(key?.number == 2 && key?.key.publicKey != first)
  }

  @Test("that is revoked while it seals lets others seal, and says so once")
  func revokedMeanwhile() async throws {
    let warnings = Mutex<[String]>([])
    let sealer = await Sealer(identity("a")) { event in
      if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
    }
    await sealer.seal()
    #expect(try await store.verify(VerificationDemands()).unsealed == 0)
    let known = try #require(try await store.identities().first)
    _ = try await store.revoke(identity: known.id, actor: "ann", reason: nil)
    await sealer.seal()
    await sealer.seal()
    #expect(
      warnings.withLock { $0 } == [
        "the ledger could not be sealed: the key of this seal was revoked: seal with another"
      ]
    )
    let next = await Sealer(identity("b")) { _ in }
    await next.seal()
    let verification = try await store.verify(VerificationDemands())
    #expect(verification.isSound && verification.unsealed == 0 && verification.signers.count == 2)
  }

  @Test("is none where the ledger's key cannot be had: nothing is sealed, and that is said")
  func noLedgerKey() async throws {
    try TextFile.create(ledgerKeyFile.path, text: "nothing\n")
    try Shell.succeed(["chmod", "600", ledgerKeyFile.path])
    let warnings = Mutex<[String]>([])
    let sealer = await Sealer(identity("a")) { event in
      if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
    }
    await sealer.seal()
    #expect(
      warnings.withLock { $0 } == [
        "nothing is sealed: the key file \(ledgerKeyFile.path) holds no key"
      ]
    )
    #expect(sealer.key == nil)
    #expect(try await store.identities().isEmpty)
  }
}
