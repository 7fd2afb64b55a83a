import Execution
import GoalLedger
import Worker

/// What a worker does, a line each on standard error: for people, who may look away; the ledger says
/// the same for good.
enum ProgressLine {
  /// Prints an event.
  @Sendable static func show(_ event: WorkerEvent) {
    let terminal = Terminal.error
    if let line = text(event, for: terminal) { terminal.line(line) }
  }

  /// An event's line; nil for what a terminal need not show.
  static func text(_ event: WorkerEvent, for terminal: Terminal) -> String? {
    switch event {
    case .started(let worker, let concurrency):
      return "\(worker) runs up to \(concurrency) \(concurrency == 1 ? "goal" : "goals") at once"
    case .claimed(let goal, let attempt, let text, let takenOver):
      let how = takenOver ? "attempt \(attempt), taken over" : "attempt \(attempt)"
      return "goal \(goal)  \(how): \(Columns.oneLine(text, 100))"
    case .planned(let goal, let task, let steps):
      return "goal \(goal)  planned \(task) in \(steps) \(steps == 1 ? "task" : "tasks")"
    case .task(let goal, let number, let title, let state, let milliseconds, let message):
      guard state != .ready, state != .pending else { return nil }
      var line = "goal \(goal)  #\(number) \(Columns.oneLine(title, 100)): \(state.rawValue)"
      if let milliseconds { line += " in \(Length.text(milliseconds: milliseconds))" }
      if let message { line += ": \(Columns.oneLine(message, 300))" }
      return terminal.paint(line, Colour(state))
    case .ended(let goal, let state, let reason, let milliseconds):
      var line = "goal \(goal)  \(state.rawValue) after \(Length.text(milliseconds: milliseconds))"
      if let reason { line += ": \(Columns.oneLine(reason, 400))" }
      return terminal.paint(line, Colour(state))
    case .checkpoint: return nil
    case .warning(let sentence): return terminal.paint("warning: \(sentence)", .busy)
    case .draining(let running): return "stopping: \(running) still running"
    case .stopped: return "stopped"
    }
  }
}

extension Colour {
  /// The colour of a task's state; nil for states nobody need look at.
  init?(_ state: TaskRecordState) {
    switch state {
    case .succeeded: self = .good
    case .failed: self = .bad
    case .running: self = .busy
    case .aborted, .skipped, .cancelled: self = .quiet
    case .pending, .ready: return nil
    }
  }
}
