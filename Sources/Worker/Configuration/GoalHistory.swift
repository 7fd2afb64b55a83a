import Execution
import GoalLedger

// Everything the store knows of one goal, gathered in one place for whoever shows it: the command
// line today, other front ends later.

/// A goal with its attempts and all they left in the tables.
public struct GoalHistory: Sendable {
  /// One attempt and what belongs to it.
  public struct Part: Sendable {
    /// The attempt.
    public let attempt: Attempt
    /// The plan's body, JSON; nil before there is a plan.
    public let plan: String?
    /// The tasks by number.
    public let tasks: [TaskRecord]
    /// The tries by task number.
    public let runs: [Int: [TaskRunRecord]]
    /// What it did to its workspace, where it did anything.
    public let change: ChangeRecord?
    /// What the plan's symbols stand for; empty where they cannot be read.
    public let bindings: [String: String]
  }

  /// The goal.
  public let goal: Goal
  /// Why it is not claimable now, where it waits for something.
  public let obstacle: String?
  /// The attempts, first to last.
  public let attempts: [Part]

  /// Reads a goal's history.
  /// - throws: `.notFound` where there is no such goal, and what the store throws.
  public static func read(
    _ id: Goal.ID,
    from store: some GoalStore
  ) async throws(LedgerError) -> GoalHistory {
    guard let goal = try await store.goal(id) else {
      throw try await store.missing(id)
    }
    var parts: [Part] = []
    for attempt in try await store.attempts(of: id) {
      var plan: String?
      if let number = attempt.planID { plan = try await store.plan(number) }
      parts.append(
        Part(
          attempt: attempt,
          plan: plan,
          tasks: try await store.tasks(of: attempt.id),
          runs: try await store.runs(of: attempt.id),
          change: try await store.change(of: attempt.id),
          bindings: names(attempt.bindings)
        )
      )
    }
    let obstacle = goal.state == .adopted ? try await store.obstacle(to: id) : nil
    return GoalHistory(goal: goal, obstacle: obstacle, attempts: parts)
  }

  /// What each symbol stands for, of the table kept with an attempt.
  public static func names(_ bindings: String?) -> [String: String] {
    let members = bindings.flatMap { try? JSONValue.parse($0) }?.object ?? [:]
    return members.compactMapValues { $0.string ?? $0.name?.string }
  }
}
