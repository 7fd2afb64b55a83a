import Execution
import GoalLedger

/// A worker: claims adopted goals, executes each under a lease, and records what came of it.
///
/// What must stay true: nothing is executed without an open attempt of ours; whatever a worker that
/// is gone has left behind is finished or undone before long; when told to stop, it leaves nothing
/// half done.
public struct GoalWorker: Sendable {
  let store: any GoalStore
  let configuration: Configuration
  let name: String
  let keyFolder: String?
  let ledgerKeyFile: KeyFile?
  let watch: @Sendable (WorkerEvent) -> Void
  /// When to name who keeps the database's log long.
  var logRules = LogKeeper.Rules()

  /// Makes a worker.
  /// - Parameters:
  ///   - name: its name on the ledger; nil for one made of the machine, the process and a number
  ///     that no other worker of this database has.
  ///   - keyFolder: where workers' keys are, of which it takes one to sign seals with; nil for the
  ///     usual place.
  ///   - ledgerKeyFile: where the key is that checkpoints are signed with, and workers' keys vouched
  ///     for; nil for the usual place.
  ///   - watch: is told what happens, for people to see.
  public init(
    store: any GoalStore,
    configuration: Configuration,
    name: String? = nil,
    keyFolder: String? = nil,
    ledgerKeyFile: KeyFile? = nil,
    watch: @escaping @Sendable (WorkerEvent) -> Void = { _ in }
  ) {
    self.store = store
    self.configuration = configuration
    self.name = name ?? WorkerName.distinct()
    self.keyFolder = keyFolder
    let redactor = configuration.redaction.redactor
    self.watch = { watch($0.redacted(by: redactor)) }
    self.ledgerKeyFile = ledgerKeyFile
  }

  /// Works until told to stop; with `drain`, until nothing is left to do.
  /// - throws: what the store throws where the worker cannot go on at all.
  public func run(drain: Bool, stop: StopSignal = StopSignal()) async throws(LedgerError) {
    let shift = try await begin()
    do throws(LedgerError) {
      try await shift.work(drain: drain, stop: stop)
    } catch {
      try? await shift.stop()
      throw error
    }
    try await shift.stop()
    watch(.stopped)
  }

  /// Executes one goal here, one attempt after another, to its end.
  /// - Parameter timeout: how long to go on beginning attempts; nil for no limit.
  /// - returns: the goal as it ended, or as it was left when the time was up.
  /// - throws: `refused` where the goal cannot be claimed, with the reason.
  public func execute(
    _ goal: Goal.ID,
    timeout: Duration? = nil,
    stop: StopSignal = StopSignal()
  ) async throws(LedgerError) -> Goal {
    let shift = try await begin()
    let ended: Goal
    do throws(LedgerError) {
      ended = try await shift.execute(goal, timeout: timeout, stop: stop)
    } catch {
      try? await shift.stop()
      throw error
    }
    try await shift.stop()
    return ended
  }

  private func begin() async throws(LedgerError) -> Shift {
    var shift = try await Shift(self)
    try await shift.register("running")
    watch(.started(worker: name, concurrency: configuration.limits.concurrency))
    shift.sweeping = Task { [sweeper = shift.sweeper] in await sweeper.sweep() }
    return shift
  }
}
