import SQLite

/// What readers ask. Everything here runs on the reader's connection.
extension SQLiteGoalStore {
  public func goal(_ id: Goal.ID) async throws(LedgerError) -> Goal? {
    try await reader.read { connection throws(SQLiteError) in
      try connection.first(
        "SELECT \(Goal.columns) FROM goals WHERE id = ?",
        id
      ) { row throws(SQLiteError) in try Goal(row) }
    }
  }

  public func goals(state: GoalState?, limit: Int) async throws(LedgerError) -> [Goal] {
    // A filter of its own for each question: `OR` would keep either from its index.
    let filter = state == nil ? "?1 IS NULL" : "state = ?1"
    return try await reader.read { connection throws(SQLiteError) in
      try connection.query(
        """
        SELECT \(Goal.columns)
        FROM goals
        WHERE \(filter)
        ORDER BY id DESC
        LIMIT ?2
        """,
        state?.rawValue,
        limit
      ) { row throws(SQLiteError) in try Goal(row) }
    }
  }

  public func attempts(of goal: Goal.ID) async throws(LedgerError) -> [Attempt] {
    try await reader.read { connection throws(SQLiteError) in
      try connection.query(
        "SELECT \(Attempt.columns) FROM attempts WHERE goal_id = ? ORDER BY number",
        goal
      ) { row throws(SQLiteError) in try Attempt(row) }
    }
  }

  public func openAttempts() async throws(LedgerError) -> [Attempt] {
    try await reader.read { connection throws(SQLiteError) in
      try connection.query(
        """
        SELECT \(Attempt.columns)
        FROM attempts INDEXED BY attempts_leases
        WHERE state = 'open'
        ORDER BY id
        """
      ) { row throws(SQLiteError) in try Attempt(row) }
    }
  }

  public func tasks(of attempt: Attempt.ID) async throws(LedgerError) -> [TaskRecord] {
    try await reader.read { connection throws(SQLiteError) in
      var dependencies: [Int: [Int]] = [:]
      let edges = try connection.query(
        """
        SELECT task.number, prerequisite.number
        FROM tasks task
        JOIN task_dependencies edge ON edge.task_id = task.id
        JOIN tasks prerequisite ON prerequisite.id = edge.depends_on
        WHERE task.attempt_id = ?
        ORDER BY task.number, prerequisite.number
        """,
        attempt
      ) { row throws(SQLiteError) in
        (try row.require(0, as: Int.self), try row.require(1, as: Int.self))
      }
      for (task, prerequisite) in edges { dependencies[task, default: []].append(prerequisite) }
      return try connection.query(
        """
        SELECT number, action, arguments, priority, state, tries, started_at, ended_at, commit_id
        FROM tasks
        WHERE attempt_id = ?
        ORDER BY number
        """,
        attempt
      ) { row throws(SQLiteError) in
        let number: Int = try row.require(0)
        var task = TaskRecord(
          number: number,
          action: try row.require(1),
          arguments: try row.require(2),
          dependsOn: dependencies[number] ?? [],
          priority: try row.require(3)
        )
        task.state = try row.word(4)
        task.tries = try row.require(5)
        task.startedAt = try row.optionalTime(6)
        task.endedAt = try row.optionalTime(7)
        task.commit = row.text(8)
        return task
      }
    }
  }

  public func runs(of attempt: Attempt.ID) async throws(LedgerError) -> [Int: [TaskRunRecord]] {
    let rows = try await reader.read { connection throws(SQLiteError) in
      try connection.query(
        """
        SELECT task.number, run.try, run.started_at, run.ended_at, run.duration_ms, run.exit_code,
          run.error_class, run.message, run.retryable, run.output_head, run.output_tail,
          run.output_bytes, run.output_sha256, run.tree
        FROM tasks task
        JOIN task_runs run ON run.task_id = task.id
        WHERE task.attempt_id = ?
        ORDER BY task.number, run.try
        """,
        attempt
      ) { row throws(SQLiteError) in
        var run = TaskRunRecord(
          tryNumber: try row.require(1),
          startedAt: try row.time(2),
          endedAt: try row.time(3),
          durationMilliseconds: row.real(4) ?? 0
        )
        run.exitCode = row.int(5).map(Int.init)
        run.errorClass = row.text(6)
        run.message = row.text(7)
        run.retryable = row.int(8).map { $0 != 0 }
        run.outputHead = row.text(9) ?? ""
        run.outputTail = row.text(10) ?? ""
        run.outputBytes = row.int(11) ?? 0
        run.outputSHA256 = row.text(12)
        run.tree = row.text(13)
        return (try row.require(0, as: Int.self), run)
      }
    }
    return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
  }

  public func plan(_ id: Int64) async throws(LedgerError) -> String? {
    try await reader.read { connection throws(SQLiteError) in
      try connection.first("SELECT body FROM plans WHERE id = ?", id) { row throws(SQLiteError) in
        try row.require(0, as: String.self)
      }
    }
  }

  public func change(of attempt: Attempt.ID) async throws(LedgerError) -> ChangeRecord? {
    try await reader.read { connection throws(SQLiteError) in
      try connection.first(
        """
        SELECT workspace, branch, base_commit, head_commit, tree, files, state
        FROM changes
        WHERE attempt_id = ?
        """,
        attempt
      ) { row throws(SQLiteError) in
        var change = ChangeRecord(
          workspace: try row.require(0),
          branch: try row.require(1),
          baseCommit: try row.require(2)
        )
        change.headCommit = row.text(3)
        change.tree = row.text(4)
        change.files = try row.require(5)
        change.state = try row.require(6)
        return change
      }
    }
  }

