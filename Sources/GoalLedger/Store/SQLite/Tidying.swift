import SQLite

/// The small steps that keep derived columns true: goals whose time has come are promoted,
/// dependents of satisfied goals released, scores computed anew that a changed weight or belief made
/// stale or that a deadline has aged.
///
/// What must stay true: one call holds the write lock for some ten milliseconds, however much is to
/// be done and however slow the machine, since it goes by the clock and not by a number of rows; every
/// step finds its rows by an index that holds no others.
extension SQLiteGoalStore {
  /// How many rows one statement takes; fewer would cost more a row, more would overshoot the time.
  private static let batch = 25
  /// How long one transaction goes on beginning statements.
  private static let patience = Duration.milliseconds(6)

  public func tidy() async throws(LedgerError) -> TidyStep {
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
          OR EXISTS (
            SELECT 1 FROM goals INDEXED BY goals_aging
            WHERE rescore_at IS NOT NULL AND state IN ('proposed', 'adopted')
              AND rescore_at <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        """
      ) { row throws(SQLiteError) in try row.require(0, as: Bool.self) }
    }
    guard isNeeded == true else { return .nothing }
    return try await write { connection throws(SQLiteError) in
      let clock = ContinuousClock()
      let end = clock.now + Self.patience
      repeat {
        let promoted = try promote(limit: Self.batch, connection)
        let released = try release(limit: Self.batch, connection)
        let rescored = try rescore(.stale, limit: Self.batch, connection)
        let aged = try rescore(.aged, limit: Self.batch, connection)
        guard released || max(promoted, rescored, aged) == Self.batch else { return .done }
      } while clock.now < end
      return .more
    }
  }

  private func promote(limit: Int, _ connection: Connection) throws(SQLiteError) -> Int {
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

  /// Why a score is no longer what the formula says.
  private enum Rescoring: String {
    /// A weight or a belief has changed.
    case stale = """
      SELECT id FROM goals INDEXED BY goals_stale_scores
      WHERE state IN ('proposed', 'adopted')
        AND score_epoch < (SELECT epoch FROM score_epoch)
      ORDER BY score_epoch
      LIMIT ?
      """
    /// A deadline has come nearer, or has passed.
    case aged = """
      SELECT id FROM goals INDEXED BY goals_aging
      WHERE rescore_at IS NOT NULL AND state IN ('proposed', 'adopted')
        AND rescore_at <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
      ORDER BY rescore_at
      LIMIT ?
      """
  }

  private func rescore(
    _ goals: Rescoring,
    limit: Int,
    _ connection: Connection
  ) throws(SQLiteError) -> Int {
    try connection.run(
      """
      UPDATE goals
      SET (score, rescore_at) = (
          SELECT f.score, f.rescore_at FROM goal_score_formula f WHERE f.id = goals.id),
        score_epoch = (SELECT epoch FROM score_epoch)
      WHERE id IN (\(goals.rawValue))
      """,
      limit
    )
  }
}
