import Synchronization

/// The workers that were started.
final class Roster: Sendable {
  private let workers = Mutex<[SimulatedWorker]>([])

  func add(_ worker: SimulatedWorker) { workers.withLock { $0.append(worker) } }

  func alive(_ scheduler: Scheduler) -> [SimulatedWorker] {
    workers.withLock { $0.filter { !scheduler.isDead($0.process) } }
  }

  /// Takes out those that are gone, so that nothing holds their connections but what was said to.
  func forget(_ worker: SimulatedWorker) {
    workers.withLock { $0.removeAll { $0 === worker } }
  }
}
