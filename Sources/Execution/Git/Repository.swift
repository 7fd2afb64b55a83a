// A git repository of the operator. It is only ever read, but for what belongs to goals: branches
// below the policy's prefix, worktrees on them, and objects. The user's checkout, index, HEAD and
// other branches stay as they are, byte for byte.

/// A git repository of the operator.
public struct Repository: Sendable {
  /// The root of the user's checkout.
  public let root: String
  /// The repository's git folder, common to all its worktrees.
  public let commonDirectory: String
  /// The commit at HEAD when it was opened.
  public let head: CommitID
  /// The tree of `head`.
  let headTree: TreeID
  /// How git is run.
  public let git: Git
  /// The git folder of the user's checkout; differs from `commonDirectory` in a linked worktree.
  let checkoutGitFolder: String
  /// Through which everything that touches files is done.
  let safe: PrivateGitFolder

  /// Where refs are read and changed.
  var refs: GitPlace { .repository(commonDirectory) }

  /// Opens the repository whose root is `path`.
  /// - Parameter state: a folder of the worker's own, outside any repository, in which a small
  ///   private git folder is kept; it is made where it is missing.
  /// - Throws: `.notFound` (no such folder, no repository), `.refused` (no commit yet, a bare
  ///   repository, or `path` is not the root), `.unavailable` (git is missing).
  public static func open(
    path: String,
    state: String,
    git: Git = Git()
  ) async throws(ExecutionError) -> Repository {
    guard let real = PlainFiles.realPath(path) else {
      throw ExecutionError(
        .notFound,
        "the workspace's folder '\(path)' does not exist",
        hint: "correct 'path' of the workspace"
      )
    }
    let questions = [
      "rev-parse", "--path-format=absolute", "--is-bare-repository", "--show-object-format",
      "--git-common-dir", "--git-dir", "--show-toplevel", "HEAD^{commit}", "HEAD^{tree}",
    ]
    let answer = try await git.attempt(questions, in: .discover(real))
    let lines = answer.lines
    guard lines.count >= 4 else { throw notOpened(real, answer) }
    if lines[0] == "true" {
      throw ExecutionError(
        .refused,
        "'\(real)' is a bare repository; goals need one with a checkout",
        hint: "clone it and name the clone"
      )
    }
    guard lines.count >= 5 else { throw notOpened(real, answer) }
    guard PlainFiles.realPath(lines[4]) == real else {
      throw ExecutionError(
        .refused,
        "'\(real)' is inside the repository '\(lines[4])' but not its root",
        hint: "name the root, and narrow 'allowed' to the folder"
      )
    }
    guard answer.code == 0, lines.count >= 7 else {
      // Git names what it could not resolve; one that failed otherwise may succeed the next time.
      guard answer.errors.contains("HEAD^{") else { throw notOpened(real, answer) }
      throw ExecutionError(
        .refused,
        "the repository '\(real)' has no commit yet",
        hint: "commit something first: goals start from a commit"
      )
    }
    try PlainFiles.makeFolder(state)
    return Repository(
      root: real,
      commonDirectory: lines[2],
      head: try CommitID(lines[5]),
      headTree: try TreeID(lines[6]),
      git: git,
      checkoutGitFolder: lines[3],
      safe: try PrivateGitFolder(
        state: PlainFiles.realPath(state) ?? state,
        commonFolder: lines[2],
        objectFormat: lines[1]
      )
    )
  }

  private static func notOpened(_ path: String, _ answer: Git.Output) -> ExecutionError {
    if answer.errors.contains("dubious ownership") {
      return ExecutionError(
        .refused,
        "the repository '\(path)' belongs to another user",
        hint: "run the worker as its owner"
      )
    }
    if answer.errors.contains("not a git repository") {
      return ExecutionError(
        .notFound,
        "'\(path)' is not a git repository",
        hint: "run 'git init' there and commit, or correct 'path' of the workspace"
      )
    }
    return ExecutionError(.gitFailed, "'\(path)' could not be opened: \(answer.lastError)")
  }

  /// The commit a revision names now.
  /// - Throws: `.notFound` when it names none.
  public func resolve(_ revision: String) async throws(ExecutionError) -> CommitID {
    try await commitAndTree(revision).commit
  }

