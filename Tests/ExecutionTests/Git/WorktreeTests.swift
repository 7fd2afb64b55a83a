// Worktrees on real repositories: what a commit holds, what differs, what a reset undoes, and that
// the user's checkout stays as it is.

import TestSupport
import Testing

@testable import Execution

@Suite("A worktree")
struct WorktreeTests {
  let fixture: GitFixture

  init() throws {
    fixture = try GitFixture([
      "README": "hello\n", "src/a.py": "a\n", "src/b.py": "b\n", ".gitignore": "*.o\nbuild/\n",
    ])
  }

  func open() async throws -> Repository {
    try await Repository.open(path: fixture.path, state: fixture.state)
  }

  func make(_ branch: String = "goal/7/1") async throws -> (Repository, Worktree) {
    let repository = try await open()
    let worktree = try await repository.createWorktree(
      at: "\(fixture.state)/w/tree",
      branch: branch,
      base: repository.head
    )
    return (repository, worktree)
  }

  func shell(_ script: String, in worktree: Worktree) throws {
    try Shell.succeed(["bash", "-c", script], in: worktree.path)
  }

  @Test("has the base's files on a branch of its own, for the user's git too")
  func created() async throws {
    let (repository, worktree) = try await make()
    #expect(try fixture.git(["-C", worktree.path, "status", "--porcelain"]) == "")
    #expect(try fixture.git(["-C", worktree.path, "branch", "--show-current"]) == "goal/7/1")
    #expect(try Shell.succeed(["cat", "src/a.py"], in: worktree.path) == "a")
    #expect(try await repository.listGoalWorktrees(prefix: "goal/").map(\.branch) == ["goal/7/1"])
    #expect(try await repository.listBranches(prefix: "goal/") == ["goal/7/1"])
    #expect(await worktree.head == repository.head)
    let error = await #expect(throws: ExecutionError.self) { _ = try await make() }
    #expect(error?.code == .conflict)
  }

