import SQLite

/// What `doctor` asks of a database: the file's soundness, and what a person should look at.
public struct DatabaseHealth: Sendable, Hashable {
  /// A goal that needs a person's look, and why.
  public struct Concern: Sendable, Hashable {
    /// The goal.
    public let goal: Goal.ID
    /// Why, as a sentence's end.
    public let why: String
  }

  /// The linked SQLite's version.
  public let sqliteVersion: String
  /// Whether that version has the fix of the WAL-reset bug.
  public let hasWALResetFix: Bool
  /// The journal's mode, such as `wal`.
  public let journalMode: String
  /// What SQLite's own check found; empty for a sound file.
  public let damage: [String]
  /// Goals past their deadline and not ended, at most a hundred.
  public let pastDeadline: [Concern]
  /// Goals that wait for what does not come by itself, at most a hundred.
  public let stuck: [Concern]
  /// The passes of archiving, first to last.
  public let archives: [ArchiveRecord]
}

extension SQLiteGoalStore {
  /// Checks the database. Reads all of it: seconds for a large one.
  public func health() async throws(LedgerError) -> DatabaseHealth {
    try await reader.read { connection throws(SQLiteError) in
      let mode = try connection.first("PRAGMA journal_mode") { $0.text(0) } ?? nil
      let findings = try connection.query("PRAGMA integrity_check(20)") { $0.text(0) ?? "" }
      return DatabaseHealth(
        sqliteVersion: Connection.libraryVersion,
        hasWALResetFix: Connection.hasWALResetFix,
        journalMode: mode ?? "unknown",
        damage: findings == ["ok"] ? [] : findings,
        pastDeadline: try Self.pastDeadline(connection),
        stuck: try Self.stuck(connection),
        archives: try ArchiveRecord.all(connection)
      )
    }
  }

  private static func pastDeadline(
    _ connection: Connection
  ) throws(SQLiteError) -> [DatabaseHealth.Concern] {
    try connection.query(
      """
      SELECT id, 'is ' || state || ' and was wanted by ' || deadline
      FROM (
        SELECT id, state, deadline
        FROM goals INDEXED BY goals_deadlines
        WHERE deadline IS NOT NULL AND state IN ('proposed', 'adopted')
          AND deadline < strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        UNION ALL
        SELECT id, state, deadline
        FROM goals
        WHERE state = 'executing' AND deadline < strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
      )
      ORDER BY deadline, id
      LIMIT 100
      """,
      map: concern
    )
  }

  /// Adopted goals whose prerequisite has ended otherwise than satisfied, or is nobody's to execute,
  /// and those an active belief speaks against. What waits for a time comes by itself.
  private static func stuck(
    _ connection: Connection
  ) throws(SQLiteError) -> [DatabaseHealth.Concern] {
    try connection.query(
      """
      SELECT blocked.goal_id, blocked.why
      FROM blocked_goals blocked
      LEFT JOIN goals blocker ON blocker.id = blocked.blocker AND blocked.kind = 'dependency'
      WHERE blocked.state = 'adopted'
        AND (blocked.kind = 'belief'
          OR (blocked.kind = 'dependency' AND blocker.state IN ('failed', 'abandoned', 'proposed')))
      ORDER BY blocked.goal_id, blocked.why
      LIMIT 100
      """,
      map: concern
    )
  }

  private static func concern(
    _ row: borrowing Row
  ) throws(SQLiteError) -> DatabaseHealth.Concern {
    DatabaseHealth.Concern(goal: try row.require(0), why: try row.require(1))
  }
}
