import Execution
// How a run is stopped: by time, by others, by its record; and how it is taken up again.
import GoalLedger
import Synchronization
import Testing

@Suite("Stopping and resuming", .timeLimit(.minutes(1)))
struct StopTests {
  /// Says when it has begun, then waits to be cancelled.
  func hanging(_ begun: Signal) -> ScriptedExecutor {
    ScriptedExecutor { _ throws(ExecutionError) in
      await hangUntilCancelled(begun)
      return TaskResult(outputTail: "last words")
    }
  }

  @Test("A try past its task's timeout is cancelled and has failed; its output is kept")
  func timeout() async throws {
    let begun = Signal()
    let bench = try EngineBench([task(0, retry: .never)], executors: [hanging(begun)])
    async let running = bench.run()
    await begun.wait(beyond: 0)
    bench.clock.advance(by: .seconds(60))
    let outcome = try await running
    #expect(outcome[0]?.state == .failed)
    #expect(outcome.error?.code == .timedOut)
    #expect(outcome.error?.message == "task 0 (work) ran past its timeout of 60 s")
    #expect(bench.recorder.ends(of: 0).first?.run.result.outputTail == "last words")
    #expect(bench.recorder.ends(of: 0).first?.run.duration == .seconds(60))
  }

  @Test("A try that ends within its timeout is not cancelled")
  func withinTimeout() async throws {
    let begun = Signal()
    let release = Signal()
    let bench = try EngineBench(
      [task(0)],
      executors: [
        ScriptedExecutor { _ throws(ExecutionError) in
          begun.change()
          await release.wait(beyond: 0)
          #expect(!Task.isCancelled)
          return TaskResult()
        }
      ]
    )
    async let running = bench.run()
    await begun.wait(beyond: 0)
    for _ in 0..<59 { bench.clock.advance(by: .seconds(1)) }
    release.change()
    #expect(try await running.succeeded)
  }

  @Test("A timeout is retried, unless the task's policy says otherwise", arguments: [true, false])
  func timeoutRetry(retried: Bool) async throws {
    let begun = Signal()
    let bench = try EngineBench(
      [task(0, retry: RetryPolicy(maxTries: 2, base: .zero, retriesTimeouts: retried))],
      executors: [hanging(begun)]
    )
    async let running = bench.run()
    await begun.wait(beyond: 0)
    bench.clock.advance(by: .seconds(60))
    if retried {
      await begun.wait(beyond: 1)
      bench.clock.advance(by: .seconds(60))
    }
    #expect(try await running.error?.code == .timedOut)
    #expect(begun.count == (retried ? 2 : 1))
    #expect(bench.breakers["work"].failures == (retried ? 2 : 0))
  }

  @Test("A success that came too late is none, though the executor says so")
  func lateSuccess() async throws {
    let begun = Signal()
    let executor = hanging(begun)
    var bench = try EngineBench([task(0, retry: .never)], executors: [executor])
    var judged = executor
    judged.after = { _ throws(ExecutionError) in Issue.record("judged") }
    bench.executors = [judged]
    async let running = bench.run()
    await begun.wait(beyond: 0)
    bench.clock.advance(by: .seconds(61))
    #expect(try await running.error?.code == .timedOut)
  }

