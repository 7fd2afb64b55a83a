// One run of one graph: the loop. Each turn decides what happens next, has it recorded, only then
// does it, and waits for messages. All state is owned by this one value; tries run in Swift tasks of
// their own and speak to it through the mailbox. What must stay true: every event is recorded
// before its consequence happens, `open` counts the tasks not in a final state, and the loop ends
// only when that is none and nothing runs.

import GoalLedger

/// What a run is told while it waits.
enum EngineMessage<Instant: InstantProtocol>: Sendable {
  /// A try came to its end.
  case ended(place: Int, TryEnd<Instant>)
  /// The alarm of the given number went off.
  case alarm(Int)
  /// Somebody stops the run: the control has the reason.
  case stop
}

/// The state of a run.
struct EngineRun<C: Clock, R: RandomNumberGenerator> where C.Duration == Duration {
  /// What is known of one task.
  struct Slot {
    var state = TaskState.pending
    var tries = 0
    /// Dependencies that have not ended.
    var unmet: Int
    /// Dependencies that succeeded.
    var met = 0
    /// Whether it has been put among the ready or the delayed; it then never waits for a dependency.
    var isQueued = false
    /// Not to be tried before this time, as an earlier worker had it.
    var retryAt: Timestamp?
    /// The place of the task whose failure is the reason that this one did not succeed.
    var cause: Int?
    var startedAt: Timestamp?
    var endedAt: Timestamp?
    var duration = Duration.zero
    var error: ExecutionError?
    var result: TaskResult?
  }

  /// A task that waits for its next try.
  struct Delayed: Comparable {
    var due: C.Instant
    var place: Int
    static func < (left: Delayed, right: Delayed) -> Bool {
      left.due == right.due ? left.place < right.place : left.due < right.due
    }
  }

  let engine: Engine<C>
  let graph: TaskGraph
  let attempt: AttemptIdentity
  let control: EngineControl
  let mailbox = Mailbox<EngineMessage<C.Instant>>()
  let log: @Sendable (Int, String) -> Void
  let begin: C.Instant
  let beganAt: Timestamp
  let deadline: C.Instant

  var random: R
  var slots: [Slot]
  var open: Int
  var ready = ReadyQueue()
  var delayed = Heap<Delayed>()
  var running: [Int: Running<C.Instant>] = [:]
  var occupancy = Occupancy()
  var retries = 0
  var verdict: EngineOutcome.Verdict?
  /// Whether everything has been told to stop.
  var isStopping = false
  /// Whether nothing may be recorded any more.
  var isSilent = false
  /// What happened in this turn and is not yet recorded.
  var events: [EngineEvent] = []
  /// The places of tasks that start once this turn is recorded.
  var launches: [Int] = []
  /// The places of running tasks that are cancelled once this turn is recorded.
  var cancellations: [Int] = []
  private var alarm: (number: Int, at: C.Instant, entry: Int)?
  private var alarms = 0
  /// The longest the alarm is set for at a time. The alarm clock keeps what was cancelled until it was
  /// due, so short runs must not ask for what is far away; it doubles as the run grows old.
  private var nap = Duration.milliseconds(250)

  init(
    engine: Engine<C>,
    graph: TaskGraph,
    attempt: AttemptIdentity,
    control: EngineControl,
    random: R,
    log: @escaping @Sendable (Int, String) -> Void
  ) {
    self.engine = engine
    self.graph = graph
    self.attempt = attempt
    self.control = control
    self.random = random
    self.log = log
    begin = engine.clock.now
    beganAt = engine.now()
    deadline = begin.advanced(by: engine.limits.deadline)
    slots = graph.dependencies.map { Slot(unmet: $0.count) }
    open = slots.count
  }

