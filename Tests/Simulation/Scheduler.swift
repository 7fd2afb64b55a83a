import GoalLedger
import Synchronization

/// Lets the threads of control of a simulation go on one at a time, each to where it next touches the
/// database, sleeps or ends, in an order that a seed decides; and keeps the time.
///
/// What must stay true: while one goes on, all others are parked, so that nothing depends on which
/// thread of the machine runs what; time moves here alone, between two steps.
final class Scheduler: Sendable {
  /// A thread of control that waits.
  private struct Parked {
    let thread: Int
    let process: Int
    let name: String
    let wakesAt: Int64
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var chance: Chance
    var parked: [Parked] = []
    var running = 0
    var settled: CheckedContinuation<Void, Never>?
    var threads = 0
    var processes = 0
    /// The processes that were killed.
    var dead: Set<Int> = []
    /// Until when a process does nothing.
    var frozen: [Int: Int64] = [:]
    /// Milliseconds since the simulation began; never goes back.
    var time: Int64 = 0
    /// What the wall clock is ahead of that.
    var offset: Int64 = 0
    var steps = 0

    /// When a thread may go on.
    func ready(_ parked: Parked) -> Int64 { max(parked.wakesAt, frozen[parked.process] ?? 0) }

    /// The places of the threads that may go on now.
    var ready: [Int] { parked.indices.filter { ready(parked[$0]) <= time } }
  }

  private let state: Mutex<State>
  private let seed: UInt64
  private let clock: SimulatedClock
  let trace: Trace

  init(seed: UInt64, clock: SimulatedClock, trace: Trace) {
    self.seed = seed
    self.clock = clock
    self.trace = trace
    state = Mutex(State(chance: Chance(seed: seed, branch: 0)))
  }

  /// Milliseconds since the simulation began.
  var time: Int64 { state.withLock { $0.time } }
  var steps: Int { state.withLock { $0.steps } }

  // MARK: Processes and threads

  /// A number for a new process.
  func makeProcess() -> Int {
    state.withLock { state in
      state.processes += 1
      return state.processes
    }
  }

  /// Begins a thread of a process; it waits for its turn first.
  func spawn(
    _ name: String,
    in process: Int,
    _ body: @escaping @Sendable (SimulatedThread) async throws(LedgerError) -> Void,
    failed: @escaping @Sendable (LedgerError) -> Void
  ) {
    let id = state.withLock { state in
      state.threads += 1
      state.running += 1
      return state.threads
    }
    let thread = SimulatedThread(
      id: id,
      process: process,
      name: name,
      chance: Chance(seed: seed, branch: UInt64(id)),
      scheduler: self
    )
    let clock = clock
    Task {
      await Simulation.$current.withValue(
        Simulation(now: { clock.now }, vfs: clock.vfs) { () throws(LedgerError) in
          try await thread.turn()
        }
      ) {
        do throws(LedgerError) {
          try await thread.turn()
          try await body(thread)
        } catch {
          if !isDead(process) { failed(error) }
        }
      }
      rest()
    }
  }

  /// Parks a thread until some time at the earliest.
  /// - returns: false where its process is dead.
  fileprivate func park(_ thread: SimulatedThread, until time: Int64) async -> Bool {
    await withCheckedContinuation { continuation in
      state.withLock { state in
        let parked = Parked(
          thread: thread.id,
          process: thread.process,
          name: thread.name,
          wakesAt: time,
          continuation: continuation
        )
        let place = state.parked.firstIndex { $0.thread > thread.id } ?? state.parked.count
        state.parked.insert(parked, at: place)
      }
      rest()
    }
  }

  /// One of those that run does so no more.
  private func rest() {
    let settled = state.withLock { state in
      state.running -= 1
      guard state.running == 0 else { return CheckedContinuation<Void, Never>?.none }
      defer { state.settled = nil }
      return state.settled
    }
    settled?.resume()
  }

  private func settle() async {
    await withCheckedContinuation { continuation in
      let isSettled = state.withLock { state in
        if state.running == 0 { return true }
        state.settled = continuation
        return false
      }
      if isSettled { continuation.resume() }
    }
  }

  // MARK: What befalls processes

  /// Kills a process: none of its threads ever goes on.
  func kill(_ process: Int) { state.withLock { _ = $0.dead.insert(process) } }

  func isDead(_ process: Int) -> Bool { state.withLock { $0.dead.contains(process) } }

  /// Holds a process up for so many milliseconds.
  func freeze(_ process: Int, for milliseconds: Int64) {
    state.withLock { $0.frozen[process] = $0.time + milliseconds }
  }

  /// Lets all processes go on.
  func thaw() { state.withLock { $0.frozen = [:] } }

  /// Sets the wall clock forwards, or back.
  func jump(_ milliseconds: Int64) {
    state.withLock { state in
      state.offset += milliseconds
      show(state)
    }
  }

  private func show(_ state: borrowing State) {
    clock.set(SimulatedClock.start + (state.time + state.offset))
  }

  // MARK: Steps

  /// Lets one thread take a step; false where none is left.
  func step() async -> Bool {
    await settle()
    while true {
      let next: Parked? = state.withLock { state in
        if let dead = state.parked.firstIndex(where: { state.dead.contains($0.process) }) {
          state.running = 1
          return state.parked.remove(at: dead)
        }
        guard !state.parked.isEmpty else { return nil }
        state.steps += 1
        state.time += Int64(state.chance.number(0...2))
        if state.ready.isEmpty {
          state.time = state.parked.map { state.ready($0) }.min() ?? state.time
        }
        let places = state.ready
        show(state)
        state.running = 1
        return state.parked.remove(at: state.chance.pick(places))
      }
      guard let next else { return false }
      let lives = !isDead(next.process)
      next.continuation.resume(returning: lives)
      await settle()
      if lives { return true }
    }
  }

  /// What the threads are that wait, and until when.
  var waiting: [String] {
    state.withLock { state in state.parked.map { "\($0.name) until \(state.ready($0))" } }
  }

  /// Ends every thread.
  func end() async {
    repeat {
      await settle()
      state.withLock { state in
        for parked in state.parked { state.dead.insert(parked.process) }
      }
    } while await step()
  }
}

/// A thread of control of a simulated process, as it sees itself.
final class SimulatedThread: Sendable {
  let id: Int
  let process: Int
  let name: String
  let scheduler: Scheduler
  private let chance: Mutex<Chance>

  init(id: Int, process: Int, name: String, chance: Chance, scheduler: Scheduler) {
    self.id = id
    self.process = process
    self.name = name
    self.scheduler = scheduler
    self.chance = Mutex(chance)
  }

  /// Waits until it may go on.
  func turn() async throws(LedgerError) { try await sleep(0) }

  /// Waits for so many milliseconds at least.
  func sleep(_ milliseconds: Int64) async throws(LedgerError) {
    guard await scheduler.park(self, until: scheduler.time + milliseconds) else {
      throw LedgerError(.unavailable, "the process was killed")
    }
  }

  /// Puts what happened on the trace.
  func note(_ text: String) {
    scheduler.trace.add("\(scheduler.time) \(name): \(text)")
  }

  func happens(_ percent: Int) -> Bool { chance.withLock { $0.happens(percent) } }
  func number(_ range: ClosedRange<Int>) -> Int { chance.withLock { $0.number(range) } }
  func pick<T: Sendable>(_ choices: [T]) -> T {
    choices[number(0...choices.count - 1)]
  }
}
