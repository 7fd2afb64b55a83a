import Execution
// The circuit breaker, as a value and in a run.
import GoalLedger
import Testing

@Suite("Circuit breakers", .timeLimit(.minutes(1)))
struct BreakerTests {
  let policy = BreakerPolicy(threshold: 3)

  func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_000_000_000 + seconds * 1000) }

  func opened() -> CircuitBreaker {
    var breaker = CircuitBreaker()
    for second in 0..<3 { breaker.fail(at: at(Int64(second)), policy: policy) }
    return breaker
  }

  @Test("It opens with the failure that reaches the threshold, not before")
  func opens() {
    var breaker = CircuitBreaker()
    breaker.fail(at: at(0), policy: policy)
    breaker.fail(at: at(1), policy: policy)
    #expect(breaker.state == .closed)
    #expect(breaker.failures == 2)
    breaker.fail(at: at(2), policy: policy)
    #expect(breaker.state == .open)
    #expect(breaker.openedAt == at(2))
    #expect(breaker.retryAt == at(32))
  }

  @Test("A success between failures starts the count anew")
  func success() {
    var breaker = CircuitBreaker()
    breaker.fail(at: at(0), policy: policy)
    breaker.fail(at: at(1), policy: policy)
    breaker.succeed(at: at(2))
    breaker.fail(at: at(3), policy: policy)
    #expect(breaker.state == .closed)
    #expect(breaker.failures == 1)
  }

  @Test("A failure long after the last one starts the count anew")
  func window() {
    var breaker = CircuitBreaker()
    breaker.fail(at: at(0), policy: policy)
    breaker.fail(at: at(60), policy: policy)
    #expect(breaker.failures == 2)
    breaker.fail(at: at(121), policy: policy)
    #expect(breaker.failures == 1)
  }

  @Test("Open, it refuses until the cool-down has passed, then lets a probe through")
  func coolDown() {
    var breaker = opened()
    #expect(breaker.admit(at: at(31)) == .refused(until: at(32)))
    #expect(breaker.state == .open)
    #expect(breaker.admit(at: at(32)) == .probe)
    #expect(breaker.state == .halfOpen)
  }

  @Test("A good probe closes it, a bad one opens it for another cool-down")
  func probe() {
    var good = opened()
    _ = good.admit(at: at(40))
    var bad = good
    good.succeed(at: at(41))
    #expect(good == CircuitBreaker(updatedAt: at(41)))
    bad.fail(at: at(41), policy: policy)
    #expect(bad.state == .open)
    #expect(bad.retryAt == at(71))
  }

  @Test("Failures open it in a run; while it is open nothing is executed; a good probe closes it")
  func run() async throws {
    let executed = Signal()
    let executor = ScriptedExecutor { _ throws(ExecutionError) in
      executed.change()
      if executed.count <= 3 { throw passing }
      return TaskResult()
    }
    var bench = try EngineBench(
      [task(0, retry: RetryPolicy(maxTries: 4, base: .zero)), task(1, after: [0])],
      executors: [executor]
    )
    bench.breakers = CircuitBreakers(policy: policy)
    let outcome = try await bench.runSkippingWaits()
    // Three failures open it; the fourth try is refused, and was the last.
    #expect(executed.count == 3)
    #expect(outcome.error?.code == .breakerOpen)
    #expect(bench.recorder.breakers(of: "work").map(\.state) == [.closed, .closed, .open])
    #expect(bench.breakers["work"].state == .open)

    var second = try EngineBench([task(0)], executors: [executor])
    second.breakers = bench.breakers
    let again = try await second.runSkippingWaits()
    #expect(again.succeeded)
    #expect(executed.count == 4)
    let ends = second.recorder.ends(of: 0)
    #expect(ends.map(\.run.error?.code) == [.breakerOpen, nil])
    #expect(ends.first?.run.isRetryable == true)
    let waited = try #require(ends.first?.retryAt)
    #expect(waited >= (bench.recorder.breakers(of: "work").last?.retryAt ?? waited + .seconds(1)))
    #expect(second.recorder.breakers(of: "work").map(\.state) == [.halfOpen, .closed])
    #expect(second.breakers["work"].state == .closed)
  }

  @Test("A failure that no retry could help does not count against it")
  func ownFailures() async throws {
    let breakers = CircuitBreakers(policy: BreakerPolicy(threshold: 1))
    let executor = ScriptedExecutor { _ throws(ExecutionError) in throw lasting }
    for _ in 0..<3 {
      var bench = try EngineBench([task(0)], executors: [executor])
      bench.breakers = breakers
      #expect(try await bench.run().error == lasting)
    }
    #expect(breakers["work"] == CircuitBreaker())
  }

  @Test("Half-open, a run makes one try of the action at a time, and the others wait for it")
  func singleProbe() async throws {
    let census = Census()
    let executor = ScriptedExecutor { _ throws(ExecutionError) in
      census.enter(["first"])
      for _ in 0..<20 { await Task.yield() }
      census.leave(["first"])
      return TaskResult()
    }
    var bench = try EngineBench([task(0), task(1), task(2)], executors: [executor])
    bench.breakers = CircuitBreakers(["work": CircuitBreaker(state: .halfOpen, failures: 5)])
    #expect(try await bench.run().succeeded)
    #expect(bench.recorder.batches.first == [.started(task: 0, tryNumber: 1, at: bench.now)])
    #expect(bench.recorder.starts.count == 3)
    #expect(bench.recorder.breakers(of: "work").map(\.state) == [.closed])
  }

  @Test("A probe that is stopped decides nothing: the next try is a probe again")
  func stoppedProbe() async throws {
    let hanging = Signal()
    var bench = try EngineBench(
      [task(0)],
      executors: [
        ScriptedExecutor { _ throws(ExecutionError) in
          await hangUntilCancelled(hanging)
          return TaskResult()
        }
      ]
    )
    bench.breakers = CircuitBreakers(["work": CircuitBreaker(state: .halfOpen, failures: 5)])
    async let stopped = bench.run()
    await hanging.wait(beyond: 0)
    bench.control.cancel(.shutdown)
    #expect(try await stopped.verdict == .cancelled(.shutdown))
    #expect(bench.breakers["work"].state == .halfOpen)

    var second = try EngineBench([task(0)])
    second.breakers = bench.breakers
    #expect(try await second.run().succeeded)
    #expect(second.breakers["work"].state == .closed)
  }

  struct Kept: BreakerStore {
    var breakers: [String: CircuitBreaker]
    func load() async throws(ExecutionError) -> [String: CircuitBreaker] {
      if breakers.isEmpty { throw passing }
      return breakers
    }
  }

  @Test("Breakers are taken up as the store has them")
  func store() async throws {
    let kept = CircuitBreaker(
      state: .open,
      failures: 5,
      openedAt: at(-1),
      retryAt: at(29),
      updatedAt: at(-1)
    )
    var bench = try EngineBench([task(0)])
    bench.breakers = try await CircuitBreakers(from: Kept(breakers: ["work": kept]))
    #expect(try await bench.runSkippingWaits().succeeded)
    let ends = bench.recorder.ends(of: 0)
    #expect(ends.map(\.run.error?.code) == [.breakerOpen, nil])
    #expect(ends.first?.retryAt == at(29))
    #expect(
      ends.first?.run.message
        == "the circuit breaker of work is open: it failed repeatedly and gets its next try in 29 s"
    )
    await #expect(throws: passing) { _ = try await CircuitBreakers(from: Kept(breakers: [:])) }
  }
}
