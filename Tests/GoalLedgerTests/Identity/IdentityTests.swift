// Identities through the store, and what verification makes of whose the seals are.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Identities")
struct IdentityTests {
  let folder: TemporaryFolder
  let store: SQLiteGoalStore
  let ledgerKey = SealingKey()

  init() async throws {
    folder = try TemporaryFolder()
    store = try await SQLiteGoalStore.open(
      path: folder.path + "/goals.db",
      .create,
      durability: .normal
    )
  }

  private func worker(
    _ name: String,
    _ key: SealingKey,
    by ledgerKey: SealingKey? = nil
  ) async throws -> Identity {
    let identity = try NewIdentity(
      worker: name,
      publicKey: key.publicKey,
      database: try await store.databaseID(),
      ledgerKey: ledgerKey ?? self.ledgerKey
    )
    return try await store.add(identity, actor: "w")
  }

  private func wrong(_ keys: Set<[UInt8]>? = nil) async throws -> [String] {
    try await store.verify(VerificationDemands(publicKeys: keys)).findings
      .filter(\.isWrong).map(\.sentence)
  }

  private func note() async throws {
    try await store.write { connection throws(SQLiteError) in
      _ = try connection.run("INSERT INTO identity_ledger(event) VALUES ('note')")
    }
  }

