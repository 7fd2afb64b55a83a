// The files of an attempt, through its whole life: made late, changed by tasks, tested, taken up
// after a kill, kept or thrown away.

import Glibc
import TestSupport
import Testing

@testable import Execution

@Suite("An attempt's workspace")
struct AttemptWorkspaceTests {
  let fixture: GitFixture
  let before: String

  init() throws {
    fixture = try GitFixture(["src/a.py": "one\n", ".gitignore": "cache/\n"])
    before = try fixture.fingerprint()
  }

  func make(
    attempt: Int64 = 1,
    _ change: (inout WorkspacePolicy) -> Void = { _ in }
  ) async throws -> AttemptWorkspace {
    var policy = WorkspacePolicy(name: "my repo", path: fixture.path)
    change(&policy)
    return try AttemptWorkspace(
      policy: policy,
      repository: try await Repository.open(path: fixture.path, state: fixture.state),
      goal: 7,
      attempt: attempt,
      root: fixture.state,
      marker: "aw\(fixture.folder.path)"
    )
  }

  func create(_ name: String, _ text: String, _ task: String, in workspace: AttemptWorkspace)
    async throws -> TaskChange
  {
    try await workspace.apply(
      .create(Array(text.utf8)),
      to: try RelativePath(name),
      task: task,
      summary: "Create \(name)"
    )
  }

  func sh(_ script: String) -> CommandSpec { CommandSpec(argv: ["bash", "-c", script]) }

  @Test("costs no git until something needs it")
  func lazy() async throws {
    let workspace = try await make()
    let path = try RelativePath("src/a.py")
    let edit = FileEdit.edit([SearchReplace(search: "one", replace: "two")])
    #expect(try await workspace.observe([(path, edit)])[path]?.matches == true)
    #expect(await workspace.isOpen == false)
    #expect(try await workspace.finish() == nil)
    try await workspace.rollBack()
    #expect(try fixture.git(["branch", "--list", "goal/*"]) == "")
    #expect(!fixture.folder.exists("state/my_repo-7-1"))
  }

  @Test("is made by the next try where one failed whose branch could not be deleted again")
  func leftBranch() async throws {
    let workspace = try await make()
    let lock = "\(fixture.path)/.git/packed-refs.lock"
    try Shell.succeed(["touch", lock])
    try fixture.folder.write("", to: "state/my_repo-7-1/goal-7-1/in-the-way")
    await #expect(throws: ExecutionError.self) { try await workspace.open() }
    #expect(try fixture.git(["branch", "--list", "goal/*"]).contains("goal/7/1"))
    _ = try await workspace.open()
    #expect(await workspace.isOpen)
    try Shell.succeed(["rm", lock])
    try await workspace.rollBack()
    #expect(try fixture.git(["branch", "--list", "goal/*"]) == "")
    // A branch that was there before is nobody's to take.
    try fixture.git(["branch", "goal/7/2"])
    let other = try await make(attempt: 2)
    for _ in 0..<2 {
      let error = await #expect(throws: ExecutionError.self) { try await other.open() }
      #expect(error?.code == .conflict)
    }
  }

