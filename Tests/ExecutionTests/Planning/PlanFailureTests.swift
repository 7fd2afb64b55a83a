import GoalLedger
import Testing

@testable import Execution

/// A goal without a plan, and what is said about it.
struct Hopeless: Sendable, CustomTestStringConvertible {
  var task = "fix_bug"
  var files: [JSONValue]
  var present: [String: String] = [:]
  var unusable: [String: String] = [:]
  var extra: [String: JSONValue] = [:]
  var metrics = "[]"
  var redGreen = false
  var code = ExecutionError.Code.noPlan
  var says: String
  var testDescription: String { says }
}

private let hopeless: [Hopeless] = [
  Hopeless(
    files: [edit("src/a.py", "1", "2")],
    says: "no method of fix_bug applies: src/a.py is to be edited but does not exist"
  ),
  Hopeless(
    task: "refactor_code",
    files: [content("new.py"), edit("lib/b.py", "1", "2"), edit("lib/c.py", "1", "2")],
    present: ["lib/b.py": "1"],
    says: "no method of refactor_code applies: lib/c.py is to be edited but does not exist"
  ),
  Hopeless(
    files: [edit("a", "1", "2"), content("tests/test_a.py")],
    redGreen: true,
    says: "no method of fix_bug applies: a is to be edited but does not exist"
  ),
  Hopeless(
    task: "add_tests",
    files: [content("tests/test_a.py"), content("src/a.py")],
    says: "no method of add_tests applies: src/a.py is no test file by the workspace's policy"
  ),
  // Refused before anything is planned.
  Hopeless(
    files: [content("secrets/key"), content("x"), content("secrets/b")],
    code: .refused,
    says: "'secrets/key' must not be changed: the workspace forbids 'secrets/**'; 'secrets/b' must "
      + "not be changed: the workspace forbids 'secrets/**'"
  ),
  Hopeless(
    files: [content("big", String(repeating: "x", count: 1001))],
    code: .tooLarge,
    says: "'big' would have 1001 bytes; the workspace allows 1000 for a file"
  ),
  Hopeless(
    files: [content("link")],
    unusable: ["link": "a symbolic link"],
    code: .refused,
    says: "'link' is a symbolic link"
  ),
  Hopeless(
    files: [content("x")],
    extra: ["tests": "slow"],
    code: .refused,
    says: "the workspace demo has no tests called slow; it has default and unit"
  ),
  Hopeless(
    task: "run_command",
    files: [],
    extra: ["command": "rm"],
    code: .refused,
    says: "the workspace demo has no command called rm; it has lint"
  ),
  Hopeless(
    task: "run_command",
    files: [],
    extra: ["command": ["argv": ["rm", "-rf", "."]]],
    code: .refused,
    says: "the goal brings a command of its own, and the workspace demo takes none"
  ),
  Hopeless(
    files: [content("x")],
    metrics: #"[{"kind":"command","name":"no"}]"#,
    code: .refused,
    says: "the workspace demo has no command called no; it has lint"
  ),
  Hopeless(
    task: "record",
    files: [],
    metrics: #"[{"kind":"file_present","path":"a"}]"#,
    code: .invalidContext,
    says: "record takes no success metrics"
  ),
  Hopeless(
    files: [
      ["path": "a", "delete": true, "expects": .string(String(repeating: "0", count: 64))]
    ],
    present: ["a": "x"],
    code: .conflict,
    says: "$.files[0].expects: a has the SHA-256"
  ),
]

@Suite("Goals without a plan")
struct PlanFailureTests {
  @Test("say why, with paths in the place of symbols", arguments: hopeless)
  func sentences(goal: Hopeless) async {
    let error = await failure { () async throws(ExecutionError) in
      _ = try await planned(
        goal.task,
        goal.files,
        over: goal.present,
        unusable: goal.unusable,
        redGreen: goal.redGreen,
        extra: goal.extra,
        metrics: goal.metrics
      )
    }
    #expect(error?.code == goal.code)
    #expect(error?.isRetryable == false)
    #expect(error?.message.hasPrefix(goal.says) == true, "\(error?.message ?? "planned")")
  }

  @Test("because an edit does not match say what the applier said")
  func edits() async {
    let error = await failure { () async throws(ExecutionError) in
      _ = try await planned("fix_bug", [edit("a", "no", "x")], over: ["a": "yes"])
    }
    #expect(error?.code == .noPlan)
    #expect(error?.message.hasPrefix("no method of fix_bug applies: ") == true)
    #expect(error?.message.contains("'a'") == true, "\(error?.message ?? "planned")")
  }

  @Test("are told about every edit that cannot be made, however many files there are")
  func manyEdits() async {
    var present: [String: String] = [:]
    for number in 1...300 { present["f\(number)"] = "1" }
    present["f150"] = nil
    present["f300"] = nil
    let error = await failure { () async throws(ExecutionError) in
      _ = try await planned(
        "fix_bug",
        (1...300).map { edit("f\($0)", "1", "2") },
        over: present
      )
    }
    #expect(
      error?.message == "no method of fix_bug applies: f150 is to be edited but does not exist; "
        + "f300 is to be edited but does not exist"
    )
  }

  @Test("that the search gives up on say where it was stuck", arguments: [0, 30])
  func givenUp(others: Int) async {
    // Under red-green the tests come first; what stands in this one's way goes only later.
    let files = [content("pkg/test_a.py"), deletion("pkg")]
    let tests = (0..<others).map { content("tests/f\($0)") }
    let error = await failure { () async throws(ExecutionError) in
      _ = try await planned(
        "fix_bug",
        files + tests,
        over: ["pkg": "1"],
        redGreen: true,
        limits: GoalPlanner.Limits(nodes: 5_000)
      )
    }
    let beginning =
      others == 0
      ? "no method of fix_bug applies" : "no plan for fix_bug was found within 5000 steps of search"
    #expect(error?.code == .noPlan)
    #expect(error?.message == beginning + ": pkg exists")
  }

  @Test("because their task is unknown list the tasks, the closest first")
  func unknownTask() async {
    let error = await failure { () async throws(ExecutionError) in
      _ = try await planned("fix_bugs", [content("x")])
    }
    #expect(error?.code == .invalidContext)
    #expect(
      error?.message == """
        there is no task called "fix_bugs"; the tasks are fix_bug, add_tests, record, run_command, \
        refactor_code and implement_feature
        """
    )
  }

  @Test("because they name no workspace say so")
  func noWorkspace() async {
    for (task, context) in [
      ("fix_bug", #"{"files":[{"path":"a","delete":true}]}"#), ("run_command", #"{"command":"x"}"#),
    ] {
      let error = await failure { () async throws(ExecutionError) in
        _ = try await GoalPlanner(domain: CodingDomain()).plan(
          PlanRequest(task: task, text: "x", contextJSON: context)
        )
      }
      #expect(error?.message == "\(task) needs a workspace, and the goal names none")
    }
  }

  @Test("take the text for the task only if it is its name, and else the default")
  func choice() async throws {
    let planner = try GoalPlanner(domain: CodingDomain())
    #expect(try planner.task(named: nil, text: "record") == "record")
    #expect(try planner.task(named: "fix_bug", text: "record") == "fix_bug")
    #expect(try planner.task(named: nil, text: "record it") == "implement_feature")
  }
}
