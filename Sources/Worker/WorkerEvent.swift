import Execution
import GoalLedger

/// What a worker tells whoever watches it: for progress on a terminal, never for decisions. The
/// ledger says the same, durably.
public enum WorkerEvent: Sendable {
  /// The worker runs.
  case started(worker: String, concurrency: Int)
  /// A goal was claimed, or an attempt taken over from a worker that is gone.
  case claimed(goal: Goal.ID, attempt: Int, text: String, takenOver: Bool)
  /// A plan was found.
  case planned(goal: Goal.ID, task: String, steps: Int)
  /// A task changed its state; `milliseconds` is how long its try took, where one ended.
  case task(
    goal: Goal.ID,
    number: Int,
    title: String,
    state: TaskRecordState,
    milliseconds: Double?,
    message: String?
  )
  /// The attempt ended, and the goal is now in this state.
  case ended(goal: Goal.ID, state: GoalState, reason: String?, milliseconds: Double)
  /// A checkpoint was made, for the worker's standard output: this is it, on one line.
  case checkpoint(String)
  /// Something a person should know: a long reader, a lost lease, a database that is busy.
  case warning(String)
  /// The worker was told to stop: it finishes what runs, or rolls it back.
  case draining(running: Int)
  /// The worker has stopped.
  case stopped
}

extension WorkerEvent {
  /// The event without secrets: what is shown on a terminal ends up in logs.
  func redacted(by redactor: Redactor) -> WorkerEvent {
    switch self {
    case .claimed(let goal, let attempt, let text, let takenOver):
      .claimed(
        goal: goal,
        attempt: attempt,
        text: redactor.text(text),
        takenOver: takenOver
      )
    case .task(let goal, let number, let title, let state, let milliseconds, let message):
      .task(
        goal: goal,
        number: number,
        title: redactor.text(title, .work),
        state: state,
        milliseconds: milliseconds,
        message: redactor.text(message)
      )
    case .ended(let goal, let state, let reason, let milliseconds):
      .ended(
        goal: goal,
        state: state,
        reason: redactor.text(reason),
        milliseconds: milliseconds
      )
    case .warning(let sentence): .warning(redactor.text(sentence))
    case .started, .planned, .checkpoint, .draining, .stopped: self
    }
  }
}
