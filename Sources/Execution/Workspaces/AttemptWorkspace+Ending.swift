// How an attempt's files end: taken up again after a kill, thrown away, or kept as a branch. Each of
// these can itself be cut short at any instruction and done again.

extension AttemptWorkspace {
  /// Takes up what an earlier process left of this attempt: kills its processes, removes its lock
  /// files, and goes back to the last commit of a task.
  /// - Parameter doneTasks: tasks recorded as done whose commit must be there.
  /// - Returns: the tasks that have a commit; empty when nothing was ever made.
  /// - Throws: `.conflict` when a done task has no commit, `.gitFailed`, `.diskFull`, `.io`.
  public func recover(doneTasks: Set<String> = []) async throws(ExecutionError) -> Set<String> {
    try await gate.pass(isPatient: true) { () async throws(ExecutionError) in
      await ProcessSweep.killAll(markerPrefix: markerPrefix)
      var found = worktree
      if found == nil {
        found = try await repository.openWorktree(at: worktreePath, branch: branch, base: givenBase)
      }
      if found == nil { found = try await takeUpBranch() }
      guard let found else {
        try await discardAll()
        guard let missing = doneTasks.min() else { return [] }
        throw lost(missing)
      }
      worktree = found
      let commits = try await found.taskCommits()
      let tasks = Set(commits.map(\.task))
      if let missing = doneTasks.subtracting(tasks).min() { throw lost(missing) }
      try await found.resetHard(to: commits.last?.commit ?? found.base)
      written = [:]
      for file in try await repository.diffStat(from: found.base, to: found.head) {
        guard let path = try? RelativePath(file.path) else { continue }
        let entry = try found.folder.entry(at: path, maxBytes: 256 << 20)
        written[path] = entry.content?.count ?? 0
      }
      return tasks
    }
  }

  /// A worktree for a branch that was kept but whose result was not recorded.
  private func takeUpBranch() async throws(ExecutionError) -> Worktree? {
    guard repository.mayHaveBranch(branch),
      try await repository.listBranches(prefix: branch).contains(branch)
    else { return nil }
    try await repository.discardWorktree(at: worktreePath)
    try PlainFiles.makeFolder(directory)
    return try await repository.attachWorktree(
      at: worktreePath,
      branch: branch,
      base: try await forkPoint()
    )
  }

  private func forkPoint() async throws(ExecutionError) -> CommitID {
    if let givenBase { return givenBase }
    let origin = try await repository.resolve(policy.baseRevision)
    return try await repository.mergeBase(origin.text, "refs/heads/\(branch)")
  }

  private func lost(_ task: String) -> ExecutionError {
    ExecutionError(
      .conflict,
      "task \(task) is recorded as done but the branch '\(branch)' has no commit of it",
      hint: "roll the attempt back and let the goal be tried again",
      isRetryable: true
    )
  }

  /// Removes worktree, branch and what its commands left; does nothing when all is gone. Waits for
  /// what is running through the gate: cancel that first.
  /// - Throws: `.gitFailed`, `.io`.
  public func rollBack() async throws(ExecutionError) {
    try await gate.pass(isPatient: true) { () async throws(ExecutionError) in
      let isThere =
        worktree != nil || PlainFiles.exists(directory) || repository.mayHaveBranch(branch)
      worktree = nil
      written = [:]
      if isThere { try await discardAll() }
    }
  }

  /// Removes everything but the branch: what is left of an attempt that was kept, but whose process
  /// was killed before it had tidied up. Does nothing when all is gone.
  /// - Throws: `.io`.
  public func keepOnlyBranch() async throws(ExecutionError) {
    try await gate.pass(isPatient: true) { () async throws(ExecutionError) in
      try await repository.discardWorktree(at: worktreePath)
      try PlainFiles.removeTree(directory)
      worktree = nil
    }
  }

  private func discardAll() async throws(ExecutionError) {
    try await repository.discard(worktreePath: worktreePath, branch: branch)
    try PlainFiles.removeTree(directory)
  }

  /// What changed so far; `nil` if nothing was opened.
  /// - Throws: `.gitFailed`.
  public func summary() async throws(ExecutionError) -> ChangeSummary? {
    try await gate.pass(isPatient: true) { () async throws(ExecutionError) in
      try await summarise()
    }
  }

  private func summarise() async throws(ExecutionError) -> ChangeSummary? {
    guard let worktree else { return nil }
    let head = await worktree.head
    return ChangeSummary(
      branch: branch,
      base: worktree.base,
      head: head,
      tree: await worktree.tree,
      files: try await files(from: worktree.base, to: head)
    )
  }

  /// What differs, asked of git once: validation, the commit, the record and the end all want it.
  private func files(
    from base: CommitID,
    to head: CommitID
  ) async throws(ExecutionError) -> [FileChangeStat] {
    if let compared, compared.base == base, compared.head == head { return compared.files }
    let files = try await repository.diffStat(from: base, to: head)
    compared = (base, head, files)
    return files
  }

  /// Keeps the branch, removes the rest, and says what changed; `nil` if nothing was ever opened.
  /// A branch on which nothing was committed is removed too.
  /// - Parameter isDurable: flush the repository's file system first, so that the branch survives a
  ///   loss of power and not only a kill. Takes as long as all that is unwritten there.
  /// - Throws: `.gitFailed`, `.io`.
  public func finish(isDurable: Bool = false) async throws(ExecutionError) -> ChangeSummary? {
    try await gate.pass(isPatient: true) { () async throws(ExecutionError) in
      guard let summary = try await summarise() else { return nil }
      if summary.head == summary.base {
        try await repository.discard(worktreePath: worktreePath, branch: branch)
      } else {
        if isDurable { try await repository.makeDurable(with: runner) }
        try await repository.discardWorktree(at: worktreePath)
      }
      try PlainFiles.removeTree(directory)
      worktree = nil
      return summary
    }
  }
}