  @Test("are added, listed and revoked, each step on the ledger")
  func life() async throws {
    let key = SealingKey().publicKey
    let ann = try await store.add(
      NewIdentity(name: "ann", kind: .person, publicKey: key),
      actor: "bob"
    )
    #expect(ann.isLive && ann.publicKey == key && ann.kind == .person && ann.voucher == nil)
    let revoked = try await store.revoke(identity: ann.id, actor: "eve", reason: "lost")
    #expect(revoked.until != nil && !revoked.isLive)
    #expect(try await store.identities() == [revoked])
    let entries = try await store.entries(goal: nil, after: 0, limit: 10)
    #expect(entries.map(\.event) == ["identity.added", "identity.revoked"])
    #expect(entries.map(\.actor) == ["bob", "eve"] && entries.last?.reason == "lost")
    await #expect(throws: LedgerError.self) {
      try await store.revoke(identity: ann.id, actor: "eve", reason: nil)
    }
    await #expect(throws: LedgerError.self) {
      try await store.add(NewIdentity(name: "eve", kind: .agent, publicKey: key), actor: "eve")
    }
    #expect(try await store.identities().count == 1)
  }

  @Test("of workers are the only ones whose seals count, where there are any")
  func workers() async throws {
    let (first, other, person) = (SealingKey(), SealingKey(), SealingKey())
    try await note()
    try await store.seal(sealer: "w", key: other)
    // As long as no worker is known, any key is one.
    #expect(try await wrong().isEmpty)
    _ = try await worker("worker-1@h", first)
    try await store.seal(sealer: "w", key: first)
    #expect(
      try await wrong() == ["is signed with \(hexadecimal(other.publicKey)), which is no worker's"]
    )
    _ = try await worker("worker-2@h", other)
    try await store.seal(sealer: "w", key: first)
    #expect(try await wrong().isEmpty)
    _ = try await store.add(
      NewIdentity(name: "ann", kind: .person, publicKey: person.publicKey),
      actor: "ann"
    )
    try await store.seal(sealer: "w", key: person)
    #expect(
      try await wrong() == [
        "is signed with \(hexadecimal(person.publicKey)), which is ann's, and no worker's"
      ]
    )
  }

  @Test("of workers count for whoever trusts the ledger's key as far as it vouches for them")
  func vouchedFor() async throws {
    let (good, forger) = (SealingKey(), SealingKey())
    _ = try await worker("worker-1@h", good)
    try await store.seal(sealer: "w", key: good)
    let trusted: Set = [ledgerKey.publicKey]
    #expect(try await wrong(trusted).isEmpty)
    #expect(try await wrong([good.publicKey]).isEmpty)
    #expect(try await wrong([forger.publicKey]).count == 1)
    // Registered like any other, with a voucher by another key.
    _ = try await worker("worker-2@h", forger, by: forger)
    try await store.seal(sealer: "w", key: forger)
    #expect(try await wrong().isEmpty)
    #expect(
      try await wrong(trusted) == [
        "is signed with \(hexadecimal(forger.publicKey)), which is not a key you named, nor one that "
          + "such a key vouches for"
      ]
    )
    #expect(try await wrong([good.publicKey, forger.publicKey]).isEmpty)
  }

  @Test("that were revoked seal no more: the schema refuses it, and verification finds it")
  func revoked() async throws {
    let (key, next) = (SealingKey(), SealingKey())
    let identity = try await worker("worker-1@h", key)
    try await store.seal(sealer: "w", key: key)
    _ = try await store.revoke(identity: identity.id, actor: "ann", reason: nil)
    _ = try await worker("worker-1@h", next)
    let error = await #expect(throws: LedgerError.self) {
      try await store.seal(sealer: "w", key: key)
    }
    #expect(error?.message == "the key of this seal was revoked: seal with another")
    try await store.seal(sealer: "w", key: next)
    // What it sealed before it was revoked stays good.
    #expect(try await wrong().isEmpty)
    #expect(try await wrong([ledgerKey.publicKey]).isEmpty)
    let connection = try Connection(path: store.path)
    let guarding = try #require(
      try connection.first("SELECT sql FROM sqlite_schema WHERE name = 'ledger_seals_insert'") {
        $0.text(0)
      } ?? nil
    )
    try await note()
    try connection.execute("DROP TRIGGER ledger_seals_insert")
    try await store.seal(sealer: "w", key: key)
    try connection.execute(guarding)
    try await note()
    try await store.seal(sealer: "w", key: next)
    let sentence =
      "is signed with \(hexadecimal(key.publicKey)), which was revoked by entry 2, before its first "
      + "entry"
    for keys: Set<[UInt8]>? in [nil, [ledgerKey.publicKey], [key.publicKey, next.publicKey]] {
      #expect(try await wrong(keys) == [sentence])
    }
  }

  @Test("are known in an archive and after it, and so is that they were revoked")
  func archived() async throws {
    let (key, next) = (SealingKey(), SealingKey())
    let identity = try await worker("worker-1@h", key)
    try await store.seal(sealer: "w", key: key)
    _ = try await worker("worker-2@h", next)
    _ = try await store.revoke(identity: identity.id, actor: "ann", reason: nil)
    try await store.seal(sealer: "w", key: next)
    let archive = folder.path + "/a.db"
    let request = ArchiveRequest(
      before: Timestamp(milliseconds: Timestamp.now.milliseconds + 60_000),
      file: archive,
      standard: archive,
      actor: "ann"
    )
    _ = try await store.archive(request, key: ledgerKey)
    try await store.seal(sealer: "w", key: next)
    var demands = VerificationDemands(publicKeys: [ledgerKey.publicKey])
    demands.archives = [archive]
    let verification = try await store.verify(demands)
    #expect(verification.isSound, "\(verification.findings)")
    #expect(verification.signers.map(\.name) == ["worker-2@h"])
    let alone = try await SQLiteGoalStore.open(path: archive, .asIs)
    let byItself = try await alone.verify(VerificationDemands(publicKeys: [ledgerKey.publicKey]))
    #expect(byItself.isSound, "\(byItself.findings)")
    // The entry that revoked it is in the archive; what carries it over tells of it.
    let connection = try Connection(path: store.path)
    let guarding = try #require(
      try connection.first("SELECT sql FROM sqlite_schema WHERE name = 'ledger_seals_insert'") {
        $0.text(0)
      } ?? nil
    )
    try await note()
    try connection.execute("DROP TRIGGER ledger_seals_insert")
    try await store.seal(sealer: "w", key: key)
    try connection.execute(guarding)
    try await note()
    try await store.seal(sealer: "w", key: next)
    #expect(
      try await wrong() == [
        "is signed with \(hexadecimal(key.publicKey)), which was revoked, before its first entry"
      ]
    )
  }
}
