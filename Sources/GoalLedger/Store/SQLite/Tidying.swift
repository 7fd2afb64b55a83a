import SQLite

/// The small steps that keep derived columns true: goals whose time has come are promoted,
/// dependents of satisfied goals released, stale scores computed anew. Each step takes a bounded
/// batch, so that no transaction holds the write lock for long.
extension SQLiteGoalStore {
  /// How many rows one step takes.
  private static let batch = 500

  public func tidy() async throws(LedgerError) -> Bool {
    // A look is cheap and needs no lock; an idle worker must not write.
    let isNeeded = try await reader.read { connection throws(SQLiteError) in
      try connection.first(
        """
        SELECT EXISTS (
            SELECT 1 FROM goals INDEXED BY goals_waiting
            WHERE state = 'adopted' AND waits_until IS NOT NULL
              AND waits_until <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
          OR EXISTS (SELECT 1 FROM release_queue)
          OR EXISTS (
            SELECT 1 FROM goals INDEXED BY goals_stale_scores
            WHERE state IN ('proposed', 'adopted')
              AND score_epoch < (SELECT epoch FROM score_epoch))
        """
      ) { row throws(SQLiteError) in try row.require(0, as: Bool.self) }
    }
    guard isNeeded == true else { return false }
    return try await write { connection throws(SQLiteError) in
      let promoted = try promote(limit: Self.batch, connection)
      let released = try release(limit: Self.batch, connection)
      let rescored = try rescore(limit: Self.batch, connection)
      return promoted == Self.batch || released || rescored == Self.batch
    }
  }

  @discardableResult
  func promote(limit: Int, _ connection: Connection) throws(SQLiteError) -> Int {
    try connection.run(
      """
      UPDATE goals
      SET waits_until = NULL
      WHERE id IN (
        SELECT id FROM goals INDEXED BY goals_waiting
        WHERE state = 'adopted' AND waits_until IS NOT NULL
          AND waits_until <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        ORDER BY waits_until
        LIMIT ?
      )
      """,
      limit
    )
  }

  /// Releases dependents of one satisfied goal; true where more is left.
  private func release(limit: Int, _ connection: Connection) throws(SQLiteError) -> Bool {
    let goal = try connection.first(
      "SELECT goal_id FROM release_queue ORDER BY goal_id LIMIT 1"
    ) { row throws(SQLiteError) in try row.require(0, as: Int64.self) }
    guard let goal else { return false }
    let released = try connection.run(
      """
      UPDATE goal_dependencies
      SET met = 1
      WHERE depends_on = ?1 AND goal_id IN (
        SELECT goal_id FROM goal_dependencies WHERE depends_on = ?1 AND met = 0 LIMIT ?2
      )
      """,
      goal,
      limit
    )
    if released < limit { try connection.run("DELETE FROM release_queue WHERE goal_id = ?", goal) }
    return true
  }

  private func rescore(limit: Int, _ connection: Connection) throws(SQLiteError) -> Int {
    try connection.run(
      """
      UPDATE goals
      SET score = (SELECT f.score FROM goal_score_formula f WHERE f.id = goals.id),
        score_epoch = (SELECT epoch FROM score_epoch)
      WHERE id IN (
        SELECT id FROM goals INDEXED BY goals_stale_scores
        WHERE state IN ('proposed', 'adopted')
          AND score_epoch < (SELECT epoch FROM score_epoch)
        ORDER BY score_epoch
        LIMIT ?
      )
      """,
      limit
    )
  }
}
