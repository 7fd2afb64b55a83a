// Whatever the store is asked to write, no secret reaches the file: each field of each operation is
// given one, and the files' bytes are searched. What is asked of a goal is refused instead.
import Foundation
import GoalLedger
import SQLite
import TestSupport
import Testing

@Suite("What the store writes holds no secret")
struct StoreRedactionTests {
  static let token = RedactorTests.token
  static let password = "password=hunter2hunter2"
  static let address = "ann.lee@example.org"
  /// One of each kind.
  static let secrets = "\(token) \(password) \(address)"
  static let planted = [token, "hunter2hunter2", address]

  let folder: TemporaryFolder
  let store: SQLiteGoalStore

  init() async throws {
    folder = try TemporaryFolder()
    store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .create)
  }

  /// Which of the texts are in the database's files.
  private func survivors(_ texts: [String] = planted) throws -> [String] {
    var bytes = Data()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      bytes += try Data(contentsOf: URL(filePath: "\(folder.path)/\(name)"))
    }
    #expect(bytes.count > 4096)
    return texts.filter { bytes.range(of: Data($0.utf8)) != nil }
  }

  private func adopted() async throws -> Goal {
    var draft = GoalDraft(text: "x")
    draft.adopt = true
    return try await store.add(draft, actor: "ann")
  }

  @Test("of what is said about a goal")
  func words() async throws {
    var draft = GoalDraft(text: "use \(Self.secrets)")
    draft.category = Self.secrets
    draft.metadata = JSONValue.object(["why": .string("a\n\(Self.secrets)")]).text
    draft.context = JSONValue.object(["note": .string("\"\(Self.secrets)\"")]).text
    let goal = try await store.add(draft, actor: Self.address)
    #expect(goal.text.hasPrefix("use [redacted github-token "))
    #expect(goal.context.contains("[redacted email "))
    _ = try await store.adopt(goal.id, actor: "ann", reason: Self.secrets)
    _ = try await store.abandon(goal.id, actor: "ann", reason: Self.secrets)
    try await store.recordRefusal("no: \(Self.secrets)", goal: goal.id, actor: Self.token)
    // Who did it is what the ledger is for: an actor's name is kept.
    #expect(try survivors() == [Self.address])
    let entries = try await store.entries(goal: goal.id, after: 0, limit: 10)
    #expect(entries.map(\.event) == ["goal.proposed", "goal.adopted", "goal.abandoned", "refused"])
    #expect(entries.dropFirst().allSatisfy { $0.reason?.contains("[redacted email ") == true })
    #expect(entries.first?.actor == Self.address)
    #expect(entries.last?.actor.hasPrefix("[redacted github-token ") == true)
  }

  @Test("of what an attempt says")
  func attempt() async throws {
    let goal = try await adopted()
    let claim = try #require(try await store.claim(goal: goal.id, worker: "w", lease: 60_000))
    let arguments = JSONValue.array([.string("a/\(Self.token)")]).text
    let plan = PlanRecord(
      task: "record",
      body: #"{"steps":[]}"#,
      digest: String(repeating: "a", count: 64),
      bindings: JSONValue.object(["f1": ["name": .string(Self.token)]]).text,
      tasks: [
        TaskRecord(number: 0, action: "a", arguments: arguments, dependsOn: [], priority: 0),
        TaskRecord(number: 1, action: "b", arguments: "[]", dependsOn: [0], priority: 0),
      ]
    )
    let now = Timestamp(milliseconds: 1_763_800_000_000)
    var run = TaskRunRecord(tryNumber: 1, startedAt: now, endedAt: now, durationMilliseconds: 0)
    run.message = "it said \(Self.secrets)"
    run.outputHead = "head \(Self.secrets) \(Self.token.prefix(20))"
    run.outputTail = "\(Self.token.dropFirst(20)) tail \(Self.secrets)"
    run.outputSHA256 = String(repeating: "b", count: 64)
    var change = ChangeRecord(workspace: "app", branch: "goal/1/1", baseCommit: "abc")
    try await store.record(
      plan,
      opening: change,
      [
        .started(number: 0, at: now), .ended(number: 0, state: .succeeded, run: run, commit: nil),
      ],
      for: claim
    )
    try await store.record(
      [
        .started(number: 1, at: now), .ended(number: 1, state: .succeeded, run: run, commit: nil),
      ],
      for: claim
    )
    change.state = "rolled_back"
    change.files = JSONValue.array([["path": .string(Self.token)]]).text
    let result = JSONValue.object(["error": .string("line\n\(Self.secrets)")]).text
    try await store.end(claim, .failed(result: result, reason: Self.secrets), change: change)
    #expect(try survivors() == [])
    #expect(try survivors([String(Self.token.dropFirst(20))]) == [])
    let runs = try await store.runs(of: claim.attempt.id)
    #expect(runs[0]?.first?.outputHead.contains("[redacted secret-assignment ") == true)
    #expect(runs[0]?.first?.outputSHA256 == run.outputSHA256)
    let ended = try #require(try await store.goal(goal.id)?.result)
    #expect(ended.contains("line\\n[redacted github-token "))
    let lines = try await store.entries(goal: goal.id, after: 0, limit: 100)
    #expect(lines.count { ($0.reason ?? "").contains("[redacted ") } >= 4)
  }

  @Test("however an attempt ends", arguments: ["satisfied", "retry", "released", "abandoned"])
  func ends(_ how: String) async throws {
    let goal = try await adopted()
    let claim = try #require(try await store.claim(goal: goal.id, worker: "w", lease: 60_000))
    let result = JSONValue.object(["x": .string(Self.secrets)]).text
    let end: AttemptEnd =
      switch how {
      case "retry": .retry(result: result, reason: Self.secrets, afterMilliseconds: 1)
      case "released": .released(reason: Self.secrets)
      case "abandoned": .abandoned(result: result)
      default: .satisfied(result: result)
      }
    if how == "abandoned" { _ = try await store.abandon(goal.id, actor: "ann", reason: nil) }
    try await store.end(claim, end, change: nil)
    #expect(try survivors() == [])
  }

  @Test("the tables stay a fold of the ledger")
  func fold() async throws {
    try await attempt()
    try await words()
    let connection = try Connection(path: store.path, options: OpenOptions())
    let rows = try connection.query(try Repository.text("Schema/audit/fold.sql")) { _ in 1 }
    #expect(rows.isEmpty)
  }

  // MARK: - What is asked

  @Test(
    "a key or token in what is asked is refused by its place and pattern, and nothing is written",
    arguments: [
      (#"{"files":[{"path":"a","content":"x = \"TOKEN\"\n"}]}"#, "context.files[0].content"),
      (
        #"{"files":[{"path":"a","edits":[{"search":"TOKEN","replace":""}]}]}"#,
        "context.files[0].edits[0].search"
      ),
      (#"{"command":{"argv":["curl","-H","TOKEN"]}}"#, "context.command.argv[2]"),
      (#"{"files":[{"path":"TOKEN","delete":true}]}"#, "context.files[0].path"),
      (#"{"other":"\u0067hp_REST"}"#, "context.other"),
    ]
  )
  func refused(context: String, place: String) async throws {
    var draft = GoalDraft(text: "x")
    draft.context = context.replacingOccurrences(of: "TOKEN", with: Self.token)
      .replacingOccurrences(of: "REST", with: Self.token.dropFirst(4))
    let asked = draft
    let error = await #expect(throws: LedgerError.self) {
      try await store.add(asked, actor: "ann")
    }
    #expect(error?.code == .refused && error?.code.exitStatus == 77)
    #expect(error?.message == "\(place) holds what looks like a secret (github-token)")
    #expect(try await store.goals(state: nil, limit: 1).isEmpty)
    #expect(try survivors() == [])
  }

  @Test("a name that others go by is refused where it is a token, and kept where it is an address")
  func names() async throws {
    for field in [\GoalDraft.task, \.workspace, \.idempotencyKey] {
      var draft = GoalDraft(text: "x")
      draft[keyPath: field] = Self.token
      let asked = draft
      await #expect(throws: LedgerError.self) { try await store.add(asked, actor: "ann") }
    }
    var metrics = GoalDraft(text: "x")
    metrics.successMetrics = JSONValue.array([["file": .string(Self.token)]]).text
    let asked = metrics
    let error = await #expect(throws: LedgerError.self) {
      try await store.add(asked, actor: "ann")
    }
    #expect(error?.message.hasPrefix("success_metrics[0].file holds") == true)
    await #expect(throws: LedgerError.self) {
      try await store.add(GoalDraft(text: "x"), actor: Self.token)
    }
    await #expect(throws: LedgerError.self) {
      try await store.register(WorkerRecord(name: Self.token, pid: 1, host: "h", concurrency: 1))
    }
    await #expect(throws: LedgerError.self) {
      try await store.adopt(1, actor: Self.token, reason: nil)
    }
    #expect(try survivors() == [])
    var key = GoalDraft(text: "x")
    key.idempotencyKey = Self.address
    #expect(try await store.add(key, actor: "ann").idempotencyKey == Self.address)
  }

  @Test("a secret in a member's key is refused, and not shown")
  func secretKey() async throws {
    var draft = GoalDraft(text: "x")
    draft.context = #"{"\#(Self.token)":"\#(Self.token)"}"#
    let asked = draft
    let error = await #expect(throws: LedgerError.self) {
      try await store.add(asked, actor: "ann")
    }
    #expect(error?.message.contains(Self.token) == false)
    #expect(error?.message.contains("[redacted github-token ") == true)
  }

  @Test("the work is never altered: addresses and passwords in files are written as they are")
  func unaltered() async throws {
    var draft = GoalDraft(text: "x")
    let context = #"{"files":[{"path":"a","content":"\#(Self.address)\n\#(Self.password)\n"}]}"#
    draft.context = context
    #expect(try await store.add(draft, actor: "ann").context == context)
  }

  @Test("an operator can have contexts kept, and patterns left out")
  func configured() async throws {
    let lenient = try await SQLiteGoalStore.open(
      path: folder.path + "/goals.db",
      redactor: Redactor(SecretPattern.builtIn.filter { $0.name != "email" }, contexts: .keep)
    )
    var draft = GoalDraft(text: "\(Self.address) \(Self.token)")
    draft.context = #"{"files":[{"path":"a","content":"\#(Self.token)"}]}"#
    let goal = try await lenient.add(draft, actor: "ann")
    #expect(goal.context == draft.context)
    #expect(goal.text.hasPrefix("\(Self.address) [redacted github-token "))
  }
}
