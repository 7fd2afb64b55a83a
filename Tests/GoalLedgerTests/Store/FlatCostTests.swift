// What a goal costs does not depend on the backlog or the history. SQLite counts the rows that a
// statement steps over in full scans and the sorts it makes, in its triggers too, which no query
// plan shows: on a database of thousands of rows these counters tell a scan from a search. The plans
// are asked for as well, for what people and auditors run.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Flat cost")
struct FlatCostTests {
  let folder: TemporaryFolder
  let store: SQLiteGoalStore
  /// Every goal that is finished has as many entries as this and more.
  private static let finished = 2_000

  init() async throws {
    folder = try TemporaryFolder()
    store = try await SQLiteGoalStore.open(
      path: folder.path + "/goals.db",
      .create,
      durability: .normal
    )
    var draft = GoalDraft(text: "goal")
    draft.adopt = true
    _ = try await store.add(draft, actor: "ann")
    try await Self.execute(try #require(try await claim()), store)
    try Backlog.grow(path: store.path, finished: Self.finished)
  }

  private func claim() async throws -> Claim? {
    try await store.claim(limit: 1, worker: "w", lease: 10_000).first
  }

  private static func execute(_ claim: Claim, _ store: SQLiteGoalStore) async throws {
    let task = TaskRecord(number: 0, action: "a", arguments: "[]", dependsOn: [], priority: 0)
    let plan = PlanRecord(
      task: "record",
      body: #"{"steps":[],"decomposition":[],"task":"record"}"#,
      digest: String(repeating: "a", count: 64),
      bindings: "{}",
      tasks: [task]
    )
    let now = Timestamp(milliseconds: 1_763_800_000_000)
    let run = TaskRunRecord(tryNumber: 1, startedAt: now, endedAt: now, durationMilliseconds: 1)
    try await store.record(plan, opening: nil, [], for: claim)
    try await store.record([.started(number: 0, at: now)], for: claim)
    try await store.record(
      [.ended(number: 0, state: .succeeded, run: run, commit: nil)],
      for: claim
    )
    try await store.end(claim, .satisfied(result: "{}"), change: nil)
  }

  @Test(
    "everything a worker does, and every list, searches: it scans no table and sorts no backlog",
    arguments: [false, true]
  )
  func counters(analysed: Bool) async throws {
    if analysed {
      let database = try Connection(path: store.path)
      try database.execute("ANALYZE")
      database.close()
    }
    // The opening and the growing have scanned what they had to: these connections have not.
    let store = try await SQLiteGoalStore.open(path: store.path, .asIs, durability: .normal)
    let first = try #require(try await store.claim(limit: 2, worker: "w", lease: 10_000).first)
    try await Self.execute(first, store)
    let second = try #require(try await store.claim(limit: 1, worker: "w", lease: -1_000).first)
    #expect(try await store.takeOver(limit: 5, worker: "v", lease: 10_000).count == 1)
    #expect(try await store.extend([second], lease: 10_000) == [.lost])
    _ = try await store.tidy()
    _ = try await store.nextDue()
    #expect(try await store.unfinishedCount() > 0)
    _ = try await store.attemptsToUndo(of: nil)
    _ = try await store.attemptsToUndo(of: first.goal.id)
    _ = try await store.openAttempts()
    _ = try await store.obstacle(to: first.goal.id)
    _ = try await store.attempts(of: first.goal.id)
    _ = try await store.tasks(of: first.attempt.id)
    _ = try await store.runs(of: first.attempt.id)
    _ = try await store.entries(goal: first.goal.id, after: 0, limit: 100)
    _ = try await store.entries(goal: nil, after: 5_000, limit: 10)
    for state in GoalState.allCases {
      _ = try await store.goals(state: state, limit: 10)
    }
    _ = try await store.goals(state: nil, limit: 10)
    var draft = GoalDraft(text: "another")
    draft.dependsOn = [first.goal.id]
    let added = try await store.add(draft, actor: "ann")
    _ = try await store.adopt(added.id, actor: "ann", reason: nil)
    _ = try await store.abandon(added.id, actor: "ann", reason: nil)

    let writer = try await store.writer.maintain { connection throws(SQLiteError) in
      try connection.statementCosts()
    }
    let reader = try await store.reader.read { connection throws(SQLiteError) in
      try connection.statementCosts()
    }
    #expect(writer.count > 10 && reader.count > 10)
    for cost in writer + reader where !cost.sql.contains("sqlite_schema") {
      #expect(cost.scannedRows <= 100, "\(cost)")
      #expect(cost.automaticIndexRows < 100, "\(cost)")
    }
  }

  @Test("a worker has what every attempt runs compiled as it registers")
  func compiled() async throws {
    let folder = try TemporaryFolder("compiled")
    try await EmptyDatabase.copy(to: folder.path + "/goals.db")
    let store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .asIs)
    let compiled = {
      try await store.writer.maintain { connection throws(SQLiteError) in
        try connection.statementCosts().map(\.sql)
      }
    }
    #expect(try await !compiled().contains { $0.hasPrefix("INSERT INTO attempts") })
    var worker = WorkerRecord(name: "w", pid: 1, host: "h", concurrency: 1, publicKey: nil)
    worker.state = "running"
    try await store.register(worker)
    let texts = try await compiled()
    for start in [
      "INSERT INTO attempts", "UPDATE attempts SET plan_id", "INSERT INTO tasks",
      "UPDATE tasks\nSET state = 'running'", "UPDATE tasks\nSET state = ?",
      "UPDATE goals SET state = 'satisfied'",
    ] {
      #expect(texts.contains { $0.hasPrefix(start) }, "\(start)")
    }
    await store.close()
  }

