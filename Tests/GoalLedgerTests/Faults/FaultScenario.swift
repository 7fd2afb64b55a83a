// One write path of the store: what comes before it, the write itself, and how to see whether it is
// whole or not there at all.
import GoalLedger
import Testing

/// A write of the store, to be failed at each of its points.
struct FaultScenario: Sendable, CustomTestStringConvertible {
  /// What is written, in the words of the store.
  let name: String
  /// Makes what the write starts from; returns the lease that it needs, where it needs one.
  let prepare: @Sendable (Workshop) async throws -> Claim?
  /// The write.
  let write: @Sendable (SQLiteGoalStore, Claim?) async throws -> Void
  /// A query that is 1 where all of the write is there.
  let whole: String
  /// A query that is 1 where nothing of it is there.
  let absent: String
  /// Whether a worker that comes after takes the attempt over, to write with its own lease.
  var takesOver = true

  var testDescription: String { name }
}

/// What scenarios are made of.
struct Workshop: Sendable {
  let store: SQLiteGoalStore
  let path: String

  /// The plan of every attempt here: two tasks, one after the other.
  static let plan = PlanRecord(
    task: "record",
    body: #"{"steps":[],"task":"record"}"#,
    digest: String(repeating: "a", count: 64),
    bindings: "{}",
    tasks: [
      TaskRecord(number: 0, action: "one", arguments: "[]", dependsOn: [], priority: 1),
      TaskRecord(number: 1, action: "two", arguments: "[]", dependsOn: [0], priority: 0),
    ]
  )
  static let change = ChangeRecord(workspace: "app", branch: "goal/1/1", baseCommit: "abc")
  static let time = Timestamp(milliseconds: 1_763_800_000_000)

  /// A change that has ended.
  static func change(_ state: String) -> ChangeRecord {
    var ended = change
    ended.state = state
    if state == "committed" { (ended.headCommit, ended.tree) = ("def", "fed") }
    return ended
  }

  /// A task's first try, which exits 0.
  static func ended(_ number: Int) -> TaskEvent {
    var run = TaskRunRecord(
      tryNumber: 1,
      startedAt: time,
      endedAt: time + 5,
      durationMilliseconds: 5
    )
    run.exitCode = 0
    run.outputHead = String(repeating: "output ", count: 300)
    run.tree = "fed"
    return .ended(number: number, state: .succeeded, run: run, commit: nil)
  }

  @discardableResult
  func adopted(_ text: String = "a goal", _ change: (inout GoalDraft) -> Void = { _ in })
    async throws
    -> Goal
  {
    var draft = GoalDraft(text: text)
    draft.adopt = true
    change(&draft)
    return try await store.add(draft, actor: "ann")
  }

  /// A goal's attempt, whose lease has run out by the time anybody looks.
  func claimed() async throws -> Claim? {
    try await adopted()
    return try await store.claim(limit: 1, worker: "w1", lease: 1).first
  }

  /// An attempt that is planned, and whose tasks have come as far as these events say.
  func started(_ events: [TaskEvent] = [.started(number: 0, at: time)]) async throws -> Claim? {
    guard let claim = try await claimed() else { return nil }
    try await store.record(Self.plan, opening: Self.change, events, for: claim)
    return claim
  }

  /// An attempt of which nothing is left to do.
  func finished() async throws -> Claim? {
    try await started([
      .started(number: 0, at: Self.time), Self.ended(0), .started(number: 1, at: Self.time),
    ])
  }
}
