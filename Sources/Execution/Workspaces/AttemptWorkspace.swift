/// What one attempt changed in all.
public struct ChangeSummary: Sendable, Equatable {
  /// The branch, without `refs/heads/`.
  public var branch: String
  /// Where it started.
  public var base: CommitID
  /// Where it ended.
  public var head: CommitID
  /// The tree at `head`.
  public var tree: TreeID
  /// What changed, by path.
  public var files: [FileChangeStat]
}

/// What a task's edit did.
public struct TaskChange: Sendable, Equatable {
  /// What was done to the file.
  public var change: AppliedChange
  /// The branch's commit afterwards.
  public var commit: CommitID
  /// Its tree.
  public var tree: TreeID
}

/// What a command did.
public struct CommandReport: Sendable, Equatable {
  /// How it ended and what it wrote.
  public var outcome: CommandOutcome
  /// The commit it ran on.
  public var commit: CommitID
  /// The tree it ran on.
  public var tree: TreeID
  /// What was put back afterwards.
  public var restoration: Restoration
}

/// The files of one attempt: a worktree made when first needed, its commits, its commands.
public actor AttemptWorkspace {
  /// The operator's rules.
  public nonisolated let policy: WorkspacePolicy
  /// The repository.
  public nonisolated let repository: Repository
  /// The branch, without `refs/heads/`.
  public nonisolated let branch: String
  /// The folder that holds the worktree (`tree`), and the commands' `home` and `tmp`.
  public nonisolated let directory: String
  /// The worktree's folder.
  public nonisolated var worktreePath: String { directory + "/tree" }
  /// What its processes carry in `GOALLEDGER_MARK`, before the task: end with `.`.
  public nonisolated let markerPrefix: String

  /// Makes the workspace of an attempt; touches nothing yet.
  /// - Parameters:
  ///   - root: the folder below which worktrees are made; absolute.
  ///   - base: the commit to start from; `nil` resolves the policy's base revision when opened.
  ///   - marker: what marks the processes of this worker's database, for recovery.
  public init(
    policy: WorkspacePolicy,
    repository: Repository,
    goal: Int64,
    attempt: Int64,
    root: String,
    base: CommitID? = nil,
    marker: String,
    runner: CommandRunner = CommandRunner(),
    workerEnvironment: [String: String] = [:]
  ) throws(ExecutionError) {
    self.policy = policy
    self.repository = repository
    branch = "\(policy.branchPrefix)/\(goal)/\(attempt)"
    directory = "\(root)/\(policy.name)-\(goal)-\(attempt)"
    markerPrefix = "\(marker)/\(goal)/\(attempt)/"
  }

  /// Whether the worktree was made.
  public var isOpen: Bool { false }

  /// Makes the worktree, once.
  public func open() async throws(ExecutionError) -> Worktree {
    throw ExecutionError(.internal, "not there yet")
  }

  /// Applies an edit and commits it as the effect of `task`.
  /// - Parameter checkpoint: commit even if the file was already as wanted.
  public func apply(
    _ edit: FileEdit,
    to path: RelativePath,
    task: String,
    summary: String,
    checkpoint: Bool = false
  ) async throws(ExecutionError) -> TaskChange { throw ExecutionError(.internal, "not there yet") }

  /// Dry-runs edits on the worktree if it is open, else on the base commit.
  public func observe(
    _ edits: [(path: RelativePath, edit: FileEdit)]
  ) async throws(ExecutionError) -> [RelativePath: Observation] { [:] }

  /// Runs a command on the files as they are committed.
  public func run(
    _ command: CommandSpec,
    task: String,
    timeout: Duration,
    grace: Duration = .seconds(2)
  ) async throws(ExecutionError) -> CommandReport {
    throw ExecutionError(.internal, "not there yet")
  }

  /// Takes up what an earlier process left of this attempt.
  /// - Parameter doneTasks: tasks recorded as done whose commit must be there.
  /// - Returns: the tasks that have a commit; empty when there is no worktree yet.
  public func recover(doneTasks: Set<String> = []) async throws(ExecutionError) -> Set<String> {
    []
  }

  /// Removes worktree, branch and what its commands left; does nothing when all is gone.
  public func rollBack() async throws(ExecutionError) {}

  /// Keeps the branch, removes the rest, and says what changed; `nil` if nothing was ever opened.
  public func finish() async throws(ExecutionError) -> ChangeSummary? { nil }

  /// What changed so far; `nil` if nothing was opened.
  public func summary() async throws(ExecutionError) -> ChangeSummary? { nil }
}
