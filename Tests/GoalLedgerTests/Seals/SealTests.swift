// Sealing through the store: everything is sealed once, in order, whoever seals; the key lies in a
// file that nobody else can read.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Seals")
struct SealTests {
  let folder: TemporaryFolder
  let store: SQLiteGoalStore
  let key = SealingKey()

  init() async throws {
    folder = try TemporaryFolder()
    store = try await SQLiteGoalStore.open(
      path: folder.path + "/goals.db",
      .create,
      durability: .normal
    )
  }

  private func note(_ count: Int) async throws {
    try await store.write { connection throws(SQLiteError) in
      for number in 0..<count {
        try connection.run(
          "INSERT INTO identity_ledger(event, reason) VALUES ('note', ?)",
          "note \(number)"
        )
      }
    }
  }

  @Test("speak for every entry, plain clients' included, and verify")
  func seals() async throws {
    try await note(5_000)
    let unsealed = try await store.verify(VerificationDemands())
    #expect(unsealed.isSound && unsealed.sealed == 0 && unsealed.unsealed == 5_000)
    #expect(try await store.seal(sealer: "w1", key: key) == 5_000)
    #expect(try await store.seal(sealer: "w1", key: key) == 0)
    try await note(3)
    #expect(try await store.seal(sealer: "w1", key: key) == 3)
    try await note(2)
    let verification = try await store.verify(VerificationDemands())
    #expect(verification.isSound && verification.findings.isEmpty, "\(verification.findings)")
    #expect(verification.sealed == 5_003 && verification.unsealed == 2)
    #expect(verification.seals == 4)
    #expect(verification.signers.map(\.key) == [hexadecimal(key.publicKey)])
    let view = try Connection(path: store.path)
      .first("SELECT count(*) FROM unsealed_entries") { $0.int(0) }
    #expect(view == 2)
  }

  @Test("follow each other without a gap when several seal at once")
  func race() async throws {
    let other = try await SQLiteGoalStore.open(path: store.path, .asIs, durability: .normal)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for round in 0..<40 {
        group.addTask { try await note(7) }
        group.addTask {
          try await (round.isMultiple(of: 2) ? store : other).seal(sealer: "w1", key: key)
        }
      }
      try await group.waitForAll()
    }
    try await store.seal(sealer: "w1", key: key)
    let verification = try await other.verify(VerificationDemands(publicKeys: [key.publicKey]))
    #expect(verification.isSound && verification.findings.isEmpty, "\(verification.findings)")
    #expect(verification.sealed == 280 && verification.unsealed == 0)
  }

  @Test("are made by one sealer at a time, until its lease ends or runs out")
  func lease() async throws {
    try await note(1)
    #expect(try await store.seal(sealer: "w1", key: key) == 1)
    try await note(1)
    #expect(try await store.seal(sealer: "w2", key: key) == 0)
    try await store.endSealing(sealer: "w2")
    #expect(try await store.seal(sealer: "w2", key: key) == 0)
    try await store.endSealing(sealer: "w1")
    #expect(try await store.seal(sealer: "w2", key: key) == 1)
    try await note(1)
    for unheld in ["2020-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"] {
      try Connection(path: store.path).run("UPDATE sealer_lease SET expires_at = ?", unheld)
      #expect(try await store.seal(sealer: "w\(unheld)", key: key) == 1)
      try await note(1)
    }
  }

  @Test("leave nothing behind where a sealer stops, whoever has the lease")
  func last() async throws {
    try await note(1)
    try await store.seal(sealer: "w1", key: key)
    try await note(2)
    #expect(try await store.seal(sealer: "w2", key: key, isLast: true) == 2)
    // The one that has the lease keeps it.
    try await note(1)
    #expect(try await store.seal(sealer: "w3", key: key) == 0)
    #expect(try await store.seal(sealer: "w1", key: key) == 1)
  }

  @Test("of a key that was not named are wrong")
  func demandedKey() async throws {
    try await note(1)
    try await store.seal(sealer: "w1", key: key)
    try await note(1)
    try await store.seal(sealer: "w1", key: SealingKey())
    let any = try await store.verify(VerificationDemands())
    #expect(any.isSound && any.findings.count == 1)
    let one = try await store.verify(VerificationDemands(publicKeys: [key.publicKey]))
    #expect(one.findings.map(\.subject) == ["seal of 2 to 2"] && !one.isSound)
  }

  @Test("are not made after a gap")
  func gap() async throws {
    try await note(3)
    try Shell.succeed([
      "sqlite3", store.path,
      "DROP TRIGGER identity_ledger_delete; DELETE FROM identity_ledger WHERE seq = 1",
    ])
    let error = await #expect(throws: LedgerError.self) {
      try await store.seal(sealer: "w1", key: key)
    }
    #expect(error?.message.contains("entry 1 is missing") == true)
  }

  @Test("are signed with a key in a file that only its owner can read")
  func keyFile() throws {
    let file = KeyFile.ofLedger(database: "d", environment: ["XDG_STATE_HOME": folder.path])
    #expect(file.path == folder.path + "/goalledger/keys/d/ledger.key")
    #expect(try file.read() == nil)
    let made = try file.obtain()
    #expect(try file.obtain().publicKey == made.publicKey)
    #expect(try Shell.succeed(["stat", "-c", "%a", file.path]) == "600")
    #expect(try Shell.succeed(["ls", folder.path + "/goalledger/keys/d"]) == "ledger.key")
    try Shell.succeed(["chmod", "644", file.path])
    #expect(throws: LedgerError.self) { try file.read() }
    try Shell.succeed(["chmod", "600", file.path])
    try Shell.succeed(["truncate", "-s", "40", file.path])
    #expect(throws: LedgerError.self) { try file.obtain() }
    let home = KeyFile.ofLedger(database: "d", environment: ["HOME": "/h"])
    #expect(home.path == "/h/.local/state/goalledger/keys/d/ledger.key")
  }
}
