import Execution
import GoalLedger

/// How an attempt ends: its workspace first, then the ledger, then what is left to tidy. Killed
/// between any two of these, the next holder of the lease, or the sweeper, finishes it.
extension AttemptRunner {
  func conclude(
    _ work: AttemptWork,
    _ verdict: EngineOutcome.Verdict,
    started: ContinuousClock.Instant,
    _ clock: ContinuousClock,
    control: EngineControl
  ) async {
    let goal = work.claim.goal
    var verdict = verdict
    var pauses = [1, 2, 4, 8, 16, 16][...]
    while true {
      do throws(ExecutionError) {
        let (state, reason) = try await settle(work, verdict)
        let took = (clock.now - started).milliseconds
        return watch(.ended(goal: goal.id, state: state, reason: reason, milliseconds: took))
      } catch  where error.code == .leaseLost {
        return watch(.warning("goal \(goal.id): \(error.message)"))
      } catch {
        // Abandoned at the last moment: the goal's state decides, not ours.
        let isAbandoned = (try? await store.goal(goal.id))??.state == .abandoned
        if isAbandoned, verdict != .cancelled(.abandoned) {
          verdict = .cancelled(.abandoned)
          continue
        }
        watch(.warning("goal \(goal.id) could not be concluded: \(error.message)"))
      }
      // A full disk or a lock that somebody holds may pass. In the end the lease is let go: whoever
      // takes the attempt over tries again.
      guard let pause = pauses.popFirst() else { return }
      for _ in 0..<(pause * 10) where control.reason != .shutdown && control.reason != .leaseLost {
        try? await clock.sleep(for: .milliseconds(100))
      }
      if control.reason == .shutdown || control.reason == .leaseLost { return }
    }
  }

  private func settle(
    _ work: AttemptWork,
    _ verdict: EngineOutcome.Verdict
  ) async throws(ExecutionError) -> (GoalState, String?) {
    switch verdict {
    case .succeeded: return try await satisfy(work)
    case .cancelled(.leaseLost):
      throw ExecutionError(.leaseLost, "another worker has the lease; nothing more is written")
    case .cancelled(.abandoned):
      try await end(work, .abandoned(result: outcome(work, "abandoned")))
      return (.abandoned, nil)
    case .cancelled(.shutdown):
      let reason = "the worker was told to stop"
      try await end(work, .released(reason: reason))
      return (.adopted, reason)
    case .cancelled(.deadline):
      let error = ExecutionError(
        .timedOut,
        "the attempt took longer than the goal's timeout of \(work.claim.goal.timeoutMilliseconds) ms",
        hint: "raise timeout_ms of a new goal, or give it less to do"
      )
      return try await fail(work, error, task: nil)
    case .failed(let error, _)
    where error.code == .cancelled || error.code == .conflict && work.claim.isTakenOver:
      // A conflict may be what a killed worker's git still did after the attempt was taken up: begun
      // anew, on another branch, a true one comes back and counts.
      try await end(work, .released(reason: error.message))
      return (.adopted, error.message)
    case .failed(let error, let task): return try await fail(work, error, task: task)
    }
  }

  private func satisfy(_ work: AttemptWork) async throws(ExecutionError) -> (GoalState, String?) {
    let claim = work.claim
    var change: ChangeRecord?
    var changesFiles = false
    var result: [String: JSONValue] = [:]
    if let workspace = work.workspace {
      _ = try await workspace.open()
      guard let summary = try await workspace.summary() else {
        throw ExecutionError(.internal, "an open workspace has no summary")
      }
      var record = ChangeRecord(
        workspace: workspace.policy.name,
        branch: summary.branch,
        baseCommit: summary.base.text
      )
      record.state = "committed"
      record.headCommit = summary.head.text
      record.tree = summary.tree.text
      record.files = JSONValue.array(summary.files.map(\.json)).text
      changesFiles = !summary.files.isEmpty
      if changesFiles {
        result["branch"] = .string(summary.branch)
        result["commit"] = .string(summary.head.text)
        result["files"] = JSONValue(summary.files.count)
      }
      change = record
    }
    let end = AttemptEnd.satisfied(result: outcome(work, "satisfied", result))
    do throws(LedgerError) {
      try await persist { () throws(LedgerError) in
        try await store.end(claim, end, change: change, after: work.lastEvents)
      }
    } catch  where error.code == .refused {
      // Abandoned at the last moment: the goal's state decides, not ours.
      guard (try? await store.goal(claim.goal.id))??.state == .abandoned else {
        return try await fail(work, ExecutionError(error), task: nil)
      }
      return try await settle(work, .cancelled(.abandoned))
    } catch {
      throw ExecutionError(error)
    }
    // A branch without a commit of its own is not worth keeping.
    if changesFiles {
      _ = try? await work.workspace?.finish()
    } else {
      try? await work.workspace?.rollBack()
    }
    return (.satisfied, nil)
  }

