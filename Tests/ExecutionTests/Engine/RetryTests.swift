import Execution
// When a try is made again, how long the wait is, and when that ends.
import GoalLedger
import Synchronization
import Testing

@Suite("Retries", .timeLimit(.minutes(1)))
struct RetryTests {
  /// Fails the given number of times, whatever the task, then succeeds.
  func failing(_ times: Int, with error: ExecutionError = passing) -> ScriptedExecutor {
    let counter = Counter(times)
    return ScriptedExecutor { _ throws(ExecutionError) in
      if counter.takeOne() { throw error }
      return TaskResult()
    }
  }

  final class Counter: Sendable {
    private let left: Mutex<Int>
    init(_ count: Int) { left = Mutex(count) }
    func takeOne() -> Bool {
      left.withLock { left in
        left -= 1
        return left >= 0
      }
    }
  }

  @Test("The longest wait doubles from 2 s to 20 s and stays there")
  func bounds() {
    let policy = RetryPolicy()
    #expect(
      (1...6).map { policy.longestDelay(afterTry: $0) }
        == [2, 4, 8, 16, 20, 20].map { .seconds($0) }
    )
    #expect(policy.longestDelay(afterTry: 1_000_000) == .seconds(20))
    #expect(RetryPolicy(base: .zero).longestDelay(afterTry: 9) == .zero)
    #expect(RetryPolicy(base: .seconds(30)).longestDelay(afterTry: 1) == .seconds(20))
  }

  @Test("Waits are spread evenly from nothing to the longest", arguments: [1, 2, 3, 4, 5])
  func jitter(count: Int) {
    let policy = RetryPolicy()
    var random = SplitMix(UInt64(count))
    let longest = policy.longestDelay(afterTry: count)
    let waits = (0..<2000).map { _ in policy.delay(afterTry: count, using: &random) }
    #expect(waits.allSatisfy { $0 >= .zero && $0 <= longest })
    for quarter in 0..<4 {
      let low = longest * quarter / 4
      let within = waits.count { $0 >= low && $0 < low + longest / 4 }
      #expect((400...600).contains(within), "quarter \(quarter): \(within)")
    }
  }

  @Test("A failure that a retry could help is retried after a wait, until it succeeds")
  func success() async throws {
    let bench = try EngineBench([task(0), task(1, after: [0])], executors: [failing(2)])
    let outcome = try await bench.runSkippingWaits()
    #expect(outcome.succeeded)
    #expect(outcome.retries == 2)
    #expect(outcome[0]?.tries == 3)
    #expect(outcome[0]?.error == nil)
    let ends = bench.recorder.ends(of: 0)
    #expect(ends.map(\.state) == [.ready, .ready, .succeeded])
    #expect(ends.map(\.run.tryNumber) == [1, 2, 3])
    #expect(ends.map(\.run.error) == [passing, passing, nil])
  }

  @Test("No try begins before the time that was recorded for it", arguments: 1...20)
  func times(seed: Int) async throws {
    var bench = try EngineBench(
      [task(0, retry: RetryPolicy(maxTries: 5))],
      executors: [failing(4)]
    )
    bench.seed = UInt64(seed)
    #expect(try await bench.runSkippingWaits().succeeded)
    let ends = bench.recorder.ends(of: 0)
    for (count, (end, next)) in zip(ends, ends.dropFirst()).enumerated() {
      let due = try #require(end.retryAt)
      #expect(due >= end.run.endedAt)
      #expect(due.since(end.run.endedAt) <= RetryPolicy().longestDelay(afterTry: count + 1))
      #expect(next.run.startedAt >= due)
    }
  }

  @Test("The same seed makes the same waits, another makes others")
  func seeds() async throws {
    func waits(_ seed: UInt64) async throws -> [Timestamp?] {
      var bench = try EngineBench([task(0)], executors: [failing(2)])
      bench.seed = seed
      _ = try await bench.runSkippingWaits()
      let ends = bench.recorder.ends(of: 0)
      return ends.prefix(1).map(\.retryAt)
    }
    #expect(try await waits(3) == waits(3))
    #expect(try await waits(3) != waits(4))
  }

  @Test("The third failure of three tries is final")
  func tries() async throws {
    let bench = try EngineBench([task(0)], executors: [failing(9)])
    let outcome = try await bench.runSkippingWaits()
    #expect(outcome.verdict == .failed(passing, task: 0))
    #expect(bench.recorder.ends(of: 0).map(\.state) == [.ready, .ready, .failed])
  }

  @Test("A failure that no retry could help is final at once")
  func permanent() async throws {
    let bench = try EngineBench([task(0)], executors: [failing(1, with: lasting)])
    let outcome = try await bench.runSkippingWaits()
    #expect(outcome.verdict == .failed(lasting, task: 0))
    #expect(outcome[0]?.tries == 1)
  }

  @Test("The run's retries are a budget for all its tasks together", arguments: [0, 1, 3])
  func budget(retries: Int) async throws {
    var bench = try EngineBench(
      (0..<4).map { task($0, retry: RetryPolicy(maxTries: 9)) },
      executors: [failing(100)]
    )
    bench.limits.retryBudget = retries
    bench.limits.maxConcurrent = 1
    let outcome = try await bench.runSkippingWaits()
    #expect(outcome.retries == retries)
    #expect(bench.recorder.starts.count == retries + 1)
    #expect(
      outcome.error?.message
        == "the disk was busy, and the run has used up its \(retries) retries"
    )
  }

  @Test("Another task takes the place of one that waits for its retry")
  func places() async throws {
    var bench = try EngineBench([task(0), task(1)], executors: [failing(1)])
    bench.limits.maxConcurrent = 1
    #expect(try await bench.runSkippingWaits().succeeded)
    #expect(bench.recorder.starts == [0, 1, 0])
  }
}
