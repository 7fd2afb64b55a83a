import Execution
import GoalLedger
import TestSupport
import Testing

@testable import Worker

/// Killed between any two steps, an attempt is finished or undone by whoever takes it over: nothing
/// is lost, doubled or left behind, and the kill uses up no attempt.
@Suite("What a worker that was killed leaves is taken over")
struct RecoveryTests {
  @Test(
    "an attempt goes on where its worker was killed",
    arguments: [
      .before(.recordPlan), .after(.recordPlan), .before(.openBranch), .after(.openBranch),
      .before(.started(0)), .after(.started(0)), .before(.ended(0)), .after(.ended(0)),
      .after(.started(1)), .before(.ended(1)), .after(.ended(1)), .after(.started(2)),
      .before(.ended(2)), .after(.ended(2)), .after(.ended(3)),
      // The end of the last task is recorded with the attempt's.
      .before(.ended(4)), .before(.endAttempt),
    ] as [DyingStore.Moment]
  )
  func goesOn(moment: DyingStore.Moment) async throws {
    let recovery = try await RecoveryFixture()
    try await recovery.die(moment)
    #expect(try await recovery.fixture.goal(recovery.id).state == .executing)
    try await recovery.drain()
    try await recovery.expectSatisfied()
    #expect(try await recovery.attempts.count == 1)
    #expect(try await recovery.fixture.goal(recovery.id).attempts == 1)
    #expect(try await recovery.count("attempt.taken_over") == 1)
    #expect(try await recovery.count("attempt.open") == 1)
  }

  @Test("what was done before the kill is not done again")
  func notAgain() async throws {
    let recovery = try await RecoveryFixture()
    try await recovery.die(.before(.ended(3)))
    let attempt = try #require(try await recovery.attempts.first)
    let tests = try #require(try await recovery.fixture.store.runs(of: attempt.id)[2])
    try await recovery.drain()
    try await recovery.expectSatisfied()
    let runs = try await recovery.fixture.store.runs(of: attempt.id)
    #expect(runs[0]?.count == 1 && runs[1]?.count == 1 && runs[2] == tests)
    let tasks = try await recovery.fixture.store.tasks(of: attempt.id)
    #expect(tasks.map(\.tries) == [1, 1, 1, 2, 1])
  }

  @Test(
    "a failure that was on record before the kill counts, once, and keeps its reason",
    arguments: [.after(.ended(2)), .before(.endAttempt)] as [DyingStore.Moment]
  )
  func failed(moment: DyingStore.Moment) async throws {
    let recovery = try await RecoveryFixture(RecoveryFixture.wrong, maxAttempts: 2)
    try await recovery.die(moment)
    try await recovery.drain()
    let goal = try await recovery.fixture.goal(recovery.id)
    #expect(goal.state == .failed && goal.attempts == 2)
    let attempts = try await recovery.attempts
    #expect(attempts.map(\.state) == [.failed, .failed])
    for attempt in attempts {
      let outcome = try JSONValue.parse(attempt.outcome ?? "")
      #expect(outcome["error"]?["class"] == "tests", "\(attempt.outcome ?? "")")
    }
    try await recovery.expectNothingLeft()
  }

  @Test("a failure whose end was recorded is not taken over, and its goal is tried again")
  func failedAndRecorded() async throws {
    let recovery = try await RecoveryFixture(RecoveryFixture.wrong, maxAttempts: 2)
    try await recovery.die(.after(.endAttempt))
    try await recovery.drain()
    #expect(try await recovery.attempts.map(\.state) == [.failed, .failed])
    #expect(try await recovery.count("attempt.taken_over") == 0)
    try await recovery.expectNothingLeft()
  }

  @Test("what is left of a satisfied attempt is swept by the next worker, and its branch kept")
  func swept() async throws {
    let recovery = try await RecoveryFixture()
    try await recovery.die(.after(.endAttempt))
    #expect(try await recovery.fixture.goal(recovery.id).state == .satisfied)
    #expect(try !recovery.fixture.leftovers().worktrees.isEmpty)
    try await recovery.drain()
    try await recovery.expectSatisfied()
    #expect(try await recovery.count("attempt.taken_over") == 0)
  }

  @Test("a folder of commands that an attempt left, worktree and branch gone, is swept")
  func sweptFolder() async throws {
    let recovery = try await RecoveryFixture(RecoveryFixture.wrong, maxAttempts: 1)
    try await recovery.drain()
    let folder = recovery.fixture.repository.state + "/app-\(recovery.id)-1"
    try Shell.succeed(["mkdir", "-p", folder + "/home", folder + "/tmp"])
    try await recovery.drain()
    try await recovery.expectNothingLeft()
  }

