// One node of the task graph: an action of the plan, with what the engine must know to schedule it.
// A node is a value and says nothing of its progress; that is `TaskProgress` and the engine's part.

import GoalLedger

/// What becomes of a task when one of its dependencies does not succeed.
public enum DependencyPolicy: String, Sendable, Hashable, CaseIterable {
  /// The task is aborted, and with it the whole run fails.
  case abort
  /// The task is skipped, and the run goes on without it.
  case skip
  /// The task waits until all its dependencies have ended and runs if at least one succeeded;
  /// with none it is aborted.
  case continueIfAny = "continue_if_any"
}

/// A task of the graph: one action of the plan and the conditions under which it runs.
public struct TaskNode: Sendable, Hashable {
  /// The plan's step id, from 0. Unique in a graph; gaps are allowed.
  public var number: Int
  /// The action's name, which chooses the executor.
  public var action: String
  /// The action's arguments as the plan has them: symbols, which the attempt's binding table
  /// resolves to paths and contents.
  public var arguments: [String]
  /// Higher runs first among what is ready. Equals are ordered by the longest chain of tasks that
  /// waits for them, then by number.
  public var priority: Int
  /// The numbers of the tasks that must have ended before this one starts.
  public var dependencies: [Int]
  /// What becomes of this task when one of them does not succeed.
  public var dependencyPolicy: DependencyPolicy
  /// The longest a single try may take; 60 seconds unless said otherwise.
  public var timeout: Duration
  /// When and how often a failed try is made again.
  public var retry: RetryPolicy
  /// Names of what the task needs for itself while it runs, such as `worktree-write`. At most
  /// `EngineLimits.resourceCaps` tasks (one, unless it says more) hold a name at the same time.
  public var resources: [String]
  /// Whether the task's result may add objects and facts to the plan.
  public var observing: Bool

  /// Makes a node; only its number and action have no default.
  public init(
    number: Int,
    action: String,
    arguments: [String] = [],
    priority: Int = 0,
    dependencies: [Int] = [],
    dependencyPolicy: DependencyPolicy = .abort,
    timeout: Duration = .seconds(60),
    retry: RetryPolicy = RetryPolicy(),
    resources: [String] = [],
    observing: Bool = false
  ) {
    self.number = number
    self.action = action
    self.arguments = arguments
    self.priority = priority
    self.dependencies = dependencies
    self.dependencyPolicy = dependencyPolicy
    self.timeout = timeout
    self.retry = retry
    self.resources = resources
    self.observing = observing
  }
}

/// How far a task had come: what a worker that resumes an attempt knows of it.
public struct TaskProgress: Sendable, Equatable {
  /// The state on record. `running` means that its try was interrupted and is made again.
  public var state: TaskState
  /// The tries begun so far, interrupted ones among them. They count towards `maxTries`, but a task
  /// that has not ended gets at least one more.
  public var tries: Int
  /// Not to be tried again before this time, if it waits for a retry.
  public var retryAt: Timestamp?
  /// What was wrong with its last try, if it failed.
  public var error: ExecutionError?

  /// Makes a record of progress; without arguments, that of a task not yet begun.
  public init(
    state: TaskState = .pending,
    tries: Int = 0,
    retryAt: Timestamp? = nil,
    error: ExecutionError? = nil
  ) {
    self.state = state
    self.tries = tries
    self.retryAt = retryAt
    self.error = error
  }
}
