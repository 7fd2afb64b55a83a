// How a run ended, and the handle by which others end it.

import GoalLedger
import Synchronization

/// Why a run was stopped from outside its graph.
public enum CancellationReason: String, Sendable, Hashable, CaseIterable {
  /// The goal was abandoned.
  case abandoned
  /// Another worker holds the attempt: nothing may be written any more.
  case leaseLost = "lease-lost"
  /// The worker is going down; the goal will be tried again.
  case shutdown
  /// The whole run's time was up.
  case deadline

  /// The reason as a sentence's end.
  var sentence: String {
    switch self {
    case .abandoned: "the goal was abandoned"
    case .leaseLost: "another worker holds the attempt"
    case .shutdown: "the worker is shutting down"
    case .deadline: "the time for the whole run is up"
    }
  }
}

/// How one task ended.
public struct TaskOutcome: Sendable, Equatable {
  /// The task's number.
  public var number: Int
  /// Its state, always a final one. Once the record has failed or the lease is lost, no record of it
  /// was made.
  public var state: TaskState
  /// The tries begun, those of earlier workers among them.
  public var tries: Int
  /// When its first try of this run began.
  public var startedAt: Timestamp?
  /// When its last try of this run ended.
  public var endedAt: Timestamp?
  /// The time that its tries of this run took together.
  public var duration: Duration
  /// What was wrong with its last try, if something was.
  public var error: ExecutionError?
  /// What came of its last try.
  public var result: TaskResult?
}

/// How a run ended.
public struct EngineOutcome: Sendable {
  /// The verdict over the whole graph.
  public enum Verdict: Sendable, Equatable {
    /// Everything that was needed succeeded.
    case succeeded
    /// Something needed failed: the root cause, and the task it came from, if from a task.
    case failed(ExecutionError, task: Int?)
    /// The run was stopped.
    case cancelled(CancellationReason)
  }

  /// The verdict.
  public var verdict: Verdict
  /// How each task ended, in topological order.
  public var tasks: [TaskOutcome]
  /// The retries made, of all tasks together.
  public var retries: Int
  /// When the run began.
  public var startedAt: Timestamp
  /// How long it took.
  public var duration: Duration

  /// Whether everything that was needed succeeded.
  public var succeeded: Bool { verdict == .succeeded }

  /// The root cause, for a run that failed.
  public var error: ExecutionError? {
    if case .failed(let error, _) = verdict { error } else { nil }
  }

  /// How the task of a number ended.
  public subscript(number: Int) -> TaskOutcome? { tasks.first { $0.number == number } }
}

/// The handle by which a run is stopped, from any thread and at any time, before its start too.
public final class EngineControl: Sendable {
  private struct State {
    var reason: CancellationReason?
    var wake: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// Makes a handle for one run.
  public init() {}

  /// Stops the run: what runs is cancelled, what waits never starts. The first reason stands,
  /// save that `leaseLost` replaces any other.
  public func cancel(_ reason: CancellationReason) {
    let wake: (@Sendable () -> Void)? = state.withLock { state in
      guard state.reason == nil || (reason == .leaseLost && state.reason != reason) else {
        return nil
      }
      state.reason = reason
      return state.wake
    }
    wake?()
  }

  /// Why the run was stopped, if it was.
  public var reason: CancellationReason? { state.withLock { $0.reason } }

  /// Has the run woken when it is to stop.
  func attach(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }

  /// Lets go of the run.
  func detach() { state.withLock { $0.wake = nil } }
}
