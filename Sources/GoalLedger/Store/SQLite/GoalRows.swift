import SQLite

/// How rows become the domain's values. Each kind of row is read in one place, from one list of
/// columns, so that a column cannot mean two things.

extension Goal {
  static let columns = """
    id, text, task, context, workspace, category, source, success_metrics, metadata, timeout_ms, \
    max_attempts, idempotency_key, created_at, state, version, attempts, result, retry_at, \
    not_before, deadline, value, effort, risk, score, blockers
    """

  /// Reads the columns from index `first` on.
  init(_ row: borrowing Row, from first: Int = 0) throws(SQLiteError) {
    self.init(
      id: try row.require(first),
      text: try row.require(first + 1),
      task: row.text(first + 2),
      context: try row.require(first + 3),
      workspace: row.text(first + 4),
      category: row.text(first + 5),
      source: try row.require(first + 6),
      successMetrics: try row.require(first + 7),
      metadata: try row.require(first + 8),
      timeoutMilliseconds: try row.require(first + 9),
      maxAttempts: try row.require(first + 10),
      idempotencyKey: row.text(first + 11),
      createdAt: try row.time(first + 12),
      state: try row.word(first + 13),
      version: try row.require(first + 14),
      attempts: try row.require(first + 15),
      result: row.text(first + 16),
      retryAt: try row.optionalTime(first + 17),
      notBefore: try row.optionalTime(first + 18),
      deadline: try row.optionalTime(first + 19),
      value: try row.require(first + 20),
      effort: try row.require(first + 21),
      risk: try row.require(first + 22),
      score: try row.require(first + 23),
      blockers: try row.require(first + 24)
    )
  }
}

extension Attempt {
  static let columns = """
    id, goal_id, number, state, worker, lease_expires_at, takeovers, plan_id, bindings, branch, \
    base_commit, started_at, ended_at, outcome
    """
  fileprivate static let columnCount = 14

  init(_ row: borrowing Row) throws(SQLiteError) {
    self.init(
      id: try row.require(0),
      goalID: try row.require(1),
      number: try row.require(2),
      state: try row.word(3),
      worker: try row.require(4),
      leaseExpiresAt: try row.time(5),
      takeovers: try row.require(6),
      planID: row.int(7),
      bindings: row.text(8),
      branch: row.text(9),
      baseCommit: row.text(10),
      startedAt: try row.time(11),
      endedAt: try row.optionalTime(12),
      outcome: row.text(13)
    )
  }
}

extension Claim {
  /// The columns of an attempt, those of its goal, and whether that is signed; its one parameter is the
  /// attempt's id.
  static let query = """
    SELECT *, EXISTS (SELECT 1 FROM goal_signatures s WHERE s.goal_id = goal.id)
    FROM (SELECT \(Attempt.columns) FROM attempts) attempt
      JOIN (SELECT \(Goal.columns) FROM goals) goal ON goal.id = attempt.goal_id
    WHERE attempt.id = ?
    """

  init(
    _ row: borrowing Row,
    token: Int64,
    isTakenOver: Bool,
    beliefs: [String]
  ) throws(SQLiteError) {
    self.init(
      goal: try Goal(row, from: Attempt.columnCount),
      attempt: try Attempt(row),
      token: token,
      isTakenOver: isTakenOver,
      isSigned: try row.require(row.columnCount - 1),
      beliefs: beliefs
    )
  }
}

extension LedgerEntry {
  static let columns = """
    seq, at, actor, assurance, event, goal_id, goal_version, attempt_id, task_id, from_state, \
    to_state, reason, detail
    """

  init(_ row: borrowing Row) throws(SQLiteError) {
    self.init(
      seq: try row.require(0),
      at: try row.require(1),
      actor: try row.require(2),
      assurance: try row.require(3),
      event: try row.require(4),
      goalID: row.int(5),
      goalVersion: row.int(6),
      attemptID: row.int(7),
      taskID: row.int(8),
      fromState: row.text(9),
      toState: row.text(10),
      reason: row.text(11),
      detail: row.text(12) ?? "{}"
    )
  }
}

extension Row {
  borrowing func time(_ index: Int) throws(SQLiteError) -> Timestamp {
    let text: String = try require(index)
    guard let time = Timestamp(text) else {
      throw SQLiteError(.mismatch, "the column \(columnNames[index]) holds no time: \(text)")
    }
    return time
  }

  borrowing func optionalTime(_ index: Int) throws(SQLiteError) -> Timestamp? {
    isNull(index) ? nil : try time(index)
  }

  borrowing func word<Word: RawRepresentable<String>>(_ index: Int) throws(SQLiteError) -> Word {
    let text: String = try require(index)
    guard let word = Word(rawValue: text) else {
      throw SQLiteError(.mismatch, "the column \(columnNames[index]) holds no state: \(text)")
    }
    return word
  }
}