  @Test("a goal abandoned while nobody works on its attempt is rolled back")
  func abandoned() async throws {
    let recovery = try await RecoveryFixture()
    try await recovery.die(.after(.ended(0)))
    try recovery.sql("UPDATE goals SET state = 'abandoned', actor = 'eve' WHERE id = 1")
    try await recovery.drain()
    #expect(try await recovery.fixture.goal(recovery.id).state == .abandoned)
    #expect(try await recovery.attempts.map(\.state) == [.abandoned])
    try await recovery.expectNothingLeft()
  }

  @Test(
    "an attempt that a client gave up after its lease ran out is undone, and another made",
    arguments: [.after(.openBranch), .after(.ended(0))] as [DyingStore.Moment]
  )
  func expired(moment: DyingStore.Moment) async throws {
    let recovery = try await RecoveryFixture()
    try await recovery.die(moment)
    try recovery.sql("UPDATE goals SET state = 'adopted', actor = 'eve' WHERE id = 1")
    try await recovery.drain()
    let attempts = try await recovery.attempts
    #expect(attempts.map(\.state) == [.expired, .satisfied])
    #expect(try await recovery.fixture.store.change(of: attempts[0].id)?.state == "rolled_back")
    try await recovery.expectSatisfied(by: 2)
  }

  @Test("a worker that runs already undoes it too, before it executes the goal again")
  func expiredWhileWorking() async throws {
    let recovery = try await RecoveryFixture()
    try await recovery.die(.after(.ended(0)))
    try recovery.sql("UPDATE goals SET state = 'adopted', actor = 'eve' WHERE id = 1")
    let store = recovery.fixture.store
    let configuration = recovery.configuration()
    let runner = try await AttemptRunner(
      store: store,
      configuration: configuration,
      places: try await Workplaces(store: store, configuration: configuration),
      watch: { _ in }
    )
    let claim = try #require(try await store.claim(limit: 1, worker: "w", lease: 60_000).first)
    await runner.run(claim, control: RunningAttempts().begin(claim))
    #expect(try await store.attemptsToUndo(of: nil).isEmpty)
    try await recovery.expectSatisfied(by: 2)
  }

  @Test("a plan that would be another one now is begun anew, uncounted")
  func anotherPlan() async throws {
    let test = "import unittest\nclass U(unittest.TestCase):\n  def test_it(self): pass\n"
    let recovery = try await RecoveryFixture([
      "files": [
        ["path": "calc.py", "edits": [["search": "a - b", "replace": "a + b"]]],
        ["path": "test_more.py", "content": .string(test)],
      ]
    ])
    try await recovery.die(.after(.ended(0)))
    var configuration = recovery.configuration()
    configuration.workspaces["app"]?.redGreen = true
    try await recovery.drain(configuration)
    #expect(try await recovery.attempts.map(\.state) == [.released, .satisfied])
    #expect(try await recovery.fixture.goal(recovery.id).attempts == 1)
    try await recovery.expectSatisfied(by: 2, files: ["calc.py", "test_more.py"])
  }

  @Test("commits that are on record and that git has lost are begun anew, uncounted")
  func lostCommits() async throws {
    let recovery = try await RecoveryFixture()
    try await recovery.die(.after(.ended(1)))
    let branch = "refs/heads/goal/\(recovery.id)/1"
    try recovery.fixture.repository.git(["update-ref", branch, "main"])
    try await recovery.drain()
    #expect(try await recovery.attempts.map(\.state) == [.released, .satisfied])
    try await recovery.expectSatisfied(by: 2)
  }

  @Test("what a killed worker's git still does to the branch costs the goal no attempt")
  func lateGit() async throws {
    let recovery = try await RecoveryFixture()
    try await recovery.die(.after(.ended(0)))
    let (repository, branch) = (recovery.fixture.repository, "refs/heads/goal/\(recovery.id)/1")
    let store = DyingStore(recovery.fixture.store, after: .started(1)) {
      let other = try repository.git(["commit-tree", "main^{tree}", "-m", "late"])
      try repository.git(["update-ref", branch, other.filter { $0.isHexDigit }])
    }
    try await GoalWorker(store: store, configuration: recovery.configuration()).run(drain: true)
    #expect(try await recovery.attempts.map(\.state) == [.released, .satisfied])
    #expect(try await recovery.fixture.goal(recovery.id).attempts == 1)
    try await recovery.expectSatisfied(by: 2)
  }

  @Test("a lock that a killed git left on the repository's packed refs does not stop a rollback")
  func staleLock() async throws {
    let recovery = try await RecoveryFixture(RecoveryFixture.wrong, maxAttempts: 1)
    try await recovery.die(.after(.ended(0)))
    let lock = recovery.fixture.repository.path + "/.git/packed-refs.lock"
    try Shell.succeed(["touch", "-d", "5 minutes ago", lock])
    try await recovery.drain()
    #expect(try await recovery.fixture.goal(recovery.id).state == .failed)
    try await recovery.expectNothingLeft()
  }