  public func entries(
    goal: Goal.ID?,
    after seq: Int64,
    limit: Int
  ) async throws(LedgerError) -> [LedgerEntry] {
    let filter = goal == nil ? "seq > ?2 AND ?1 IS NULL" : "goal_id = ?1 AND seq > ?2"
    return try await reader.read { connection throws(SQLiteError) in
      try connection.query(
        """
        SELECT \(LedgerEntry.columns)
        FROM identity_ledger
        WHERE \(filter)
        ORDER BY seq
        LIMIT ?3
        """,
        goal,
        seq,
        limit
      ) { row throws(SQLiteError) in try LedgerEntry(row) }
    }
  }

  public func activeBeliefs() async throws(LedgerError) -> [String] {
    try await reader.read(Self.activeBeliefs)
  }

  static func activeBeliefs(_ connection: Connection) throws(SQLiteError) -> [String] {
    try connection.query(
      "SELECT name FROM beliefs WHERE active = 1 AND name IS NOT NULL ORDER BY name"
    ) { row throws(SQLiteError) in try row.require(0) }
  }

  public func obstacle(to goal: Goal.ID) async throws(LedgerError) -> String? {
    try await reader.read { connection throws(SQLiteError) in
      let sentence = try connection.first(
        """
        SELECT CASE
          WHEN state <> 'adopted' THEN 'it is ' || state
          WHEN blockers > 0 THEN 'it waits for '
            || (SELECT group_concat('goal ' || p.id || ' (' || p.state || ')', ', ')
                FROM goal_dependencies d JOIN goals p ON p.id = d.depends_on
                WHERE d.goal_id = goals.id AND d.met = 0)
          WHEN waits_until > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            THEN 'it waits until ' || waits_until
          ELSE (SELECT 'it contradicts belief ' || b.id || ': ' || b.statement
                FROM goal_beliefs g JOIN beliefs b ON b.id = g.belief_id
                WHERE g.goal_id = goals.id AND g.relation = 'contradicts' AND b.active = 1
                LIMIT 1)
        END
        FROM goals
        WHERE id = ?
        """,
        goal
      ) { row throws(SQLiteError) in row.text(0) }
      return sentence ?? nil
    }
  }

  public func unfinishedCount() async throws(LedgerError) -> Int {
    try await reader.read { connection throws(SQLiteError) in
      try connection.first(
        """
        SELECT (SELECT count(*) FROM attempts WHERE state = 'open')
          + (SELECT count(*) FROM (
              SELECT 1
              FROM goals g INDEXED BY goals_claimable
              WHERE g.state = 'adopted' AND g.blockers = 0 AND g.waits_until IS NULL
                AND NOT EXISTS (\(Self.contradiction))
              LIMIT 100))
          + (SELECT count(*) FROM (
              SELECT 1
              FROM goals g INDEXED BY goals_retrying
              WHERE g.state = 'adopted' AND g.blockers = 0 AND g.retry_at IS NOT NULL
                AND g.waits_until IS g.retry_at
                AND NOT EXISTS (\(Self.contradiction))
              LIMIT 100))
          + (SELECT count(*) FROM (SELECT 1 FROM release_queue LIMIT 100))
        """
      ) { row throws(SQLiteError) in try row.require(0, as: Int.self) } ?? 0
    }
  }

  /// A goal `g` that contradicts an active belief is never claimed.
  static let contradiction = """
    SELECT 1
    FROM goal_beliefs c
    JOIN beliefs b ON b.id = c.belief_id
    WHERE c.goal_id = g.id AND c.relation = 'contradicts' AND b.active = 1
    """

  public var logFile: String? { writer.file + "-wal" }

  public func changeCounter() async throws(LedgerError) -> Int64 {
    try await reader.dataVersion()
  }

  public func databaseID() async throws(LedgerError) -> String {
    try await reader.read { connection throws(SQLiteError) in
      try connection.first("SELECT id FROM database_info") { row throws(SQLiteError) in
        try row.require(0, as: String.self)
      } ?? ""
    }
  }

  public func nextDue() async throws(LedgerError) -> Int64? {
    try await reader.read { connection throws(SQLiteError) in
      let milliseconds = try connection.first(
        """
        SELECT (julianday(min(due)) - julianday('now')) * 86400000.0
        FROM (
          SELECT min(waits_until) AS due
          FROM goals INDEXED BY goals_waiting
          WHERE state = 'adopted' AND waits_until IS NOT NULL
          UNION ALL
          SELECT min(lease_expires_at) FROM attempts WHERE state = 'open'
        )
        """
      ) { row throws(SQLiteError) in row.real(0) }
      return milliseconds.flatMap { $0 }.map { Int64(max(0, $0.rounded(.up))) }
    }
  }

  public func breakers() async throws(LedgerError) -> [BreakerRecord] {
    try await reader.read { connection throws(SQLiteError) in
      try connection.query(
        "SELECT action, state, failures, opened_at, retry_at FROM circuit_breakers"
      ) { row throws(SQLiteError) in
        BreakerRecord(
          action: try row.require(0),
          state: try row.require(1),
          failures: try row.require(2),
          openedAt: try row.optionalTime(3),
          retryAt: try row.optionalTime(4)
        )
      }
    }
  }
}
