import GoalLedger
import TestSupport
import Testing

/// What any store must do: this suite is written against the protocol alone, and is run for each
/// store there is.
@Suite("A goal store keeps what it is asked to keep")
struct GoalStoreTests {
  let folder: TemporaryFolder
  let store: any GoalStore

  init() async throws {
    folder = try TemporaryFolder()
    store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .create)
  }

  private func adopted(_ text: String, maxAttempts: Int? = nil) async throws -> Goal {
    var draft = GoalDraft(text: text)
    draft.adopt = true
    draft.maxAttempts = maxAttempts
    return try await store.add(draft, actor: "ann")
  }

  private let plan = PlanRecord(
    task: "record",
    body: #"{"steps":[],"task":"record"}"#,
    digest: String(repeating: "a", count: 64),
    bindings: "{}",
    tasks: [
      TaskRecord(number: 0, action: "one", arguments: "[]", dependsOn: [], priority: 1),
      TaskRecord(number: 1, action: "two", arguments: "[]", dependsOn: [0], priority: 0),
    ]
  )

  private func run(_ number: Int) -> TaskRunRecord {
    let now = Timestamp(milliseconds: 1_763_800_000_000)
    var run = TaskRunRecord(
      tryNumber: 1,
      startedAt: now,
      endedAt: now + 5,
      durationMilliseconds: 5
    )
    run.exitCode = 0
    return run
  }

  @Test("a goal comes back as it was asked for")
  func add() async throws {
    var draft = GoalDraft(text: "say hello")
    draft.context = #"{"a":1}"#
    draft.value = 0.9
    draft.timeoutMilliseconds = 1_000
    let goal = try await store.add(draft, actor: "ann")
    #expect(goal.state == .proposed && goal.version == 1 && goal.context == #"{"a":1}"#)
    #expect(try await store.goal(goal.id) == goal)
    #expect(try await store.goals(state: .proposed, limit: 10) == [goal])
    let entries = try await store.entries(goal: goal.id, after: 0, limit: 10)
    #expect(entries.map(\.event) == ["goal.proposed"] && entries.first?.actor == "ann")
  }

  @Test("a claim takes the best goal, and nobody else gets it")
  func claim() async throws {
    _ = try await adopted("low")
    var draft = GoalDraft(text: "high")
    draft.value = 1
    draft.adopt = true
    let high = try await store.add(draft, actor: "ann")
    let first = try await store.claim(limit: 1, worker: "w1", lease: 10_000)
    #expect(first.map(\.goal.id) == [high.id] && first.first?.goal.state == .executing)
    let second = try await store.claim(limit: 5, worker: "w2", lease: 10_000)
    #expect(second.map(\.goal.text) == ["low"])
    #expect(try await store.claim(limit: 5, worker: "w2", lease: 10_000).isEmpty)
    #expect((second.first?.token ?? 0) > (first.first?.token ?? 0))
  }

  @Test("an attempt is recorded from plan to satisfaction")
  func wholeAttempt() async throws {
    let goal = try await adopted("do it")
    let claim = try #require(try await store.claim(goal: goal.id, worker: "w", lease: 10_000))
    try await store.record(plan, opening: nil, [], for: claim)
    for number in 0...1 {
      try await store.record([.started(number: number, at: run(0).startedAt)], for: claim)
      try await store.record(
        [.ended(number: number, state: .succeeded, run: run(number), commit: nil)],
        for: claim
      )
    }
    try await store.end(claim, .satisfied(result: #"{"outcome":"satisfied"}"#), change: nil)
    #expect(try await store.goal(goal.id)?.state == .satisfied)
    let attempt = try #require(try await store.attempts(of: goal.id).first)
    #expect(attempt.state == .satisfied && attempt.outcome == #"{"outcome":"satisfied"}"#)
    let tasks = try await store.tasks(of: attempt.id)
    #expect(tasks.map(\.state) == [.succeeded, .succeeded] && tasks[1].dependsOn == [0])
    #expect(try await store.runs(of: attempt.id)[1]?.first?.exitCode == 0)
    #expect(try await store.plan(try #require(attempt.planID)) == plan.body)
    #expect(try await store.unfinishedCount() == 0)
  }

  @Test("a failed attempt waits for its retry, and is then claimed again")
  func retry() async throws {
    let goal = try await adopted("fails")
    let claim = try #require(try await store.claim(goal: goal.id, worker: "w", lease: 10_000))
    try await store.end(
      claim,
      .retry(result: "{}", reason: "tests fail", afterMilliseconds: 60_000),
      change: nil
    )
    let waiting = try #require(try await store.goal(goal.id))
    #expect(waiting.state == .adopted && waiting.attempts == 1 && waiting.retryAt != nil)
    #expect(try await store.claim(limit: 1, worker: "w", lease: 1_000).isEmpty)
    #expect(try await store.unfinishedCount() == 1)
    #expect(try await store.obstacle(to: goal.id)?.hasPrefix("it waits until") == true)
    #expect((try await store.nextDue() ?? 0) > 50_000)
  }

  @Test("a due retry is promoted and claimed")
  func promotion() async throws {
    let goal = try await adopted("fails")
    let claim = try #require(try await store.claim(goal: goal.id, worker: "w", lease: 10_000))
    try await store.end(claim, .retry(result: "{}", reason: "r", afterMilliseconds: 0), change: nil)
    #expect(try await store.tidy() != .more)
    #expect(try await store.claim(limit: 1, worker: "w", lease: 1_000).count == 1)
  }

  @Test("a release is not counted as an attempt; a failure for good is the end")
  func releaseAndFail() async throws {
    let goal = try await adopted("x")
    let first = try #require(try await store.claim(goal: goal.id, worker: "w", lease: 10_000))
    try await store.end(first, .released(reason: "shutdown"), change: nil)
    #expect(try await store.goal(goal.id)?.attempts == 0)
    let second = try #require(try await store.claim(goal: goal.id, worker: "w", lease: 10_000))
    try await store.end(second, .failed(result: "{}", reason: "no"), change: nil)
    #expect(try await store.goal(goal.id)?.state == .failed)
    let again = try await store.adopt(goal.id, actor: "ann", reason: "again")
    #expect(again.state == .adopted && again.attempts == 0)
  }

  @Test("an expired lease is taken over, and the loser's writes are refused")
  func takeOver() async throws {
    let goal = try await adopted("x")
    let lost = try #require(try await store.claim(goal: goal.id, worker: "w1", lease: -1_000))
    let taken = try #require(
      try await store.takeOver(limit: 5, worker: "w2", lease: 10_000).first
    )
    #expect(taken.attempt.id == lost.attempt.id && taken.token > lost.token && taken.isTakenOver)
    let error = await #expect(throws: LedgerError.self) {
      try await store.record(plan, opening: nil, [], for: lost)
    }
    #expect(error?.code == .leaseLost)
    // What finds all of it written already is told as well, and not that it succeeded.
    let change = ChangeRecord(workspace: "shop", branch: "goal/1/1", baseCommit: "abc")
    try await store.open(change, for: taken)
    try await store.open(change, for: taken)
    let late = await #expect(throws: LedgerError.self) {
      try await store.open(change, for: lost)
    }
    #expect(late?.code == .leaseLost)
    #expect(try await store.extend([lost, taken], lease: 10_000) == [.lost, .held])
    #expect(try await store.takeOver(limit: 5, worker: "w3", lease: 1_000).isEmpty)
  }

  @Test("who has lost the lease is told so also where the attempt has ended just as it would have")
  func endedAlready() async throws {
    let goal = try await adopted("x")
    let lost = try #require(try await store.claim(goal: goal.id, worker: "w1", lease: -1_000))
    let taken = try #require(
      try await store.takeOver(limit: 5, worker: "w2", lease: 10_000).first
    )
    try await store.end(taken, .satisfied(result: "{}"), change: nil)
    for claim in [lost, taken] {
      let error = await #expect(throws: LedgerError.self) {
        try await store.end(claim, .satisfied(result: "{}"), change: nil)
      }
      #expect(error?.code == .leaseLost)
    }
  }

  @Test("an abandoned goal's holder learns of it, and closes the attempt")
  func abandonWhileExecuting() async throws {
    let goal = try await adopted("x")
    let claim = try #require(try await store.claim(goal: goal.id, worker: "w", lease: 10_000))
    _ = try await store.abandon(goal.id, actor: "ann", reason: "no longer wanted")
    #expect(try await store.extend([claim], lease: 10_000) == [.abandoned])
    try await store.end(claim, .abandoned(result: "{}"), change: nil)
    #expect(try await store.attempts(of: goal.id).first?.state == .abandoned)
    #expect(try await store.goal(goal.id)?.state == .abandoned)
  }

  @Test("a change is opened, and must be rolled back before a retry")
  func change() async throws {
    let goal = try await adopted("x")
    let claim = try #require(try await store.claim(goal: goal.id, worker: "w", lease: 10_000))
    let sha = String(repeating: "1", count: 40)
    var change = ChangeRecord(workspace: "app", branch: "goal/1/1", baseCommit: sha)
    try await store.open(change, for: claim)
    let refused = await #expect(throws: LedgerError.self) {
      try await store.end(
        claim,
        .retry(result: "{}", reason: "r", afterMilliseconds: 0),
        change: nil
      )
    }
    #expect(refused?.code == .refused)
    change.state = "rolled_back"
    try await store.end(
      claim,
      .retry(result: "{}", reason: "r", afterMilliseconds: 0),
      change: change
    )
    #expect(try await store.change(of: claim.attempt.id)?.state == "rolled_back")
    #expect(try await store.attempts(of: goal.id).first?.branch == "goal/1/1")
  }

  @Test("what waits for another goal is released by its satisfaction")
  func dependencies() async throws {
    let first = try await adopted("first")
    var draft = GoalDraft(text: "second")
    draft.dependsOn = [first.id]
    draft.adopt = true
    let second = try await store.add(draft, actor: "ann")
    #expect(second.blockers == 1)
    #expect(
      try await store.obstacle(to: second.id) == "it waits for goal \(first.id) (adopted)"
    )
    let claims = try await store.claim(limit: 5, worker: "w", lease: 10_000)
    #expect(claims.map(\.goal.id) == [first.id])
    try await store.end(claims[0], .satisfied(result: "{}"), change: nil)
    while try await store.tidy() == .more {}
    #expect(
      try await store.claim(limit: 5, worker: "w", lease: 1_000).map(\.goal.id) == [second.id]
    )
  }

  @Test("many writers at once are served in few transactions, each with its own refusal")
  func groupCommit() async throws {
    let store = store
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask {
          var draft = GoalDraft(text: "goal \(number)")
          draft.context = number % 10 == 3 ? "not JSON" : nil
          return (try? await store.add(draft, actor: "ann")) != nil
        }
      }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(outcomes.filter { $0 }.count == 180)
    #expect(try await store.goals(state: nil, limit: 1_000).count == 180)
    let seqs = try await store.entries(goal: nil, after: 0, limit: 1_000).map(\.seq)
    #expect(seqs == Array(1...180))
  }

  @Test("refusals are recorded as such; unknown goals are not found")
  func refusals() async throws {
    try await store.recordRefusal("goal 9 is final", goal: nil, actor: "ann")
    #expect(try await store.entries(goal: nil, after: 0, limit: 5).map(\.event) == ["refused"])
    let error = await #expect(throws: LedgerError.self) {
      try await store.adopt(99, actor: "ann", reason: nil)
    }
    #expect(error?.code == .notFound && error?.message == "there is no goal 99")
  }

  @Test("workers and circuit breakers are kept")
  func workersAndBreakers() async throws {
    var worker = WorkerRecord(name: "w", pid: 7, host: "h", concurrency: 2)
    try await store.register(worker)
    worker.state = "stopped"
    try await store.register(worker)
    let breaker = BreakerRecord(
      action: "run_tests",
      state: "open",
      failures: 5,
      openedAt: Timestamp(milliseconds: 1_763_800_000_000),
      retryAt: Timestamp(milliseconds: 1_763_800_030_000)
    )
    try await store.save(breaker, actor: "w")
    #expect(try await store.breakers() == [breaker])
    let events = try await store.entries(goal: nil, after: 0, limit: 9).map(\.event)
    #expect(events == ["worker.running", "worker.stopped", "breaker.open"])
  }
}
