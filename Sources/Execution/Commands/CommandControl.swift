// The one place that decides why a command ends. A timer, a cancellation and the end of the process
// itself can all come at once: the first verdict stays, and no signal is sent to a process group
// after its leader may have been reaped, because the number could then mean somebody else.

import Glibc
import Synchronization

/// The shared state of one run.
final class CommandControl: Sendable {
  private enum Phase {
    case starting
    case running(pid_t)
    case finished
  }

  private struct State {
    var phase = Phase.starting
    var process: pid_t?
    var verdict: CommandExit?
    var known: Set<ProcessEntry> = []
  }

  private let state = Mutex(State())

  /// The verdict, once somebody stopped the command.
  var verdict: CommandExit? { state.withLock { $0.verdict } }

  /// The process, once it was started.
  var process: pid_t? { state.withLock { $0.process } }

  /// Descendants seen while it ran.
  var known: Set<ProcessEntry> { state.withLock { $0.known } }

  /// Says which process it is.
  /// - Returns: whether it was stopped before it had started.
  func started(_ pid: pid_t) -> Bool {
    state.withLock {
      $0.phase = .running(pid)
      $0.process = pid
      return $0.verdict != nil
    }
  }

  /// Says that the leader has ended: from here on no signal is sent.
  func finished() { state.withLock { $0.phase = .finished } }

  /// Stops the command for the reason given, unless there is one already: SIGTERM to the group,
  /// `grace`, SIGKILL. Returns when the last signal is sent.
  func stop(_ reason: CommandExit, grace: Duration) async {
    let isFirst = state.withLock { state in
      if case .finished = state.phase { return false }
      guard state.verdict == nil else { return false }
      state.verdict = reason
      return true
    }
    if isFirst { await terminate(grace: grace) }
  }

  /// Signals the group twice; does nothing while it has not started.
  func terminate(grace: Duration) async {
    guard signal(SIGTERM) else { return }
    let end = ContinuousClock.now + grace
    // It may end long before its grace does.
    while ContinuousClock.now < end, isRunning {
      try? await Task.sleep(for: min(.milliseconds(20), end - .now))
    }
    _ = signal(SIGKILL)
  }

  /// Looks at the descendants now and then while the command runs: one that later leaves the session
  /// and clears its environment is known by having been seen. Ends when cancelled.
  func watchDescendants() async {
    var pause = 10
    while !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(pause))
      guard case .running(let pid) = state.withLock({ $0.phase }) else { return }
      let below = ProcessTable.descendants(of: pid)
      state.withLock { state in
        state.known.formUnion(below)
        // A long build has thousands of short-lived ones; those that are gone need no memory.
        if state.known.count > 1000 {
          state.known = state.known.filter { ProcessTable.entry($0.pid) == $0 }
        }
      }
      pause = min(pause * 2, 200)
    }
  }

  private var isRunning: Bool {
    state.withLock {
      if case .running = $0.phase { return true }
      return false
    }
  }

  /// Notes who descends from the command now, then signals its group.
  private func signal(_ number: Int32) -> Bool {
    guard case .running(let pid) = state.withLock({ $0.phase }) else { return false }
    let below = ProcessTable.descendants(of: pid)
    return state.withLock {
      guard case .running = $0.phase else { return false }
      $0.known.formUnion(below)
      kill(-pid, number)
      return true
    }
  }
}
