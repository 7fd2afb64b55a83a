// The sentences of the graph and the engine. They name the task by its number and action, so that a
// person can find it in the plan.

extension ExecutionError {
  /// A move that the table of task states does not have: a mistake in this program.
  static func illegalMove(from: TaskState, to: TaskState) -> ExecutionError {
    ExecutionError(.internal, "a \(from.rawValue) task cannot become \(to.rawValue)")
  }

  /// A graph that cannot be executed.
  static func invalidGraph(_ what: String) -> ExecutionError {
    ExecutionError(
      .noPlan,
      "the task graph is not sound: \(what)",
      hint: "the plan it was made from, or what turned it into a graph, is at fault"
    )
  }

  /// Two executors for one action: a mistake in this program.
  static func twoExecutors(for action: String) -> ExecutionError {
    ExecutionError(.internal, "two executors claim the action \(action)")
  }

  /// An action that nothing can perform.
  static func noExecutor(for task: TaskNode) -> ExecutionError {
    ExecutionError(
      .unavailable,
      "task \(task.number) needs the action \(task.action), which has no executor",
      hint: "an operator's domain may only use actions that this version can execute"
    )
  }

  /// A try that took longer than its task allows.
  static func timedOut(_ task: TaskNode) -> ExecutionError {
    ExecutionError(
      .timedOut,
      "task \(task.number) (\(task.action)) ran past its timeout of \(task.timeout.spoken)",
      isRetryable: task.retry.retriesTimeouts
    )
  }

  /// A try that was not made, because the action's circuit breaker is open.
  static func breakerOpen(_ task: TaskNode, for wait: Duration) -> ExecutionError {
    ExecutionError(
      .breakerOpen,
      "the circuit breaker of \(task.action) is open: it failed repeatedly and gets its next try "
        + "in \(wait.spoken)",
      hint: "the errors of its latest tries say what is wrong with it"
    )
  }

  /// A try that was stopped because of something else.
  static func stopped(_ task: TaskNode, because reason: String) -> ExecutionError {
    ExecutionError(.cancelled, "task \(task.number) (\(task.action)) was stopped: \(reason)")
  }

  /// A failure that an earlier worker recorded without saying what it was.
  static func failedBefore(_ task: TaskNode) -> ExecutionError {
    ExecutionError(
      .cancelled,
      "task \(task.number) (\(task.action)) had failed before this run took over",
      hint: "its last task run has the error"
    )
  }

  /// Nothing runs, nothing waits, and yet not all has ended: a mistake in this program.
  static func stuck(_ count: Int) -> ExecutionError {
    ExecutionError(.internal, "\(count) tasks can neither start nor end")
  }

  /// A failure that a retry might have helped, had the run any left.
  func withoutBudget(_ budget: Int) -> ExecutionError {
    ExecutionError(
      code,
      message + ", and the run has used up its \(budget) retries",
      hint: hint,
      isRetryable: isRetryable
    )
  }
}
