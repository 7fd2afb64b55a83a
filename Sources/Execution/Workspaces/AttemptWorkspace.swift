// The files of one attempt. The worktree is made when the first action needs it, so that a goal that
// touches no files costs no git. Whatever writes passes one gate, in order of arrival: an edit and
// its commit are one step, a command sees the files of exactly one commit, and a reset waits for
// both. An edit that could not be committed is taken back. Everything can be thrown away at any
// moment, also by another process after this one was killed.

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
  /// The folder that holds the worktree, and the commands' `home` and `tmp`.
  public nonisolated let directory: String
  /// The worktree's folder.
  public nonisolated let worktreePath: String
  /// What its processes carry in `GOALLEDGER_MARK`, before the task's name; ends with `/`.
  public nonisolated let markerPrefix: String

  let goal: Int64
  let attempt: Int64
  let applier: FileApplier
  let runner: CommandRunner
  let searchPath: String
  let givenBase: CommitID?
  let trailers: @Sendable () async -> [Trailer]
  let gate = SerialGate()
  var worktree: Worktree?
  /// Whether a try to make the worktree has begun: what is there then is its own.
  private var hasBegun = false
  /// The size of each file this attempt has written, for the policy's limits.
  var written: [RelativePath: Int] = [:]
  /// The last comparison of base and head: two commits never differ in another way later.
  var compared: (base: CommitID, head: CommitID, files: [FileChangeStat])?

  /// Makes the workspace of an attempt; touches nothing yet.
  /// - Parameters:
  ///   - attempt: the attempt's number within the goal.
  ///   - root: the folder below which worktrees are made; absolute, outside the repository.
  ///   - base: the commit to start from; `nil` resolves the policy's base revision when opened.
  ///   - marker: what marks the processes of this worker's database, for recovery; not empty.
  ///   - searchPath: the PATH of commands; `nil` takes this process's own and the usual folders.
  ///   - trailers: what every commit says besides goal, attempt and task.
  /// - Throws: `.refused` when a glob of the policy is malformed.
  public init(
    policy: WorkspacePolicy,
    repository: Repository,
    goal: Int64,
    attempt: Int64,
    root: String,
    base: CommitID? = nil,
    marker: String,
    runner: CommandRunner = CommandRunner(),
    searchPath: String? = nil,
    trailers: @escaping @Sendable () async -> [Trailer] = { [] }
  ) throws(ExecutionError) {
    self.policy = policy
    self.repository = repository
    self.goal = goal
    self.attempt = attempt
    self.runner = runner
    self.searchPath = searchPath ?? CommandEnvironment.searchPath
    applier = FileApplier(policy: try policy.pathPolicy())
    givenBase = base
    self.trailers = trailers
    branch = "\(policy.branchPrefix)/\(goal)/\(attempt)"
    directory = "\(root)/\(Self.folderName(policy.name))-\(goal)-\(attempt)"
    worktreePath = "\(directory)/goal-\(goal)-\(attempt)"
    markerPrefix = "\(marker)/\(goal)/\(attempt)/"
  }

  /// The attempts that have a folder below `root`, by the folders' names.
  public static func leftovers(
    of policy: WorkspacePolicy,
    root: String
  ) -> [(goal: Int64, attempt: Int64)] {
    let prefix = folderName(policy.name) + "-"
    return PlainFiles.names(in: root).compactMap { name in
      guard name.hasPrefix(prefix) else { return nil }
      let numbers = name.dropFirst(prefix.count).split(separator: "-").map { Int64($0) }
      guard numbers.count == 2, let goal = numbers[0], let attempt = numbers[1] else { return nil }
      return (goal, attempt)
    }
  }

  /// A workspace's name as part of a folder's name.
  private static func folderName(_ name: String) -> String {
    let safe = name.unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9") ~= scalar)
      return isPlain || scalar == "-" ? Character(scalar) : "_"
    }
    return String(safe.prefix(64))
  }

  // MARK: - The worktree

  /// Whether the worktree was made, or taken up.
  public var isOpen: Bool { worktree != nil }

  /// The commit and the tree the files are at; `nil` while there is no worktree.
  public func position() async -> (commit: CommitID, tree: TreeID)? {
    guard let worktree else { return nil }
    return (await worktree.head, await worktree.tree)
  }

  /// Makes the worktree, once.
  /// - Throws: `.conflict` (an earlier one is in the way), `.notFound` (no base), `.gitFailed`,
  ///   `.diskFull`, `.cancelled`.
  public func open() async throws(ExecutionError) -> Worktree {
    if let worktree { return worktree }
    return try await gate.pass { () async throws(ExecutionError) in try await opened() }
  }

  /// As `open`, for one who is through the gate.
  func opened() async throws(ExecutionError) -> Worktree {
    if let worktree { return worktree }
    // The folder is made first and removed last: where it is missing, there is nothing to undo.
    try PlainFiles.makeFolder(directory)
    let base = try await base()
    let again = hasBegun
    hasBegun = again || !repository.mayHaveBranch(branch)
    let made = try await repository.createWorktree(
      at: worktreePath,
      branch: branch,
      base: base,
      again: again
    )
    worktree = made
    return made
  }

  private func base() async throws(ExecutionError) -> CommitID {
    if let givenBase { return givenBase }
    return try await repository.resolve(policy.baseRevision)
  }

  // MARK: - Files

  /// Dry-runs edits on the worktree if it is open, else on the base commit.
  /// - Throws: `.refused` or `.tooLarge` by policy, `.notFound` (no base), `.gitFailed`, `.io`.
  public func observe(
    _ edits: [(path: RelativePath, edit: FileEdit)]
  ) async throws(ExecutionError) -> [RelativePath: Observation] {
    if let worktree { return try await applier.dryRun(edits, in: worktree.folder) }
    let tree = GitTree(repository: repository, commit: try await base())
    return try await applier.dryRun(edits, in: tree)
  }

  /// Applies an edit and commits it as the effect of `task`.
  /// - Parameters:
  ///   - task: the value of the commit's `Task:` trailer.
  ///   - summary: the first line of the commit's message.
  ///   - checkpoint: commit even if the branch already has the file as wanted.
  /// - Throws: what `FileApplier.apply` and `Worktree.commit` throw; nothing is changed then.
  public func apply(
    _ edit: FileEdit,
    to path: RelativePath,
    task: String,
    summary: String,
    checkpoint: Bool = false
  ) async throws(ExecutionError) -> TaskChange {
    try await gate.pass { () async throws(ExecutionError) in
      let worktree = try await opened()
      let before = try worktree.folder.entry(at: path, maxBytes: 256 << 20)
      let change = try applier.apply(edit, to: path, in: worktree.folder)
      do throws(ExecutionError) {
        var sizes = written
        sizes[path] = change.bytes
        try applier.policy.check(files: sizes.count, totalBytes: sizes.values.reduce(0, +))
        let commit = try await worktree.commit(
          paths: [path],
          message: summary,
          trailers: [
            Trailer("Goal", "\(goal)"), Trailer("Attempt", "\(attempt)"), Trailer("Task", task),
          ] + (await trailers()),
          allowEmpty: checkpoint
        )
        if change.isChange { written = sizes }
        return TaskChange(change: change, commit: commit, tree: await worktree.tree)
      } catch {
        switch before {
        case .file(let bytes): try? worktree.folder.write(bytes, to: path)
        case .absent: try? worktree.folder.remove(path)
        case .unusable: break
        }
        throw error
      }
    }
  }

  // MARK: - Commands

  /// Runs a command on the files as they are committed. Afterwards tracked files it changed are put
  /// back and untracked files it left are removed, but for ignored ones.
  /// - Parameters:
  ///   - timeout: the longest it may run; the command's own limit wins if it is shorter.
  /// - Throws: what `CommandRunner.run` and `Worktree.restore` throw, `.cancelled` while waiting. A
  ///   command that fails, is cancelled or runs out of time is a report, not an error.
  public func run(
    _ command: CommandSpec,
    task: String,
    timeout: Duration,
    grace: Duration = .seconds(2)
  ) async throws(ExecutionError) -> CommandReport {
    try await gate.pass { () async throws(ExecutionError) in
      let worktree = try await opened()
      for folder in ["home", "tmp"] { try PlainFiles.makeFolder("\(directory)/\(folder)") }
      let limit = command.timeoutMS.map { min(.milliseconds($0), timeout) } ?? timeout
      let request = CommandRequest(
        argv: command.argv,
        workingDirectory: worktree.path,
        environment: CommandEnvironment.variables(
          searchPath: searchPath,
          directory: directory,
          policy: policy.environment
        ),
        timeout: limit,
        grace: grace,
        marker: markerPrefix + task
      )
      let commit = await worktree.head
      let tree = await worktree.tree
      let outcome: CommandOutcome
      do throws(ExecutionError) {
        outcome = try await runner.run(request)
      } catch {
        _ = try? await worktree.restore()
        throw error
      }
      return CommandReport(
        outcome: outcome,
        commit: commit,
        tree: tree,
        restoration: try await worktree.restore()
      )
    }
  }
}
