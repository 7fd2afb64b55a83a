import Execution
import Foundation
import GoalLedger
import Synchronization
import TestSupport
import Worker

/// A repository, a database beside it and workers on both: what the worker's tests begin with.
final class WorkerFixture: Sendable {
  let repository: GitFixture
  let store: SQLiteGoalStore
  private let events = Mutex<[WorkerEvent]>([])

  var ledgerKeyPath: String { repository.folder.path + "/ledger.key" }
  var databasePath: String { repository.folder.path + "/goals.db" }

  init(
    _ files: [String: String] = [
      "calc.py": "def add(a, b):\n    return a - b\n",
      "test_calc.py": """
      import unittest
      from calc import add
      class T(unittest.TestCase):
          def test_add(self):
              self.assertEqual(add(2, 2), 4)

      """,
    ],
    durability: SQLiteGoalStore.Durability = .normal,
    vfs: String? = nil
  ) async throws {
    repository = try GitFixture(files)
    store = try await SQLiteGoalStore.open(
      path: repository.folder.path + "/goals.db",
      .create,
      durability: durability,
      vfs: vfs
    )
  }

  /// A configuration with the repository as its only workspace, and short waits.
  func configuration(tests: [String]? = nil, concurrency: Int = 2) -> Configuration {
    var policy = WorkspacePolicy(name: "app", path: repository.path)
    policy.tests = [
      "default": CommandSpec(argv: tests ?? ["python3", "-B", "-m", "unittest", "-q"])
    ]
    policy.forbidden += ["secret/**"]
    var configuration = Configuration()
    configuration.workspaces = ["app": policy]
    configuration.defaultWorkspace = "app"
    configuration.worktrees = repository.state
    configuration.limits.concurrency = concurrency
    configuration.limits.leaseMilliseconds = 5_000
    configuration.limits.retryBaseMilliseconds = 1
    configuration.limits.retryCapMilliseconds = 2
    return configuration
  }

  func worker(
    _ configuration: Configuration? = nil,
    name: String? = nil,
    watch: @escaping @Sendable (WorkerEvent) -> Void = { _ in }
  ) -> GoalWorker {
    GoalWorker(
      store: store,
      configuration: configuration ?? self.configuration(),
      name: name,
      keyFolder: repository.folder.path + "/workers",
      ledgerKeyFile: KeyFile(path: ledgerKeyPath),
      watch: { event in
        self.events.withLock { $0.append(event) }
        watch(event)
      }
    )
  }

  /// The warnings that workers have given.
  var warnings: [String] {
    events.withLock { events in
      events.compactMap { if case .warning(let text) = $0 { text } else { nil } }
    }
  }

  /// Inserts an adopted goal.
  @discardableResult
  func adopt(
    _ task: String,
    _ context: JSONValue = [:],
    maxAttempts: Int? = nil
  ) async throws -> Goal.ID {
    var draft = GoalDraft(text: "a goal")
    draft.task = task
    draft.context = context.text
    draft.maxAttempts = maxAttempts
    draft.adopt = true
    return try await store.add(draft, actor: "ann").id
  }

  func goal(_ id: Goal.ID) async throws -> Goal {
    guard let goal = try await store.goal(id) else { throw TestFault("no goal \(id)") }
    return goal
  }

  /// The branches of goals, and the worktrees besides the user's own.
  func leftovers() throws -> (branches: [String], worktrees: [String]) {
    let branches = try repository.git([
      "for-each-ref", "--format=%(refname:short)", "refs/heads/goal",
    ])
    let worktrees = try Shell.run(["sh", "-c", "ls -d '\(repository.state)'/app-* 2>/dev/null"])
    return (
      branches.split(separator: "\n").map(String.init),
      worktrees.trimmed.split(separator: "\n").map(String.init)
    )
  }

  /// A fix of the fixture's bug.
  static let fix: JSONValue = [
    "files": [["path": "calc.py", "edits": [["search": "a - b", "replace": "a + b"]]]]
  ]
}
