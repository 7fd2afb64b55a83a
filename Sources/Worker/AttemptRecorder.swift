import Execution
import GoalLedger

/// Puts what the engine says on record: all that happened at one moment in one transaction, under
/// the attempt's lease, before the engine acts on it. A new attempt's plan and branch go on record
/// with what the engine says first, so that they are there before anything is done and cost no
/// commit of their own. So it is at the end: where the last task has succeeded, nothing follows that
/// would have to wait for its record, and that goes into the transaction that ends the attempt.
actor AttemptRecorder: EngineRecorder {
  let store: any GoalStore
  let claim: Claim
  let watch: @Sendable (WorkerEvent) -> Void
  /// What to call each task when speaking to people.
  let titles: [Int: String]
  /// What is to be recorded with the first events; nil once it is.
  private var opening: AttemptOpening?
  /// The tasks that have not succeeded yet.
  private var unfinished: Set<Int>
  /// What is left to record with the attempt's end.
  private(set) var lastEvents: [TaskEvent] = []

  init(
    store: any GoalStore,
    claim: Claim,
    watch: @escaping @Sendable (WorkerEvent) -> Void,
    titles: [Int: String],
    opening: AttemptOpening?,
    unfinished: Set<Int>
  ) {
    self.store = store
    self.claim = claim
    self.watch = watch
    self.titles = titles
    self.opening = opening
    self.unfinished = unfinished
  }

  func record(_ events: [EngineEvent]) async throws(ExecutionError) {
    var toRecord: [TaskEvent] = []
    do throws(LedgerError) {
      for event in events {
        switch event {
        case .interrupted(let task, let at):
          toRecord.append(.moved(number: task, state: .ready, at: at))
        case .started(let task, _, let at): toRecord.append(.started(number: task, at: at))
        case .ended(let task, let run, let state, _):
          if state == .succeeded { unfinished.remove(task) }
          toRecord.append(
            .ended(
              number: task,
              state: TaskRecordState(state),
              run: TaskRunRecord(run),
              commit: run.result.commit
            )
          )
        case .settled(let task, let state, _, let at):
          toRecord.append(.moved(number: task, state: TaskRecordState(state), at: at))
        case .breakerChanged(let action, let breaker):
          try await store.save(
            BreakerRecord(action: action, breaker),
            actor: claim.attempt.worker
          )
        }
      }
      if let first = opening {
        opening = nil
        try await store.record(first.plan, opening: first.change, toRecord, for: claim)
      } else if unfinished.isEmpty {
        lastEvents += toRecord
      } else if !toRecord.isEmpty {
        try await store.record(toRecord, for: claim)
      }
    } catch {
      throw ExecutionError(error)
    }
    for event in events { tell(event) }
  }

  private func tell(_ event: EngineEvent) {
    func say(_ number: Int, _ state: TaskState, _ duration: Duration?, _ message: String?) {
      watch(
        .task(
          goal: claim.goal.id,
          number: number,
          title: titles[number] ?? "task \(number)",
          state: TaskRecordState(state),
          milliseconds: duration?.milliseconds,
          message: message
        )
      )
    }
    switch event {
    case .interrupted(let task, _): say(task, .ready, nil, "interrupted with an earlier worker")
    case .started(let task, _, _): say(task, .running, nil, nil)
    case .ended(let task, let run, let state, _): say(task, state, run.duration, run.message)
    case .settled(let task, let state, let reason, _): say(task, state, nil, reason)
    case .breakerChanged(let action, let breaker):
      watch(.warning("the circuit breaker of \(action) is now \(breaker.state.rawValue)"))
    }
  }
}

extension TaskRecordState {
  init(_ state: TaskState) {
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

extension TaskRunRecord {
  init(_ run: TaskRun) {
    self.init(
      tryNumber: run.tryNumber,
      startedAt: run.startedAt,
      endedAt: run.endedAt,
      durationMilliseconds: run.duration.milliseconds
    )
    exitCode = run.result.exitCode
    errorClass = run.errorClass
    message = run.message
    retryable = run.isRetryable
    outputHead = run.result.outputHead
    outputTail = run.result.outputTail
    outputBytes = Int64(run.result.outputBytes)
    outputSHA256 = run.result.outputSHA256
    tree = run.result.tree
  }
}

extension BreakerRecord {
  init(action: String, _ breaker: CircuitBreaker) {
    self.init(
      action: action,
      state: breaker.state.rawValue,
      failures: breaker.failures,
      openedAt: breaker.openedAt,
      retryAt: breaker.retryAt
    )
  }
}

extension ExecutionError {
  /// An error of the ledger, met while executing.
  init(_ error: LedgerError) {
    let code: Code =
      switch error.code {
      case .leaseLost: .leaseLost
      case .diskFull: .diskFull
      case .busy, .unavailable, .corrupt: .io
      case .refused, .invalid: .refused
      case .usage, .notFound, .incompatible, .internal: .internal
      }
    self.init(code, error.message, hint: error.hint, isRetryable: error.code == .busy)
  }
}