  @Test("the killed worker's processes die before its attempt goes on")
  func processes() async throws {
    let recovery = try await RecoveryFixture()
    try await recovery.die(.after(.started(2)))
    let mark = "\(try await recovery.fixture.store.databaseID())/\(recovery.id)/1/2"
    let pid = try Shell.succeed([
      "sh", "-c",
      "GOALLEDGER_MARK=\(mark) setsid sleep 600 > /dev/null 2>&1 & echo $!",
    ])
    #expect(try isAlive(pid))
    try await recovery.drain()
    #expect(try !isAlive(pid))
    try await recovery.expectSatisfied()
  }

  private func isAlive(_ pid: String) throws -> Bool {
    let state = try Shell.run(["sed", "-n", "s/^State:[^A-Z]*//p", "/proc/\(pid)/status"])
    return state.code == 0 && !state.output.hasPrefix("Z")
  }

  @Test("an attempt that eleven workers have died on is given up")
  func poison() async throws {
    let recovery = try await RecoveryFixture()
    let store = recovery.fixture.store
    #expect(try await store.claim(limit: 1, worker: "w0", lease: 1).count == 1)
    for number in 1...AttemptRunner.maxTakeovers {
      while try await store.takeOver(limit: 1, worker: "w\(number)", lease: 1).isEmpty {
        await Task.yield()
      }
    }
    try await recovery.drain()
    let goal = try await recovery.fixture.goal(recovery.id)
    #expect(goal.state == .failed && goal.attempts == 1)
    #expect(goal.result?.contains("11 workers ended") == true, "\(goal.result ?? "")")
    try await recovery.expectNothingLeft()
  }

  @Test("executed by hand, a goal whose worker was killed is taken over")
  func byHand() async throws {
    let recovery = try await RecoveryFixture()
    try await recovery.die(.after(.ended(0)))
    let worker = recovery.fixture.worker(recovery.configuration())
    #expect(try await worker.execute(recovery.id).state == .satisfied)
    try await recovery.expectSatisfied()
  }

  @Test("a worker whose lease another has taken undoes nothing")
  func fenced() async throws {
    let recovery = try await RecoveryFixture(RecoveryFixture.wrong, maxAttempts: 2)
    let store = recovery.fixture.store
    // Its heartbeat sees the loss within a second: it stops, and leaves the files as they are.
    var configuration = recovery.configuration(tests: ["sleep", "60"])
    configuration.limits.leaseMilliseconds = 60_000
    let running = Signal()
    let lost = Signal()
    let stop = StopSignal()
    let worker = recovery.fixture.worker(configuration) { event in
      if case .task(_, 2, _, .running, _, _) = event { running.give() }
      if case .warning(let text) = event, text.contains("lease") { lost.give() }
    }
    async let working: Void = worker.run(drain: false, stop: stop)
    await running.wait()
    // Time cannot be moved, but the lease's end can; the heartbeat may move it back once.
    var taken: [Claim] = []
    while taken.isEmpty {
      try recovery.sql("UPDATE attempts SET lease_expires_at = '2020-01-01T00:00:00.000Z'")
      taken = try await store.takeOver(limit: 1, worker: "other", lease: 60_000)
    }
    #expect(taken.map(\.attempt.number) == [1])
    await lost.wait()
    stop.now()
    try await working
    #expect(try recovery.fixture.leftovers().branches == ["goal/1/1"])
    #expect(try await recovery.attempts.map(\.state) == [.open])
    #expect(try await recovery.attempts.map(\.worker) == ["other"])
  }

  @Test("what runs under an earlier lease of the same attempt ends before the new one begins")
  func earlierLease() async throws {
    let recovery = try await RecoveryFixture()
    let store = recovery.fixture.store
    let first = try #require(try await store.claim(limit: 1, worker: "w", lease: 1).first)
    var taken: Claim?
    while taken == nil {
      taken = try await store.takeOver(limit: 1, worker: "w", lease: 60_000).first
    }
    let second = try #require(taken)
    let running = RunningAttempts()
    let old = running.begin(first)
    let new = running.begin(second)
    async let waited: Void = running.endEarlier(than: second)
    while old.reason == nil { await Task.yield() }
    #expect(old.reason == .leaseLost && new.reason == nil && running.count == 2)
    running.end(first)
    await waited
    #expect(running.claims == [second])
    await running.endEarlier(than: second)
    running.cancel(second, .abandoned)
    #expect(new.reason == .abandoned)
  }
}
