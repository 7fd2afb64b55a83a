import Synchronization

/// How a worker is told to stop, from any thread: first to drain, then at once. It only ever moves
/// forward.
public final class StopSignal: Sendable {
  /// How urgently the worker is to stop.
  public enum Phase: Int, Sendable, Comparable {
    /// Go on.
    case running
    /// Claim nothing more; finish what runs within the grace period, then roll it back.
    case draining
    /// Roll back what runs, now.
    case now

    public static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
  }

  private struct State {
    var phase = Phase.running
    var listeners: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  /// A signal nobody has given yet.
  public init() {}

  /// How urgently to stop.
  public var phase: Phase { state.withLock { $0.phase } }

  /// Asks the worker to finish what runs and to claim nothing more.
  public func drain() { advance(to: .draining) }

  /// Asks the worker to roll back what runs, now.
  public func now() { advance(to: .now) }

  private func advance(to phase: Phase) {
    let listeners = state.withLock { state in
      guard phase > state.phase else { return [@Sendable () -> Void]() }
      state.phase = phase
      return state.listeners
    }
    for listener in listeners { listener() }
  }

  /// Calls `body` at each advance, and at once where there has been one.
  func listen(_ body: @escaping @Sendable () -> Void) {
    let hasAdvanced = state.withLock { state in
      state.listeners.append(body)
      return state.phase > .running
    }
    if hasAdvanced { body() }
  }
}
