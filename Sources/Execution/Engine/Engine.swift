// The engine: runs a task graph to its end and says how it ended. One call is one run of one
// attempt's graph; everything it needs, time and randomness among it, is an argument, so that a run
// can be replayed. A run returns only when nothing of it runs any more.

import GoalLedger

/// Runs task graphs.
///
/// - Tasks start when what they depend on has ended and is on record: the best first, by priority,
///   then by the longest chain of tasks waiting for it, then by the graph's order; never more at
///   once than `EngineLimits` allows.
/// - A task whose dependency did not succeed is aborted, skipped or run as its policy says. The run
///   fails, and everything is stopped, as soon as a task is aborted, or one fails that nothing
///   depends on. It also fails when no final task succeeded because all were skipped.
/// - A try past its task's timeout is cancelled and has failed with code `timedOut`.
/// - A failure that a retry could help is retried within the task's tries and the run's budget,
///   after a wait with full jitter.
/// - A task whose action's circuit breaker is open fails its try with code `breakerOpen` without
///   being executed, and waits at least until a probe will be let through.
public struct Engine<C: Clock>: Sendable where C.Duration == Duration {
  /// The executors, by action.
  public var executors: ExecutorRegistry
  /// How much may run at once, how long, and how often again.
  public var limits: EngineLimits
  /// The circuit breakers, shared by all runs on the same workspace.
  public var breakers: CircuitBreakers
  /// Where everything is kept that happens.
  public var recorder: any EngineRecorder
  /// What measures durations.
  public var clock: C
  /// What wakes the engine, by the same clock; shared by as many runs as there are.
  public var alarms: AlarmClock<C>
  /// What the record calls the time.
  public var now: @Sendable () -> Timestamp

  /// Makes an engine.
  public init(
    executors: ExecutorRegistry,
    limits: EngineLimits = EngineLimits(),
    breakers: CircuitBreakers = CircuitBreakers(),
    recorder: any EngineRecorder,
    clock: C,
    alarms: AlarmClock<C>? = nil,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.executors = executors
    self.limits = limits
    self.breakers = breakers
    self.recorder = recorder
    self.clock = clock
    self.alarms = alarms ?? AlarmClock(clock)
    self.now = now
  }

  /// Runs a graph to its end.
  ///
  /// - Parameters:
  ///   - graph: what to run.
  ///   - attempt: whose work it is; passed on to the executors.
  ///   - progress: how far an earlier worker had come, by task number. What has ended is not run
  ///     again; what was running is.
  ///   - control: the handle by which the run is stopped. Cancelling the Swift task that called
  ///     stops it too, with the reason `shutdown`.
  ///   - random: what draws the waits before retries.
  ///   - log: takes a task's number and a line for a person to read, while the task runs.
  /// - Returns: how each task and the whole run ended.
  public func run(
    _ graph: TaskGraph,
    attempt: AttemptIdentity,
    resumeFrom progress: [Int: TaskProgress] = [:],
    control: EngineControl = EngineControl(),
    random: some RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
    log: @escaping @Sendable (_ task: Int, _ line: String) -> Void = { _, _ in }
  ) async -> EngineOutcome {
    var run = EngineRun(
      engine: self,
      graph: graph,
      attempt: attempt,
      control: control,
      random: random,
      log: log
    )
    let mailbox = run.mailbox
    control.attach { mailbox.post(.stop) }
    defer { control.detach() }
    return await withTaskCancellationHandler {
      await run.run(from: progress)
    } onCancel: {
      control.cancel(.shutdown)
    }
  }
}
