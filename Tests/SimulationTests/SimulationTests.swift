// The simulation itself: that seeds hold, that the same seed does the same, and that it notices when
// a rule is taken out.
import Simulation
import Testing

@Suite("Simulation")
struct SimulationTests {
  @Test("Every rule holds, whatever befalls workers, clients and clocks", arguments: 1...36)
  func seeds(seed: UInt64) async throws {
    let outcome = try await SimulationRun(seed: seed).run()
    #expect(
      outcome.violation == nil,
      """
      seed \(seed): \(outcome.violation ?? "")
      \(outcome.trace.suffix(40).joined(separator: "\n"))
      replay it with: tools/simulate --seed \(seed)
      """
    )
  }

  /// A rule, the seed that shows its lack as things are, and what is said then.
  private static let removals: [(Mutation, UInt64, String)] = [
    (.unguardedEnds, 7, "a write of a stale lease was accepted"),
    (.stolenTokens, 7, "a write of a stale lease was accepted"),
    (.earlyTakeOvers, 1, "a lease was taken over only after it had expired"),
    (.silentTasks, 1, "the tables are no fold of the ledger"),
    (.noUndoing, 4, "what should come to an end does not"),
    (.endlessAttempts, 5, "no goal has more attempts than it may"),
  ]

  @Test("The simulation notices when a rule is taken out", arguments: removals)
  func notices(mutation: Mutation, seed: UInt64, sentence: String) async throws {
    // Where the simulation has become another one, another seed shows it.
    for seed in seed..<seed + 40 {
      let outcome = try await SimulationRun(seed: seed, mutation: mutation).run()
      if outcome.violation?.hasPrefix(sentence) == true { return }
    }
    Issue.record("forty seeds have not shown that \(mutation) is missing")
  }

  @Test("The same seed does the same, and another one something else")
  func digest() async throws {
    let first = try await SimulationRun(seed: 7).run()
    let second = try await SimulationRun(seed: 7).run()
    #expect(first.digest == second.digest)
    #expect(first.steps == second.steps)
    #expect(first.trace == second.trace)
    let other = try await SimulationRun(seed: 8).run()
    #expect(other.digest != first.digest)
  }
}
