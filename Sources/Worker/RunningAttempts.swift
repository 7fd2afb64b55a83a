import Execution
import GoalLedger
import Synchronization

/// The attempts that this process executes now, with the handle that stops each.
final class RunningAttempts: Sendable {
  private struct Entry {
    let claim: Claim
    let control: EngineControl
  }

  private let entries = Mutex<[Attempt.ID: Entry]>([:])

  var count: Int { entries.withLock { $0.count } }
  var claims: [Claim] { entries.withLock { $0.values.map(\.claim) } }

  /// Adds an attempt.
  /// - returns: the handle by which it is stopped.
  func begin(_ claim: Claim) -> EngineControl {
    let control = EngineControl()
    entries.withLock { $0[claim.attempt.id] = Entry(claim: claim, control: control) }
    return control
  }

  func end(_ claim: Claim) {
    entries.withLock { _ = $0.removeValue(forKey: claim.attempt.id) }
  }

  func cancel(_ claim: Claim, _ reason: CancellationReason) {
    entries.withLock { $0[claim.attempt.id]?.control }?.cancel(reason)
  }

  func cancelAll(_ reason: CancellationReason) {
    for control in entries.withLock({ $0.values.map(\.control) }) { control.cancel(reason) }
  }
}
