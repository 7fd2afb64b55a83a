import Execution
import GoalLedger

// Plans a goal as a worker would, to look at: nothing is executed and nothing recorded.

extension Configuration {
  /// The domain goals are planned in: the built-in one, and the operator's after it.
  /// - throws: where the operator's file cannot be read, or does not fit.
  public func domain() throws(LedgerError) -> CodingDomain {
    let text = try domainFile.map { file throws(LedgerError) in try TextFile.read(file) }
    do throws(ExecutionError) {
      guard let domainFile else { return try CodingDomain() }
      return try CodingDomain(operatorText: text, file: domainFile)
    } catch {
      throw LedgerError(.invalid, error.message, hint: error.hint)
    }
  }

  /// Checks that there is a task of this name, so that a misspelt one is found when the goal is
  /// asked for, and not when it is executed.
  /// - throws: `ExecutionError`, listing the tasks there are.
  public func checkTask(_ name: String) throws {
    _ = try GoalPlanner(domain: try domain()).task(named: name, text: name)
  }

  /// Plans a goal against the commit its attempt would start from.
  /// - throws: `ExecutionError` where no plan is found, with the reason; `LedgerError` where the
  ///   store or the configuration lacks something.
  public func preview(
    _ goal: Goal,
    store: some GoalStore,
    environment: [String: String]
  ) async throws -> PlannedGoal {
    let planner = GoalPlanner(domain: try domain())
    let task = try planner.task(named: goal.task, text: goal.text)
    var request = PlanRequest(
      goalID: goal.id,
      task: goal.task,
      text: goal.text,
      contextJSON: goal.context,
      successMetricsJSON: goal.successMetrics,
      beliefs: try await store.activeBeliefs()
    )
    // A task that takes no files and no command costs no git.
    let takes = ContextForm(task: task).keys
    if takes.contains("files") || takes.contains("command"),
      goal.workspace != nil || !workspaces.isEmpty
    {
      let policy = try workspace(named: goal.workspace)
      let repository = try await repository(of: policy, searchPath: environment["PATH"])
      request.policy = policy
      request.source = GitTree(
        repository: repository,
        commit: try await repository.resolve(policy.baseRevision)
      )
    }
    return try await planner.plan(request)
  }

  /// A sentence about what a goal's attempt will not see: files of the user's checkout that are not
  /// committed. nil where there are none, or nobody can tell.
  public func unseenFiles(of goal: Goal, environment: [String: String]) async -> String? {
    guard let policy = try? workspace(named: goal.workspace),
      let repository = try? await repository(of: policy, searchPath: environment["PATH"]),
      let count = try? await repository.uncommittedFiles(), count > 0
    else { return nil }
    return "\(count) uncommitted \(count == 1 ? "file" : "files") in \(policy.name) will not be "
      + "seen: goals start from \(policy.baseRevision)"
  }
}