  @Test("A run past its deadline is stopped, and says so")
  func deadline() async throws {
    let begun = Signal()
    var bench = try EngineBench([task(0), task(1, after: [0])], executors: [hanging(begun)])
    bench.limits.deadline = .seconds(10)
    async let running = bench.run()
    await begun.wait(beyond: 0)
    bench.clock.advance(by: .seconds(10))
    let outcome = try await running
    #expect(outcome.verdict == .cancelled(.deadline))
    #expect(outcome.tasks.map(\.state) == [.cancelled, .cancelled])
    #expect(
      bench.recorder.ends(of: 0).first?.run.message
        == "task 0 (work) was stopped: the time for the whole run is up"
    )
  }

  @Test("The deadline ends a wait for a retry too")
  func deadlineWhileWaiting() async throws {
    var bench = try EngineBench(
      [task(0, retry: RetryPolicy(base: .seconds(1000), cap: .seconds(1000)))],
      executors: [ScriptedExecutor { _ throws(ExecutionError) in throw passing }]
    )
    bench.limits.deadline = .seconds(1)
    let outcome = try await bench.runSkippingWaits()
    #expect(outcome.verdict == .cancelled(.deadline))
    #expect(outcome[0]?.state == .cancelled)
    #expect(outcome[0]?.error == passing)
  }

  @Test(
    "Stopped from outside, what runs is cancelled, what waits never starts, and it is recorded",
    arguments: [CancellationReason.abandoned, .shutdown, .deadline]
  )
  func cancelled(reason: CancellationReason) async throws {
    let begun = Signal()
    let bench = try EngineBench(
      [task(0), task(1), task(2, after: [0])],
      executors: [hanging(begun)]
    )
    async let running = bench.run()
    await begun.wait(beyond: 1)
    bench.control.cancel(reason)
    bench.control.cancel(.shutdown)
    let outcome = try await running
    #expect(outcome.verdict == .cancelled(reason))
    #expect(outcome.tasks.map(\.state) == [.cancelled, .cancelled, .cancelled])
    #expect((0...2).map { bench.recorder.state(of: $0) } == [.cancelled, .cancelled, .cancelled])
    #expect(bench.recorder.starts.count == 2)
  }

  @Test("Stopped before it began, a run starts nothing")
  func cancelledBefore() async throws {
    let bench = try EngineBench([task(0)])
    bench.control.cancel(.abandoned)
    let outcome = try await bench.run()
    #expect(outcome.verdict == .cancelled(.abandoned))
    #expect(bench.recorder.starts == [])
  }

  @Test("Stopped while its start was being recorded, a task is not executed, and that is recorded")
  func cancelledWhileRecording() async throws {
    let control = Mutex<EngineControl?>(nil)
    var executor = ScriptedExecutor()
    executor.before = { _ throws(ExecutionError) in Issue.record("begun") }
    let bench = try EngineBench(
      [task(0)],
      executors: [executor],
      refuse: { _ throws(ExecutionError) in control.withLock { $0?.cancel(.abandoned) } }
    )
    control.withLock { $0 = bench.control }
    #expect(try await bench.run().verdict == .cancelled(.abandoned))
    #expect(bench.recorder.starts == [0])
    #expect(bench.recorder.ends(of: 0).map(\.state) == [.cancelled])
  }

  @Test("Once the lease is lost nothing is recorded, but everything is stopped")
  func leaseLost() async throws {
    let begun = Signal()
    let bench = try EngineBench([task(0), task(1, after: [0])], executors: [hanging(begun)])
    async let running = bench.run()
    await begun.wait(beyond: 0)
    bench.control.cancel(.leaseLost)
    #expect(try await running.verdict == .cancelled(.leaseLost))
    #expect(bench.recorder.events.count == 1)
  }

  @Test("The loss of the lease replaces an earlier reason")
  func leaseLostLater() {
    let control = EngineControl()
    control.cancel(.shutdown)
    control.cancel(.leaseLost)
    control.cancel(.abandoned)
    #expect(control.reason == .leaseLost)
  }

  @Test("Cancelling the Swift task of a run stops it as a shutdown")
  func swiftCancellation() async throws {
    let begun = Signal()
    let bench = try EngineBench([task(0)], executors: [hanging(begun)])
    let running = Task { try await bench.run() }
    await begun.wait(beyond: 0)
    running.cancel()
    #expect(try await running.value.verdict == .cancelled(.shutdown))
  }

  @Test("A recorder that has lost the lease stops everything, and what it refused does not happen")
  func recorderLosesLease() async throws {
    let refused = Signal()
    let begun = Signal()
    let release = Signal()
    let executor = ScriptedExecutor { context throws(ExecutionError) in
      if context.task.number == 0 {
        begun.change()
        await release.wait(beyond: 0)
      } else {
        await hangUntilCancelled(begun)
      }
      return TaskResult()
    }
    let bench = try EngineBench(
      [task(0), task(1), task(2, after: [0])],
      executors: [executor],
      refuse: { events throws(ExecutionError) in
        guard case .ended? = events.first, refused.count == 0 else { return }
        refused.change()
        throw ExecutionError(.leaseLost, "another worker took over")
      }
    )
    async let running = bench.run()
    await begun.wait(beyond: 1)
    release.change()
    let outcome = try await running
    #expect(outcome.verdict == .cancelled(.leaseLost))
    #expect(bench.recorder.batches.count == 1)
    #expect(bench.recorder.starts.sorted() == [0, 1])
    #expect(outcome[1]?.state == .cancelled)
    #expect(outcome[2]?.state == .cancelled)
  }

  @Test("A start that cannot be recorded does not happen")
  func unrecordedStart() async throws {
    let full = ExecutionError(.diskFull, "the disk is full")
    let bench = try EngineBench(
      [task(0)],
      executors: [
        ScriptedExecutor { _ throws(ExecutionError) in
          Issue.record("executed")
          return TaskResult()
        }
      ],
      refuse: { _ throws(ExecutionError) in throw full }
    )
    let outcome = try await bench.run()
    #expect(outcome.verdict == .failed(full, task: nil))
    #expect(bench.recorder.events.isEmpty)
  }

  @Test("Resumed, what succeeded is not run again, what was running is, and tries are counted on")
  func resume() async throws {
    let known: [Int: TaskProgress] = [
      0: TaskProgress(state: .succeeded, tries: 1),
      1: TaskProgress(state: .running, tries: 1),
      2: TaskProgress(state: .running, tries: 5),
    ]
    let bench = try EngineBench(
      [task(0), task(1, after: [0]), task(2, after: [0]), task(3, after: [1, 2])],
      known: known
    )
    let outcome = try await bench.run()
    #expect(outcome.succeeded)
    #expect(bench.recorder.starts == [1, 2, 3])
    #expect([0, 1, 2, 3].map { outcome[$0]?.tries } == [1, 2, 6, 1])
    #expect(
      bench.recorder.batches.first == [
        .interrupted(task: 1, at: bench.now), .interrupted(task: 2, at: bench.now),
        .started(task: 1, tryNumber: 2, at: bench.now),
        .started(task: 2, tryNumber: 6, at: bench.now),
      ]
    )
  }

  @Test("Resumed, a task waits for the time that was recorded for its retry")
  func resumeRetry() async throws {
    let due = Timestamp(milliseconds: 1_000_005_000)
    let bench = try EngineBench(
      [task(0)],
      known: [0: TaskProgress(state: .ready, tries: 1, retryAt: due)]
    )
    let outcome = try await bench.runSkippingWaits()
    #expect(outcome.succeeded)
    #expect(outcome[0]?.startedAt == due)
  }

  @Test(
    "Resumed after its end, a run ends as it had without running anything",
    arguments: [
      ([TaskState.succeeded, .succeeded], EngineOutcome.Verdict.succeeded),
      ([.failed, .aborted], .failed(lasting, task: 0)),
      ([.failed, .pending], .failed(lasting, task: 0)),
      ([.succeeded, .failed], .failed(lasting, task: 1)),
    ]
  )
  func resumeEnded(states: [TaskState], verdict: EngineOutcome.Verdict) async throws {
    var known: [Int: TaskProgress] = [:]
    for (number, state) in states.enumerated() {
      known[number] = TaskProgress(
        state: state,
        tries: 1,
        error: state == .failed ? lasting : nil
      )
    }
    let bench = try EngineBench([task(0), task(1, after: [0])], known: known)
    let outcome = try await bench.run()
    #expect(outcome.verdict == verdict)
    #expect(bench.recorder.starts == [])
  }

  @Test("Resumed after a continue_if_any's dependencies ended, the task runs")
  func resumeContinueIfAny() async throws {
    let bench = try EngineBench(
      [task(0), task(1), task(2, after: [0, 1], .continueIfAny)],
      known: [
        0: TaskProgress(state: .failed, tries: 1, error: lasting),
        1: TaskProgress(state: .succeeded, tries: 1),
      ]
    )
    #expect(try await bench.run().succeeded)
    #expect(bench.recorder.starts == [2])
  }

  @Test("A thousand tasks stopped at once are recorded in calls of bounded size")
  func manyEvents() async throws {
    var executor = ScriptedExecutor()
    executor.admission = { task throws(ExecutionError) in
      if task.number == 0 { throw lasting }
    }
    let bench = try EngineBench((0..<1000).map { task($0) }, executors: [executor])
    #expect(try await bench.run().error == lasting)
    #expect(bench.recorder.events.count == 1000)
    #expect(bench.recorder.batches.count == 4)
  }
}
