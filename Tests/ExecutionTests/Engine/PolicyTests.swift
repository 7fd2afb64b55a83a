// What becomes of the others when a task does not succeed, and what is refused before anything runs.
import Execution
import Testing

@Suite("Dependency policies and refusals", .timeLimit(.minutes(1)))
struct PolicyTests {
  /// Succeeds, save for the tasks named.
  func failing(_ bad: Int...) -> ScriptedExecutor {
    ScriptedExecutor { context throws(ExecutionError) in
      if bad.contains(context.task.number) { throw lasting }
      return TaskResult()
    }
  }

  func states(_ outcome: EngineOutcome) -> [TaskState] {
    outcome.tasks.sorted { $0.number < $1.number }.map(\.state)
  }

  @Test("abort: what depends on a failure is aborted, at any distance, and the run names the cause")
  func abort() async throws {
    var bench = try EngineBench(
      [task(0), task(1, after: [0]), task(2, after: [1]), task(3, after: [2])],
      executors: [failing(1)]
    )
    bench.limits.maxConcurrent = 1
    let outcome = try await bench.run()
    #expect(states(outcome) == [.succeeded, .failed, .aborted, .aborted])
    #expect(outcome.verdict == .failed(lasting, task: 1))
    #expect(outcome.error == lasting)
    #expect(
      bench.recorder.events.contains {
        if case .settled(2, .aborted, "it needs task 1 (work), which failed", _) = $0 {
          true
        } else {
          false
        }
      }
    )
  }

  @Test("abort: what waits beside the failure is cancelled, and what runs is stopped")
  func abortStopsTheOthers() async throws {
    let hanging = Signal()
    let executor = ScriptedExecutor { context throws(ExecutionError) in
      if context.task.number == 0 {
        await hanging.wait(beyond: 0)
        throw lasting
      }
      await hangUntilCancelled(hanging)
      return TaskResult(outputHead: "so far")
    }
    var bench = try EngineBench(
      [task(0), task(1), task(2), task(3, after: [0])],
      executors: [executor]
    )
    bench.limits.maxConcurrent = 2
    let outcome = try await bench.run()
    #expect(states(outcome) == [.failed, .cancelled, .cancelled, .aborted])
    #expect(outcome.verdict == .failed(lasting, task: 0))
    let end = bench.recorder.ends(of: 1).first
    #expect(end?.run.error?.code == .cancelled)
    #expect(end?.run.result.outputHead == "so far")
    #expect(
      bench.recorder.starts.contains(2) == false || bench.recorder.starts.contains(1) == false
    )
  }

  @Test("skip: what depends on a failure is left out, at any distance, and the run goes on")
  func skip() async throws {
    let bench = try EngineBench(
      [task(0), task(1, after: [0], .skip), task(2, after: [1], .skip), task(3)],
      executors: [failing(0)]
    )
    let outcome = try await bench.run()
    #expect(states(outcome) == [.failed, .skipped, .skipped, .succeeded])
    #expect(outcome.succeeded)
  }

  @Test("skip: a run in which every final task was left out has failed with the cause")
  func allSkipped() async throws {
    let bench = try EngineBench(
      [task(0), task(1, after: [0], .skip), task(2, after: [1], .skip)],
      executors: [failing(0)]
    )
    let outcome = try await bench.run()
    #expect(states(outcome) == [.failed, .skipped, .skipped])
    #expect(outcome.verdict == .failed(lasting, task: 0))
  }

  @Test(
    "skip: a task that needs what was left out is aborted, and the run has failed with the cause"
  )
  func abortAfterSkip() async throws {
    let bench = try EngineBench(
      [task(0), task(1, after: [0], .skip), task(2, after: [1])],
      executors: [failing(0)]
    )
    let outcome = try await bench.run()
    #expect(states(outcome) == [.failed, .skipped, .aborted])
    #expect(outcome.verdict == .failed(lasting, task: 0))
  }

  @Test("continue_if_any: one success is enough, but all must have ended")
  func continueIfAny() async throws {
    let bench = try EngineBench(
      [task(0), task(1), task(2), task(3, after: [0, 1, 2], .continueIfAny)],
      executors: [failing(0, 2)]
    )
    let outcome = try await bench.run()
    #expect(states(outcome) == [.failed, .succeeded, .failed, .succeeded])
    #expect(outcome.succeeded)
  }

  @Test("continue_if_any: without any success the task is aborted and the run has failed")
  func continueIfNone() async throws {
    let bench = try EngineBench(
      [task(0), task(1, after: [0], .skip), task(2, after: [0, 1], .continueIfAny)],
      executors: [failing(0)]
    )
    let outcome = try await bench.run()
    #expect(states(outcome) == [.failed, .skipped, .aborted])
    #expect(outcome.verdict == .failed(lasting, task: 0))
  }

  @Test("A failure that nothing depends on fails the run")
  func finalFailure() async throws {
    let bench = try EngineBench([task(0)], executors: [failing(0)])
    #expect(try await bench.run().verdict == .failed(lasting, task: 0))
  }

  @Test("A postcondition can fail a success, and the result is kept")
  func postcondition() async throws {
    var executor = ScriptedExecutor { _ throws(ExecutionError) in
      TaskResult(exitCode: 1, outputHead: "FAILED test_x", tree: "t")
    }
    executor.after = { result throws(ExecutionError) in
      if result.exitCode != 0 { throw lasting }
    }
    let bench = try EngineBench([task(0)], executors: [executor])
    let outcome = try await bench.run()
    #expect(outcome.verdict == .failed(lasting, task: 0))
    let run = bench.recorder.ends(of: 0).first?.run
    #expect(run?.result == TaskResult(exitCode: 1, outputHead: "FAILED test_x", tree: "t"))
    #expect(run?.errorClass == "tests")
    #expect(run?.message == lasting.message)
    #expect(run?.isRetryable == false)
  }

  @Test("A preflight that refuses keeps the task from being executed")
  func preflight() async throws {
    var executor = ScriptedExecutor { _ throws(ExecutionError) in
      Issue.record("executed")
      return TaskResult()
    }
    executor.before = { _ throws(ExecutionError) in throw lasting }
    let bench = try EngineBench([task(0)], executors: [executor])
    #expect(try await bench.run().verdict == .failed(lasting, task: 0))
  }

  @Test("A task that is not admitted keeps every task from running")
  func admission() async throws {
    var executor = ScriptedExecutor()
    executor.admission = { task throws(ExecutionError) in
      if task.number == 2 { throw ExecutionError(.refused, "not this one") }
    }
    let bench = try EngineBench(
      [task(0), task(1, after: [0]), task(2, after: [1]), task(3, after: [2])],
      executors: [executor]
    )
    let outcome = try await bench.run()
    #expect(bench.recorder.starts == [])
    #expect(outcome.verdict == .failed(ExecutionError(.refused, "not this one"), task: 2))
    #expect(states(outcome) == [.cancelled, .cancelled, .aborted, .aborted])
  }

  @Test("An action without an executor keeps every task from running")
  func unknownAction() async throws {
    let bench = try EngineBench([task(0), task(1, after: [0], action: "fly")])
    let outcome = try await bench.run()
    #expect(bench.recorder.starts == [])
    #expect(outcome.error?.message == "task 1 needs the action fly, which has no executor")
  }

  @Test("Two executors cannot claim one action")
  func twoExecutors() {
    let error = #expect(throws: ExecutionError.self) {
      try ExecutorRegistry([ScriptedExecutor("a"), ScriptedExecutor("b"), ScriptedExecutor("a")])
    }
    #expect(error?.message == "two executors claim the action a")
  }
}
