import Execution
import GoalLedger

// Plans a goal as a worker would, to look at: nothing is executed and nothing recorded.

extension Configuration {
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
      let access = try await RepositoryAccess(
        store: store,
        configuration: self,
        environment: environment
      )
      let repository = try await access.open(policy)
      request.policy = policy
      request.source = GitTree(
        repository: repository,
        commit: try await repository.resolve(policy.baseRevision)
      )
    }
    return try await planner.plan(request)
  }
}
