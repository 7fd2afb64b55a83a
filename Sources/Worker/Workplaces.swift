import Execution
import Glibc
import GoalLedger

/// The configured workspaces as this database's attempts use them: where worktrees lie, what marks
/// the processes, and which branch belongs to which attempt.
struct Workplaces: Sendable {
  let configuration: Configuration
  /// Below this folder lie the worktrees of this database's attempts.
  let root: String
  /// What marks the processes of this database's attempts.
  let mark: String
  /// Where commits get their checkpoints from.
  let checkpoints: CheckpointPublisher?

  init(
    store: any GoalStore,
    configuration: Configuration,
    checkpoints: CheckpointPublisher? = nil
  ) async throws(LedgerError) {
    self.configuration = configuration
    self.checkpoints = checkpoints
    mark = try await store.databaseID()
    root = try configuration.worktreesFolder(
      databaseID: mark,
      environment: ProcessEnvironment.current
    )
  }

  /// The rules of a goal's workspace; nil where it names none and there is no default.
  /// - throws: `.refused` where it names one that is not configured.
  func policy(of goal: Goal) throws(ExecutionError) -> WorkspacePolicy? {
    do throws(LedgerError) {
      return try configuration.workspace(named: goal.workspace)
    } catch {
      guard goal.workspace != nil else { return nil }
      throw ExecutionError(.refused, error.message, hint: error.hint)
    }
  }

  /// The workspace of an attempt; touches nothing yet.
  func workspace(
    _ policy: WorkspacePolicy,
    _ repository: Repository,
    goal: Goal.ID,
    attempt: Int,
    base: CommitID?
  ) throws(ExecutionError) -> AttemptWorkspace {
    let checkpoints = checkpoints
    return try AttemptWorkspace(
      policy: policy,
      repository: repository,
      goal: goal,
      attempt: Int64(attempt),
      root: root,
      base: base,
      marker: mark,
      trailers: { await checkpoints?.trailers() ?? [] }
    )
  }
}

/// One goal's repository, opened when first asked for: a goal that touches no file costs no git.
actor Workplace: FileSource {
  nonisolated let policy: WorkspacePolicy
  private let configuration: Configuration
  private let recordedBase: String?
  private var opened: (repository: Repository, base: CommitID)?

  /// - Parameter base: the commit that an earlier worker's attempt started from.
  init(policy: WorkspacePolicy, base: String?, configuration: Configuration) {
    self.policy = policy
    self.configuration = configuration
    recordedBase = base
  }

  /// The repository and the commit the attempt starts from.
  func open() async throws(ExecutionError) -> (repository: Repository, base: CommitID) {
    if let opened { return opened }
    let repository = try await configuration.repository(of: policy)
    let base: CommitID
    if let recordedBase {
      base = try CommitID(recordedBase)
    } else if policy.baseRevision == "HEAD" {
      // Opening has just asked git for it.
      base = repository.head
    } else {
      base = try await repository.resolve(policy.baseRevision)
    }
    opened = (repository, base)
    return (repository, base)
  }

  func entries(
    at paths: [RelativePath],
    maxBytes: Int
  ) async throws(ExecutionError) -> [RelativePath: FileEntry] {
    let (repository, base) = try await open()
    return try await GitTree(repository: repository, commit: base)
      .entries(at: paths, maxBytes: maxBytes)
  }
}

/// This process's environment, as a value.
enum ProcessEnvironment {
  static var current: [String: String] {
    var variables: [String: String] = [:]
    var place = 0
    while let text = unsafe environ[place] {
      let line = unsafe String(cString: text)
      if let equals = line.firstIndex(of: "=") {
        variables[String(line[..<equals])] = String(line[line.index(after: equals)...])
      }
      place += 1
    }
    return variables
  }
}