  /// The commit and the tree a revision names now.
  func commitAndTree(
    _ revision: String
  ) async throws(ExecutionError) -> (commit: CommitID, tree: TreeID) {
    let arguments = [
      "rev-parse", "--end-of-options", "\(revision)^{commit}", "\(revision)^{tree}",
    ]
    // HEAD is the checkout's, which in a linked worktree is not the repository's.
    let place = GitPlace(
      startFolder: commonDirectory,
      environment: ["GIT_DIR": checkoutGitFolder]
    )
    let answer = try await git.attempt(arguments, in: place)
    let lines = answer.lines.filter { $0 != "--end-of-options" }
    guard answer.code == 0, lines.count == 2 else {
      throw ExecutionError(
        .notFound,
        "the repository '\(root)' has no commit '\(revision)'",
        hint: "name a branch, a tag or a commit that exists"
      )
    }
    return (try CommitID(lines[0]), try TreeID(lines[1]))
  }

  /// How many files of the user's checkout differ from HEAD or are untracked; for information only,
  /// since goals start from the commit. Line-end conversion and filters are left out of account.
  public func uncommittedFiles() async throws(ExecutionError) -> Int {
    let place = safe.place(worktree: root, index: "\(checkoutGitFolder)/index")
    let changed = try await git.run(
      safe.excludes + ["ls-files", "-z", "-m", "-d", "-o", "--exclude-standard"],
      in: place
    )
    let staged = try await git.run(
      ["diff-index", "-z", "--cached", "--name-only", "--ignore-submodules=all", head.text],
      in: place
    )
    var paths = Set(changed.output.split(separator: 0).map(Array.init))
    paths.formUnion(staged.output.split(separator: 0).map(Array.init))
    return paths.count
  }

  /// The branches that start with `prefix`, without `refs/heads/`, in byte order.
  public func listBranches(prefix: String) async throws(ExecutionError) -> [String] {
    let answer = try await git.run(
      ["for-each-ref", "--format=%(refname)", "refs/heads/"],
      in: refs
    )
    return answer.lines.map { String($0.dropFirst("refs/heads/".count)) }
      .filter { $0.hasPrefix(prefix) }
  }

  /// Whether the branch can exist, by a look at files: `false` is certain and costs no process.
  func mayHaveBranch(_ branch: String) -> Bool {
    if PlainFiles.exists("\(commonDirectory)/reftable") { return true }
    if PlainFiles.exists("\(commonDirectory)/refs/heads/\(branch)") { return true }
    let packed = "\(commonDirectory)/packed-refs"
    guard PlainFiles.exists(packed) else { return false }
    return PlainFiles.read(packed)?.contains(" refs/heads/\(branch)\n") ?? true
  }

  /// The best common ancestor of two revisions.
  /// - Throws: `.notFound` when they have none.
  func mergeBase(_ one: String, _ other: String) async throws(ExecutionError) -> CommitID {
    let answer = try await git.attempt(["merge-base", one, other], in: refs)
    guard answer.code == 0, let line = answer.lines.first else {
      throw ExecutionError(.notFound, "'\(one)' and '\(other)' have no commit in common")
    }
    return try CommitID(line)
  }

  /// Flushes the file system that holds the repository, so that a branch recorded as a result
  /// survives a loss of power. By a process of its own: it may take long where much is unwritten.
  /// - Throws: `.spawnFailed`, `.unavailable`, `.io` when the disk fails, `.timedOut`.
  func makeDurable(with runner: CommandRunner) async throws(ExecutionError) {
    let outcome = try await runner.run(
      CommandRequest(
        argv: ["sync", "-f", "\(commonDirectory)/objects"],
        workingDirectory: commonDirectory,
        environment: ["PATH": CommandRunner.defaultSearchPath, "LC_ALL": "C"],
        timeout: .seconds(60),
        marker: "sync"
      )
    )
    switch outcome.exit {
    case .exited(0): return
    case .timedOut: throw ExecutionError(.timedOut, "the disk took longer than a minute to flush")
    case .cancelled: throw ExecutionError(.cancelled, "cancelled while the disk was flushed")
    default:
      throw ExecutionError(.io, "the repository could not be flushed: \(outcome.output.text)")
    }
  }
}
