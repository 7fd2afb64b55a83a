import SQLite

/// What an attempt writes while it runs, and how it ends. Every write proves the lease to the schema's
/// triggers; what they refuse is looked at here, for a clear error where the lease is gone.
extension SQLiteGoalStore {
  public func register(_ worker: WorkerRecord) async throws(LedgerError) {
    try redactor.admit(worker.name, as: "worker")
    if worker.state == "running" { writer.prepare(Self.ofEveryAttempt) }
    try await write { connection throws(SQLiteError) in
      // One that was killed never said that it has stopped; with another key it is another one.
      try connection.run(
        """
        UPDATE workers
        SET state = 'stopped'
        WHERE name = ? AND state <> 'stopped' AND public_key IS NOT ?
        """,
        worker.name,
        worker.publicKey
      )
      let known = try connection.run(
        """
        UPDATE workers
        SET state = ?, concurrency = ?, public_key = ?,
          seen_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        WHERE name = ?
        """,
        worker.state,
        worker.concurrency,
        worker.publicKey,
        worker.name
      )
      guard known == 0 else { return }
      try connection.run(
        """
        INSERT INTO workers(name, pid, host, version, state, concurrency, public_key)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        worker.name,
        Int64(worker.pid),
        worker.host,
        goalLedgerVersion,
        worker.state,
        worker.concurrency,
        worker.publicKey
      )
    }
  }

  /// What every attempt runs, whose triggers take milliseconds to compile: too long for an attempt that
  /// holds the lock.
  private static let ofEveryAttempt = [
    insertAttempts, takePlan, insertTask, startTask, moveTask,
    moveGoal("state = 'satisfied', result = ?"),
  ]
  private static let takePlan =
    "UPDATE attempts SET plan_id = ?, bindings = ? WHERE id = ? AND lease_token = ?"
  private static let insertTask = """
    INSERT INTO tasks(attempt_id, goal_id, number, action, arguments, priority, lease_token)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    """
  private static let startTask = """
    UPDATE tasks
    SET state = 'running', tries = tries + 1, started_at = coalesce(started_at, ?),
      lease_token = ?
    WHERE attempt_id = ? AND number = ?
    """
  private static let moveTask = """
    UPDATE tasks
    SET state = ?, ended_at = ?, commit_id = ?, lease_token = ?
    WHERE attempt_id = ? AND number = ?
    """

  /// Where the goal is in that state already, no trigger looks at the lease: so the statement does.
  private static func moveGoal(_ assignments: String) -> String {
    """
    UPDATE goals SET \(assignments), actor = ?, lease_token = ?
    WHERE id = ?
      AND EXISTS (SELECT 1 FROM attempts WHERE id = ? AND lease_token = ? AND state = 'open')
    """
  }

  public func record(
    _ plan: PlanRecord,
    opening change: ChangeRecord?,
    _ events: [TaskEvent],
    for claim: Claim
  ) async throws(LedgerError) {
    let (plan, events) = (redactor.redacted(plan), redactor.redacted(events))
    try await prove(claim) { connection throws(SQLiteError) in
      try insert(plan, claim, connection)
      if let change { try insert(change, claim, connection) }
      try note(events, claim, connection)
    }
  }

  private func insert(
    _ plan: PlanRecord,
    _ claim: Claim,
    _ connection: Connection
  ) throws(SQLiteError) {
    let held = try connection.run(
      Self.takePlan,
      try row(of: plan, connection),
      plan.bindings,
      claim.attempt.id,
      claim.token
    )
    guard held == 1 else { throw SQLiteError(.notFound, "") }
    var rows: [Int: Int64] = [:]
    for task in plan.tasks {
      try connection.run(
        Self.insertTask,
        claim.attempt.id,
        claim.goal.id,
        task.number,
        task.action,
        task.arguments,
        task.priority,
        claim.token
      )
      rows[task.number] = try connection.lastInsertedRowID
    }
    for task in plan.tasks {
      for prerequisite in task.dependsOn {
        try connection.run(
          "INSERT INTO task_dependencies(task_id, depends_on) VALUES (?, ?)",
          rows[task.number],
          rows[prerequisite]
        )
      }
    }
  }

  /// The one stored copy of a plan, which most attempts find there.
  private func row(of plan: PlanRecord, _ connection: Connection) throws(SQLiteError) -> Int64 {
    let known = try connection.first("SELECT id FROM plans WHERE digest = ?", plan.digest) {
      row throws(SQLiteError) in try row.require(0, as: Int64.self)
    }
    if let known { return known }
    try connection.run(
      "INSERT INTO plans(digest, task, body) VALUES (?, ?, ?)",
      plan.digest,
      plan.task,
      plan.body
    )
    return try connection.lastInsertedRowID
  }

  public func record(_ events: [TaskEvent], for claim: Claim) async throws(LedgerError) {
    let events = redactor.redacted(events)
    try await prove(claim) { connection throws(SQLiteError) in
      try note(events, claim, connection)
    }
  }

  private func note(
    _ events: [TaskEvent],
    _ claim: Claim,
    _ connection: Connection
  ) throws(SQLiteError) {
    for event in events {
      switch event {
      case .started(let number, let at):
        try connection.run(
          Self.startTask,
          at.description,
          claim.token,
          claim.attempt.id,
          number
        )
      case .moved(let number, let state, let at):
        try move(number, to: state, at, commit: nil, claim, connection)
      case .ended(let number, let state, let run, let commit):
        try insert(run, number, claim, connection)
        try move(number, to: state, run.endedAt, commit: commit, claim, connection)
      }
    }
    let progressed = events.contains {
      if case .ended(_, .succeeded, _, _) = $0 { true } else { false }
    }
    if progressed && claim.attempt.takeovers > 0 {
      try connection.run(
        "UPDATE attempts SET takeovers = 0 WHERE id = ? AND takeovers > 0",
        claim.attempt.id
      )
    }
  }

  private func move(
    _ number: Int,
    to state: TaskRecordState,
    _ at: Timestamp,
    commit: String?,
    _ claim: Claim,
    _ connection: Connection
  ) throws(SQLiteError) {
    try connection.run(
      Self.moveTask,
      state.rawValue,
      state == .ready ? nil : at.description,
      commit,
      claim.token,
      claim.attempt.id,
      number
    )
  }

  private func insert(
    _ run: TaskRunRecord,
    _ number: Int,
    _ claim: Claim,
    _ connection: Connection
  ) throws(SQLiteError) {
    try connection.run(
      """
      INSERT INTO task_runs(task_id, attempt_id, try, lease_token, started_at, ended_at,
        duration_ms, exit_code, error_class, message, retryable, output_head, output_tail,
        output_bytes, output_sha256, tree)
      VALUES ((SELECT id FROM tasks WHERE attempt_id = ?1 AND number = ?2), ?1,
        (SELECT tries FROM tasks WHERE attempt_id = ?1 AND number = ?2),
        ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
      """,
      claim.attempt.id,
      number,
      claim.token,
      run.startedAt.description,
      run.endedAt.description,
      run.durationMilliseconds,
      run.exitCode,
      run.errorClass,
      run.message,
      run.retryable.map { $0 ? 1 : 0 },
      run.outputHead,
      run.outputTail,
      run.outputBytes,
      run.outputSHA256,
      run.tree
    )
  }

  public func open(_ change: ChangeRecord, for claim: Claim) async throws(LedgerError) {
    try await prove(claim) { connection throws(SQLiteError) in
      try insert(change, claim, connection)
    }
  }

  private func insert(
    _ change: ChangeRecord,
    _ claim: Claim,
    _ connection: Connection
  ) throws(SQLiteError) {
    let known = try connection.first(
      "SELECT 1 FROM changes WHERE attempt_id = ?",
      claim.attempt.id
    ) { _ in true }
    guard known == nil else { return }
    try connection.run(
      """
      INSERT INTO changes(attempt_id, goal_id, workspace, branch, base_commit, lease_token)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
      claim.attempt.id,
      claim.goal.id,
      change.workspace,
      change.branch,
      change.baseCommit,
      claim.token
    )
    try connection.run(
      "UPDATE attempts SET branch = ?, base_commit = ? WHERE id = ? AND lease_token = ?",
      change.branch,
      change.baseCommit,
      claim.attempt.id,
      claim.token
    )
  }

  public func end(
    _ claim: Claim,
    _ end: AttemptEnd,
    change: ChangeRecord?,
    after events: [TaskEvent]
  ) async throws(LedgerError) {
    let (end, change) = (redactor.redacted(end), redactor.redacted(change))
    let events = redactor.redacted(events)
    try await prove(claim) { connection throws(SQLiteError) in
      try note(events, claim, connection)
      if let change {
        try connection.run(
          """
          UPDATE changes
          SET state = ?, head_commit = ?, tree = ?, files = ?, lease_token = ?
          WHERE attempt_id = ? AND state = 'open'
          """,
          change.state,
          change.headCommit,
          change.tree,
          change.files,
          claim.token,
          claim.attempt.id
        )
      }
      let proof: [(any Bindable)?] = [
        claim.attempt.worker, claim.token, claim.goal.id, claim.attempt.id, claim.token,
      ]
      let move = { (assignments: String, values: [(any Bindable)?]) throws(SQLiteError) in
        let held = try connection.run(
          Self.moveGoal(assignments),
          arguments: Arguments(values + proof)
        )
        guard held == 1 else { throw SQLiteError(.notFound, "") }
      }
      switch end {
      case .satisfied(let result):
        try move("state = 'satisfied', result = ?", [result])
      case .failed(let result, let reason):
        try move("state = 'failed', result = ?, reason = ?", [result, reason])
      case .retry(let result, let reason, let milliseconds):
        try move(
          """
          state = 'adopted', result = ?, reason = ?,
          retry_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', (? / 1000.0) || ' seconds')
          """,
          [result, reason, milliseconds]
        )
      case .released(let reason):
        try move("state = 'adopted', attempts = attempts - 1, reason = ?", [reason])
      case .abandoned(let result):
        let held = try connection.run(
          "UPDATE attempts SET state = 'abandoned', outcome = ? WHERE id = ? AND lease_token = ?",
          result,
          claim.attempt.id,
          claim.token
        )
        guard held == 1 else { throw SQLiteError(.notFound, "") }
      }
    }
  }

  /// Writes what goes through only under a lease that is still held: each statement of `body` has
  /// the token in it, and either a trigger that looks at it or a look at how many rows it changed. Where
  /// nothing was written, nothing has looked, and so it is done here.
  func prove(
    _ claim: Claim,
    _ body: @escaping @Sendable (Connection) throws(SQLiteError) -> Void
  ) async throws(LedgerError) {
    try await writer.write { connection throws(LedgerError) in
      do throws(SQLiteError) {
        let before = try connection.totalChanges
        try body(connection)
        guard try connection.totalChanges == before else { return }
        guard try Self.isHeld(claim, connection) else { throw SQLiteError(.notFound, "") }
      } catch {
        guard try Self.isLost(claim, error, connection) else { throw LedgerError(error) }
        throw LedgerError(
          .leaseLost,
          "the lease on goal \(claim.goal.id) is no longer held by \(claim.attempt.worker)",
          hint: "another worker took the attempt over, or somebody ended it"
        )
      }
    }
  }

  /// Whether a refusal has a lost lease behind it.
  private static func isLost(
    _ claim: Claim,
    _ refusal: SQLiteError,
    _ connection: Connection
  ) throws(LedgerError) -> Bool {
    guard refusal.code.primary == .constraint else { return refusal.code == .notFound }
    do throws(SQLiteError) {
      return try !isHeld(claim, connection)
    } catch {
      throw LedgerError(error)
    }
  }

  private static func isHeld(
    _ claim: Claim,
    _ connection: Connection
  ) throws(SQLiteError) -> Bool {
    try connection.first(
      "SELECT 1 FROM attempts WHERE id = ? AND lease_token = ? AND state = 'open'",
      claim.attempt.id,
      claim.token
    ) { _ in true } != nil
  }

  public func save(_ breaker: BreakerRecord, actor: String) async throws(LedgerError) {
    try await write { connection throws(SQLiteError) in
      let known = try connection.run(
        """
        UPDATE circuit_breakers
        SET state = ?, failures = ?, opened_at = ?, retry_at = ?, actor = ?
        WHERE action = ? AND workspace = ''
        """,
        breaker.state,
        breaker.failures,
        breaker.openedAt?.description,
        breaker.retryAt?.description,
        actor,
        breaker.action
      )
      guard known == 0 else { return }
      try connection.run(
        """
        INSERT INTO circuit_breakers(action, state, failures, opened_at, retry_at, actor)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        breaker.action,
        breaker.state,
        breaker.failures,
        breaker.openedAt?.description,
        breaker.retryAt?.description,
        actor
      )
    }
  }
}
