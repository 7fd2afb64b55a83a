// Why there is no plan.

import HTN

/// Explains that a goal has no plan.
struct PlanFailure: Sendable {
  let task: String
  let domain: CodingDomain
  let bindings: BindingTable
  let seen: [SeenFile]

  func explained(_ problem: Problem) -> ExecutionError {
    ExecutionError(.noPlan, "no method of \(task) applies")
  }
}

extension GoalPlanner {
  func verify(_ plan: Plan, _ problem: Problem) throws(ExecutionError) {}
  func orderings(of plan: Plan, _ problem: Problem) -> [(Int, Int)] {
    zip(plan.steps, plan.steps.dropFirst()).map { ($0.id, $1.id) }
  }
}
