import Execution
import GoalLedger
import Synchronization

/// The attempts that this process executes now, with the handle that stops each.
///
/// What must stay true: they are told apart by their lease, not by the attempt. A worker that could
/// not extend a lease in time may take its own attempt over; what runs under the old lease must end
/// before the new one begins on the same files.
final class RunningAttempts: Sendable {
  private struct Entry {
    let claim: Claim
    let control: EngineControl
  }

  private struct State {
    var entries: [Int64: Entry] = [:]
    var waiting: [CheckedContinuation<Void, Never>] = []

    func earlier(than claim: Claim) -> [EngineControl] {
      entries.values
        .filter { $0.claim.attempt.id == claim.attempt.id && $0.claim.token < claim.token }
        .map(\.control)
    }
  }

  private let state = Mutex(State())

  var count: Int { state.withLock { $0.entries.count } }
  var claims: [Claim] { state.withLock { $0.entries.values.map(\.claim) } }

  /// Adds an attempt.
  /// - returns: the handle by which it is stopped.
  func begin(_ claim: Claim) -> EngineControl {
    let control = EngineControl()
    state.withLock { $0.entries[claim.token] = Entry(claim: claim, control: control) }
    return control
  }

  /// Stops what this process still does under earlier leases of the same attempt, and returns when
  /// it has ended.
  func endEarlier(than claim: Claim) async {
    for control in state.withLock({ $0.earlier(than: claim) }) { control.cancel(.leaseLost) }
    var isAlone = false
    while !isAlone {
      await withCheckedContinuation { continuation in
        isAlone = state.withLock { state in
          if state.earlier(than: claim).isEmpty { return true }
          state.waiting.append(continuation)
          return false
        }
        if isAlone { continuation.resume() }
      }
    }
  }

  func end(_ claim: Claim) {
    let waiting = state.withLock { state in
      state.entries.removeValue(forKey: claim.token)
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func cancel(_ claim: Claim, _ reason: CancellationReason) {
    state.withLock { $0.entries[claim.token]?.control }?.cancel(reason)
  }

  func cancelAll(_ reason: CancellationReason) {
    for control in state.withLock({ $0.entries.values.map(\.control) }) { control.cancel(reason) }
  }
}
