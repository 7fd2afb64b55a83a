import GoalLedger
import SQLite
import Synchronization
import TestSupport

/// What came of a simulation.
public struct SimulationOutcome: Sendable {
  /// The seed, which says all there is to say of a run.
  public let seed: UInt64
  /// The first thing that was not as it must be; nil where all was.
  public let violation: String?
  /// SHA-256 of every step and its result, in hexadecimal.
  public let digest: String
  /// How many steps it took.
  public let steps: Int
  /// How often what happened.
  public let counts: [String: Int]
  /// The trace, as much as was kept, its latest lines.
  public let trace: [String]
}

/// A deterministic simulation: workers, clients and troubles over the real store, its schema and its
/// SQL. The same seed does the same, step by step.
public struct SimulationRun: Sendable {
  /// Decides everything.
  public let seed: UInt64
  /// The rule that is taken out.
  public let mutation: Mutation?
  /// How many lines of the trace are kept.
  public let kept: Int
  private let listener: (@Sendable (String) -> Void)?

  /// A run of a seed.
  /// - Parameter listener: is told each line of the trace as it is written.
  public init(
    seed: UInt64,
    mutation: Mutation? = nil,
    keeping kept: Int = 200,
    listener: (@Sendable (String) -> Void)? = nil
  ) {
    self.listener = listener
    self.seed = seed
    self.mutation = mutation
    self.kept = kept
  }

  private static let runs = Atomic(0)
  /// How long a simulation may go on once it is calm, in milliseconds: as long as the clock can have
  /// been set back, and then some.
  private static let patience: Int64 = 30 * 60_000

  /// Runs it in a folder of its own.
  public func run() async throws -> SimulationOutcome {
    let folder = try TemporaryFolder("simulation")
    let number = Self.runs.add(1, ordering: .relaxed).newValue
    let clock = SimulatedClock(vfs: "simulation-\(number)")
    let trace = Trace(keeping: kept, listener: listener)
    let stage = Stage(
      scenario: Scenario(seed: seed, mutation: mutation),
      scheduler: Scheduler(seed: seed, clock: clock, trace: trace),
      world: World(),
      clock: clock,
      path: folder.path + "/goals.db",
      opened: OpenedStores()
    )
    let outside = Simulation(now: { clock.now }, vfs: clock.vfs) {}
    await Simulation.$current.withValue(outside) {
      do throws(LedgerError) { try await play(stage) } catch {
        stage.world.violate("the simulation met what it should not: \(error.message)")
      }
    }
    await stage.scheduler.end()
    return SimulationOutcome(
      seed: seed,
      violation: stage.world.violation,
      digest: trace.digest,
      steps: stage.scheduler.steps,
      counts: stage.world.counts,
      trace: trace.lines
    )
  }

  private func play(_ stage: Stage) async throws(LedgerError) {
    _ = try await SQLiteGoalStore.open(path: stage.path, .create)
    try mutation?.mutate(stage.connect())
    let checks = try Checks(stage)
    let roster = Roster()
    Troubles(stage: stage, roster: roster).start()
    _ = SimulatedClients(stage: stage).start()
    var isOver = false
    while stage.world.violation == nil, await stage.scheduler.step() {
      let steps = stage.scheduler.steps
      guard steps.isMultiple(of: 20) else { continue }
      try checks.always()
      if steps.isMultiple(of: 200) { try checks.fold() }
      guard stage.isCalm else { continue }
      let unfinished = isOver ? [] : try checks.unfinished()
      if unfinished.isEmpty {
        // Also those that have started since.
        isOver = true
        for worker in roster.alive(stage.scheduler) { worker.drain() }
      }
      if stage.scheduler.time > stage.scenario.trouble + Self.patience {
        let waiting = isOver ? stage.scheduler.waiting : unfinished
        stage.world.violate("what should come to an end does not: \(waiting)")
      }
    }
    guard stage.world.violation == nil else { return }
    try await checks.atTheEnd()
  }
}
