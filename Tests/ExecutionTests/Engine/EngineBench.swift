import Execution
// What the engine's tests share: a recorder that holds the engine to its promises while it records,
// executors made of closures, and a bench that runs graphs in time that it sets itself.
import GoalLedger
import Synchronization
import Testing

/// Records in memory, and checks every event against the table of states and the graph.
final class RecordingRecorder: EngineRecorder {
  struct State {
    var states: [Int: TaskState] = [:]
    var tries: [Int: Int] = [:]
    var batches: [[EngineEvent]] = []
    var violations: [String] = []
  }

  private let state: Mutex<State>
  private let graph: TaskGraph
  let signal: Signal
  /// Asked before a batch is kept; what it throws the recorder throws.
  let refuse: @Sendable ([EngineEvent]) throws(ExecutionError) -> Void

  init(
    _ graph: TaskGraph,
    signal: Signal = Signal(),
    known: [Int: TaskProgress] = [:],
    refuse: @escaping @Sendable ([EngineEvent]) throws(ExecutionError) -> Void = { _ in }
  ) {
    self.graph = graph
    self.signal = signal
    self.refuse = refuse
    state = Mutex(
      State(states: known.mapValues(\.state), tries: known.mapValues(\.tries))
    )
  }

  var batches: [[EngineEvent]] { state.withLock { $0.batches } }
  var events: [EngineEvent] { batches.flatMap { $0 } }
  var violations: [String] { state.withLock { $0.violations } }
  /// Tasks whose start is on record, and whose end is not.
  var running: Int { state.withLock { $0.states.values.count { $0 == .running } } }

  func state(of task: Int) -> TaskState { state.withLock { $0.states[task] ?? .pending } }

  /// The tasks in the order of their starts.
  var starts: [Int] {
    events.compactMap { if case .started(let task, _, _) = $0 { task } else { nil } }
  }

  /// The ended tries of a task, with the state they left and the time of the next.
  func ends(of number: Int) -> [(run: TaskRun, state: TaskState, retryAt: Timestamp?)] {
    events.compactMap {
      guard case .ended(number, let run, let state, let retryAt) = $0 else { return nil }
      return (run, state, retryAt)
    }
  }

  /// The states of an action's breaker, in the order in which they were recorded.
  func breakers(of action: String) -> [CircuitBreaker] {
    events.compactMap {
      if case .breakerChanged(action, let breaker) = $0 { breaker } else { nil }
    }
  }

  func record(_ events: [EngineEvent]) async throws(ExecutionError) {
    // Lets others run first, as a transaction would.
    await Task.yield()
    try refuse(events)
    state.withLock { state in
      state.batches.append(events)
      if events.isEmpty || events.count > 256 { state.violations.append("\(events.count) events") }
      for event in events { apply(event, to: &state) }
    }
    signal.change()
  }

  private func apply(_ event: EngineEvent, to state: inout State) {
    func move(_ task: Int, _ next: TaskState) {
      let old = state.states[task] ?? .pending
      if !old.allows(next) { state.violations.append("task \(task): \(old) to \(next)") }
      state.states[task] = next
    }
    switch event {
    case .interrupted(let task, _): move(task, .ready)
    case .started(let task, let number, _):
      move(task, .running)
      state.tries[task, default: 0] += 1
      if state.tries[task] != number { state.violations.append("task \(task): try \(number)") }
      let node = graph[task]
      let states = (node?.dependencies ?? []).map { state.states[$0] ?? .pending }
      let met =
        node?.dependencyPolicy == .continueIfAny
        ? states.allSatisfy(\.isFinal) && (states.isEmpty || states.contains(.succeeded))
        : states.allSatisfy { $0 == .succeeded }
      if !met { state.violations.append("task \(task) started after \(states)") }
    case .ended(let task, let run, let next, let retryAt):
      move(task, next)
      if run.tryNumber != state.tries[task] { state.violations.append("end of a try not begun") }
      if (next == .ready) != (retryAt != nil) { state.violations.append("no time for a retry") }
    case .settled(let task, let next, let reason, _):
      move(task, next)
      if reason.isEmpty { state.violations.append("task \(task) settled without a reason") }
    case .breakerChanged: break
    }
  }
}

/// An executor made of closures.
struct ScriptedExecutor: Executor {
  var action: String
  var admission: @Sendable (TaskNode) throws(ExecutionError) -> Void = { _ in }
  var before: @Sendable (ExecutionContext) async throws(ExecutionError) -> Void = { _ in }
  var after: @Sendable (TaskResult) async throws(ExecutionError) -> Void = { _ in }
  var body: @Sendable (ExecutionContext) async throws(ExecutionError) -> TaskResult

