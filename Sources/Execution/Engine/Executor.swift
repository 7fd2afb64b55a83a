// The border between scheduling and doing. The engine knows of an action only what this protocol
// says; an executor knows of the engine only its context. Executors are made for one attempt, with
// what they need (workspace, bindings, policy), so that the context stays small. An executor must
// return soon after its Swift task is cancelled, with all it started dead and gone: the engine
// waits for it, because what still runs could still write.

import GoalLedger

/// Whose work a task is.
public struct AttemptIdentity: Sendable, Hashable {
  /// The goal's id.
  public var goalID: Int64
  /// The attempt's id, unique over all goals.
  public var attemptID: Int64
  /// The attempt's number within its goal, from 1.
  public var number: Int

  /// Makes an identity.
  public init(goalID: Int64, attemptID: Int64, number: Int) {
    self.goalID = goalID
    self.attemptID = attemptID
    self.number = number
  }
}

/// What an executor is told about the try it is to make.
public struct ExecutionContext: Sendable {
  /// The task.
  public var task: TaskNode
  /// The number of this try, from 1.
  public var tryNumber: Int
  /// The attempt the task belongs to.
  public var attempt: AttemptIdentity
  /// The longest this try may take: the task's timeout, or what is left to the whole run. The
  /// engine cancels the try when it has passed; an executor need only react to that.
  public var timeout: Duration
  /// The same as a point in time.
  public var deadline: Timestamp
  /// Takes a line for a person to read while the task runs. Not kept.
  public var log: @Sendable (String) -> Void

  /// Makes a context.
  public init(
    task: TaskNode,
    tryNumber: Int,
    attempt: AttemptIdentity,
    timeout: Duration,
    deadline: Timestamp,
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.task = task
    self.tryNumber = tryNumber
    self.attempt = attempt
    self.timeout = timeout
    self.deadline = deadline
    self.log = log
  }
}

/// A fact that a task found, for the planner to continue with: `present f1` or its negation.
public struct ObservedFact: Sendable, Hashable {
  /// The predicate's name.
  public var predicate: String
  /// Its arguments, as symbols.
  public var arguments: [String]
  /// Whether it holds, or was found not to.
  public var holds: Bool

  /// Makes an observation, of what holds unless said otherwise.
  public init(predicate: String, arguments: [String], holds: Bool = true) {
    self.predicate = predicate
    self.arguments = arguments
    self.holds = holds
  }
}

/// What came of executing a task. A command that ran and exited with an error is a result too: the
/// postcondition refuses it, so that its output stays on record.
public struct TaskResult: Sendable, Hashable {
  /// The exit code of the command it ran, if it ran one that ended by itself.
  public var exitCode: Int?
  /// The beginning of the output, of bounded length.
  public var outputHead: String
  /// The end of the output, of bounded length, where it did not fit the head.
  public var outputTail: String
  /// The whole output's length in bytes.
  public var outputBytes: Int
  /// The whole output's SHA-256 in lower-case hex, if there was any.
  public var outputSHA256: String?
  /// The id of the git tree that the task left or judged.
  public var tree: String?
  /// The id of the commit that holds its effects.
  public var commit: String?
  /// What else is worth keeping, by name.
  public var detail: [String: String]
  /// What an observing task found.
  public var observations: [ObservedFact]

  /// Makes a result; without arguments, that of a task that ran no command and changed nothing.
  public init(
    exitCode: Int? = nil,
    outputHead: String = "",
    outputTail: String = "",
    outputBytes: Int = 0,
    outputSHA256: String? = nil,
    tree: String? = nil,
    commit: String? = nil,
    detail: [String: String] = [:],
    observations: [ObservedFact] = []
  ) {
    self.exitCode = exitCode
    self.outputHead = outputHead
    self.outputTail = outputTail
    self.outputBytes = outputBytes
    self.outputSHA256 = outputSHA256
    self.tree = tree
    self.commit = commit
    self.detail = detail
    self.observations = observations
  }
}

/// The code that performs one kind of action.
public protocol Executor: Sendable {
  /// The name of the action, as the domain spells it.
  var action: String { get }

  /// Checks what needs no look at the world. Asked for every task before any task runs.
  ///
  /// - Throws: `ExecutionError` when the task can never run; the run then ends before it began.
  func admit(_ task: TaskNode) throws(ExecutionError)

  /// Checks at the beginning of every try whether it should be made now: quotas, space, tools.
  ///
  /// - Throws: `ExecutionError`; the try has then failed.
  func preflight(_ context: ExecutionContext) async throws(ExecutionError)

  /// Makes the try. Cancelled, it stops at once, with all it started, and may return what it has.
  ///
  /// - Throws: `ExecutionError`; the try has then failed.
  func execute(_ context: ExecutionContext) async throws(ExecutionError) -> TaskResult

  /// Judges the result. Not asked when the try was cancelled or ran past its timeout.
  ///
  /// - Throws: `ExecutionError`; the try has then failed, though its result is kept.
  func postcondition(
    _ result: TaskResult,
    _ context: ExecutionContext
  ) async throws(ExecutionError)
}

extension Executor {
  /// Admits every task.
  public func admit(_ task: TaskNode) throws(ExecutionError) {}
  /// Lets every try begin.
  public func preflight(_ context: ExecutionContext) async throws(ExecutionError) {}
  /// Accepts every result.
  public func postcondition(
    _ result: TaskResult,
    _ context: ExecutionContext
  ) async throws(ExecutionError) {}
}

/// The executors of an attempt, by action.
public struct ExecutorRegistry: Sendable {
  private var executors: [String: any Executor] = [:]

  /// Makes a registry.
  ///
  /// - Throws: `ExecutionError` when two executors claim the same action.
  public init(_ executors: [any Executor] = []) throws(ExecutionError) {
    for executor in executors { try register(executor) }
  }

  /// Adds an executor.
  ///
  /// - Throws: `ExecutionError` when its action has one already.
  public mutating func register(_ executor: any Executor) throws(ExecutionError) {
    guard executors.updateValue(executor, forKey: executor.action) == nil else {
      throw .twoExecutors(for: executor.action)
    }
  }

  /// The executor of an action, if there is one.
  public subscript(action: String) -> (any Executor)? { executors[action] }

  /// The actions that have an executor, in alphabetical order.
  public var actions: [String] { executors.keys.sorted() }
}
