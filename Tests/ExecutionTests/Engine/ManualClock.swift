// Time that passes only when a test says so. A sleeper wakes in the order of what it waits for.
import Synchronization

/// A clock that a test sets.
final class ManualClock: Clock {
  struct Instant: InstantProtocol, Hashable {
    var offset: Duration
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  private struct State {
    var now = Instant(offset: .zero)
    var lastID = 0
    var sleepers: [Int: (until: Instant, wake: CheckedContinuation<Void, any Error>)] = [:]
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())
  /// Called whenever somebody begins to sleep.
  let onSleep: @Sendable () -> Void

  init(onSleep: @escaping @Sendable () -> Void = {}) { self.onSleep = onSleep }

  var now: Instant { state.withLock { $0.now } }
  var minimumResolution: Duration { .nanoseconds(1) }
  /// When the first sleeper wakes.
  var nextWake: Instant? { state.withLock { $0.sleepers.values.map(\.until).min() } }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (wake: CheckedContinuation<Void, any Error>) in
        let settled: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
          if deadline <= state.now { return .success(()) }
          state.sleepers[id] = (deadline, wake)
          return nil
        }
        if let settled { wake.resume(with: settled) } else { onSleep() }
      }
    } onCancel: {
      let wake = state.withLock { state in
        let sleeper = state.sleepers.removeValue(forKey: id)
        if sleeper == nil { state.cancelled.insert(id) }
        return sleeper?.wake
      }
      wake?.resume(throwing: CancellationError())
    }
  }

  /// Moves time forward and wakes whoever is due.
  func advance(by duration: Duration) { advance(to: now.advanced(by: duration)) }

  /// Moves time forward to an instant, never back, and wakes whoever is due.
  func advance(to instant: Instant) {
    let due = state.withLock { state in
      state.now = max(state.now, instant)
      let due = state.sleepers.filter { $0.value.until <= state.now }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.sorted { $0.until < $1.until }
    }
    for sleeper in due { sleeper.wake.resume() }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, everywhere.
struct SplitMix: RandomNumberGenerator, Sendable {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// Something that changes, and whose changes a test waits for.
final class Signal: Sendable {
  private struct State {
    var count = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  /// The number of changes so far.
  var count: Int { state.withLock { $0.count } }

  /// Takes note of a change.
  func change() {
    let waiting = state.withLock { state in
      state.count += 1
      defer { state.waiting = [] }
      return state.waiting
    }
    for reader in waiting { reader.resume() }
  }

  /// Waits until there have been more changes than the given number.
  func wait(beyond count: Int) async {
    await withCheckedContinuation { reader in
      let passed = state.withLock { state in
        guard state.count <= count else { return true }
        state.waiting.append(reader)
        return false
      }
      if passed { reader.resume() }
    }
  }

  /// Waits until a condition holds, asking again after each change.
  func wait(until condition: () -> Bool) async {
    while true {
      let seen = count
      if condition() { return }
      await wait(beyond: seen)
    }
  }
}
