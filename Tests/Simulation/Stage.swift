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
  /// Stores of processes that are gone, and whose connections nobody has closed.
  let abandoned: Abandoned
  /// Whether the troubles are over.
  var isCalm: Bool { scheduler.time >= scenario.trouble }

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
