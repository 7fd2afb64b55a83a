import Execution
import GoalLedger
import TestSupport
import Testing
import Worker

@Suite("The tables are a fold of the ledger")
struct FoldTests {
  private static let foldQuery =
    #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 }
    + "/Schema/audit/fold.sql"

  @Test(
    "whatever a thousand random operations of plain clients do while workers run",
    arguments: [1, 2] as [UInt64]
  )
  func thousand(seed: UInt64) async throws {
    let fixture = try await WorkerFixture()
    let client = FoldClient(database: fixture.databasePath, fold: Self.foldQuery)
    let before = try fixture.repository.fingerprint()
    let heard = Heard()
    let stop = StopSignal()
    let worker = fixture.worker(watch: heard.hear)
    let working = Task { try await worker.run(drain: false, stop: stop) }
    var accepted = 0
    for hundred in 1...10 {
      accepted += try client.send(100, seed: seed * 1_000 + UInt64(hundred))
      #expect(try client.differences() == "", "seed \(seed), after \(hundred * 100) operations")
    }
    #expect(accepted > 300, "nearly all operations were refused")
    stop.drain()
    try await working.value
    // Two more, on what is left: the worker that was stopped has rolled back what it had begun.
    async let one: Void = fixture.worker().run(drain: true)
    async let two: Void = fixture.worker().run(drain: true)
    _ = try await (one, two)
    #expect(try client.differences() == "", "seed \(seed), at the end")
    #expect(try await fixture.store.openAttempts().isEmpty)
    #expect(try fixture.repository.fingerprint() == before)
    let kept = try await committed(fixture)
    #expect(try fixture.leftovers().branches.sorted() == kept)
    #expect(try fixture.leftovers().worktrees.isEmpty)
    let satisfied = try await fixture.store.goals(state: .satisfied, limit: 10_000).count
    print("seed \(seed): \(accepted) of 1000 operations accepted, \(satisfied) goals satisfied")
    #expect(satisfied > 20)
  }

  /// The branches that the database says are kept.
  private func committed(_ fixture: WorkerFixture) async throws -> [String] {
    let branches = try Shell.succeed([
      "sqlite3", fixture.databasePath, "SELECT branch FROM changes WHERE state = 'committed'",
    ])
    return branches.split(separator: "\n").map(String.init).sorted()
  }
}