  private func fail(
    _ work: AttemptWork,
    _ error: ExecutionError,
    task: Int?
  ) async throws(ExecutionError) -> (GoalState, String?) {
    let goal = work.claim.goal
    var about: [String: JSONValue] = [
      "class": .string(error.errorClass), "message": .string(error.message),
    ]
    if let hint = error.hint { about["hint"] = .string(hint) }
    if let task { about["task"] = JSONValue(task) }
    let result = outcome(work, "failed", ["error": .object(about)])
    guard error.code.isWorthAnotherAttempt, goal.attempts < goal.maxAttempts else {
      try await end(work, .failed(result: result, reason: error.message))
      return (.failed, error.message)
    }
    let limits = configuration.limits
    var random = SystemRandomNumberGenerator()
    let delay = RetryPolicy(
      base: .milliseconds(limits.retryBaseMilliseconds),
      cap: .milliseconds(limits.retryCapMilliseconds)
    ).delay(afterTry: max(1, goal.attempts), using: &random)
    try await end(
      work,
      .retry(
        result: result,
        reason: error.message,
        afterMilliseconds: Int64(delay.milliseconds)
      )
    )
    return (.adopted, error.message)
  }

  /// Rolls the workspace back, then ends the attempt.
  private func end(_ work: AttemptWork, _ end: AttemptEnd) async throws(ExecutionError) {
    let claim = work.claim
    try await requireLease(claim)
    if let workspace = try await workspaceToUndo(work) {
      await ProcessSweep.killAll(markerPrefix: workspace.markerPrefix)
      try await workspace.rollBack()
    }
    try await ledger { () throws(LedgerError) in
      var change = try await store.change(of: claim.attempt.id)
      change?.state = "rolled_back"
      let record = change
      try await persist { () throws(LedgerError) in
        try await store.end(claim, end, change: record, after: work.lastEvents)
      }
    }
  }

  /// Whoever was held up for longer than its lease lasts must not undo what is another's by now.
  private func requireLease(_ claim: Claim) async throws(ExecutionError) {
    let lease = Int64(configuration.limits.leaseMilliseconds)
    let standings = try await ledger { () throws(LedgerError) in
      try await store.extend([claim], lease: lease)
    }
    guard standings != [.lost] else {
      throw ExecutionError(.leaseLost, "another worker has the lease; nothing is undone")
    }
  }

  /// The workspace of this attempt, also where an earlier worker made it and this one came no
  /// further than to fail.
  private func workspaceToUndo(
    _ work: AttemptWork
  ) async throws(ExecutionError) -> AttemptWorkspace? {
    if let workspace = work.workspace { return workspace }
    guard work.claim.attempt.branch != nil else { return nil }
    guard let policy = try? places.policy(of: work.claim.goal) else {
      watch(
        .warning(
          "goal \(work.claim.goal.id): its workspace is no longer configured, so its branch "
            + "\(work.claim.attempt.branch ?? "") stays"
        )
      )
      return nil
    }
    return try places.workspace(
      policy,
      try await configuration.repository(of: policy),
      goal: work.claim.goal.id,
      attempt: work.claim.attempt.number,
      base: nil
    )
  }

  /// Writes what must be written, however long others keep the database locked.
  private func persist(_ body: () async throws(LedgerError) -> Void) async throws(LedgerError) {
    for _ in 0..<20 {
      do throws(LedgerError) {
        return try await body()
      } catch  where error.code == .busy {
        watch(.warning(error.message))
      }
    }
    try await body()
  }

  private func outcome(
    _ work: AttemptWork,
    _ word: String,
    _ more: [String: JSONValue] = [:]
  ) -> String {
    let always: [String: JSONValue] = [
      "outcome": .string(word), "attempt": JSONValue(work.claim.attempt.number),
    ]
    return JSONValue.object(always.merging(more) { _, new in new }).text
  }
}

extension ExecutionError.Code {
  /// Whether another attempt, on what the repository is by then, could end otherwise. What the
  /// goal itself asks for stays wrong however often it is tried.
  var isWorthAnotherAttempt: Bool {
    switch self {
    case .refused, .invalidContext, .noPlan, .binary, .tooLarge: false
    default: true
    }
  }
}

extension FileChangeStat {
  /// As it stands in `changes.files`.
  var json: JSONValue {
    [
      "path": .string(path), "status": .string(status.rawValue),
      "additions": JSONValue(additions), "deletions": JSONValue(deletions),
    ]
  }
}
