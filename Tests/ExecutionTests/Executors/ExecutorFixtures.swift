// What the tests of the executors share: a real git repository with a small Python project, and a
// way to run a plan's tasks one after the other without an engine.
import Foundation
import GoalLedger
import Synchronization

@testable import Execution

/// A temporary git repository with a small Python project, gone with the value.
final class PythonProject: Sendable {
  let folder: String
  let root: String

  /// The files every project starts with.
  static let files = [
    "calc.py": "def add(a, b):\n    return a + b\n\n\ndef sub(a, b):\n    return a + b\n",
    "tests/__init__.py": "",
    "tests/test_calc.py": """
    import unittest
    import calc


    class AddTests(unittest.TestCase):
        def test_add(self):
            self.assertEqual(calc.add(1, 2), 3)

    """,
  ]

  init(_ files: [String: String] = PythonProject.files) throws {
    let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    folder = base.appending(path: "project-\(UUID().uuidString)").path()
    root = folder + "/repository"
    for (path, text) in files {
      let file = URL(filePath: root).appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try Data(text.utf8).write(to: file)
    }
    try git("init", "-q", "-b", "main")
    try git("add", "-A")
    try git("-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "-q", "-m", "Start")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  @discardableResult
  func git(_ arguments: String...) throws -> String {
    let log = URL(filePath: folder).appending(path: "git.log")
    try Data().write(to: log)
    let output = try FileHandle(forWritingTo: log)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", root] + arguments
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOf: log, encoding: .utf8)
    guard process.terminationStatus == 0 else { throw GitFailure(text: text) }
    return text
  }

  struct GitFailure: Error { let text: String }

  /// The policy of the project.
  func policy(redGreen: Bool = false, tests: [String]? = nil) -> WorkspacePolicy {
    let unittest = ["python3", "-m", "unittest", "discover", "-s", "tests", "-t", "."]
    return WorkspacePolicy(
      name: "demo",
      path: root,
      tests: ["default": CommandSpec(argv: tests ?? unittest, timeoutMS: 30_000)],
      commands: [
        "hello": CommandSpec(argv: ["echo", "hello"]),
        "fails": CommandSpec(argv: ["sh", "-c", "echo no good; exit 3"]),
        "scribbles": CommandSpec(argv: ["sh", "-c", "echo x >> calc.py"]),
      ],
      redGreen: redGreen
    )
  }
}

/// One goal, planned and executed on a project.
struct Run: Sendable {
  let goal: PlannedGoal
  let workspace: AttemptWorkspace
  /// The tasks that ended well, each with its result, in order.
  let done: [(task: String, result: TaskResult)]
  /// The task that failed, what it threw, and its result if it had one.
  let failed: (task: String, error: ExecutionError, result: TaskResult?)?
  /// The executors, to run more tasks with.
  let executors: ExecutorRegistry
}

extension PythonProject {
  /// Plans a goal and runs its tasks, up to the first that fails.
  func run(
    _ task: String,
    _ files: [JSONValue],
    policy: WorkspacePolicy? = nil,
    extra: [String: JSONValue] = [:],
    metrics: String = "[]",
    attempt: Int64 = 1,
    before: @Sendable (TaskNode, AttemptWorkspace) async throws(ExecutionError) -> Void = {
      (_, _) async throws(ExecutionError) in
    }
  ) async throws(ExecutionError) -> Run {
    let policy = policy ?? self.policy()
    var context = extra
    if !files.isEmpty { context["files"] = .array(files) }
    let repository = try await Repository.open(path: root, state: folder + "/state")
    let base = try await repository.resolve("HEAD")
    let domain = try CodingDomain()
    let goal = try await GoalPlanner(domain: domain).plan(
      PlanRequest(
        task: task,
        text: "a goal",
        contextJSON: JSONValue.object(context).text,
        successMetricsJSON: metrics,
        policy: policy,
        source: GitTree(repository: repository, commit: base)
      )
    )
    let workspace = try AttemptWorkspace(
      policy: policy,
      repository: repository,
      goal: 1,
      attempt: attempt,
      root: folder + "/worktrees",
      base: base,
      marker: "test-\(UUID().uuidString)"
    )
    let executors = try ExecutorRegistry(
      CodingExecutors(
        workspace: workspace,
        bindings: goal.bindings,
        context: goal.context,
        metrics: goal.metrics,
        text: "a goal",
        domain: domain
      ).all
    )
    var done: [(task: String, result: TaskResult)] = []
    for node in goal.graph.nodes {
      let spoken = ([node.action] + node.arguments.map(goal.bindings.name(of:)))
        .joined(separator: " ")
      let result = Mutex<TaskResult?>(nil)
      do throws(ExecutionError) {
        try await before(node, workspace)
        let ended = try await execute(node, executors) { found in result.withLock { $0 = found } }
        done.append((spoken, ended))
      } catch {
        let failed = (spoken, error, result.withLock { $0 })
        return Run(
          goal: goal,
          workspace: workspace,
          done: done,
          failed: failed,
          executors: executors
        )
      }
    }
    return Run(goal: goal, workspace: workspace, done: done, failed: nil, executors: executors)
  }

  private func execute(
    _ node: TaskNode,
    _ executors: ExecutorRegistry,
    _ found: (TaskResult) -> Void
  ) async throws(ExecutionError) -> TaskResult {
    guard let executor = executors[node.action] else { throw .noExecutor(for: node) }
    let context = ExecutionContext(
      task: node,
      tryNumber: 1,
      attempt: AttemptIdentity(goalID: 1, attemptID: 1, number: 1),
      timeout: node.timeout,
      deadline: Timestamp(milliseconds: 0)
    )
    try executor.admit(node)
    try await executor.preflight(context)
    let result = try await executor.execute(context)
    found(result)
    try await executor.postcondition(result, context)
    return result
  }
}