  init(
    _ action: String = "work",
    body: @escaping @Sendable (ExecutionContext) async throws(ExecutionError) -> TaskResult = {
      _ in TaskResult()
    }
  ) {
    self.action = action
    self.body = body
  }

  func admit(_ task: TaskNode) throws(ExecutionError) { try admission(task) }
  func preflight(_ context: ExecutionContext) async throws(ExecutionError) {
    try await before(context)
  }
  func execute(_ context: ExecutionContext) async throws(ExecutionError) -> TaskResult {
    try await body(context)
  }
  func postcondition(
    _ result: TaskResult,
    _ context: ExecutionContext
  ) async throws(ExecutionError) {
    try await after(result)
  }
}

/// Waits until the Swift task it is called in is cancelled; says when it has begun.
func hangUntilCancelled(_ begun: Signal) async {
  let cancelled = Signal()
  await withTaskCancellationHandler {
    begun.change()
    await cancelled.wait(beyond: 0)
  } onCancel: {
    cancelled.change()
  }
}

/// One graph, with time of its own.
struct EngineBench: Sendable {
  let graph: TaskGraph
  let signal: Signal
  let clock: ManualClock
  let recorder: RecordingRecorder
  let control = EngineControl()
  private let over = Signal()
  var executors: [any Executor]
  var limits = EngineLimits()
  var breakers = CircuitBreakers()
  var known: [Int: TaskProgress] = [:]
  var seed: UInt64 = 1

  init(
    _ nodes: [TaskNode],
    executors: [any Executor] = [ScriptedExecutor()],
    known: [Int: TaskProgress] = [:],
    refuse: @escaping @Sendable ([EngineEvent]) throws(ExecutionError) -> Void = { _ in }
  ) throws {
    let signal = Signal()
    graph = try TaskGraph(nodes)
    self.signal = signal
    self.known = known
    self.executors = executors
    clock = ManualClock { signal.change() }
    recorder = RecordingRecorder(graph, signal: signal, known: known, refuse: refuse)
  }

  /// What the bench calls the time: a million seconds, and what its clock says.
  var now: Timestamp { Self.time(clock) }

  private static func time(_ clock: ManualClock) -> Timestamp {
    Timestamp(milliseconds: 1_000_000_000) + clock.now.offset
  }

  /// Runs the graph in time that stands still, unless the test moves it.
  func run(log: @escaping @Sendable (Int, String) -> Void = { _, _ in }) async throws
    -> EngineOutcome
  {
    let engine = Engine(
      executors: try ExecutorRegistry(executors),
      limits: limits,
      breakers: breakers,
      recorder: recorder,
      clock: clock,
      now: { [clock] in Self.time(clock) }
    )
    let outcome = await engine.run(
      graph,
      attempt: AttemptIdentity(goalID: 7, attemptID: 70, number: 2),
      resumeFrom: known,
      control: control,
      random: SplitMix(seed),
      log: log
    )
    #expect(recorder.violations == [])
    #expect(outcome.tasks.allSatisfy { $0.state.isFinal })
    return outcome
  }

  /// Runs the graph, and moves time on whenever nothing runs and somebody waits for a time.
  func runSkippingWaits() async throws -> EngineOutcome {
    async let outcome = runAndSay()
    while over.count == 0 {
      let seen = signal.count
      if recorder.running == 0, let wake = clock.nextWake { clock.advance(to: wake) }
      if over.count > 0 { break }
      await signal.wait(beyond: seen)
    }
    return try await outcome
  }

  private func runAndSay() async throws -> EngineOutcome {
    defer {
      over.change()
      signal.change()
    }
    return try await run()
  }
}

/// A task with the action `work`.
func task(
  _ number: Int,
  after dependencies: [Int] = [],
  _ policy: DependencyPolicy = .abort,
  action: String = "work",
  priority: Int = 0,
  retry: RetryPolicy = RetryPolicy(),
  resources: [String] = []
) -> TaskNode {
  TaskNode(
    number: number,
    action: action,
    priority: priority,
    dependencies: dependencies,
    dependencyPolicy: policy,
    retry: retry,
    resources: resources
  )
}

/// A failure that a retry could help.
let passing = ExecutionError(.io, "the disk was busy", isRetryable: true)
/// A failure that none can help.
let lasting = ExecutionError(.testsFailed, "2 of 9 tests failed", isRetryable: false)
