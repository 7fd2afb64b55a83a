// What the tests of planning share: files in memory, a policy, and a shorter way to ask for a plan.
import GoalLedger
import HTN

@testable import Execution

/// Files in memory, in the place of a commit's tree.
struct MemoryFiles: FileSource {
  var files: [String: String]
  /// Folders and links: what a goal must not touch, in the words that follow "is".
  var unusable: [String: String] = [:]

  func entries(
    at paths: [RelativePath],
    maxBytes: Int
  ) async throws(ExecutionError) -> [RelativePath: FileEntry] {
    var entries: [RelativePath: FileEntry] = [:]
    for path in paths {
      if let words = unusable[path.text] { entries[path] = .unusable(words) }
      if let text = files[path.text] { entries[path] = .file(Array(text.utf8)) }
    }
    return entries
  }
}

/// A policy with a test command and a lint command.
func testPolicy(redGreen: Bool = false) -> WorkspacePolicy {
  WorkspacePolicy(
    name: "demo",
    path: "/nowhere",
    forbidden: ["secrets/**"],
    maxFileBytes: 1000,
    maxFiles: 5000,
    tests: [
      "default": CommandSpec(argv: ["python3", "-m", "unittest"], timeoutMS: 90_000),
      "unit": CommandSpec(argv: ["true"]),
    ],
    commands: ["lint": CommandSpec(argv: ["lint"])],
    redGreen: redGreen
  )
}

/// A change of one file, as a context says it.
func content(_ path: String, _ text: String = "new\n") -> JSONValue {
  ["path": .string(path), "content": .string(text)]
}
func edit(_ path: String, _ search: String, _ replace: String) -> JSONValue {
  [
    "path": .string(path),
    "edits": [["search": .string(search), "replace": .string(replace)]],
  ]
}
func deletion(_ path: String) -> JSONValue { ["path": .string(path), "delete": true] }

/// Plans a goal over files in memory.
func planned(
  _ task: String,
  _ files: [JSONValue],
  over present: [String: String] = [:],
  unusable: [String: String] = [:],
  redGreen: Bool = false,
  beliefs: [String] = [],
  extra: [String: JSONValue] = [:],
  metrics: String = "[]",
  limits: GoalPlanner.Limits = GoalPlanner.Limits()
) async throws(ExecutionError) -> PlannedGoal {
  var context = extra
  if !files.isEmpty { context["files"] = .array(files) }
  return try await GoalPlanner(domain: CodingDomain()).plan(
    PlanRequest(
      task: task,
      text: "a goal",
      contextJSON: JSONValue.object(context).text,
      successMetricsJSON: metrics,
      policy: testPolicy(redGreen: redGreen),
      source: MemoryFiles(files: present, unusable: unusable),
      beliefs: beliefs
    ),
    limits: limits
  )
}

extension PlannedGoal {
  /// The plan's actions with names in the place of symbols: `create_file src/a.py`.
  var spoken: [String] {
    plan.steps.map { step in
      ([step.action] + step.arguments.map(bindings.name(of:))).joined(separator: " ")
    }
  }
}

/// The error that something throws.
func failure(
  _ body: () async throws(ExecutionError) -> Void
) async -> ExecutionError? {
  do throws(ExecutionError) {
    try await body()
    return nil
  } catch {
    return error
  }
}
