import Execution
// In what order tasks run, and how many at once. The recorder of the bench holds every run here to
// the dependencies: a start before the ends it needs are on record is a violation.
import GoalLedger
import Synchronization
import Testing

/// Counts what runs at the same time.
final class Census: Sendable {
  private let counts = Mutex<[String: (now: Int, most: Int)]>([:])

  func enter(_ names: [String]) {
    counts.withLock { counts in
      for name in names {
        let now = (counts[name]?.now ?? 0) + 1
        counts[name] = (now, max(now, counts[name]?.most ?? 0))
      }
    }
  }

  func leave(_ names: [String]) {
    counts.withLock { counts in for name in names { counts[name]?.now -= 1 } }
  }

  func most(_ name: String) -> Int { counts.withLock { $0[name]?.most ?? 0 } }
}

@Suite("Order of tasks", .timeLimit(.minutes(1)))
struct OrderTests {
  @Test(
    "Random graphs run in order, within every cap, to the states their policies demand",
    arguments: 0..<200
  )
  func randomGraphs(seed: Int) async throws {
    var random = SplitMix(UInt64(seed))
    let actions = ["read", "write", "test"]
    let count = Int.random(in: 1...24, using: &random)
    let density = Int.random(in: 2...8, using: &random)
    let failing = seed.isMultiple(of: 3) ? 6 : 0
    var bad: Set<Int> = []
    var yields: [Int] = []
    let nodes = (0..<count).map { number in
      if failing > 0, Int.random(in: 0..<failing, using: &random) == 0 { bad.insert(number) }
      yields.append(Int.random(in: 0...6, using: &random))
      return task(
        number,
        after: (0..<number).filter { _ in Int.random(in: 0..<density, using: &random) == 0 },
        DependencyPolicy.allCases.randomElement(using: &random) ?? .abort,
        action: actions.randomElement(using: &random) ?? "read",
        priority: Int.random(in: -1...1, using: &random),
        resources: Int.random(in: 0..<3, using: &random) == 0 ? ["tree"] : []
      )
    }
    let census = Census()
    let executors = actions.map { action in
      ScriptedExecutor(action) { [bad, yields] context throws(ExecutionError) in
        let names = ["all", action] + context.task.resources
        census.enter(names)
        for _ in 0..<yields[context.task.number] { await Task.yield() }
        census.leave(names)
        if bad.contains(context.task.number) { throw lasting }
        return TaskResult()
      }
    }
    var bench = try EngineBench(nodes, executors: executors)
    bench.limits = EngineLimits(
      maxConcurrent: Int.random(in: 1...5, using: &random),
      actionCaps: ["write": 1, "test": 2]
    )
    let outcome = try await bench.run()

    #expect(census.most("all") <= bench.limits.maxConcurrent)
    #expect(census.most("write") <= 1)
    #expect(census.most("test") <= 2)
    #expect(census.most("tree") <= 1)
    let expected = expectedStates(bench.graph, bad: bad)
    let fatal = nodes.contains {
      expected[$0.number] == .aborted
        || (expected[$0.number] == .failed && bench.graph.dependents(of: $0.number).isEmpty)
    }
    if fatal {
      #expect(!outcome.succeeded)
      guard case .failed(lasting, .some(let root)) = outcome.verdict else {
        Issue.record("verdict \(outcome.verdict)")
        return
      }
      #expect(bad.contains(root))
    } else {
      for node in nodes {
        #expect(outcome[node.number]?.state == expected[node.number], "task \(node.number)")
      }
      let finals = nodes.filter { bench.graph.dependents(of: $0.number).isEmpty }
      #expect(outcome.succeeded == finals.contains { expected[$0.number] == .succeeded })
    }
    if bad.isEmpty { #expect(outcome.succeeded) }
    for task in outcome.tasks { #expect(bench.recorder.state(of: task.number) == task.state) }
  }

  /// The states that the policies demand if nothing is ever stopped.
  private func expectedStates(_ graph: TaskGraph, bad: Set<Int>) -> [Int: TaskState] {
    var states: [Int: TaskState] = [:]
    for node in graph.nodes {
      let good = node.dependencies.count { states[$0] == .succeeded }
      let all = good == node.dependencies.count
      let runs =
        node.dependencyPolicy == .continueIfAny ? good > 0 || node.dependencies.isEmpty : all
      states[node.number] =
        runs
        ? (bad.contains(node.number) ? .failed : .succeeded)
        : (node.dependencyPolicy == .skip ? .skipped : .aborted)
    }
    return states
  }

  @Test("Higher priority starts first, then the longer chain, then the lower number")
  func priorities() async throws {
    var bench = try EngineBench([
      task(0), task(1), task(2, priority: 5), task(3), task(4, after: [3]), task(5, after: [4]),
      task(6, priority: -1), task(7, after: [6]), task(8, after: [7]), task(9, after: [8]),
    ])
    bench.limits.maxConcurrent = 1
    #expect(try await bench.run().succeeded)
    #expect(bench.recorder.starts == [2, 3, 4, 0, 1, 5, 6, 7, 8, 9])
  }

  @Test("As many tasks run at once as may, and not one more", arguments: [1, 2, 3, 7])
  func concurrency(most: Int) async throws {
    let signal = Signal()
    let executor = ScriptedExecutor { _ throws(ExecutionError) in
      signal.change()
      await signal.wait { signal.count >= 7 }
      return TaskResult()
    }
    var bench = try EngineBench((0..<7).map { task($0) }, executors: [executor])
    bench.limits.maxConcurrent = most
    async let outcome = bench.run()
    await signal.wait { signal.count >= most }
    #expect(bench.recorder.starts.count == most)
    for _ in 0..<7 { signal.change() }
    #expect(try await outcome.succeeded)
  }

  @Test("A capped kind does not hold up what may start beside it")
  func passingOver() async throws {
    let release = Signal()
    let write = ScriptedExecutor("write") { _ throws(ExecutionError) in
      await release.wait(beyond: 0)
      return TaskResult()
    }
    let read = ScriptedExecutor("read") { _ throws(ExecutionError) in
      release.change()
      return TaskResult()
    }
    let bench = try EngineBench(
      [
        task(0, action: "write", priority: 9, resources: ["tree"]),
        task(1, action: "write", priority: 8, resources: ["tree"]),
        task(2, action: "read"),
      ],
      executors: [write, read]
    )
    #expect(try await bench.run().succeeded)
    #expect(bench.recorder.starts == [0, 2, 1])
  }

  @Test("An empty graph succeeds and records nothing")
  func empty() async throws {
    let bench = try EngineBench([])
    #expect(try await bench.run().succeeded)
    #expect(bench.recorder.batches.isEmpty)
  }

  @Test("The end of a task and the starts it allows are recorded in one call")
  func batches() async throws {
    let bench = try EngineBench([task(0), task(1, after: [0]), task(2, after: [0])])
    #expect(try await bench.run().succeeded)
    #expect(bench.recorder.batches.first?.count == 1)
    #expect(bench.recorder.batches.dropFirst().first?.count == 3)
  }

  @Test("The outcome has each task's times, tries and result")
  func outcome() async throws {
    var bench = try EngineBench([task(0)])
    let clock = bench.clock
    bench.executors = [
      ScriptedExecutor { context throws(ExecutionError) in
        #expect(context.attempt == AttemptIdentity(goalID: 7, attemptID: 70, number: 2))
        #expect(context.timeout == .seconds(60))
        #expect(context.deadline == Timestamp(milliseconds: 1_000_060_000))
        context.log("half way")
        clock.advance(by: .milliseconds(1500))
        return TaskResult(exitCode: 0, tree: "t", commit: "c")
      }
    ]
    let lines = Mutex<[String]>([])
    let outcome = try await bench.run { task, line in
      lines.withLock { $0.append("\(task) \(line)") }
    }
    #expect(lines.withLock { $0 } == ["0 half way"])
    #expect(outcome[0]?.tries == 1)
    #expect(outcome[0]?.duration == .milliseconds(1500))
    #expect(outcome[0]?.startedAt == Timestamp(milliseconds: 1_000_000_000))
    #expect(outcome[0]?.endedAt == Timestamp(milliseconds: 1_000_001_500))
    #expect(outcome[0]?.result?.commit == "c")
    #expect(outcome.duration == .milliseconds(1500))
    let end = bench.recorder.ends(of: 0).first
    #expect(end?.run.duration == .milliseconds(1500))
    #expect(end?.run.result.exitCode == 0)
  }
}
