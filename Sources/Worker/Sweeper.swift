import Execution
import GoalLedger

/// Removes what attempts that are over have left behind: worktrees, the branches of what was rolled
/// back, the commands' folders, processes. A worker that was killed between a commit in git and one in the database, or
/// between the database and the clean-up, leaves such things; rows and workspaces are made to agree.
///
/// What must stay true: it touches nothing of an attempt that is open, nor a branch of a change that
/// was committed, nor anything that is not below this database's folder.
struct Sweeper: Sendable {
  let store: any GoalStore
  let places: Workplaces
  let watch: @Sendable (WorkerEvent) -> Void

  /// Sweeps every workspace; what cannot be swept is warned about and left for the next time.
  func sweep() async {
    for name in places.configuration.workspaces.keys.sorted() {
      guard let policy = places.configuration.workspaces[name] else { continue }
      do throws(ExecutionError) {
        try await sweep(policy)
      } catch {
        watch(.warning("workspace \(name) could not be tidied: \(error.message)"))
      }
    }
  }

  private func sweep(_ policy: WorkspacePolicy) async throws(ExecutionError) {
    let repository = try await places.configuration.repository(of: policy)
    let prefix = policy.branchPrefix + "/"
    var leftovers = AttemptWorkspace.leftovers(of: policy, root: places.root)
      .map { AttemptName(goal: $0.goal, number: Int($0.attempt)) }
    for worktree in try await repository.listGoalWorktrees(prefix: prefix)
    where worktree.path.hasPrefix(places.root + "/") {
      if let name = AttemptName(worktree.branch, prefix: prefix) { leftovers.append(name) }
    }
    leftovers += try await toUndo(of: nil).map { AttemptName(goal: $0.goalID, number: $0.number) }
    let folders = Set(leftovers)
    let branches = try await repository.listBranches(prefix: prefix)
      .compactMap { AttemptName($0, prefix: prefix) }
    for name in folders.union(branches).sorted() {
      try await sweep(name, policy, repository, isOnlyBranch: !folders.contains(name))
    }
  }

  /// Undoes what attempts of a goal left that a client gave up after their lease had run out: the
  /// goal cannot be satisfied while a change of it is open.
  func undoExpired(of goal: Goal.ID) async throws(ExecutionError) {
    for attempt in try await toUndo(of: goal) {
      let name = AttemptName(goal: attempt.goalID, number: attempt.number)
      for policy in places.configuration.workspaces.values {
        let repository = try await places.configuration.repository(of: policy)
        try await sweep(name, policy, repository, isOnlyBranch: false)
      }
    }
  }

  private func toUndo(of goal: Goal.ID?) async throws(ExecutionError) -> [Attempt] {
    do throws(LedgerError) {
      return try await store.attemptsToUndo(of: goal)
    } catch {
      throw ExecutionError(error)
    }
  }

  private func sweep(
    _ name: AttemptName,
    _ policy: WorkspacePolicy,
    _ repository: Repository,
    isOnlyBranch: Bool
  ) async throws(ExecutionError) {
    let fate: Fate
    do throws(LedgerError) {
      fate = try await self.fate(of: name, policy)
    } catch {
      throw ExecutionError(error)
    }
    switch fate {
    case .leave: return
    case .keepBranch where isOnlyBranch: return
    case .keepBranch, .remove, .undo: break
    }
    let workspace = try places.workspace(
      policy,
      repository,
      goal: name.goal,
      attempt: name.number,
      base: nil
    )
    await ProcessSweep.killAll(markerPrefix: workspace.markerPrefix)
    if case .keepBranch = fate { return try await workspace.keepOnlyBranch() }
    try await workspace.rollBack()
    guard case .undo(let attempt) = fate else { return }
    do throws(LedgerError) {
      try await store.recordUndone(attempt)
    } catch {
      throw ExecutionError(error)
    }
  }

  private enum Fate {
    case leave
    case keepBranch
    case remove
    /// Remove it, and record that the attempt's change is rolled back.
    case undo(Attempt.ID)
  }

  /// What is to become of an attempt's worktree and branch. A branch that this database knows
  /// nothing of is somebody else's: another database may work on the same repository.
  private func fate(
    of name: AttemptName,
    _ policy: WorkspacePolicy
  ) async throws(LedgerError) -> Fate {
    let attempts = try await store.attempts(of: name.goal)
    guard let attempt = attempts.first(where: { $0.number == name.number }),
      attempt.state != .open, let change = try await store.change(of: attempt.id),
      change.workspace == policy.name
    else { return .leave }
    if change.state == "committed" { return .keepBranch }
    return attempt.state == .expired && change.state == "open" ? .undo(attempt.id) : .remove
  }
}

/// The goal and attempt that a branch such as `goal/12/1` belongs to.
struct AttemptName: Hashable, Comparable {
  let goal: Goal.ID
  let number: Int

  init(goal: Goal.ID, number: Int) {
    self.goal = goal
    self.number = number
  }

  init?(_ branch: String, prefix: String) {
    let parts = branch.dropFirst(prefix.utf8.count).split(separator: "/")
    guard branch.hasPrefix(prefix), parts.count == 2, let goal = Int64(parts[0]),
      let number = Int(parts[1])
    else { return nil }
    self.init(goal: goal, number: number)
  }

  static func < (left: AttemptName, right: AttemptName) -> Bool {
    (left.goal, left.number) < (right.goal, right.number)
  }
}
