import Foundation
import GoalLedger
import Testing

@testable import Execution

@Suite("Executors on a real repository")
struct ExecutorTests {
  let fixed = edit(
    "calc.py",
    "def sub(a, b):\n    return a + b",
    "def sub(a, b):\n    return a - b"
  )
  let subTests = content(
    "tests/test_sub.py",
    """
    import unittest
    import calc


    class SubTests(unittest.TestCase):
        def test_sub(self):
            self.assertEqual(calc.sub(3, 2), 1)

    """
  )

  @Test("create, edit and delete, test what was committed, and sum it up")
  func feature() async throws {
    var files = PythonProject.files
    files["old.py"] = "x = 1\n"
    let project = try PythonProject(files)
    let run = try await project.run(
      "implement_feature",
      [subTests, fixed, deletion("old.py")],
      metrics: """
        [{"kind":"file_absent","path":"old.py"},{"kind":"file_present","path":"calc.py"},
         {"kind":"file_contains","path":"calc.py","text":"a - b"},{"kind":"command","name":"hello"}]
        """
    )
    try #require(run.failed == nil, "\(String(describing: run.failed))")
    let tested = try #require(run.done.first { $0.task == "run_tests default" }).result
    #expect(tested.exitCode == 0)
    #expect(tested.outputHead.contains("Ran 2 tests"))
    let commit = try #require(run.done.last).result
    #expect(commit.tree == tested.tree)
    #expect(commit.detail["branch"] == "goal/1/1")
    let listed = try JSONValue.parse(commit.detail["files"] ?? "").array ?? []
    #expect(
      listed.compactMap { $0.path?.string } == ["calc.py", "old.py", "tests/test_sub.py"]
    )
    #expect(listed.compactMap { $0.status?.string } == ["modified", "deleted", "added"])
    let log = try project.git(
      "log",
      "--format=%(trailers:key=Task,valueonly,separator=%x20)",
      "goal/1/1"
    )
    let trailers = log.split(separator: "\n").map(String.init).filter { !$0.isEmpty }
    let committing = run.goal.graph.nodes.filter { node in
      ["create_file", "edit_file", "delete_file"].contains(node.action)
    }
    #expect(trailers.sorted() == committing.map { CodingExecutors.label(of: $0) }.sorted())
    #expect(try project.git("status", "--porcelain") == "")
  }

  @Test("fail where the tests fail, with the exit code and the last lines")
  func failing() async throws {
    let project = try PythonProject()
    let run = try await project.run("implement_feature", [subTests])
    let failed = try #require(run.failed)
    #expect(failed.task == "run_tests default")
    #expect(failed.error.code == .testsFailed && !failed.error.isRetryable)
    #expect(failed.error.message.contains("failed with exit code 1"))
    #expect(failed.error.message.contains("FAILED (failures=1)"))
    #expect(failed.result?.exitCode == 1)
  }

  @Test("see the tests fail before the fix, and pass after it")
  func redGreen() async throws {
    let project = try PythonProject()
    let run = try await project.run(
      "fix_bug",
      [fixed, subTests],
      policy: project.policy(redGreen: true)
    )
    try #require(run.failed == nil, "\(String(describing: run.failed))")
    #expect(
      run.done.map(\.task) == [
        "create_file tests/test_sub.py", "see_tests_fail default", "edit_file calc.py",
        "run_tests default", "validate red", "commit",
      ]
    )
    #expect(run.done[1].result.exitCode == 1)
  }

  @Test("refuse tests that pass without the fix")
  func notRed() async throws {
    let project = try PythonProject()
    let passing = content("tests/test_more.py", "import unittest\n")
    let run = try await project.run(
      "fix_bug",
      [fixed, passing],
      policy: project.policy(redGreen: true)
    )
    #expect(run.failed?.task == "see_tests_fail default")
    #expect(run.failed?.error.message.contains("pass without the fix") == true)
  }

  @Test(
    "take a program that is missing for no failing test",
    arguments: [["sh", "-c", "exit 127"], ["sh", "-c", "exit 126"], ["no-such-program-here"]]
  )
  func missingProgram(argv: [String]) async throws {
    let project = try PythonProject()
    let run = try await project.run(
      "fix_bug",
      [fixed, subTests],
      policy: project.policy(redGreen: true, tests: argv)
    )
    #expect(run.failed?.task == "see_tests_fail default")
    #expect(run.failed?.error.code != .testsFailed)
  }

  @Test("stop a refactoring before its first change if the tests fail already")
  func baseline() async throws {
    var files = PythonProject.files
    files["tests/test_broken.py"] = "import missing_module\n"
    let project = try PythonProject(files)
    let run = try await project.run("refactor_code", [fixed])
    #expect(run.failed?.task == "prove_baseline default")
    #expect(run.failed?.error.message.contains("fail before the first change") == true)
    #expect(run.done.isEmpty)
    #expect(try project.git("rev-list", "--count", "goal/1/1") == "1\n")
  }

  @Test("keep what is as wanted and pass over what is gone")
  func keeps() async throws {
    let project = try PythonProject()
    let run = try await project.run(
      "implement_feature",
      [content("calc.py", PythonProject.files["calc.py"] ?? ""), deletion("gone.py")]
    )
    try #require(run.failed == nil, "\(String(describing: run.failed))")
    #expect(run.done.prefix(2).map(\.task) == ["find_gone gone.py", "keep_file calc.py"])
  }

  @Test("find out that a file is no longer what the plan saw")
  func changedSince() async throws {
    let project = try PythonProject()
    let run = try await project.run("implement_feature", [fixed]) {
      (node, workspace) async throws(ExecutionError) in
      guard node.action == "edit_file" else { return }
      let worktree = try await workspace.open()
      try worktree.folder.write(Array("else\n".utf8), to: RelativePath("calc.py"))
    }
    #expect(run.failed?.error.code == .conflict)
  }

  @Test("do not validate a tree that the tests did not pass on")
  func otherTree() async throws {
    let project = try PythonProject()
    let run = try await project.run("implement_feature", [fixed]) {
      (node, workspace) async throws(ExecutionError) in
      guard node.action == "validate" else { return }
      _ = try await workspace.apply(
        .create([]),
        to: RelativePath("sneaked.py"),
        task: "99",
        summary: "Sneak"
      )
    }
    #expect(run.failed?.task == "validate green")
    #expect(run.failed?.error.message.contains("the tests passed on tree") == true)
  }

  @Test("do not validate files that the goal does not name")
  func otherFile() async throws {
    let project = try PythonProject()
    let run = try await project.run("implement_feature", [fixed]) {
      (node, workspace) async throws(ExecutionError) in
      guard node.action == "run_tests" else { return }
      _ = try await workspace.apply(
        .create([]),
        to: RelativePath("sneaked.py"),
        task: "99",
        summary: "Sneak"
      )
    }
    #expect(run.failed?.error.message == "files changed that the goal does not name: sneaked.py")
  }

  @Test(
    "do not validate where a success metric does not hold",
    arguments: [
      (#"[{"kind":"file_absent","path":"calc.py"}]"#, "calc.py does not exist"),
      (#"[{"kind":"file_present","path":"no.py"}]"#, "no.py exists"),
      (#"[{"kind":"file_contains","path":"calc.py","text":"zzz"}]"#, #"calc.py contains "zzz""#),
      (#"[{"kind":"file_contains","path":"no.py","text":"zzz"}]"#, #"no.py contains "zzz""#),
      (#"[{"kind":"command","name":"fails"}]"#, "it ended with exit code 3:\nno good"),
    ]
  )
  func metrics(json: String, expected: String) async throws {
    let project = try PythonProject()
    let run = try await project.run("implement_feature", [fixed], metrics: json)
    #expect(run.failed?.task == "validate green")
    #expect(
      run.failed?.error.message.contains(expected) == true,
      "\(String(describing: run.failed))"
    )
  }

  @Test("run a command by its name and keep nothing of what it wrote")
  func commands() async throws {
    let project = try PythonProject()
    let hello = try await project.run("run_command", [], extra: ["command": "hello"])
    #expect(hello.failed == nil)
    #expect(hello.done.first?.result.outputHead == "hello\n")
    #expect(hello.done.last?.result.detail["files"] == "[]")

    let other = try PythonProject()
    let scribble = try await other.run("run_command", [], extra: ["command": "scribbles"])
    #expect(scribble.failed == nil)
    #expect(scribble.done.first?.result.detail["changed_tracked"] == #"["calc.py"]"#)
    #expect(scribble.done.last?.result.detail["files"] == "[]")

    let unmet = try await project.run(
      "run_command",
      [],
      extra: ["command": "hello"],
      metrics: #"[{"kind":"file_present","path":"no.py"}]"#,
      attempt: 2
    )
    #expect(unmet.failed?.task == "validate_command")

    let third = try PythonProject()
    let fails = try await third.run("run_command", [], extra: ["command": "fails"])
    #expect(fails.failed?.error.code == .commandFailed)
    #expect(fails.failed?.error.message.contains("failed with exit code 3:\nno good") == true)
  }

  @Test("record a note, or the goal's text, without a workspace")
  func notes() async throws {
    let domain = try CodingDomain()
    for (context, expected) in [(GoalContext(note: "n"), "n"), (GoalContext(), "the text")] {
      let executors = try ExecutorRegistry(
        CodingExecutors(
          workspace: nil,
          bindings: BindingTable(),
          context: context,
          text: "the text",
          domain: domain
        ).all
      )
      let node = TaskNode(number: 0, action: "record_note")
      let result = try await executors["record_note"]?.execute(
        ExecutionContext(
          task: node,
          tryNumber: 1,
          attempt: AttemptIdentity(goalID: 1, attemptID: 1, number: 1),
          timeout: .seconds(1),
          deadline: Timestamp(milliseconds: 0)
        )
      )
      #expect(result?.detail["note"] == expected)
      #expect(throws: ExecutionError.self) {
        try executors["commit"]?.admit(TaskNode(number: 1, action: "commit"))
      }
    }
  }
}
