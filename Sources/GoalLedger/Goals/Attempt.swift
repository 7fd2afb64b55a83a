/// An attempt: one execution of a goal by one worker, under one lease. With it, what the attempt
/// leaves in the tables: its plan, tasks, runs and change.

/// Where an attempt stands.
public enum AttemptState: String, Sendable, Hashable, CaseIterable {
  case open, satisfied, failed, abandoned, released, expired
}

/// Where a task stands. The engine has the same words; these are what the table holds.
public enum TaskRecordState: String, Sendable, Hashable, CaseIterable {
  case pending, ready, running, succeeded, failed, aborted, skipped, cancelled
}

/// An attempt, as a row of `attempts` holds it.
public struct Attempt: Sendable, Hashable, Identifiable {
  /// The attempt's number over all goals.
  public typealias ID = Int64

  /// The attempt's number over all goals.
  public let id: ID
  /// Whose attempt it is.
  public let goalID: Goal.ID
  /// Its number among the goal's attempts, from 1.
  public let number: Int
  /// Where it stands.
  public let state: AttemptState
  /// Who executes, or executed, it.
  public let worker: String
  /// Until when the lease holds.
  public let leaseExpiresAt: Timestamp
  /// How many times another worker took it over since it last made progress.
  public let takeovers: Int
  /// The plan, once there is one.
  public let planID: Int64?
  /// What the plan's symbols stand for, JSON.
  public let bindings: String?
  /// The branch it works on, once it has one.
  public let branch: String?
  /// The commit it started from.
  public let baseCommit: String?
  /// When it began.
  public let startedAt: Timestamp
  /// When it ended.
  public let endedAt: Timestamp?
  /// How it ended, JSON.
  public let outcome: String?
}

/// The right to execute one goal: what a claim or a take-over gives.
public struct Claim: Sendable, Hashable {
  /// The goal as it was when claimed.
  public let goal: Goal
  /// The attempt.
  public let attempt: Attempt
  /// The fencing token: every write of the attempt proves it.
  public let token: Int64
  /// Whether another worker began this attempt.
  public let isTakenOver: Bool
  /// Whether the goal had a signature when it was claimed; where it had none, none is to be judged.
  public let isSigned: Bool
  /// The beliefs that were active when it was claimed, by name; those without a name are left out.
  public let beliefs: [String]
}

/// A task, as a row of `tasks` holds it.
public struct TaskRecord: Sendable, Hashable {
  /// The step's number in the plan, from 0.
  public let number: Int
  /// The action.
  public let action: String
  /// The action's arguments, JSON.
  public let arguments: String
  /// Where it stands.
  public var state: TaskRecordState
  /// How many tries were begun.
  public var tries: Int
  /// The numbers of the tasks it waits for.
  public let dependsOn: [Int]
  /// Higher goes first.
  public let priority: Int
  /// When it was first started.
  public var startedAt: Timestamp?
  /// When it ended.
  public var endedAt: Timestamp?
  /// The commit that holds its effects.
  public var commit: String?

  /// A task that has not begun.
  public init(number: Int, action: String, arguments: String, dependsOn: [Int], priority: Int) {
    self.number = number
    self.action = action
    self.arguments = arguments
    self.dependsOn = dependsOn
    self.priority = priority
    self.state = .pending
    self.tries = 0
  }
}

/// One try of a task, as a row of `task_runs` holds it.
public struct TaskRunRecord: Sendable, Hashable {
  /// Which try, from 1.
  public var tryNumber: Int
  /// When it began and ended.
  public var startedAt: Timestamp, endedAt: Timestamp
  /// How long it took, in milliseconds.
  public var durationMilliseconds: Double
  /// The command's exit code, where there was a command.
  public var exitCode: Int?
  /// The class of its error, where it failed.
  public var errorClass: String?
  /// The error's sentence.
  public var message: String?
  /// Whether another try could help.
  public var retryable: Bool?
  /// The first and the last of the output.
  public var outputHead: String, outputTail: String
  /// The output's whole size, in bytes.
  public var outputBytes: Int64
  /// The output's SHA-256, in hexadecimal; nil where there was no command.
  public var outputSHA256: String?
  /// The tree the command ran on.
  public var tree: String?

  /// A try that needed no command.
  public init(
    tryNumber: Int,
    startedAt: Timestamp,
    endedAt: Timestamp,
    durationMilliseconds: Double
  ) {
    self.tryNumber = tryNumber
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.durationMilliseconds = durationMilliseconds
    self.outputHead = ""
    self.outputTail = ""
    self.outputBytes = 0
  }
}

/// One thing that happened to a task, to be recorded.
public enum TaskEvent: Sendable, Hashable {
  /// A try began.
  case started(number: Int, at: Timestamp)
  /// A try ended, and left the task in a state: `succeeded`, `failed`, `cancelled`, or `ready` for
  /// another try.
  case ended(number: Int, state: TaskRecordState, run: TaskRunRecord, commit: String?)
  /// The task moved without a try: `aborted`, `skipped`, `cancelled`.
  case moved(number: Int, state: TaskRecordState, at: Timestamp)
}

/// The plan of an attempt, to be recorded before its first task starts.
public struct PlanRecord: Sendable, Hashable {
  /// The compound task that was decomposed.
  public let task: String
  /// The plan, its decomposition and what was considered, JSON.
  public let body: String
  /// The body's SHA-256, in hexadecimal.
  public let digest: String
  /// What its symbols stand for, JSON.
  public let bindings: String
  /// The task graph.
  public let tasks: [TaskRecord]

  /// A plan with its graph.
  public init(task: String, body: String, digest: String, bindings: String, tasks: [TaskRecord]) {
    self.task = task
    self.body = body
    self.digest = digest
    self.bindings = bindings
    self.tasks = tasks
  }
}

/// What an attempt did to a workspace, as a row of `changes` holds it.
public struct ChangeRecord: Sendable, Hashable {
  /// The workspace's name.
  public var workspace: String
  /// The branch.
  public var branch: String
  /// The commit it started from.
  public var baseCommit: String
  /// The last commit.
  public var headCommit: String?
  /// The last commit's tree.
  public var tree: String?
  /// The files, a JSON array.
  public var files: String
  /// `open`, `committed` or `rolled_back`.
  public var state: String

  /// A change that has just been opened.
  public init(workspace: String, branch: String, baseCommit: String) {
    self.workspace = workspace
    self.branch = branch
    self.baseCommit = baseCommit
    self.files = "[]"
    self.state = "open"
  }
}

/// How an attempt ends.
public enum AttemptEnd: Sendable, Hashable {
  /// The goal is satisfied.
  case satisfied(result: String)
  /// Rolled back, to be tried again after so many milliseconds.
  case retry(result: String, reason: String, afterMilliseconds: Int64)
  /// Rolled back for good.
  case failed(result: String, reason: String)
  /// Rolled back through no fault of the goal's (a shutdown): the attempt is not counted.
  case released(reason: String)
  /// The goal was abandoned meanwhile, and its rollback is done.
  case abandoned(result: String)
}

/// What becomes of a lease when its holder asks for more time.
public enum LeaseStanding: Sendable, Hashable {
  /// It goes on.
  case held
  /// The goal was abandoned: stop, roll back, and close the attempt.
  case abandoned
  /// Another worker has it, or the attempt has ended: stop, and write nothing.
  case lost
}
