import Execution
import GoalLedger
import TestSupport
import Testing
import Worker

@Suite("A worker executes adopted goals")
struct ExecutingGoalsTests {
  @Test("a bug fix ends satisfied, on a branch of its own, and the checkout is untouched")
  func fix() async throws {
    let fixture = try await WorkerFixture()
    let before = try fixture.repository.fingerprint()
    let id = try await fixture.adopt("fix_bug", WorkerFixture.fix)
    try await fixture.worker().run(drain: true)
    let goal = try await fixture.goal(id)
    #expect(goal.state == .satisfied, "\(goal.result ?? "") \(fixture.warnings)")
    #expect(try fixture.repository.fingerprint() == before)
    let (branches, worktrees) = try fixture.leftovers()
    #expect(branches == ["goal/1/1"] && worktrees.isEmpty)
    #expect(try fixture.repository.git(["show", "goal/1/1:calc.py"]).contains("return a + b"))
    let attempt = try #require(try await fixture.store.attempts(of: id).first)
    let change = try #require(try await fixture.store.change(of: attempt.id))
    #expect(change.state == "committed")
    #expect(change.headCommit == (try fixture.repository.git(["rev-parse", "goal/1/1"])))
    let runs = try await fixture.store.runs(of: attempt.id)
    #expect(runs.values.joined().contains { $0.exitCode == 0 && $0.tree == change.tree })
    #expect(fixture.warnings.isEmpty)
  }

  @Test("features, refactorings and added tests each end satisfied")
  func otherTasks() async throws {
    let fixture = try await WorkerFixture([
      "calc.py": "def add(a, b):\n    return a + b\n",
      "test_calc.py": """
      import unittest
      from calc import add
      class T(unittest.TestCase):
          def test_add(self):
              self.assertEqual(add(2, 2), 4)

      """,
    ])
    let test = """
      import unittest
      from calc import add
      class U(unittest.TestCase):
          def test_zero(self):
              self.assertEqual(add(0, 0), 0)

      """
    let feature: JSONValue = [
      "files": [
        ["path": "mul.py", "content": "def mul(a, b):\n    return a * b\n"],
        ["path": "test_mul.py", "content": .string(test)],
      ]
    ]
    let refactoring: JSONValue = [
      "files": [["path": "calc.py", "edits": [["search": "a + b", "replace": "b + a"]]]]
    ]
    let tests: JSONValue = ["files": [["path": "test_more.py", "content": .string(test)]]]
    try await fixture.adopt("implement_feature", feature)
    try await fixture.adopt("refactor_code", refactoring)
    try await fixture.adopt("add_tests", tests)
    try await fixture.worker().run(drain: true)
    for id in 1...3 {
      let goal = try await fixture.goal(Int64(id))
      #expect(goal.state == .satisfied, "\(goal.text): \(goal.result ?? "")")
    }
    #expect(try fixture.leftovers().branches.count == 3)
  }

  @Test(
    "a goal whose tests fail is rolled back, tried again, and fails when its attempts are used up"
  )
  func failingTests() async throws {
    let fixture = try await WorkerFixture()
    let before = try fixture.repository.fingerprint()
    let wrong: JSONValue = [
      "files": [["path": "calc.py", "edits": [["search": "a - b", "replace": "a * b + 1"]]]]
    ]
    let id = try await fixture.adopt("fix_bug", wrong, maxAttempts: 2)
    try await fixture.worker().run(drain: true)
    let goal = try await fixture.goal(id)
    #expect(goal.state == .failed && goal.attempts == 2)
    #expect(try await fixture.store.attempts(of: id).map(\.state) == [.failed, .failed])
    let error = try JSONValue.parse(goal.result ?? "")["error"]
    #expect(error?["class"] == "tests")
    let (branches, worktrees) = try fixture.leftovers()
    #expect(branches.isEmpty && worktrees.isEmpty)
    #expect(try fixture.repository.fingerprint() == before)
  }

  @Test(
    "what no retry can help fails at once, with the reason",
    arguments: [
      (["files": [["path": "a.py"]]], "$.files[0]"),
      (["files": [["path": "secret/a.py", "content": "x"]]], "secret/**"),
      (
        ["files": [["path": "no.py", "edits": [["search": "a", "replace": "b"]]]]],
        "no.py is to be edited but does not exist"
      ),
      (["files": [["path": "../a.py", "content": "x"]]], "$.files[0].path"),
    ] as [(JSONValue, String)]
  )
  func permanent(context: JSONValue, reason: String) async throws {
    let fixture = try await WorkerFixture()
    let id = try await fixture.adopt("fix_bug", context)
    try await fixture.worker().run(drain: true)
    let goal = try await fixture.goal(id)
    #expect(goal.state == .failed && goal.attempts == 1)
    #expect(goal.result?.contains(reason) == true, "\(goal.result ?? "")")
    #expect(try fixture.leftovers().branches.isEmpty)
  }

