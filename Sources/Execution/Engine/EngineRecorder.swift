// What the engine tells the record, and when: a task starts only after its start is recorded, and
// what depends on it only after its end is. All that happens at one moment arrives in one call, in
// order, so that one transaction can hold it. A recorder that throws stops the run: nothing may
// happen that is not on record.

import GoalLedger

/// One try of a task, as it ended.
public struct TaskRun: Sendable, Equatable {
  /// The number of the try, from 1.
  public var tryNumber: Int
  /// When it began.
  public var startedAt: Timestamp
  /// When it ended.
  public var endedAt: Timestamp
  /// How long it took, by a clock that is never set back.
  public var duration: Duration
  /// What went wrong, if something did. It carries the class, the sentence and whether a further
  /// try could help.
  public var error: ExecutionError?
  /// What came of it; empty where the executor never returned.
  public var result: TaskResult

  /// The class of the error, such as `timeout`.
  public var errorClass: String? { error?.errorClass }
  /// The sentence of the error.
  public var message: String? { error?.message }
  /// Whether a further try could help; nil without an error.
  public var isRetryable: Bool? { error?.isRetryable }

  /// Makes the record of a try.
  public init(
    tryNumber: Int,
    startedAt: Timestamp,
    endedAt: Timestamp,
    duration: Duration,
    error: ExecutionError? = nil,
    result: TaskResult = TaskResult()
  ) {
    self.tryNumber = tryNumber
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.duration = duration
    self.error = error
    self.result = result
  }
}

/// One thing that happened in a run. `task` is the task's number.
public enum EngineEvent: Sendable, Equatable {
  /// `running` to `ready`: a try that an earlier worker began was interrupted.
  case interrupted(task: Int, at: Timestamp)
  /// `pending` or `ready` to `running`.
  case started(task: Int, tryNumber: Int, at: Timestamp)
  /// `running` to `succeeded`, `failed`, `cancelled`, or to `ready` for a retry, then due at
  /// `retryAt`.
  case ended(task: Int, run: TaskRun, state: TaskState, retryAt: Timestamp?)
  /// `pending` or `ready` to `aborted`, `skipped` or `cancelled`, without a try.
  case settled(task: Int, state: TaskState, reason: String, at: Timestamp)
  /// The circuit breaker of an action changed and is to be kept.
  case breakerChanged(action: String, breaker: CircuitBreaker)
}

/// Keeps what happened in a run.
public protocol EngineRecorder: Sendable {
  /// Keeps events that belong together, in their order; at most 256 at a time.
  ///
  /// - Throws: `ExecutionError`, after which the engine stops everything and records no more. One
  ///   of code `leaseLost` says that another worker now holds the attempt.
  func record(_ events: [EngineEvent]) async throws(ExecutionError)
}