  @Test("commits exactly the paths named, with trailers, modes kept")
  func commit() async throws {
    let (repository, worktree) = try await make()
    try shell(
      "echo 2 > src/a.py; echo x > other; printf n > 'new \"q\"'; chmod +x src/b.py",
      in: worktree
    )
    let paths = try ["src/a.py", "new \"q\"", "src/b.py"].map { try RelativePath($0) }
    let commit = try await worktree.commit(
      paths: paths,
      message: "Change a\n\nMore words.",
      trailers: [Trailer("Goal", "7"), Trailer("Task", "t1")]
    )
    #expect(await worktree.head == commit)
    #expect(try fixture.git(["rev-parse", "goal/7/1"]) == commit.text)
    let tree = await worktree.tree
    #expect(try fixture.git(["rev-parse", "goal/7/1^{tree}"]) == tree.text)
    #expect(
      try fixture.git([
        "log", "-1", "--format=%an <%ae>|%s|%(trailers:unfold,separator=;)", commit.text,
      ])
        == "GoalLedger <goalledger@localhost>|Change a|Goal: 7;Task: t1"
    )
    #expect(try fixture.git(["ls-tree", commit.text, "src/b.py"]).hasPrefix("100755"))
    let stats = try await repository.diffStat(from: worktree.base, to: commit)
    #expect(stats.map(\.path) == ["new \"q\"", "src/a.py", "src/b.py"])
    #expect(stats.map(\.status) == [.added, .modified, .modified])
    #expect(stats.map(\.additions) == [1, 1, 0])
    #expect(try await repository.diff(from: worktree.base, to: commit).contains("-a\n+2\n"))
    #expect(
      try await repository.diff(from: worktree.base, to: commit, maxBytes: 10).contains("left out")
    )
    #expect(try await worktree.changedTrackedFiles() == [])
    // Git's own commands agree about what is left: the file that was not named.
    #expect(try fixture.git(["-C", worktree.path, "status", "--porcelain"]) == "?? other")
  }

  @Test("commits deletions, a file in a file's place, and the last file of all")
  func shapes() async throws {
    let (repository, worktree) = try await make()
    try shell("rm README", in: worktree)
    let gone = try await worktree.commit(
      paths: [try RelativePath("README")],
      message: "m",
      trailers: []
    )
    #expect(
      try await repository.diffStat(from: worktree.base, to: gone).map(\.status) == [.deleted]
    )
    try shell("rm src/a.py; mkdir README; echo x > README/x", in: worktree)
    let first = try await worktree.commit(
      paths: try ["src/a.py", "README/x"].map { try RelativePath($0) },
      message: "m",
      trailers: []
    )
    #expect(
      try fixture.git(["ls-tree", "-r", "--name-only", first.text])
        == ".gitignore\nREADME/x\nsrc/b.py"
    )
    #expect(try await worktree.restore() == Restoration())
    try shell("rm -r README src .gitignore", in: worktree)
    let last = try await worktree.commit(
      paths: try ["README/x", "src/b.py", ".gitignore"].map { try RelativePath($0) },
      message: "m",
      trailers: []
    )
    #expect(try fixture.git(["ls-tree", "-r", last.text]) == "")
    #expect(try await worktree.restore() == Restoration())
    #expect(try await repository.diffStat(from: worktree.base, to: last).count == 4)
  }

  @Test("returns its head when nothing changed, unless an empty commit is asked for")
  func empty() async throws {
    let (_, worktree) = try await make()
    let path = try RelativePath("src/a.py")
    let head = await worktree.head
    #expect(try await worktree.commit(paths: [path], message: "m", trailers: []) == head)
    #expect(try fixture.git(["rev-parse", "goal/7/1"]) == head.text)
    let made = try await worktree.commit(paths: [], message: "m", trailers: [], allowEmpty: true)
    #expect(made != head)
    #expect(try fixture.git(["rev-parse", "goal/7/1"]) == made.text)
  }

  @Test(
    "refuses to commit what is no plain file",
    arguments: ["ln -s a.py src/l", "ln src/a.py src/l", "mkdir src/l"]
  )
  func refusals(script: String) async throws {
    let (_, worktree) = try await make()
    try shell(script, in: worktree)
    let error = await #expect(throws: ExecutionError.self) {
      try await worktree.commit(paths: [try RelativePath("src/l")], message: "m", trailers: [])
    }
    #expect(error?.code == .refused)
    #expect(try fixture.git(["rev-list", "--count", "main..goal/7/1"]) == "0")
  }

  @Test("says when somebody else moved its branch, and leaves no crash report")
  func moved() async throws {
    let (_, worktree) = try await make()
    try fixture.git(["-C", worktree.path, "commit", "-q", "--allow-empty", "-m", "by hand"])
    try shell("echo 2 > src/a.py", in: worktree)
    let error = await #expect(throws: ExecutionError.self) {
      try await worktree.commit(paths: [try RelativePath("src/a.py")], message: "m", trailers: [])
    }
    #expect(error?.code == .conflict)
    #expect(
      try Shell.succeed(["sh", "-c", "ls .git | grep -c crash || true"], in: fixture.path) == "0"
    )
  }

  @Test("serialises commits that come at once")
  func concurrent() async throws {
    let (_, worktree) = try await make()
    try shell("for i in 0 1 2 3 4 5 6 7; do echo $i > f$i; done", in: worktree)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          _ = try await worktree.commit(
            paths: [try RelativePath("f\(number)")],
            message: "m",
            trailers: [Trailer("Task", "t\(number)")]
          )
        }
      }
      try await group.waitForAll()
    }
    #expect(try fixture.git(["rev-list", "--count", "main..goal/7/1"]) == "8")
    #expect(Set(try await worktree.taskCommits().map(\.task)) == Set((0..<8).map { "t\($0)" }))
    #expect(try await worktree.restore() == Restoration())
  }

  @Test("is put back as committed after a command, ignored files kept")
  func restore() async throws {
    let (_, worktree) = try await make()
    try shell("echo new > new", in: worktree)
    _ = try await worktree.commit(paths: [try RelativePath("new")], message: "m", trailers: [])
    try shell(
      """
      echo changed > src/a.py; rm src/b.py; chmod +x README; echo edited > new
      mkdir -p junk/deep build nested; echo x > junk/deep/x; echo x > "$(printf 'bad\\377')"
      ln -s /etc/passwd link; echo o > build/x; echo o > y.o
      git init -q nested; echo x > nested/x
      """,
      in: worktree
    )
    let restoration = try await worktree.restore()
    #expect(restoration.changedTracked == ["README", "new", "src/a.py", "src/b.py"])
    #expect(
      restoration.removedUntracked.sorted() == ["bad\u{fffd}", "junk/deep/x", "link", "nested/"]
    )
    #expect(try fixture.git(["-C", worktree.path, "status", "--porcelain"]) == "")
    #expect(
      try Shell.succeed(
        ["sh", "-c", "cat new; find . -type f | grep -v .git | sort"],
        in: worktree.path
      )
        == "new\n./README\n./build/x\n./new\n./src/a.py\n./src/b.py\n./y.o"
    )
    #expect(try await worktree.restore() == Restoration())
  }

  @Test("is put back also when a folder became a link, or the index is gone")
  func restoreHard() async throws {
    let (_, worktree) = try await make()
    try shell("mkdir ../away; rm -r src; ln -s ../away src; echo x > src/a.py", in: worktree)
    _ = try await worktree.restore()
    #expect(try Shell.succeed(["cat", "src/a.py", "src/b.py"], in: worktree.path) == "a\nb")
    #expect(try Shell.succeed(["ls", "../away"], in: worktree.path) == "a.py")
    try shell(
      "rm \"$(git rev-parse --git-path index)\"; echo 2 > src/a.py; echo x > extra",
      in: worktree
    )
    _ = try await worktree.restore()
    _ = try await worktree.restore()
    #expect(try Shell.succeed(["ls"], in: worktree.path) == "README\nsrc")
    #expect(try Shell.succeed(["cat", "src/a.py"], in: worktree.path) == "a")
  }

  @Test("goes back to a commit with all that came after gone, ignored files too")
  func reset() async throws {
    let (_, worktree) = try await make()
    try shell("echo 1 > one", in: worktree)
    let one = try await worktree.commit(
      paths: [try RelativePath("one")],
      message: "m",
      trailers: [Trailer("Task", "t1")]
    )
    try shell("echo 2 > two; echo o > z.o", in: worktree)
    _ = try await worktree.commit(
      paths: try ["two", "z.o"].map { try RelativePath($0) },
      message: "m",
      trailers: [Trailer("Task", "t2")]
    )
    #expect(try await worktree.taskCommits().map(\.task) == ["t1", "t2"])
    try shell("echo half > src/a.py; echo half > half; echo half > half.o", in: worktree)
    try await worktree.resetHard(to: one)
    #expect(
      try Shell.succeed(["ls", "-A"], in: worktree.path) == ".git\n.gitignore\nREADME\none\nsrc"
    )
    #expect(try Shell.succeed(["cat", "src/a.py"], in: worktree.path) == "a")
    #expect(try await worktree.taskCommits() == [TaskCommit(task: "t1", commit: one)])
    #expect(try fixture.git(["rev-parse", "goal/7/1"]) == one.text)
  }

  @Test("leaves the user's checkout, index, HEAD and branches as they are, byte for byte")
  func untouched() async throws {
    try fixture.write("unsaved\n", to: "src/a.py")
    try fixture.write("untracked\n", to: "mine")
    try fixture.git(["add", "src/a.py"])
    let before = try fixture.fingerprint()
    let (repository, worktree) = try await make()
    #expect(try await repository.uncommittedFiles() == 2)
    try shell("echo 2 > src/a.py; rm README", in: worktree)
    _ = try await worktree.commit(
      paths: try ["src/a.py", "README"].map { try RelativePath($0) },
      message: "m",
      trailers: []
    )
    try shell("echo 3 > src/a.py; echo x > y", in: worktree)
    _ = try await worktree.restore()
    try await worktree.resetHard(to: worktree.base)
    #expect(try fixture.fingerprint() == before)
    try await repository.discard(worktreePath: worktree.path, branch: worktree.branch)
    #expect(try fixture.fingerprint() == before)
    #expect(try fixture.git(["branch", "--list", "goal/*"]) == "")
    #expect(try Shell.run(["ls", ".git/worktrees"], in: fixture.path).code != 0)
    #expect(try Shell.succeed(["sh", "-c", "find .git -path '*goal*'"], in: fixture.path) == "")
  }
}
