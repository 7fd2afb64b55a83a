import SQLite

/// What is left of attempts that nobody holds any more: their lease ran out, and a client gave the
/// goal back to the queue. Their change is still open until somebody has undone it.
extension SQLiteGoalStore {
  public func attemptsToUndo(of goal: Goal.ID?) async throws(LedgerError) -> [Attempt] {
    let filter = goal == nil ? "?1 IS NULL" : "goal_id = ?1"
    return try await reader.read { connection throws(SQLiteError) in
      try connection.query(
        """
        SELECT \(Attempt.columns)
        FROM attempts
        WHERE state = 'expired' AND id IN (
          SELECT attempt_id
          FROM changes INDEXED BY changes_open
          WHERE state = 'open' AND \(filter)
        )
        ORDER BY id
        """,
        goal
      ) { row throws(SQLiteError) in try Attempt(row) }
    }
  }

  public func recordUndone(_ attempt: Attempt.ID) async throws(LedgerError) {
    _ = try await write { connection throws(SQLiteError) in
      try connection.run(
        """
        UPDATE changes
        SET state = 'rolled_back',
          lease_token = (SELECT lease_token FROM attempts WHERE id = attempt_id)
        WHERE attempt_id = ? AND state = 'open'
          AND EXISTS (SELECT 1 FROM attempts WHERE id = attempt_id AND state = 'expired')
        """,
        attempt
      )
    }
  }
}
