// What a worker writes last is sealed, whoever has the sealers' lease then.
import GoalLedger
import TestSupport
import Testing
import Worker

@Suite("A worker's last seal")
struct LastSealTests {
  @Test("waits for no other sealer, which may be dead")
  func last() async throws {
    let fixture = try await WorkerFixture()
    try await fixture.adopt("record")
    try await fixture.store.seal(sealer: "gone", key: SealingKey())
    try Shell.succeed([
      "sqlite3", fixture.databasePath,
      "UPDATE sealer_lease SET expires_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+4.9 seconds')",
    ])
    try await fixture.worker().run(drain: true)
    let unsealed = try await fixture.store.verify(VerificationDemands()).unsealed
    #expect(unsealed == 0)
  }
}
