// The circuit breaker of an action: when its executor keeps failing for reasons that are not the
// task's own, further tries are refused for a while, then a single probe decides. Only failures that
// a retry could help count against it: failing tests are the goal's affair, not the action's.

import GoalLedger
import Synchronization

/// When a circuit breaker opens, and for how long.
public struct BreakerPolicy: Sendable, Hashable {
  /// The failures without a success between them that open it, at least 1.
  public var threshold: Int
  /// A failure that comes this long after the one before starts the count anew.
  public var window: Duration
  /// How long it stays open before a probe is let through.
  public var coolDown: Duration

  /// Makes a policy: five failures, each within a minute of the last; 30 seconds of cool-down.
  public init(
    threshold: Int = 5,
    window: Duration = .seconds(60),
    coolDown: Duration = .seconds(30)
  ) {
    self.threshold = max(1, threshold)
    self.window = window
    self.coolDown = coolDown
  }
}

/// The state of one action's circuit breaker, as it is kept in the database.
public struct CircuitBreaker: Sendable, Hashable {
  /// Whether tries are let through.
  public enum State: String, Sendable, Hashable, CaseIterable {
    /// All are.
    case closed
    /// None is.
    case open
    /// One is, as a probe.
    case halfOpen = "half_open"
  }

  /// Whether a try may begin.
  public enum Admission: Sendable, Hashable {
    /// It may.
    case proceed
    /// It may, alone: its end decides for all others.
    case probe
    /// It may not before the given time.
    case refused(until: Timestamp)
  }

  /// Whether tries are let through.
  public private(set) var state: State
  /// Failures counted since the last success.
  public private(set) var failures: Int
  /// When it opened last, while it is not closed.
  public private(set) var openedAt: Timestamp?
  /// When a probe will be let through, while it is open.
  public private(set) var retryAt: Timestamp?
  /// When it last changed; of a closed one with failures, the time of the last of them.
  public private(set) var updatedAt: Timestamp?

  /// Makes a breaker, closed and without failures, or as it was kept.
  public init(
    state: State = .closed,
    failures: Int = 0,
    openedAt: Timestamp? = nil,
    retryAt: Timestamp? = nil,
    updatedAt: Timestamp? = nil
  ) {
    self.state = state
    self.failures = failures
    self.openedAt = openedAt
    self.retryAt = retryAt
    self.updatedAt = updatedAt
  }

  /// Asks for leave to begin a try. Half-opens a breaker whose cool-down has passed.
  public mutating func admit(at now: Timestamp) -> Admission {
    switch state {
    case .closed: return .proceed
    case .halfOpen: return .probe
    case .open:
      if let retryAt, now < retryAt { return .refused(until: retryAt) }
      state = .halfOpen
      retryAt = nil
      updatedAt = now
      return .probe
    }
  }

  /// Takes note that a try ended well, or failed for reasons of its own: the action works.
  public mutating func succeed(at now: Timestamp) {
    guard state != .closed || failures > 0 else { return }
    self = CircuitBreaker(updatedAt: now)
  }

  /// Takes note that a try failed in a way that a retry could help.
  public mutating func fail(at now: Timestamp, policy: BreakerPolicy) {
    switch state {
    case .open: return
    case .closed:
      let late = updatedAt.map { now.since($0) > policy.window } ?? false
      failures = late ? 1 : failures + 1
    case .halfOpen: failures += 1
    }
    updatedAt = now
    if state == .halfOpen || failures >= policy.threshold {
      state = .open
      openedAt = now
      retryAt = now + policy.coolDown
    }
  }
}

/// Where circuit breakers outlive the process.
public protocol BreakerStore: Sendable {
  /// The breakers on record, by action.
  ///
  /// - Throws: `ExecutionError` when they cannot be read.
  func load() async throws(ExecutionError) -> [String: CircuitBreaker]
}

/// The circuit breakers that all runs of a worker on one workspace share. Changes reach the record
/// as `EngineEvent.breakerChanged`, in the transaction of the task that caused them.
public final class CircuitBreakers: Sendable {
  private struct Entry {
    var breaker: CircuitBreaker
    var probing = false
  }

  private let entries: Mutex<[String: Entry]>
  /// When the breakers open, and for how long.
  public let policy: BreakerPolicy

  /// Makes breakers as they were kept; an action not named has a closed one.
  public init(_ kept: [String: CircuitBreaker] = [:], policy: BreakerPolicy = BreakerPolicy()) {
    entries = Mutex(kept.mapValues { Entry(breaker: $0) })
    self.policy = policy
  }

  /// Makes breakers as a store has them.
  ///
  /// - Throws: what the store throws.
  public convenience init(
    from store: some BreakerStore,
    policy: BreakerPolicy = BreakerPolicy()
  ) async throws(ExecutionError) {
    self.init(try await store.load(), policy: policy)
  }

  /// The breaker of an action.
  public subscript(action: String) -> CircuitBreaker {
    entries.withLock { $0[action]?.breaker ?? CircuitBreaker() }
  }

  /// Asks for leave to begin a try. A half-open breaker lets one through at a time; the others wait
  /// a cool-down. A probe must end in `succeed`, `fail` or `giveUpProbe`.
  ///
  /// - Returns: whether the try may begin, and the breaker if it changed.
  func admit(
    _ action: String,
    at now: Timestamp
  ) -> (admission: CircuitBreaker.Admission, changed: CircuitBreaker?) {
    entries.withLock { entries in
      guard var entry = entries[action], entry.breaker.state != .closed else {
        return (.proceed, nil)
      }
      guard !entry.probing else { return (.refused(until: now + policy.coolDown), nil) }
      let before = entry.breaker
      let admission = entry.breaker.admit(at: now)
      entry.probing = admission == .probe
      entries[action] = entry
      return (admission, entry.breaker == before ? nil : entry.breaker)
    }
  }

  /// Takes note that a try ended well, or failed for reasons of its own; returns the breaker if it
  /// changed. While the breaker is not closed only the probe's end counts.
  func succeed(_ action: String, at now: Timestamp, probe: Bool) -> CircuitBreaker? {
    change(action, probe: probe) { $0.succeed(at: now) }
  }

  /// Takes note that a try failed in a way that a retry could help; returns the breaker if it
  /// changed. While the breaker is not closed only the probe's end counts.
  func fail(_ action: String, at now: Timestamp, probe: Bool) -> CircuitBreaker? {
    change(action, probe: probe) { $0.fail(at: now, policy: policy) }
  }

  /// Takes note that a probe was stopped before it could tell: the next try is one.
  func giveUpProbe(_ action: String) {
    entries.withLock { $0[action]?.probing = false }
  }

  private func change(
    _ action: String,
    probe: Bool,
    _ body: (inout CircuitBreaker) -> Void
  ) -> CircuitBreaker? {
    entries.withLock { entries in
      var entry = entries[action] ?? Entry(breaker: CircuitBreaker())
      guard probe || entry.breaker.state == .closed else { return nil }
      let before = entry.breaker
      body(&entry.breaker)
      if probe { entry.probing = false }
      guard probe || entry.breaker != before else { return nil }
      entries[action] = entry
      return entry.breaker == before ? nil : entry.breaker
    }
  }
}
