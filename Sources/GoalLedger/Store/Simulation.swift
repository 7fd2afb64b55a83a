import SQLite

/// What a deterministic simulation puts in the place of chance, for every store that is opened and
/// used within it (Tests/Simulation): the time, the order of the transactions, how long to wait for
/// a lock. Nothing else in this program knows that it is simulated.
///
/// What must stay true: outside a simulation nothing is different, and nothing here costs more than
/// looking whether there is one.
package struct Simulation: Sendable {
  /// The task's simulation; nil in earnest.
  @TaskLocal package static var current: Simulation?

  /// The time that Swift sees; `vfs` is to show the same to SQLite.
  package let now: @Sendable () -> Timestamp
  /// The VFS that connections are opened with.
  package let vfs: String
  /// Is awaited before each transaction, and says when its caller may go on, or never, by an error.
  package let turn: @Sendable () async throws(LedgerError) -> Void

  /// A simulation.
  package init(
    now: @escaping @Sendable () -> Timestamp,
    vfs: String,
    turn: @escaping @Sendable () async throws(LedgerError) -> Void
  ) {
    self.now = now
    self.vfs = vfs
    self.turn = turn
  }

  /// How connections are opened here: through the simulation's VFS, without waiting for a lock, whose
  /// holder goes on only when it is its turn, and without flushing, since nobody pulls the plug.
  package func adapted(_ options: OpenOptions) -> OpenOptions {
    var options = options
    options.vfs = vfs
    options.busyTimeout = 0
    options.synchronous = .off
    return options
  }

  /// Waits for this task's turn, where there are turns.
  static func awaitTurn() async throws(LedgerError) {
    guard let current else { return }
    try await current.turn()
  }
}

extension SQLiteGoalStore {
  /// Closes both connections now, and not when the last reference is gone, which is nobody's to say.
  package func close() async {
    await writer.close()
    await reader.close()
  }
}
