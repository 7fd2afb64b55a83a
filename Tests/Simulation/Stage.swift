import GoalLedger
import SQLite

/// Where a simulation takes place: what all who take part in it know.
struct Stage: Sendable {
  let scenario: Scenario
  let scheduler: Scheduler
  let world: World
  let clock: SimulatedClock
  /// The database file.
  let path: String
  /// The stores that were opened: what a process leaves open stays so until the end.
  let opened: OpenedStores
  /// Whether the troubles are over.
  var isCalm: Bool { scheduler.time >= scenario.trouble }

  /// A store for a process.
  func openStore() async throws(LedgerError) -> SQLiteGoalStore {
    let store = try await SQLiteGoalStore.open(path: path, .asIs)
    opened.keep(store)
    return store
  }

  /// A connection of a client that has none of our code.
  func connect() throws(LedgerError) -> Connection {
    var options = OpenOptions.default
    options.create = false
    options.vfs = clock.vfs
    options.busyTimeout = 0
    options.synchronous = .off
    do throws(SQLiteError) { return try Connection(path: path, options: options) } catch {
      throw LedgerError(.unavailable, "no connection: \(error)")
    }
  }

  /// Begins a thread; what it cannot go on after is a violation.
  func spawn(
    _ name: String,
    in process: Int,
    _ body: @escaping @Sendable (SimulatedThread) async throws(LedgerError) -> Void
  ) {
    let world = world
    scheduler.spawn(name, in: process, body) { error in
      world.violate("\(name) met what it should not: \(error.code.rawValue): \(error.message)")
    }
  }
}
