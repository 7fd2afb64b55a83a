import Execution
import GoalLedger

/// Where an attempt stands when this worker begins with it: at the start, or where another worker
/// left it.
///
/// A task is done where the record says so, or where its commit exists although the worker was
/// killed before it could say so. A commit that the record speaks of and git has lost, or a plan that
/// would be another one today, cannot be continued: the attempt is given back and begun anew.
struct AttemptProgress: Sendable {
  var tasks: [Int: TaskProgress] = [:]
  /// The tree that the tests have passed on.
  var testedTree: String?
  /// What is to be recorded before anything else; nil where an earlier worker has.
  var opening: AttemptOpening?

  /// The numbers of the tasks that have succeeded already.
  var succeeded: [Int] { tasks.filter { $0.value.state == .succeeded }.map(\.key) }
}

/// How an attempt begins on record: with its plan, and the branch that it is to have.
struct AttemptOpening: Sendable {
  let plan: PlanRecord
  let change: ChangeRecord?
}

extension AttemptRunner {
  /// Says how a new attempt is to be recorded, or reads how far an old one came.
  func progress(
    of work: AttemptWork,
    _ planned: PlannedGoal
  ) async throws(ExecutionError) -> AttemptProgress {
    let claim = work.claim
    var change: ChangeRecord?
    if let workspace = work.workspace, let place = work.place, claim.attempt.branch == nil {
      change = ChangeRecord(
        workspace: workspace.policy.name,
        branch: workspace.branch,
        baseCommit: try await place.open().base.text
      )
    }
    guard let planID = claim.attempt.planID else {
      watch(.planned(goal: claim.goal.id, task: planned.task, steps: planned.graph.nodes.count))
      let opening = AttemptOpening(plan: PlanRecord(planned), change: change)
      return AttemptProgress(opening: opening)
    }
    let recorded = try await ledger { () throws(LedgerError) in try await store.plan(planID) }
    guard recorded == planned.bodyJSON else {
      throw beginAnew("the plan on record is not the one found now")
    }
    watch(.planned(goal: claim.goal.id, task: planned.task, steps: planned.graph.nodes.count))
    if let change {
      try await ledger { () throws(LedgerError) in try await store.open(change, for: claim) }
    }
    return try await resume(work, planned)
  }

  private func resume(
    _ work: AttemptWork,
    _ planned: PlannedGoal
  ) async throws(ExecutionError) -> AttemptProgress {
    let claim = work.claim
    let rows = try await ledger { () throws(LedgerError) in
      try await store.tasks(of: claim.attempt.id)
    }
    let runs = try await ledger { () throws(LedgerError) in
      try await store.runs(of: claim.attempt.id)
    }
    guard rows.map(\.number) == planned.graph.nodes.map(\.number).sorted() else {
      throw beginAnew("the tasks on record are not those of the plan")
    }
    let commits: [String: String]
    do throws(ExecutionError) {
      commits = try await self.commits(of: work, rows)
    } catch {
      // What has failed needs no files any more: its rollback may have begun already.
      guard rows.contains(where: { $0.state == .failed }) else { throw error }
      commits = [:]
    }
    var progress = AttemptProgress()
    for row in rows {
      let profile = planner.domain.profile(of: row.action)
      var state = row.state
      if state == .running, profile?.commits == true, let commit = commits[String(row.number)] {
        try await recover(row, commit: commit, claim)
        state = .succeeded
      }
      if state == .succeeded, profile?.executor == .runTests {
        progress.testedTree = runs[row.number]?.last?.tree
      }
      progress.tasks[row.number] = TaskProgress(
        state: TaskState(state),
        tries: row.tries,
        error: state == .failed ? runs[row.number]?.last.flatMap(ExecutionError.init) : nil
      )
    }
    return progress
  }

  /// The commits that tasks have left, after what was half done is undone.
  private func commits(
    of work: AttemptWork,
    _ rows: [TaskRecord]
  ) async throws(ExecutionError) -> [String: String] {
    guard let workspace = work.workspace else { return [:] }
    await ProcessSweep.killAll(markerPrefix: workspace.markerPrefix)
    let recorded = rows.filter {
      $0.state == .succeeded && planner.domain.profile(of: $0.action)?.commits == true
    }
    do throws(ExecutionError) {
      let found = try await workspace.recover(doneTasks: Set(recorded.map { String($0.number) }))
      guard !found.isEmpty else { return [:] }
      let commits = try await workspace.open().taskCommits()
      return Dictionary(commits.map { ($0.task, $0.commit.text) }, uniquingKeysWith: { $1 })
    } catch {
      throw beginAnew("the worktree cannot be taken up: \(error.message)")
    }
  }

  /// Puts on record that a task was done, though its worker was killed before it could.
  private func recover(
    _ row: TaskRecord,
    commit: String,
    _ claim: Claim
  ) async throws(ExecutionError) {
    let now = Timestamp.now
    let start = row.startedAt ?? now
    var run = TaskRunRecord(
      tryNumber: row.tries,
      startedAt: start,
      endedAt: now,
      durationMilliseconds: Double(now - start)
    )
    run.message = "its commit was found after its worker had ended"
    try await ledger { () throws(LedgerError) in
      try await store.record(
        [.ended(number: row.number, state: .succeeded, run: run, commit: commit)],
        for: claim
      )
    }
  }

  /// The error that gives an attempt back, to be begun anew.
  private func beginAnew(_ reason: String) -> ExecutionError {
    ExecutionError(.cancelled, "\(reason); the goal is begun anew")
  }

  /// Calls the store, and says its errors in the words of execution.
  func ledger<T: Sendable>(
    _ body: () async throws(LedgerError) -> T
  ) async throws(ExecutionError) -> T {
    do throws(LedgerError) {
      return try await body()
    } catch {
      throw ExecutionError(error)
    }
  }
}

extension ExecutionError {
  /// What was wrong with a task's try, as it was recorded.
  init?(_ run: TaskRunRecord) {
    guard let code = run.errorClass.flatMap(Code.init) else { return nil }
    self.init(code, run.message ?? "no reason is on record", isRetryable: run.retryable)
  }
}

extension TaskState {
  init(_ state: TaskRecordState) {
    self =
      switch state {
      case .pending: .pending
      case .ready: .ready
      case .running: .running
      case .succeeded: .succeeded
      case .failed: .failed
      case .aborted: .aborted
      case .skipped: .skipped
      case .cancelled: .cancelled
      }
  }
}

extension PlanRecord {
  /// A plan as it goes on record: tasks with what their symbols stand for.
  init(_ planned: PlannedGoal) {
    self.init(
      task: planned.task,
      body: planned.bodyJSON,
      digest: planned.digest,
      bindings: planned.bindings.json,
      tasks: planned.graph.nodes.map { node in
        let names = node.arguments.map { JSONValue.string(planned.bindings.name(of: $0)) }
        return TaskRecord(
          number: node.number,
          action: node.action,
          arguments: JSONValue.array(names).text,
          dependsOn: node.dependencies.sorted(),
          priority: node.priority
        )
      }
    )
  }
}
