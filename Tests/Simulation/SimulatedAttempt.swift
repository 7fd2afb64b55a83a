import GoalLedger

/// One attempt of a simulated worker, from its lease to its end, as `AttemptRunner` goes about it.
///
/// What must stay true: it goes by its own lease alone. It may be held up anywhere, for as long as it
/// takes another to have the attempt; then it goes on with what it knew.
struct SimulatedAttempt {
  let worker: SimulatedWorker
  let claim: Claim
  let thread: SimulatedThread
  private let plan: SimulatedPlan

  private var stage: Stage { worker.stage }
  private var store: SQLiteGoalStore { worker.store }
  private var world: World { worker.stage.world }

  init(worker: SimulatedWorker, claim: Claim, thread: SimulatedThread) {
    self.worker = worker
    self.claim = claim
    self.thread = thread
    plan = SimulatedPlan(goal: claim.goal.id, seed: worker.stage.scenario.seed)
  }

  /// How the work came out.
  private enum Verdict {
    case succeeded([TaskEvent])
    case failed(retryable: Bool)
    case cancelled(SimulatedWorker.Cancellation)
  }

  func run() async throws(LedgerError) {
    do throws(LedgerError) {
      try await conclude(try await work())
    } catch  where error.code == .leaseLost {
      thread.note("has lost its lease")
      world.count("stale writes refused")
    }
  }

  // MARK: The work

  private func work() async throws(LedgerError) -> Verdict {
    guard claim.goal.state == .executing else { return .cancelled(.abandoned) }
    guard claim.attempt.takeovers <= 10 else { return .failed(retryable: false) }
    _ = try await worker.persist(thread) { () throws(LedgerError) in
      try await store.judgeSignatures(for: claim)
    }
    if claim.attempt.number > 1 {
      try await worker.persist(thread) { () throws(LedgerError) in
        try await worker.undo(claim.goal.id, thread)
      }
    }
    var opening: PlanRecord?
    var done: Set<Int> = []
    if claim.attempt.planID == nil {
      opening = plan.record
    } else {
      guard let resumed = try await resume() else { return .failed(retryable: true) }
      done = resumed
    }
    let change = plan.change(goal: claim.goal.id, attempt: claim.attempt.number)
    if opening == nil, let change, claim.attempt.branch == nil {
      try await write("opening") { () throws(LedgerError) in
        try await store.open(change, for: claim)
      }
    }
    var last: [TaskEvent] = []
    for task in 0..<plan.tasks where !done.contains(task) {
      var tries = 0
      while true {
        if let reason = worker.cancellation(of: claim.token) { return .cancelled(reason) }
        let started = TaskEvent.started(number: task, at: Timestamp.now)
        if let plan = opening {
          opening = nil
          try await write("plan") { () throws(LedgerError) in
            try await store.record(plan, opening: change, [started], for: claim)
          }
        } else {
          try await write("start of task \(task)") { () throws(LedgerError) in
            try await store.record([started], for: claim)
          }
        }
        tries += 1
        let (event, state, commit) = try await perform(task, tries)
        if task == plan.tasks - 1, state == .succeeded {
          last = [event]
          break
        }
        try await write("end of task \(task)") { () throws(LedgerError) in
          try await store.record([event], for: claim)
        }
        recorded(task, commit)
        if state == .failed { return .failed(retryable: thread.happens(80)) }
        if state == .succeeded { break }
      }
    }
    return .succeeded(last)
  }

  /// Does a task's work, which takes its time.
  private func perform(
    _ task: Int,
    _ tries: Int
  ) async throws(LedgerError) -> (TaskEvent, TaskRecordState, String?) {
    let start = Timestamp.now
    try await thread.sleep(Int64(thread.number(1...90)))
    let fails = thread.happens(stage.scenario.failures)
    let state: TaskRecordState = !fails ? .succeeded : tries < 3 ? .ready : .failed
    let now = Timestamp.now
    var run = TaskRunRecord(
      tryNumber: tries,
      startedAt: start,
      endedAt: now,
      durationMilliseconds: Double(max(0, now - start))
    )
    var commit: String?
    if fails {
      run.errorClass = "command_failed"
      run.message = "it failed"
    } else {
      commit = world.perform((claim.goal.id, claim.attempt.id, claim.token), task: task)
      if plan.action(task) == "run_tests" {
        run.exitCode = 0
        run.tree = SimulatedPlan.tree(claim.attempt.id)
      }
    }
    thread.note("task \(task), try \(tries): \(state.rawValue) \(commit ?? "")")
    return (.ended(number: task, state: state, run: run, commit: commit), state, commit)
  }

