import GoalLedger
import HTN
import Testing

@testable import Execution

@Suite("Plans")
struct PlanShapeTests {
  @Test("of a feature create, edit and delete, run the tests, validate and commit")
  func feature() async throws {
    let goal = try await planned(
      "implement_feature",
      [content("src/a.py"), edit("src/b.py", "old", "new"), deletion("old.py")],
      over: ["src/b.py": "old\n", "old.py": "x\n"]
    )
    #expect(
      goal.spoken == [
        "delete_file old.py", "create_file src/a.py", "edit_file src/b.py", "run_tests default",
        "validate green", "commit",
      ]
    )
  }

  @Test("replace what exists, keep what is as wanted, and pass over what is gone")
  func perFile() async throws {
    let goal = try await planned(
      "implement_feature",
      [content("a", "2"), content("b", "same"), deletion("c"), edit("d", "1", "2")],
      over: ["a": "1", "b": "same", "d": "1"]
    )
    #expect(
      goal.spoken.dropLast(3) == ["find_gone c", "replace_file a", "keep_file b", "edit_file d"]
    )
  }

  @Test("of a refactoring run the tests before the first change")
  func refactoring() async throws {
    let goal = try await planned("refactor_code", [edit("a", "1", "2")], over: ["a": "1"])
    #expect(
      goal.spoken == [
        "prove_baseline default", "edit_file a", "run_tests default", "validate baseline", "commit",
      ]
    )
  }

  @Test("of a bug fix go straight unless red-green is asked for and both kinds of files are given")
  func straight() async throws {
    let files = [edit("src/a.py", "1", "2"), content("tests/test_a.py")]
    let present = ["src/a.py": "1"]
    let straight = [
      "edit_file src/a.py", "create_file tests/test_a.py", "run_tests default", "validate green",
      "commit",
    ]
    let redGreen = [
      "create_file tests/test_a.py", "see_tests_fail default", "edit_file src/a.py",
      "run_tests default", "validate red", "commit",
    ]
    #expect(try await planned("fix_bug", files, over: present).spoken == straight)
    #expect(
      try await planned("fix_bug", files, over: present, beliefs: ["other", "f1"]).spoken
        == straight
    )
    #expect(
      try await planned("fix_bug", files, over: present, redGreen: true).spoken == redGreen
    )
    #expect(
      try await planned("fix_bug", files, over: present, beliefs: ["red-green"]).spoken == redGreen
    )
    #expect(
      try await planned("fix_bug", [files[0]], over: present, redGreen: true).spoken
        == ["edit_file src/a.py", "run_tests default", "validate green", "commit"]
    )
  }

  @Test("of added tests, commands and notes")
  func others() async throws {
    #expect(
      try await planned("add_tests", [content("tests/test_a.py")], extra: ["tests": "unit"]).spoken
        == ["create_file tests/test_a.py", "run_tests unit", "validate green", "commit"]
    )
    #expect(
      try await planned("run_command", [], extra: ["command": "lint"]).spoken
        == ["execute_command lint", "validate_command", "commit"]
    )
    let note = try await GoalPlanner(domain: CodingDomain()).plan(
      PlanRequest(task: "record", text: "remember the milk")
    )
    #expect(note.spoken == ["record_note"])
  }

  @Test("make room before they create in the place of others")
  func room() async throws {
    let goal = try await planned(
      "implement_feature",
      [content("lib"), content("a/b.py"), deletion("a"), deletion("lib/x"), deletion("lib/y")],
      over: ["a": "1", "lib/x": "1", "lib/y": "1"],
      unusable: ["lib": "a folder"]
    )
    #expect(
      goal.spoken.prefix(5) == [
        "delete_file a", "delete_file lib/x", "delete_file lib/y", "create_file lib",
        "create_file a/b.py",
      ]
    )
  }

  @Test("cost the search a number of nodes that grows with the files, not faster")
  func linear() async throws {
    func nodes(_ count: Int) async throws -> Int {
      try await planned("implement_feature", (1...count).map { content("src/f\($0).py") }).nodes
    }
    let ten = try await nodes(10)
    let hundred = try await nodes(100)
    let thousand = try await nodes(1000)
    #expect(thousand - hundred == 10 * (hundred - ten))
    #expect(thousand <= 5 * 1000 + 20)
  }

  @Test("of the same shape share one body, and so one digest")
  func digest() async throws {
    let one = try await planned("implement_feature", [content("a.py")])
    let other = try await planned("implement_feature", [content("b.py", "else")])
    #expect(one.digest == other.digest && one.digest.utf8.count == 64)
    #expect(one.bindings != other.bindings)
    let body = try JSONValue.parse(one.bodyJSON)
    #expect(body.task == "implement_feature")
    #expect(body.steps?[0]?.action == "create_file")
    #expect(body.decomposition?[0]?.method == "given")
    #expect(try BindingTable(json: one.bindings.json) == one.bindings)
  }
}

@Suite("A goal's problem as HDDL text")
struct ProblemTextTests {
  @Test("is read back, and has the same plan")
  func roundTrip() async throws {
    let goal = try await planned(
      "fix_bug",
      [edit("src/a.py", "1", "2"), content("tests/test_a.py")],
      over: ["src/a.py": "1"],
      beliefs: ["red-green"]
    )
    #expect(goal.problemText.contains("    f1 - edited_file ; src/a.py\n"))
    let domain = try CodingDomain().domain
    let problem = try Problem(hddl: goal.problemText, domain: domain)
    #expect(problem.facts == goal.problem.facts)
    #expect(Planner(problem).plan().outcome.plan?.steps == goal.plan.steps)
  }
}
