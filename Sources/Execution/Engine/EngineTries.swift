// One try of one task: its start, its end, and whether another follows. A try that reached the end
// of its postcondition uncancelled has succeeded, whatever was decided about it meanwhile; any other
// end is what the engine stopped it for, or else what the executor says.

import GoalLedger

/// A task that runs, or will once its start is recorded.
struct Running<Instant: InstantProtocol> {
  /// Why the engine cancelled a try.
  enum Stop {
    case timeout
    case run(String)
  }

  var kind: TaskKind
  var isProbe: Bool
  var startedAt: Timestamp
  var began: Instant
  /// When it will have run past its timeout.
  var due: Instant
  var stop: Stop?
  var task: Task<Void, Never>?
}

/// What a try left.
struct TryEnd<Instant: InstantProtocol>: Sendable {
  var result: TaskResult?
  var error: ExecutionError?
  /// Whether the postcondition held and nothing had cancelled the try.
  var isSuccess: Bool
  var ended: Instant
  var endedAt: Timestamp
}

extension EngineRun {
  /// Starts a try, unless the action's circuit breaker is open: then the try has failed already.
  mutating func start(_ place: Int, _ kind: TaskKind) {
    let node = graph.nodes[place]
    let at = engine.now()
    let (admission, changed) = engine.breakers.admit(node.action, at: at)
    if let changed {
      events.append(.breakerChanged(action: node.action, breaker: changed))
    }
    move(place, to: .running)
    slots[place].tries += 1
    slots[place].startedAt = slots[place].startedAt ?? at
    events.append(.started(task: node.number, tryNumber: slots[place].tries, at: at))
    if case .refused(let until) = admission {
      let error = ExecutionError.breakerOpen(node, for: until.since(at))
      let run = TaskRun(
        tryNumber: slots[place].tries,
        startedAt: at,
        endedAt: at,
        duration: .zero,
        error: error
      )
      return tryFailed(place, run, with: error, now: engine.clock.now, notBefore: until)
    }
    let isProbe = admission == .probe
    occupancy.take(kind, isProbe: isProbe)
    let began = engine.clock.now
    running[place] = Running(
      kind: kind,
      isProbe: isProbe,
      startedAt: at,
      began: began,
      due: began.advanced(by: node.timeout)
    )
    launches.append(place)
  }

  /// Sets the tries going whose start is on record.
  mutating func launch() {
    for place in launches {
      let node = graph.nodes[place]
      guard var run = running[place], let executor = engine.executors[node.action] else { continue }
      let began = engine.clock.now
      let timeout = min(node.timeout, began.duration(to: deadline))
      let context = ExecutionContext(
        task: node,
        tryNumber: slots[place].tries,
        attempt: attempt,
        timeout: timeout,
        deadline: engine.now() + timeout,
        log: { [log, number = node.number] in log(number, $0) }
      )
      run.began = began
      run.due = began.advanced(by: node.timeout)
      run.task = Task { [engine, mailbox] in
        let end = await engine.attempt(executor, context)
        mailbox.post(.ended(place: place, end))
      }
      running[place] = run
    }
    launches.removeAll(keepingCapacity: true)
  }

  /// Takes back a start that was decided, but will not be: the run ended in the same turn.
  mutating func dropLaunch(_ place: Int, because reason: String) {
    guard let run = running[place] else { return }
    let end = TryEnd(
      isSuccess: false,
      ended: run.began,
      endedAt: run.startedAt
    )
    running[place]?.stop = .run(reason)
    tryEnded(place, end)
  }