  /// Where an earlier worker left it: what is done is put on record, what is half done begins anew.
  /// - returns: the tasks that are done; nil where one has failed for good.
  private func resume() async throws(LedgerError) -> Set<Int>? {
    let rows = try await store.tasks(of: claim.attempt.id)
    guard !rows.contains(where: { $0.state == .failed }) else { return nil }
    var done: Set<Int> = []
    for row in rows {
      if row.state == .succeeded { done.insert(row.number) }
      guard row.state == .running else { continue }
      let now = Timestamp.now
      guard plan.action(row.number) != "run_tests",
        let commit = world.commit(of: claim.attempt.id, task: row.number)
      else {
        try await write("interruption of task \(row.number)") { () throws(LedgerError) in
          try await store.record([.moved(number: row.number, state: .ready, at: now)], for: claim)
        }
        continue
      }
      var run = TaskRunRecord(
        tryNumber: row.tries,
        startedAt: row.startedAt ?? now,
        endedAt: now,
        durationMilliseconds: 0
      )
      run.message = "its commit was found after its worker had ended"
      let event = TaskEvent.ended(
        number: row.number,
        state: .succeeded,
        run: run,
        commit: commit
      )
      try await write("recovery of task \(row.number)") { () throws(LedgerError) in
        try await store.record([event], for: claim)
      }
      recorded(row.number, commit)
      done.insert(row.number)
    }
    return done
  }

  // MARK: The end

  private func conclude(_ verdict: Verdict) async throws(LedgerError) {
    switch verdict {
    case .succeeded(let last): try await satisfy(last)
    case .cancelled(.leaseLost): throw LedgerError(.leaseLost, "another worker has the lease")
    case .cancelled(.abandoned): try await end(.abandoned(result: #"{"outcome":"abandoned"}"#))
    case .cancelled(.shutdown): try await end(.released(reason: "the worker was told to stop"))
    case .failed(let retryable): try await fail(retryable)
    }
  }

  private func satisfy(_ last: [TaskEvent]) async throws(LedgerError) {
    var change = plan.change(goal: claim.goal.id, attempt: claim.attempt.number)
    change?.state = "committed"
    change?.headCommit = "dead"
    change?.tree = SimulatedPlan.tree(claim.attempt.id)
    change?.files = #"["a"]"#
    let record = change
    do throws(LedgerError) {
      try await write("satisfaction") { () throws(LedgerError) in
        try await store.end(
          claim,
          .satisfied(result: #"{"outcome":"satisfied"}"#),
          change: record,
          after: last
        )
      }
    } catch  where error.code == .refused {
      let goal = try await store.goal(claim.goal.id)
      guard goal?.state == .abandoned else { return try await fail(true) }
      return try await end(.abandoned(result: #"{"outcome":"abandoned"}"#))
    }
    for case .ended(let task, _, _, let commit) in last { recorded(task, commit) }
    over("satisfied")
  }

  private func fail(_ retryable: Bool) async throws(LedgerError) {
    let goal = claim.goal
    let isLast = goal.attempts >= goal.maxAttempts && stage.scenario.mutation != .endlessAttempts
    guard retryable, !isLast else {
      return try await end(.failed(result: #"{"outcome":"failed"}"#, reason: "it failed"))
    }
    try await end(
      .retry(
        result: #"{"outcome":"failed"}"#,
        reason: "it failed",
        afterMilliseconds: Int64(thread.number(1...300))
      )
    )
  }

  /// Rolls back, and ends the attempt.
  private func end(_ end: AttemptEnd) async throws(LedgerError) {
    let standings = try await worker.persist(thread) { () throws(LedgerError) in
      try await store.extend([claim], lease: stage.scenario.lease)
    }
    guard standings != [.lost] else {
      throw LedgerError(.leaseLost, "another worker has the lease; nothing is undone")
    }
    var change = try await store.change(of: claim.attempt.id)
    change?.state = "rolled_back"
    let record = change
    do throws(LedgerError) {
      try await write("end") { () throws(LedgerError) in
        try await store.end(claim, end, change: record)
      }
    } catch  where error.code == .refused {
      // Abandoned at the last moment: the goal's state decides, not ours.
      guard try await store.goal(claim.goal.id)?.state == .abandoned else { throw error }
      if case .abandoned = end { throw error }
      return try await self.end(.abandoned(result: #"{"outcome":"abandoned"}"#))
    }
    over("\(end)".prefix { $0 != "(" }.description)
  }

  private func over(_ how: String) {
    thread.note("goal \(claim.goal.id) is over: \(how)")
    world.count(how)
    world.ended(goal: claim.goal.id)
  }

  // MARK: Writing

  /// Writes under the lease; that it was accepted is held against the lease that is.
  private func write(
    _ what: String,
    _ body: () async throws(LedgerError) -> Void
  ) async throws(LedgerError) {
    try await worker.persist(thread, body)
    world.accepted(what, token: claim.token, attempt: claim.attempt.id)
  }

  private func recorded(_ task: Int, _ commit: String?) {
    guard let commit else { return }
    world.recorded(commit, token: claim.token, attempt: claim.attempt.id, task: task)
  }
}
