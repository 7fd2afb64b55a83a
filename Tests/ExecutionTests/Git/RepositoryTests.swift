// Opening what may not be a repository, and clearing away worktrees in every state of ruin.

import TestSupport
import Testing

@testable import Execution

@Suite("A repository")
struct RepositoryTests {
  let fixture: GitFixture

  init() throws { fixture = try GitFixture() }

  @Test("that cannot be used is refused with a sentence")
  func refusals() async throws {
    let empty = try GitFixture([:])
    try fixture.write("x", to: "sub/x")
    try Shell.succeed(["git", "init", "-q", "--bare", "bare"], in: fixture.folder.path)
    try Shell.succeed(["mkdir", "plain"], in: fixture.folder.path)
    let cases: [(String, ExecutionError.Code, String)] = [
      ("\(fixture.folder.path)/none", .notFound, "does not exist"),
      ("\(fixture.folder.path)/plain", .notFound, "is not a git repository"),
      (empty.path, .refused, "has no commit yet"),
      ("\(fixture.path)/sub", .refused, "but not its root"),
      ("\(fixture.folder.path)/bare", .refused, "is a bare repository"),
    ]
    for (path, code, words) in cases {
      let error = await #expect(throws: ExecutionError.self) {
        _ = try await Repository.open(path: path, state: fixture.state)
      }
      #expect(error?.code == code, "\(path)")
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
      #expect(error?.isRetryable == false)
    }
    let missing = await #expect(throws: ExecutionError.self) {
      _ = try await Repository.open(
        path: fixture.path,
        state: fixture.state,
        git: Git(searchPath: fixture.path)
      )
    }
    #expect(missing?.code == .unavailable)
    #expect(missing?.hint == "install git 2.36 or newer")
  }

  @Test("whose git fails at the end is not said to have no commit")
  func failsAtTheEnd() async throws {
    let git = try Shell.succeed(["which", "git"])
    for end in ["exit 128", "kill -9 $$"] {
      let script = "#!/bin/sh\n\(git) \"$@\"\n\(end)\n"
      try fixture.folder.write(script, to: "shim/git", executable: true)
      let error = await #expect(throws: ExecutionError.self) {
        _ = try await Repository.open(
          path: fixture.path,
          state: fixture.state,
          git: Git(searchPath: "\(fixture.folder.path)/shim:/usr/bin:/bin")
        )
      }
      #expect(error?.code == .gitFailed, "\(end): \(error?.message ?? "")")
    }
  }

  @Test("opens through a link, in a linked worktree, and on a detached HEAD")
  func opens() async throws {
    try Shell.succeed(["ln", "-s", "repo", "link"], in: fixture.folder.path)
    let linked = try await Repository.open(
      path: "\(fixture.folder.path)/link",
      state: fixture.state
    )
    #expect(linked.root == fixture.path)
    try fixture.git(["worktree", "add", "-q", "-b", "side", "../side"])
    try Shell.succeed(
      ["sh", "-c", "echo x > x; git add x; git -c user.name=a -c user.email=a@b commit -qm x"],
      in: "\(fixture.folder.path)/side"
    )
    let side = try await Repository.open(path: "\(fixture.folder.path)/side", state: fixture.state)
    #expect(side.commonDirectory == linked.commonDirectory)
    #expect(side.head != linked.head)
    #expect(try await side.resolve("HEAD") == side.head)
    try fixture.git(["checkout", "-q", "--detach"])
    #expect(try await Repository.open(path: fixture.path, state: fixture.state).head == linked.head)
    let error = await #expect(throws: ExecutionError.self) { try await linked.resolve("nowhere") }
    #expect(error?.code == .notFound)
    await #expect(throws: ExecutionError.self) { try await linked.resolve("--all") }
  }

  @Test("with sha256 objects works as well")
  func sha256Objects() async throws {
    let path = "\(fixture.folder.path)/long"
    try Shell.succeed(["git", "init", "-q", "--object-format=sha256", path])
    try Shell.succeed(
      ["sh", "-c", "echo a > a; git add a; git -c user.name=a -c user.email=a@b commit -qm a"],
      in: path
    )
    let repository = try await Repository.open(path: path, state: fixture.state)
    let worktree = try await repository.createWorktree(
      at: "\(fixture.state)/w",
      branch: "goal/1/1",
      base: repository.head
    )
    try worktree.folder.write([66], to: try RelativePath("b"))
    let commit = try await worktree.commit(
      paths: [try RelativePath("b")],
      message: "m",
      trailers: []
    )
    #expect(commit.text.utf8.count == 64)
    #expect(try await worktree.restore() == Restoration())
  }

  /// What a killed worker, an impatient user or a full disk can leave of a worktree.
  static let ruins = [
    "true",
    "rm -rf $W",
    "rm $W/.git",
    "echo junk > $W/.git",
    "rm -rf $W/.git; mkdir $W/.git; chmod 500 $W/.git",
    "touch $G/worktrees/tree/locked",
    "touch $G/worktrees/tree/index.lock $G/worktrees/tree/HEAD.lock",
    "mkdir -p $G/refs/heads/goal/7; touch $G/refs/heads/goal/7/1.lock",
    "rm -rf $G/worktrees",
    "rm $G/worktrees/tree/gitdir",
    "rm $G/worktrees/tree/HEAD",
    "echo junk > $G/worktrees/tree/HEAD",
    "rm -f $G/refs/heads/goal/7/1",
    "rm -rf $W $G/refs/heads/goal/7/1",
    "rm -rf $W $G/worktrees",
    "rm -rf $W $G/worktrees $G/refs/heads/goal",
    "git -C $G pack-refs --all",
    "mkdir -p $W/a/b; touch $W/a/b/c; chmod -R a-w $W; chmod 000 $W/a/b",
    "rm -rf $W; ln -s $G/.. $W",
    "git -C $G worktree lock $W; rm -rf $W",
  ]

  @Test("discards worktree and branch from every half state, twice", arguments: ruins)
  func discard(script: String) async throws {
    let before = try fixture.fingerprint()
    let repository = try await Repository.open(path: fixture.path, state: fixture.state)
    let path = "\(fixture.state)/w/tree"
    _ = try await repository.createWorktree(at: path, branch: "goal/7/1", base: repository.head)
    let neighbour = try await repository.createWorktree(
      at: "\(fixture.state)/w/other",
      branch: "goal/7/11",
      base: repository.head
    )
    try Shell.succeed(
      ["sh", "-c", script],
      environment: ["W": path, "G": "\(fixture.path)/.git"]
    )
    try await repository.discard(worktreePath: path, branch: "goal/7/1")
    try await repository.discard(worktreePath: path, branch: "goal/7/1")
    #expect(!fixture.folder.exists("state/w/tree"))
    if script.contains("$G/worktrees/tree") || !script.contains("$G/worktrees") {
      #expect(try await repository.listBranches(prefix: "goal/") == ["goal/7/11"])
      #expect(try fixture.git(["-C", neighbour.path, "status", "--porcelain"]) == "")
    }
    try await repository.discard(worktreePath: neighbour.path, branch: "goal/7/11")
    #expect(try await repository.listBranches(prefix: "goal/") == [])
    try fixture.git(["worktree", "prune"])
    #expect(try fixture.git(["worktree", "list", "--porcelain"]).contains("goal/") == false)
    #expect(try fixture.fingerprint() == before)
    // And a new attempt can be made in the same place.
    _ = try await repository.createWorktree(at: path, branch: "goal/7/1", base: repository.head)
  }

  @Test("keeps the branch when only the worktree is discarded")
  func keepBranch() async throws {
    let repository = try await Repository.open(path: fixture.path, state: fixture.state)
    let path = "\(fixture.state)/w/tree"
    let worktree = try await repository.createWorktree(
      at: path,
      branch: "goal/7/1",
      base: repository.head
    )
    try worktree.folder.write([66], to: try RelativePath("b"))
    let commit = try await worktree.commit(
      paths: [try RelativePath("b")],
      message: "m",
      trailers: []
    )
    try await repository.discardWorktree(at: path)
    try await repository.discardWorktree(at: path)
    #expect(try await repository.resolve("goal/7/1") == commit)
    #expect(try await repository.listGoalWorktrees(prefix: "goal/") == [])
    #expect(!fixture.folder.exists("state/w/tree"))
    #expect(try Shell.run(["ls", ".git/worktrees"], in: fixture.path).code != 0)
  }

  @Test("says so when a branch of the user's is in the way")
  func branchInTheWay() async throws {
    try fixture.git(["branch", "goal"])
    let repository = try await Repository.open(path: fixture.path, state: fixture.state)
    let error = await #expect(throws: ExecutionError.self) {
      _ = try await repository.createWorktree(
        at: "\(fixture.state)/w",
        branch: "goal/7/1",
        base: repository.head
      )
    }
    #expect(error?.code == .refused)
    #expect(error?.hint?.contains("rename the branch") == true)
    #expect(!fixture.folder.exists("state/w"))
  }
}