  /// Takes note of the end of a try.
  mutating func tryEnded(_ place: Int, _ end: TryEnd<C.Instant>) {
    guard let running = running.removeValue(forKey: place) else { return }
    let node = graph.nodes[place]
    occupancy.release(running.kind, isProbe: running.isProbe)
    var run = TaskRun(
      tryNumber: slots[place].tries,
      startedAt: running.startedAt,
      endedAt: end.endedAt,
      duration: running.began.duration(to: end.ended),
      result: end.result ?? TaskResult()
    )
    slots[place].duration += run.duration
    slots[place].result = end.result

    if end.isSuccess {
      tellBreaker(running, node, failed: false, at: end.endedAt)
      tryIsFinal(place, run, .succeeded)
    } else if case .run(let reason) = running.stop {
      if running.isProbe { engine.breakers.giveUpProbe(node.action) }
      run.error = .stopped(node, because: reason)
      tryIsFinal(place, run, .cancelled)
    } else {
      var error = end.error ?? .stopped(node, because: "its executor gave up")
      if case .timeout = running.stop { error = .timedOut(node) }
      if error.code == .timedOut { error.isRetryable = node.retry.retriesTimeouts }
      tellBreaker(running, node, failed: error.isRetryable, at: end.endedAt)
      tryFailed(place, run, with: error, now: end.ended)
    }
  }

  /// Decides whether a failed try is followed by another.
  ///
  /// - Parameter notBefore: the earliest time that another could succeed, if known.
  mutating func tryFailed(
    _ place: Int,
    _ failed: TaskRun,
    with failure: ExecutionError,
    now: C.Instant,
    notBefore: Timestamp? = nil
  ) {
    let retry = graph.nodes[place].retry
    var run = failed
    run.error = failure
    guard failure.isRetryable, verdict == nil, slots[place].tries < retry.maxTries else {
      return tryIsFinal(place, run, .failed)
    }
    guard retries < engine.limits.retryBudget else {
      run.error = failure.withoutBudget(engine.limits.retryBudget)
      return tryIsFinal(place, run, .failed)
    }
    retries += 1
    var wait = retry.delay(afterTry: slots[place].tries, using: &random)
    if let notBefore { wait = max(wait, notBefore.since(run.endedAt)) }
    slots[place].error = run.error
    slots[place].endedAt = run.endedAt
    move(place, to: .ready)
    delayed.insert(Delayed(due: now.advanced(by: wait), place: place))
    events.append(
      .ended(
        task: graph.nodes[place].number,
        run: run,
        state: .ready,
        retryAt: run.endedAt + wait
      )
    )
  }

  /// Ends a task with its last try.
  private mutating func tryIsFinal(_ place: Int, _ run: TaskRun, _ state: TaskState) {
    move(place, to: state)
    open -= 1
    slots[place].error = run.error
    slots[place].endedAt = run.endedAt
    if state != .succeeded { slots[place].cause = place }
    events.append(
      .ended(task: graph.nodes[place].number, run: run, state: state, retryAt: nil)
    )
    spread(from: place)
  }

  /// Tells the action's circuit breaker how a try ended. A failure that no retry could help is the
  /// task's own: the action works.
  private mutating func tellBreaker(
    _ running: Running<C.Instant>,
    _ node: TaskNode,
    failed: Bool,
    at: Timestamp
  ) {
    let changed =
      failed
      ? engine.breakers.fail(node.action, at: at, probe: running.isProbe)
      : engine.breakers.succeed(node.action, at: at, probe: running.isProbe)
    guard let changed else { return }
    events.append(.breakerChanged(action: node.action, breaker: changed))
  }
}

extension Engine {
  /// Makes one try, in the Swift task that the engine cancels to stop it.
  fileprivate func attempt(
    _ executor: any Executor,
    _ context: ExecutionContext
  ) async -> TryEnd<C.Instant> {
    var result: TaskResult?
    var failure: ExecutionError?
    do {
      try await executor.preflight(context)
      if !Task.isCancelled {
        let found = try await executor.execute(context)
        result = found
        if !Task.isCancelled { try await executor.postcondition(found, context) }
      }
    } catch {
      failure = error
    }
    return TryEnd(
      result: result,
      error: failure,
      isSuccess: result != nil && failure == nil && !Task.isCancelled,
      ended: clock.now,
      endedAt: now()
    )
  }
}
