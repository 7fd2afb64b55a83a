import Execution
import GoalLedger
import HTN

/// Executes one attempt: plan, task graph, and the end that the ledger records.
///
/// What must stay true: nothing is changed before the plan is on record; a branch is on record before
/// it is made; the goal moves in the transaction that holds its result; what did not satisfy the goal
/// is rolled back before the goal moves on. After a lost lease nothing is written at all: what lies
/// there is the next holder's.
struct AttemptRunner: Sendable {
  let store: any GoalStore
  let configuration: Configuration
  let places: Workplaces
  let planner: GoalPlanner
  let breakers: CircuitBreakers
  let alarms = AlarmClock(ContinuousClock())
  let watch: @Sendable (WorkerEvent) -> Void

  /// How often an attempt may change hands without a task succeeding: one that kills its workers
  /// must not go round for ever.
  static let maxTakeovers = 10

  init(
    store: any GoalStore,
    configuration: Configuration,
    places: Workplaces,
    watch: @escaping @Sendable (WorkerEvent) -> Void
  ) async throws(LedgerError) {
    self.store = store
    self.configuration = configuration
    self.places = places
    self.watch = watch
    planner = GoalPlanner(
      domain: try configuration.domain(),
      taskTimeout: .milliseconds(configuration.limits.taskTimeoutMilliseconds)
    )
    let kept = try await store.breakers().compactMap { record in
      CircuitBreaker(record).map { (record.action, $0) }
    }
    breakers = CircuitBreakers(Dictionary(kept, uniquingKeysWith: { $1 }))
  }

  /// Executes an attempt to its end, whatever that is.
  func run(_ claim: Claim, control: EngineControl) async {
    let clock = ContinuousClock()
    let start = clock.now
    watch(
      .claimed(
        goal: claim.goal.id,
        attempt: claim.attempt.number,
        text: claim.goal.text,
        takenOver: claim.isTakenOver
      )
    )
    var work = AttemptWork(claim: claim)
    var verdict: EngineOutcome.Verdict
    do throws(ExecutionError) {
      verdict = try await execute(&work, control)
    } catch {
      verdict = .failed(error, task: nil)
    }
    if case .failed(let error, _) = verdict, error.code == .leaseLost {
      verdict = .cancelled(.leaseLost)
    }
    // A lost lease outweighs every other reason to stop: what lies there is not ours to undo.
    if let reason = control.reason, verdict != .succeeded, verdict != .cancelled(.leaseLost) {
      verdict = .cancelled(reason)
    }
    await conclude(work, verdict, started: start, clock, control: control)
  }

  /// Plans, unless an earlier worker has; then runs what is left of the graph.
  private func execute(
    _ work: inout AttemptWork,
    _ control: EngineControl
  ) async throws(ExecutionError) -> EngineOutcome.Verdict {
    let claim = work.claim
    guard claim.goal.state == .executing else { return .cancelled(.abandoned) }
    guard claim.attempt.takeovers <= Self.maxTakeovers else {
      throw ExecutionError(
        .refused,
        "\(claim.attempt.takeovers) workers ended while they executed this attempt",
        hint: "look for a command that kills the worker or uses up its memory"
      )
    }
    try await requireSignatures(claim)
    if claim.attempt.number > 1 {
      try await Sweeper(store: store, places: places, watch: watch).undoExpired(of: claim.goal.id)
    }
    let policy = try places.policy(of: claim.goal)
    let place = policy.map {
      Workplace(policy: $0, base: claim.attempt.baseCommit, configuration: configuration)
    }
    work.place = place
    let planned = try await plan(claim, place: place)
    if let place, planned.graph.nodes.contains(where: { planner.needsWorkspace($0) }) {
      let (repository, base) = try await place.open()
      work.workspace = try places.workspace(
        planned.policy ?? place.policy,
        repository,
        goal: claim.goal.id,
        attempt: claim.attempt.number,
        base: base
      )
    }
    let progress = try await progress(of: work, planned)
    let executors = CodingExecutors(
      workspace: work.workspace,
      bindings: planned.bindings,
      context: planned.context,
      metrics: planned.metrics,
      text: claim.goal.text,
      domain: planner.domain,
      testedTree: progress.testedTree
    )
    let recorder = AttemptRecorder(
      store: store,
      claim: claim,
      watch: watch,
      titles: planned.titles,
      opening: progress.opening,
      unfinished: Set(planned.graph.nodes.map(\.number)).subtracting(progress.succeeded)
    )
    // Without a task there is nothing that the opening could be recorded with.
    if planned.graph.nodes.isEmpty { try await recorder.record([]) }
    let engine = Engine(
      executors: try ExecutorRegistry(executors.all),
      limits: limits(claim.goal),
      breakers: breakers,
      recorder: recorder,
      clock: ContinuousClock(),
      alarms: alarms,
      now: { .now }
    )
    let outcome = await engine.run(
      planned.graph,
      attempt: claim.identity,
      resumeFrom: progress.tasks,
      control: control
    )
    work.lastEvents = await recorder.lastEvents
    return outcome.verdict
  }

  /// Plans a goal; records nothing.
  private func plan(_ claim: Claim, place: Workplace?) async throws(ExecutionError) -> PlannedGoal {
    let goal = claim.goal
    return try await planner.plan(
      PlanRequest(
        goalID: goal.id,
        task: goal.task,
        text: goal.text,
        contextJSON: goal.context,
        successMetricsJSON: goal.successMetrics,
        policy: place?.policy,
        source: place,
        beliefs: claim.beliefs
      )
    )
  }

  private func limits(_ goal: Goal) -> EngineLimits {
    EngineLimits(
      maxConcurrent: configuration.limits.maxConcurrentTasks,
      deadline: .milliseconds(goal.timeoutMilliseconds)
    )
  }
}

/// An attempt in the making: what there is of it so far, and so is to be undone where it fails.
struct AttemptWork: Sendable {
  let claim: Claim
  var place: Workplace?
  var workspace: AttemptWorkspace?
  /// What happened to its tasks last, to be recorded with its end.
  var lastEvents: [TaskEvent] = []

  init(claim: Claim) { self.claim = claim }
}

extension Claim {
  /// The attempt in the engine's words.
  var identity: AttemptIdentity {
    AttemptIdentity(goalID: goal.id, attemptID: attempt.id, number: attempt.number)
  }
}

extension GoalPlanner {
  /// Whether a task of the graph works on files.
  func needsWorkspace(_ node: TaskNode) -> Bool {
    domain.profile(of: node.action)?.executor != .recordNote
  }
}

extension PlannedGoal {
  /// What to call each task when speaking to people: its action and what it is about.
  var titles: [Int: String] {
    Dictionary(
      graph.nodes.map { node in
        (
          node.number,
          ([node.action] + node.arguments.map(bindings.name(of:))).joined(separator: " ")
        )
      },
      uniquingKeysWith: { first, _ in first }
    )
  }
}

extension CircuitBreaker {
  init?(_ record: BreakerRecord) {
    guard let state = State(rawValue: record.state) else { return nil }
    self.init(
      state: state,
      failures: record.failures,
      openedAt: record.openedAt,
      retryAt: record.retryAt
    )
  }
}
