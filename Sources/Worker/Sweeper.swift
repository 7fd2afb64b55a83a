import Execution
import GoalLedger

/// Removes what attempts that are over have left behind: worktrees, the branches of what was rolled
/// back, processes. A worker that was killed between a commit in git and one in the database, or
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
    var leftovers: [String: AttemptName] = [:]
    for worktree in try await repository.listGoalWorktrees(prefix: prefix)
    where worktree.path.hasPrefix(places.root + "/") {
      leftovers[worktree.branch] = AttemptName(worktree.branch, prefix: prefix)
    }
    for branch in try await repository.listBranches(prefix: prefix) {
      leftovers[branch] = AttemptName(branch, prefix: prefix)
    }
    for (_, name) in leftovers.sorted(by: { $0.key < $1.key }) {
      try await sweep(name, policy, repository)
    }
  }

  private func sweep(
    _ name: AttemptName,
    _ policy: WorkspacePolicy,
    _ repository: Repository
  ) async throws(ExecutionError) {
    let fate: Fate
    do throws(LedgerError) {
      fate = try await self.fate(of: name, policy)
    } catch {
      throw ExecutionError(error)
    }
    let workspace = try places.workspace(
      policy,
      repository,
      goal: name.goal,
      attempt: name.number,
      base: nil
    )
    switch fate {
    case .leave: return
    case .keepBranch: try await repository.discardWorktree(at: workspace.worktreePath)
    case .remove:
      await ProcessSweep.killAll(markerPrefix: workspace.markerPrefix)
      try await workspace.rollBack()
    }
  }

  private enum Fate { case leave, keepBranch, remove }

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
    return change.state == "committed" ? .keepBranch : .remove
  }
}

/// The goal and attempt that a branch such as `goal/12/1` belongs to.
struct AttemptName: Equatable {
  let goal: Goal.ID
  let number: Int

  init?(_ branch: String, prefix: String) {
    let parts = branch.dropFirst(prefix.utf8.count).split(separator: "/")
    guard branch.hasPrefix(prefix), parts.count == 2, let goal = Int64(parts[0]),
      let number = Int(parts[1])
    else { return nil }
    self.goal = goal
    self.number = number
  }
}