  /// Questions about one goal, or the next few, and what they may do besides searching.
  private static let questions = [
    ("SELECT * FROM goal_history WHERE goal_id = 7 ORDER BY seq", 0),
    ("SELECT * FROM task_timeline WHERE goal_id = 7", 0),
    ("SELECT * FROM state_transitions WHERE goal_id = 7 ORDER BY seq", 0),
    // What is due and not promoted yet has to be put in order; it is little where a worker runs.
    ("SELECT * FROM claimable_goals LIMIT 10", 1),
    ("SELECT * FROM blocked_goals WHERE goal_id = 7", 0),
    ("SELECT * FROM attempts WHERE goal_id = 7 ORDER BY number", 0),
    ("SELECT count(*) FROM goals WHERE state = 'failed'", 0),
    ("SELECT id FROM goals WHERE state = 'adopted' ORDER BY id DESC LIMIT 10", 0),
  ]

  private static let files = ["goal-history.sql": 0, "changes-today.sql": 0, "executing.sql": 1]

  @Test("an auditor's question about one goal, today or now is answered by indexes")
  func plans() throws {
    let database = try Connection(path: store.path)
    var questions = Self.questions
    for (file, sorts) in Self.files {
      let text = try Repository.text("Schema/audit/\(file)")
      questions.append((text.replacing(":id", with: "7"), sorts))
    }
    for analysed in [false, true] {
      if analysed { try database.execute("ANALYZE") }
      for (question, sorts) in questions {
        let plan = try database.rows("EXPLAIN QUERY PLAN \(question)").compactMap { row in
          if case .text(let step)? = row.last { step } else { nil }
        }
        let big = /SCAN (?:goals|g|t|a|r|l|identity_ledger|tasks|task_runs|attempts|changes|d)\b.*/
        let scans = plan.filter {
          $0.contains(big) && !$0.contains("goals_claimable") && !$0.contains("attempts_open")
        }
        #expect(scans.isEmpty, "\(question): \(plan)")
        #expect(plan.filter { $0.contains("TEMP B-TREE") }.count <= sorts, "\(question): \(plan)")
      }
    }
  }

  @Test("the counters tell a scan: a query without an index is caught")
  func counterproof() async throws {
    let costs = try await store.reader.read { connection throws(SQLiteError) in
      _ = try connection.query("SELECT id FROM goals WHERE text = 'no such goal'") { $0.int(0) }
      return try connection.statementCosts()
    }
    #expect((costs.map(\.scannedRows).max() ?? 0) > Self.finished)
  }
}
