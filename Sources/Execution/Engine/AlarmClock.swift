// One sleep for many runs. A sleep of its own costs each run a Swift task and a timer of the system's,
// and one that is cancelled leaves its timer behind until it was due; most runs are over long before.

import Synchronization

/// Rings at the times it was set to, for all the runs of a worker.
public final class AlarmClock<C: Clock>: Sendable where C.Duration == Duration {
  private struct Entry: Comparable {
    let due: C.Instant
    let number: Int
    static func < (left: Entry, right: Entry) -> Bool {
      left.due == right.due ? left.number < right.number : left.due < right.due
    }
  }

  private struct State {
    var entries = Heap<Entry>()
    /// What to do for each entry that was not cancelled.
    var bodies: [Int: @Sendable () -> Void] = [:]
    var last = 0
    /// Until when the one that sleeps for all does, and its number: another with an earlier time
    /// takes its place.
    var sleep: (until: C.Instant, number: Int)?
    var sleeper: Task<Void, Never>?
  }

  private let clock: C
  private let state = Mutex(State())

  /// An alarm clock that goes by `clock`.
  public init(_ clock: C) {
    self.clock = clock
  }

  /// Has `body` called, once, when it is `due`, or soon after.
  /// - returns: the number it can be cancelled by.
  func set(_ due: C.Instant, _ body: @escaping @Sendable () -> Void) -> Int {
    let (number, earlier) = state.withLock { state in
      state.last += 1
      let number = state.last
      state.entries.insert(Entry(due: due, number: number))
      state.bodies[number] = body
      guard state.sleep.map({ due < $0.until }) ?? true else {
        return (number, Task<Void, Never>?.none)
      }
      let earlier = state.sleeper
      state.sleep = (due, number)
      state.sleeper = Task.detached { await self.sleep(number) }
      return (number, earlier)
    }
    earlier?.cancel()
    return number
  }

  /// Has what `set` returned this number for not called, where it was not called yet.
  func cancel(_ number: Int) {
    _ = state.withLock { $0.bodies.removeValue(forKey: number) }
  }

  /// Sleeps for all, from one time to the next, until there is none or another one does.
  private func sleep(_ number: Int) async {
    while let until = state.withLock({ $0.sleep?.number == number ? $0.sleep?.until : nil }) {
      try? await clock.sleep(until: until, tolerance: nil)
      for body in state.withLock({ Self.ringing(&$0, sleeper: number, now: clock.now) }) { body() }
    }
  }

  /// What is due now, taken out; finds out until when to sleep next.
  private static func ringing(
    _ state: inout State,
    sleeper: Int,
    now: C.Instant
  ) -> [@Sendable () -> Void] {
    guard state.sleep?.number == sleeper else { return [] }
    var bodies: [@Sendable () -> Void] = []
    while let first = state.entries.first {
      let body = state.bodies[first.number]
      if body != nil && first.due > now { break }
      _ = state.entries.popFirst()
      if let body {
        state.bodies.removeValue(forKey: first.number)
        bodies.append(body)
      }
    }
    state.sleep = state.entries.first.map { ($0.due, sleeper) }
    return bodies
  }
}