  /// Runs to the end.
  mutating func run(from progress: [Int: TaskProgress]) async -> EngineOutcome {
    resume(from: progress)
    admitAll()
    while true {
      _ = heedControl()
      if verdict == nil { startReady() }
      if verdict == nil, open > 0, running.isEmpty, delayed.first == nil {
        verdict = .failed(.stuck(open), task: nil)
      }
      if verdict != nil, !isStopping { stopEverything() }
      await record()
      if heedControl() { continue }
      launch()
      for place in cancellations { running[place]?.task?.cancel() }
      cancellations.removeAll(keepingCapacity: true)
      if open == 0, running.isEmpty { break }
      armAlarm()
      for message in await mailbox.receive() { take(message) }
      expire(at: engine.clock.now)
    }
    if let alarm { engine.alarms.cancel(alarm.entry) }
    return outcome()
  }

  private mutating func take(_ message: EngineMessage<C.Instant>) {
    switch message {
    case .ended(let place, let end): tryEnded(place, end)
    case .alarm(let number):
      guard number == alarm?.number else { return }
      alarm = nil
      nap = min(nap * 2, .seconds(30))
    case .stop: break
    }
  }

  /// Takes note of a stop from outside; returns whether it changed the verdict.
  private mutating func heedControl() -> Bool {
    guard let reason = control.reason else { return false }
    if reason == .leaseLost {
      guard !isSilent else { return false }
      isSilent = true
      verdict = .cancelled(.leaseLost)
      return true
    }
    guard verdict == nil, open > 0 else { return false }
    verdict = .cancelled(reason)
    return true
  }

  /// Has this turn recorded. A recorder that fails ends the run, and nothing of the turn happens.
  private mutating func record() async {
    if !isSilent {
      do {
        var rest = events[...]
        while !rest.isEmpty {
          try await engine.recorder.record(Array(rest.prefix(256)))
          rest = rest.dropFirst(256)
        }
      } catch {
        let lost = error.code == .leaseLost
        verdict = lost ? .cancelled(.leaseLost) : .failed(error, task: nil)
        isSilent = true
        stopEverything()
      }
    }
    events.removeAll(keepingCapacity: true)
  }

  /// Does what the passing of time asks for.
  private mutating func expire(at now: C.Instant) {
    guard verdict == nil else { return }
    guard now < deadline else {
      verdict = .cancelled(.deadline)
      return
    }
    for place in running.keys.sorted() {
      guard let run = running[place], run.stop == nil, run.due <= now else { continue }
      running[place]?.stop = .timeout
      run.task?.cancel()
    }
    while let first = delayed.first, first.due <= now {
      _ = delayed.popFirst()
      ready.insert(first.place, of: graph)
    }
  }

  /// Sees to it that the run is woken when the next thing is due.
  private mutating func armAlarm() {
    guard verdict == nil else { return }
    var due = deadline
    for run in running.values where run.stop == nil { due = min(due, run.due) }
    if let first = delayed.first { due = min(due, first.due) }
    let wake = min(due, engine.clock.now.advanced(by: nap))
    if let alarm {
      guard wake < alarm.at else { return }
      engine.alarms.cancel(alarm.entry)
    }
    alarms += 1
    let entry = engine.alarms.set(wake) { [mailbox, number = alarms] in
      mailbox.post(.alarm(number))
    }
    alarm = (alarms, wake, entry)
  }

  private func outcome() -> EngineOutcome {
    EngineOutcome(
      verdict: verdict ?? finalVerdict(),
      tasks: zip(graph.nodes, slots).map { node, slot in
        TaskOutcome(
          number: node.number,
          state: slot.state,
          tries: slot.tries,
          startedAt: slot.startedAt,
          endedAt: slot.endedAt,
          duration: slot.duration,
          error: slot.error,
          result: slot.result
        )
      },
      retries: retries,
      startedAt: beganAt,
      duration: begin.duration(to: engine.clock.now)
    )
  }

  /// The verdict when everything has ended by itself: the final tasks' that were not left out.
  private func finalVerdict() -> EngineOutcome.Verdict {
    var cause: Int?
    for (place, slot) in slots.enumerated() where graph.dependents[place].isEmpty {
      if slot.state == .succeeded { return .succeeded }
      cause = cause ?? slot.cause
    }
    guard let cause, let error = slots[cause].error else { return .succeeded }
    return .failed(error, task: graph.nodes[cause].number)
  }
}
