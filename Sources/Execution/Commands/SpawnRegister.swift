// The processes this one has started and not yet reaped. It exists for one question: whose is a
// child of ours that carries no marker? Not an orphan, if it is listed here. If it is an orphan, it
// descends from a command that was running when it began; so once no command but the asking one is
// that old, it is nobody else's. Whoever spawns enters here before the process exists, since it may
// end before its number is known.

import Glibc
import Synchronization

/// Who is running what, for the whole process.
enum SpawnRegister {
  private struct State {
    /// Processes about to be started, whose numbers nobody knows yet.
    var unnamed = 0
    /// Those that run; a command, which may leave orphans, with the time it started.
    var children: [pid_t: UInt64?] = [:]
  }

  private static let state = Mutex(State())

  /// Announces that a process is about to be started.
  static func begin() { state.withLock { $0.unnamed += 1 } }

  /// Names the process that was started.
  /// - Parameter commandStart: the start time of a command; `nil` for git, which leaves no orphans.
  static func started(_ pid: pid_t, commandStart: UInt64?) {
    state.withLock {
      $0.unnamed -= 1
      $0.children[pid] = .some(commandStart)
    }
  }

  /// Says that it is reaped, or with `nil` that it was never started.
  static func end(_ pid: pid_t?) {
    state.withLock {
      if let pid {
        $0.children[pid] = nil
      } else {
        $0.unnamed -= 1
      }
    }
  }

  /// Whether `pid` is a process that somebody here started and waits for.
  static func isOurs(_ pid: pid_t) -> Bool { state.withLock { $0.children[pid] != nil } }

  /// Whether `pid`, a child seen before this call, is one that nobody here waits for. One question
  /// under one lock: a process named between two would be taken for an orphan.
  static func isAdopted(_ pid: pid_t) -> Bool {
    state.withLock { $0.unnamed == 0 && $0.children[pid] == nil }
  }

  /// Whether `orphan`, seen before this call and begun at `start`, can be no other command's than
  /// that of `leader`, and no process that somebody here started, named or not named yet.
  static func isNobodyElses(_ orphan: pid_t, start: UInt64, than leader: pid_t) -> Bool {
    state.withLock { state in
      guard state.unnamed == 0, state.children[orphan] == nil else { return false }
      return state.children.allSatisfy { pid, command in
        guard pid != leader, let command else { return true }
        return command > start
      }
    }
  }
}
