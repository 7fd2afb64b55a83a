// The processes this one has started and not yet reaped. It exists for one question: is a child of
// ours that carries no marker an orphan we adopted, or somebody's own child? Whoever spawns enters
// here before the process exists, so that "nobody else is in flight" can be trusted.

import Glibc
import Synchronization

/// Who is running what, for the whole process.
enum SpawnRegister {
  private struct State {
    var inFlight = 0
    var children: Set<pid_t> = []
  }

  private static let state = Mutex(State())

  /// Announces that a process is about to be started.
  static func begin() { state.withLock { $0.inFlight += 1 } }

  /// Names the process that was started.
  static func started(_ pid: pid_t) { _ = state.withLock { $0.children.insert(pid) } }

  /// Says that it is reaped, or was never started.
  static func end(_ pid: pid_t?) {
    state.withLock {
      $0.inFlight -= 1
      if let pid { $0.children.remove(pid) }
    }
  }

  /// Whether `pid` is a process that somebody here started and waits for.
  static func isOurs(_ pid: pid_t) -> Bool { state.withLock { $0.children.contains(pid) } }

  /// Whether the caller's is the only process in flight.
  static var isOnlyOne: Bool { state.withLock { $0.inFlight == 1 } }
}