  @Test(
    "a goal brings a command of its own only where the workspace takes one",
    arguments: [true, false]
  )
  func ownCommand(isAllowed: Bool) async throws {
    let fixture = try await WorkerFixture()
    var configuration = fixture.configuration()
    configuration.workspaces["app"]?.contextCommandsAllowed = isAllowed
    let id = try await fixture.adopt(
      "run_command",
      ["command": ["argv": ["test", "-e", "calc.py"]]]
    )
    try await fixture.worker(configuration).run(drain: true)
    let goal = try await fixture.goal(id)
    #expect(goal.state == (isAllowed ? .satisfied : .failed), "\(goal.result ?? "")")
  }

  @Test("a goal that only records a note needs neither workspace nor git")
  func note() async throws {
    let fixture = try await WorkerFixture()
    var configuration = Configuration()
    configuration.worktrees = fixture.repository.state
    let id = try await fixture.adopt("record", ["note": "remember"])
    try await fixture.worker(configuration).run(drain: true)
    #expect(try await fixture.goal(id).state == .satisfied)
  }

  @Test("a goal executed by hand runs here, to its end")
  func byHand() async throws {
    let fixture = try await WorkerFixture()
    let id = try await fixture.adopt("fix_bug", WorkerFixture.fix)
    #expect(try await fixture.worker().execute(id).state == .satisfied)
    let again = await #expect(throws: LedgerError.self) {
      _ = try await fixture.worker().execute(99)
    }
    #expect(again?.code == .notFound)
  }

  @Test("a goal abandoned while it executes stops, and is rolled back")
  func abandoned() async throws {
    let fixture = try await WorkerFixture()
    let configuration = fixture.configuration(tests: ["sleep", "60"])
    let id = try await fixture.adopt("fix_bug", WorkerFixture.fix)
    let stop = StopSignal()
    let testsRun = Signal()
    let ended = Signal()
    let worker = fixture.worker(configuration) { event in
      if case .task(_, _, let title, .running, _, _) = event, title.hasPrefix("run_tests") {
        testsRun.give()
      }
      if case .ended = event { ended.give() }
    }
    async let working: Void = worker.run(drain: false, stop: stop)
    await testsRun.wait()
    let clock = ContinuousClock()
    let start = clock.now
    try Shell.succeed([
      "sqlite3", fixture.databasePath,
      "UPDATE goals SET state = 'abandoned', actor = 'eve', reason = 'changed my mind' WHERE id = 1",
    ])
    await ended.wait()
    let took = clock.now - start
    stop.drain()
    try await working
    #expect(took < .seconds(4), "rolled back after \(took)")
    #expect(try await fixture.goal(id).state == .abandoned)
    #expect(try await fixture.store.attempts(of: id).map(\.state) == [.abandoned])
    let (branches, worktrees) = try fixture.leftovers()
    #expect(branches.isEmpty && worktrees.isEmpty)
  }

  @Test("told to stop at once, a worker rolls back and gives the goal back uncounted")
  func stopNow() async throws {
    let fixture = try await WorkerFixture()
    let configuration = fixture.configuration(tests: ["sleep", "60"])
    let id = try await fixture.adopt("fix_bug", WorkerFixture.fix)
    let stop = StopSignal()
    let worker = fixture.worker(configuration) { event in
      if case .task(_, _, let title, .running, _, _) = event, title.hasPrefix("run_tests") {
        stop.now()
      }
    }
    try await worker.run(drain: false, stop: stop)
    let goal = try await fixture.goal(id)
    #expect(goal.state == .adopted && goal.attempts == 0)
    #expect(try await fixture.store.attempts(of: id).map(\.state) == [.released])
    #expect(try fixture.leftovers().branches.isEmpty)
  }

  @Test("an attempt whose lease runs out is taken over while there is still much that is ready")
  func expiryBesideBacklog() async throws {
    let fixture = try await WorkerFixture()
    let id = try await fixture.adopt("record", ["note": "lost"])
    #expect(try await fixture.store.claim(goal: id, worker: "gone", lease: 500) != nil)
    try Shell.succeed([
      "sqlite3", fixture.databasePath,
      """
      INSERT INTO goals(text, task, context, state)
      SELECT 'n', 'record', '{"note":"n"}', 'adopted' FROM generate_series(1, 1000)
      """,
    ])
    try await fixture.worker(fixture.configuration(concurrency: 1)).run(drain: true)
    let entries = try await fixture.store.entries(goal: nil, after: 0, limit: 100_000)
    let events = entries.map(\.event)
    let takenOver = try #require(events.firstIndex(of: "attempt.taken_over"))
    let last = try #require(events.lastIndex(of: "goal.satisfied"))
    let between = events[takenOver..<last].count { $0 == "goal.satisfied" }
    #expect(between > 5, "only \(between) goals were left as it was taken over")
    #expect(try await fixture.goal(id).state == .satisfied)
  }
}
