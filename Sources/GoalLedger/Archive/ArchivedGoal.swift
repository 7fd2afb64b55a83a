// Where a goal is that is no longer here.
import SQLite

/// A goal that was archived.
public struct ArchivedGoal: Sendable, Hashable {
  /// The goal.
  public let goal: Goal.ID
  /// The archive, an absolute path.
  public let file: String
  /// When it went there.
  public let madeAt: String
}

extension SQLiteGoalStore {
  public func archived(_ goal: Goal.ID) async throws(LedgerError) -> ArchivedGoal? {
    try await reader.read { connection throws(SQLiteError) in
      try connection.first(
        """
        SELECT g.goal_id, a.file, a.made_at
        FROM archived_goals g JOIN archives a ON a.number = g.archive
        WHERE g.goal_id = ?
        """,
        goal
      ) { row throws(SQLiteError) in
        ArchivedGoal(
          goal: try row.require(0),
          file: try row.require(1),
          madeAt: try row.require(2)
        )
      }
    }
  }
}

extension GoalStore {
  /// A store that archives nothing has nothing archived.
  public func archived(_ goal: Goal.ID) async throws(LedgerError) -> ArchivedGoal? { nil }

  /// What to say of a goal that is not here: where it is, or that there is none.
  public func missing(_ goal: Goal.ID) async throws(LedgerError) -> LedgerError {
    guard let archived = try await archived(goal) else {
      return LedgerError(
        .notFound,
        "there is no goal \(goal)",
        hint: "goalledger list shows what there is"
      )
    }
    return LedgerError(
      .notFound,
      "goal \(goal) was archived to \(archived.file) at \(archived.madeAt)",
      hint: "goalledger show \(goal) --db \(archived.file)"
    )
  }
}
