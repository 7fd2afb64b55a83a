// The states of a task and the moves between them. The same table stands in the schema's triggers:
// what one of them refuses the other must refuse too, so that the engine never asks the database
// for a move it will not make. A final state is never left.

/// The state of one task of an attempt.
public enum TaskState: String, Sendable, Hashable, CaseIterable {
  /// A dependency has not ended yet.
  case pending
  /// Nothing but a free place, or the time of its next try, keeps the task from running.
  case ready
  /// A try is under way.
  case running
  /// A try ended well, and its postcondition held.
  case succeeded
  /// The last try failed, and no further one may be made.
  case failed
  /// Never run to its end, because something it needs did not succeed.
  case aborted
  /// Left out, as its dependency policy says, because something it needs did not succeed.
  case skipped
  /// Stopped, or never begun, because the whole run was stopped.
  case cancelled

  /// Whether the task will never change its state again.
  public var isFinal: Bool {
    switch self {
    case .pending, .ready, .running: false
    case .succeeded, .failed, .aborted, .skipped, .cancelled: true
    }
  }

  /// Whether a task may move from this state to another.
  ///
  /// `running` to `ready` is a failed or interrupted try that will be made again.
  public func allows(_ next: TaskState) -> Bool {
    switch (self, next) {
    case (.pending, .ready), (.pending, .running): true
    case (.pending, .aborted), (.pending, .skipped), (.pending, .cancelled): true
    case (.ready, .running): true
    case (.ready, .aborted), (.ready, .skipped), (.ready, .cancelled): true
    case (.running, .succeeded), (.running, .failed), (.running, .ready): true
    case (.running, .aborted), (.running, .cancelled): true
    default: false
    }
  }

  /// Moves to another state.
  ///
  /// - Throws: `ExecutionError` when the table does not allow the move; the state then stays.
  public mutating func move(to next: TaskState) throws(ExecutionError) {
    guard allows(next) else { throw .illegalMove(from: self, to: next) }
    self = next
  }
}