  @Test("commits each task's effect, runs commands on it, and keeps the branch")
  func life() async throws {
    let workspace = try await make()
    let made = try await create("src/b.py", "b\n", "t1", in: workspace)
    #expect(made.change.isChange)
    let edited = try await workspace.apply(
      .edit([SearchReplace(search: "one", replace: "two")]),
      to: try RelativePath("src/a.py"),
      task: "t2",
      summary: "Edit"
    )
    #expect(edited.commit != made.commit)
    let report = try await workspace.run(
      sh("cat src/*.py; echo spoilt > src/a.py; mkdir -p cache out; touch cache/x out/x; exit 3"),
      task: "t3",
      timeout: .seconds(20)
    )
    #expect(report.outcome.exit == .exited(3))
    #expect(report.outcome.output.text == "two\nb\n")
    #expect(report.commit == edited.commit)
    #expect(report.tree == edited.tree)
    #expect(
      report.restoration == Restoration(changedTracked: ["src/a.py"], removedUntracked: ["out/x"])
    )
    #expect(Shell.lines(workspace.worktreePath) == [".git", ".gitignore", "cache", "src"])
    let again = try await workspace.run(sh("cat src/a.py"), task: "t3", timeout: .seconds(20))
    #expect(again.outcome.output.text == "two\n")
    #expect(again.restoration == Restoration())
    let summary = try #require(try await workspace.finish(isDurable: true))
    #expect(summary.branch == "goal/7/1")
    #expect(summary.head == edited.commit)
    #expect(summary.tree == edited.tree)
    #expect(summary.files.map(\.path) == ["src/a.py", "src/b.py"])
    #expect(summary.files.map(\.additions) == [1, 1])
    #expect(try fixture.git(["rev-parse", "goal/7/1"]) == summary.head.text)
    #expect(
      try fixture.git(["log", "--format=%(trailers:unfold,separator=;)", "main..goal/7/1"])
        == "Goal: 7;Attempt: 1;Task: t2\nGoal: 7;Attempt: 1;Task: t1"
    )
    #expect(!fixture.folder.exists("state/my_repo-7-1"))
    #expect(try fixture.fingerprint() == before)
  }

  @Test("shows a command nothing of the worker's environment, and what the policy adds")
  func environment() async throws {
    let workspace = try await make { $0.environment = ["API": "test", "LANG": "de"] }
    let report = try await workspace.run(sh("env | sort; pwd"), task: "t", timeout: .seconds(20))
    let names = Set(
      report.outcome.output.text.split(separator: "\n").map { $0.prefix { $0 != "=" } }
    )
    let expected: Set<Substring> = [
      "API", "GIT_CONFIG_NOSYSTEM", "GIT_TERMINAL_PROMPT", "GOALLEDGER_MARK", "HOME", "LANG",
      "PATH",
      "PWD", "SHLVL", "TMPDIR", "_", Substring(workspace.worktreePath),
    ]
    #expect(names == expected)
    #expect(report.outcome.output.text.contains("\nLANG=de\n"))
    #expect(report.outcome.output.text.contains("HOME=\(workspace.directory)/home\n"))
  }

  @Test("refuses what the policy forbids, and takes back what cannot be committed")
  func policy() async throws {
    let workspace = try await make {
      $0.maxFiles = 1
      $0.forbidden = ["secret/**"]
    }
    let forbidden = await #expect(throws: ExecutionError.self) {
      _ = try await create("secret/x", "x", "t", in: workspace)
    }
    #expect(forbidden?.code == .refused)
    let one = try await create("new/one", "x", "t1", in: workspace)
    let tooMany = await #expect(throws: ExecutionError.self) {
      _ = try await create("new/deep/two", "x", "t2", in: workspace)
    }
    #expect(tooMany?.code == .tooLarge)
    #expect(Shell.lines("\(workspace.worktreePath)/new") == ["one"])
    #expect(await workspace.position()?.commit == one.commit)
  }

  @Test("commits an empty checkpoint when asked, and none for what is already as wanted")
  func checkpoint() async throws {
    let workspace = try await make()
    let same = try await create("src/a.py", "one\n", "t1", in: workspace)
    #expect(!same.change.isChange)
    #expect(try fixture.git(["rev-list", "--count", "main..goal/7/1"]) == "0")
    _ = try await workspace.apply(
      .create(Array("one\n".utf8)),
      to: try RelativePath("src/a.py"),
      task: "t1",
      summary: "Keep",
      checkpoint: true
    )
    #expect(try fixture.git(["rev-list", "--count", "main..goal/7/1"]) == "1")
    // A file that is there but on no branch, as a command can leave one that is ignored.
    _ = try await workspace.run(
      sh("mkdir cache; echo -n x > cache/x"),
      task: "t",
      timeout: .seconds(9)
    )
    let ignored = try await create("cache/x", "x", "t2", in: workspace)
    #expect(!ignored.change.isChange)
    #expect(try fixture.git(["show", "goal/7/1:cache/x"]) == "x")
  }

  @Test("runs edits and commands one after the other")
  func serialised() async throws {
    let workspace = try await make()
    _ = try await workspace.open()
    async let report = workspace.run(
      sh("ls src > /dev/null; sleep 0.3; ls src"),
      task: "t",
      timeout: .seconds(20)
    )
    async let one = create("src/x1", "1", "t1", in: workspace)
    async let two = create("src/x2", "2", "t2", in: workspace)
    _ = try await (one, two)
    let ran = try await report
    let files = ran.outcome.output.text.split(separator: "\n")
    let committed = try fixture.git(["ls-tree", "--name-only", "\(ran.tree):src"])
    #expect(files.joined(separator: "\n") == committed)
    #expect(try fixture.git(["rev-list", "--count", "main..goal/7/1"]) == "2")
  }

  @Test("lets a cancelled task go that waits for its turn, and ends a cancelled command")
  func cancelled() async throws {
    let workspace = try await make()
    let running = Task { () async throws in
      try await workspace.run(
        sh("touch \"$TMPDIR/up\"; sleep 60"),
        task: "t",
        timeout: .seconds(60)
      )
    }
    while !fixture.folder.exists("state/my_repo-7-1/tmp/up") { await Task.yield() }
    let waiting = Task { () async throws in
      _ = try await create("x", "x", "t2", in: workspace)
    }
    waiting.cancel()
    let error = await #expect(throws: ExecutionError.self) { try await waiting.value }
    #expect(error?.code == .cancelled)
    running.cancel()
    #expect(try await running.value.outcome.exit == .cancelled)
    try await workspace.rollBack()
    #expect(try fixture.fingerprint() == before)
    #expect(try fixture.git(["branch", "--list", "goal/*"]) == "")
  }

  @Test("is taken up by another process at the last task's commit, leftovers gone")
  func recover() async throws {
    let first = try await make()
    _ = try await create("one", "1", "t1", in: first)
    let two = try await create("two", "2", "t2", in: first)
    let tree = first.worktreePath
    let metadata = try Shell.succeed(["git", "rev-parse", "--git-dir"], in: tree)
    // What a kill leaves: half-written files, lock files, a running command.
    try Shell.succeed(
      [
        "bash", "-c",
        """
        echo half > one; echo half > three; mkdir cache; echo half > cache/x
        touch .goalledger-1-1 $M/index.lock $M/HEAD.lock $R/.git/refs/heads/goal/7/1.lock
        setsid bash -c 'echo $$ > ../pid; sleep 60' > /dev/null 2>&1 &
        while [ ! -s ../pid ]; do sleep 0.01; done
        """,
      ],
      in: tree,
      environment: ["M": metadata, "R": fixture.path, "GOALLEDGER_MARK": "\(first.markerPrefix)t3"]
    )
    let pid = pid_t(fixture.folder.read("state/my_repo-7-1/pid")?.dropLast() ?? "") ?? 0
    #expect(ProcessTable.entry(pid) != nil)
    let second = try await make()
    #expect(try await second.recover(doneTasks: ["t1", "t2"]) == ["t1", "t2"])
    #expect(ProcessTable.entry(pid).map(\.isZombie) ?? true)
    #expect(Shell.lines(tree) == [".git", ".gitignore", "one", "src", "two"])
    #expect(await second.position()?.commit == two.commit)
    let three = try await create("three", "3", "t3", in: second)
    #expect(try await second.summary()?.files.count == 3)
    #expect(try fixture.git(["rev-parse", "goal/7/1"]) == three.commit.text)
    let lost = await #expect(throws: ExecutionError.self) {
      _ = try await make().recover(doneTasks: ["t9"])
    }
    #expect(lost?.code == .conflict)
    try await second.rollBack()
    #expect(try fixture.fingerprint() == before)
  }

  @Test("is taken up from its branch when only that is left")
  func recoverBranch() async throws {
    let first = try await make()
    let one = try await create("one", "1", "t1", in: first)
    let summary = try await first.finish()
    let second = try await make()
    #expect(try await second.recover(doneTasks: ["t1"]) == ["t1"])
    #expect(await second.position()?.commit == one.commit)
    #expect(try await second.finish() == summary)
    #expect(try fixture.git(["rev-parse", "goal/7/1"]) == one.commit.text)
    let third = try await make()
    try await third.rollBack()
    #expect(try fixture.git(["branch", "--list", "goal/*"]) == "")
  }

  @Test("recovers to nothing when it was half made, or never")
  func recoverNothing() async throws {
    #expect(try await make().recover() == [])
    let first = try await make()
    _ = try await first.open()
    try Shell.succeed(["rm", "-rf", first.worktreePath])
    let second = try await make()
    #expect(try await second.recover() == [])
    #expect(try await create("one", "1", "t1", in: second).change.isChange)
    try await second.rollBack()
    #expect(try fixture.fingerprint() == before)
    #expect(!fixture.folder.exists("state/my_repo-7-1"))
  }

  @Test("removes the branch of an attempt that committed nothing")
  func nothingCommitted() async throws {
    let workspace = try await make()
    _ = try await workspace.run(sh("true"), task: "t", timeout: .seconds(20))
    let summary = try #require(try await workspace.finish())
    #expect(summary.files.isEmpty)
    #expect(try fixture.git(["branch", "--list", "goal/*"]) == "")
  }

  @Test("of several attempts and goals do not disturb each other")
  func several() async throws {
    let workspaces = try await [make(attempt: 1), make(attempt: 2), make(attempt: 3)]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for workspace in workspaces {
        group.addTask {
          for number in 0..<4 {
            _ = try await create("f\(number)", "\(workspace.branch)", "t\(number)", in: workspace)
          }
        }
      }
      try await group.waitForAll()
    }
    try await workspaces[1].rollBack()
    #expect(try await workspaces[0].finish()?.files.count == 4)
    #expect(try await workspaces[2].finish()?.files.count == 4)
    #expect(try fixture.git(["show", "goal/7/3:f3"]) == "goal/7/3")
    #expect(
      try fixture.git(["branch", "--list", "goal/*", "--format=%(refname:short)"])
        == "goal/7/1\ngoal/7/3"
    )
    #expect(try fixture.fingerprint() == before)
  }
}

extension Shell {
  /// The names in a folder, hidden ones too.
  fileprivate static func lines(_ path: String) -> [String] {
    let listing = (try? Shell.succeed(["ls", "-A", path])) ?? "unreadable"
    return listing.split(separator: "\n").map(String.init)
  }
}
