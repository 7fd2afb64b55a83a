// Policy as values: how much may run at once, how long, and how often again. The defaults are those
// of the design page; an operator's configuration replaces them.

/// When a failed try is made again: exponential backoff with full jitter.
///
/// The wait before try n+1 is drawn evenly from 0 to `min(cap, base * 2^(n-1))`. Full jitter spreads
/// the tries of many tasks that failed together (Marc Brooker, "Exponential Backoff And Jitter").
public struct RetryPolicy: Sendable, Hashable {
  /// Tries in all, the first among them; at least 1.
  public var maxTries: Int
  /// The longest wait after the first try.
  public var base: Duration
  /// The longest wait after any try.
  public var cap: Duration
  /// Whether a try that ran past its timeout is made again.
  public var retriesTimeouts: Bool

  /// Makes a policy: three tries, 2 seconds base, 20 seconds cap, timeouts retried.
  public init(
    maxTries: Int = 3,
    base: Duration = .seconds(2),
    cap: Duration = .seconds(20),
    retriesTimeouts: Bool = true
  ) {
    self.maxTries = max(1, maxTries)
    self.base = max(.zero, base)
    self.cap = max(.zero, cap)
    self.retriesTimeouts = retriesTimeouts
  }

  /// The policy that never tries again.
  public static let never = RetryPolicy(maxTries: 1)

  /// The longest the wait after a try may be: `min(cap, base * 2^(count-1))`.
  ///
  /// - Parameter count: the tries made so far, from 1.
  public func longestDelay(afterTry count: Int) -> Duration {
    var delay = min(base, cap)
    var remaining = count - 1
    while remaining > 0 && delay > .zero && cap > delay {
      delay = min(cap, delay * 2)
      remaining -= 1
    }
    return delay
  }

  /// A wait drawn evenly from zero to the longest one, to the millisecond.
  public func delay(
    afterTry count: Int,
    using random: inout some RandomNumberGenerator
  ) -> Duration {
    .milliseconds(
      Int64.random(in: 0...longestDelay(afterTry: count).wholeMilliseconds, using: &random)
    )
  }
}

/// How much a run may do at once, and how long it may take.
public struct EngineLimits: Sendable, Hashable {
  /// Tasks running at the same time, at least 1.
  public var maxConcurrent: Int
  /// Tasks of one action running at the same time; an action not named is not limited.
  public var actionCaps: [String: Int]
  /// Tasks holding one resource at the same time; a resource not named is held by one.
  public var resourceCaps: [String: Int]
  /// The longest the whole run may take.
  public var deadline: Duration
  /// Retries that all tasks of the run may make together. A graph in which much fails is not made
  /// to fail slowly: each of a thousand tasks may deserve three tries, the run does not deserve
  /// three thousand.
  public var retryBudget: Int

  /// Makes limits: three tasks at once, 10 minutes, ten retries in all.
  public init(
    maxConcurrent: Int = 3,
    actionCaps: [String: Int] = [:],
    resourceCaps: [String: Int] = [:],
    deadline: Duration = .seconds(600),
    retryBudget: Int = 10
  ) {
    self.maxConcurrent = max(1, maxConcurrent)
    self.actionCaps = actionCaps.mapValues { max(1, $0) }
    self.resourceCaps = resourceCaps.mapValues { max(1, $0) }
    self.deadline = max(.zero, deadline)
    self.retryBudget = max(0, retryBudget)
  }
}
