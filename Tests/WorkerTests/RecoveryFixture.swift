import Execution
import Foundation
import GoalLedger
import TestSupport
import Testing
import Worker

/// One goal, a worker that dies on it, and whoever comes after.
struct RecoveryFixture {
  let fixture: WorkerFixture
  let id: Goal.ID
  let before: String

  /// Two files, so that there is a part of the work that can be done: task 0 creates `new.py`, task
  /// 1 edits `calc.py`, 2 runs the tests, 3 validates, 4 commits.
  static let two: JSONValue = [
    "files": [
      ["path": "new.py", "content": "NEW = 1\n"],
      ["path": "calc.py", "edits": [["search": "a - b", "replace": "a + b"]]],
    ]
  ]
  /// The same, but the tests fail.
  static let wrong: JSONValue = [
    "files": [
      ["path": "new.py", "content": "NEW = 1\n"],
      ["path": "calc.py", "edits": [["search": "a - b", "replace": "a * b + 1"]]],
    ]
  ]

  init(
    _ context: JSONValue = two,
    maxAttempts: Int? = nil,
    durability: SQLiteGoalStore.Durability = .normal,
    vfs: String? = nil
  ) async throws {
    fixture = try await WorkerFixture(durability: durability, vfs: vfs)
    before = try fixture.repository.fingerprint()
    id = try await fixture.adopt("fix_bug", context, maxAttempts: maxAttempts)
  }

  /// One thing after the other, and leases that soon run out.
  func configuration(tests: [String]? = nil) -> Configuration {
    var configuration = fixture.configuration(tests: tests, concurrency: 1)
    configuration.limits.maxConcurrentTasks = 1
    configuration.limits.leaseMilliseconds = 300
    configuration.limits.pollMilliseconds = 20
    return configuration
  }

  /// Runs a worker until it dies.
  func die(_ moment: DyingStore.Moment, _ configuration: Configuration? = nil) async throws {
    let store = DyingStore(fixture.store, dies: moment)
    let worker = GoalWorker(store: store, configuration: configuration ?? self.configuration())
    _ = await #expect(throws: LedgerError.self) { try await worker.run(drain: true) }
    try #require(store.isDead, "the worker never came to \(moment)")
  }

  /// Runs a worker to the end.
  func drain(_ configuration: Configuration? = nil) async throws {
    try await fixture.worker(configuration ?? self.configuration()).run(drain: true)
  }

  /// Sends a statement as any client would, over and over until it is accepted.
  func sql(_ statement: String) throws {
    var result = try Shell.run(["sqlite3", fixture.databasePath, statement])
    var left = 200
    while result.code != 0, left > 0 {
      result = try Shell.run(["sqlite3", "-bail", fixture.databasePath, statement])
      left -= 1
    }
    try #require(result.code == 0, "\(result.output)")
  }

  var attempts: [Attempt] { get async throws { try await fixture.store.attempts(of: id) } }

  func count(_ event: String) async throws -> Int {
    try await fixture.store.entries(goal: id, after: 0, limit: 1_000)
      .count { $0.event == event }
  }

  /// The goal is satisfied, once, by the attempt of this number; its branch holds exactly what was
  /// asked, one commit a file; and nothing else is left anywhere.
  func expectSatisfied(by number: Int = 1, files: [String] = ["new.py", "calc.py"]) async throws {
    let goal = try await fixture.goal(id)
    #expect(goal.state == .satisfied, "\(goal.result ?? "") \(fixture.warnings)")
    #expect(try await attempts.filter { $0.state == .satisfied }.map(\.number) == [number])
    #expect(try await count("goal.satisfied") == 1)
    let branch = "goal/\(id)/\(number)"
    #expect(try fixture.repository.git(["show", "\(branch):calc.py"]).contains("return a + b"))
    let changed = try fixture.repository.git(["diff", "--name-only", "main", branch])
    #expect(changed.split(separator: "\n").map(String.init).sorted() == files.sorted())
    let trailers = try fixture.repository.git([
      "log", "--format=%(trailers:key=Task,valueonly,separator=%x2C)", "main..\(branch)",
    ]).split(separator: "\n")
    #expect(trailers.count == files.count && Set(trailers).count == files.count, "\(trailers)")
    try await expectNothingLeft(but: [branch])
  }

  /// No worktree, branch, folder, lock or open row, and the checkout as it was.
  func expectNothingLeft(but branches: [String] = []) async throws {
    #expect(try fixture.leftovers().branches == branches)
    let folders = try Shell.run(["sh", "-c", "ls -d '\(fixture.repository.state)'/app-*"])
    #expect(folders.code != 0, "\(folders.output)")
    let locks = try Shell.succeed(["find", fixture.repository.path + "/.git", "-name", "*.lock"])
    #expect(locks.isEmpty)
    #expect(try await fixture.store.openAttempts().isEmpty)
    #expect(try fixture.repository.fingerprint() == before)
  }
}
