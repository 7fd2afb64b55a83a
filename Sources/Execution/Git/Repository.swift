/// A commit made by a task.
public struct TaskCommit: Sendable, Equatable {
  /// The value of the commit's `Task:` trailer.
  public var task: String
  /// The commit.
  public var commit: CommitID
  /// Makes a record.
  public init(task: String, commit: CommitID) {
    self.task = task
    self.commit = commit
  }
}

/// What happened to one file between two commits.
public struct FileChangeStat: Sendable, Equatable {
  /// The kinds of change.
  public enum Status: String, Sendable { case added, modified, deleted, typeChanged }
  /// Which file.
  public var path: String
  /// What happened.
  public var status: Status
  /// Lines added; `nil` for a binary file.
  public var additions: Int?
  /// Lines removed; `nil` for a binary file.
  public var deletions: Int?
  /// Makes a record.
  public init(path: String, status: Status, additions: Int?, deletions: Int?) {
    self.path = path
    self.status = status
    self.additions = additions
    self.deletions = deletions
  }
}

/// A worktree made for an attempt, as found on disk.
public struct FoundWorktree: Sendable, Equatable {
  /// Where its files are, or were.
  public var path: String
  /// The branch it has checked out, without `refs/heads/`.
  public var branch: String
}

/// A git repository of the operator.
public struct Repository: Sendable {
  /// The root of the user's checkout (the git folder itself in a bare repository).
  public let root: String
  /// The repository's git folder, common to all its worktrees.
  public let commonDirectory: String
  /// The commit at HEAD when it was opened.
  public let head: CommitID
  /// How git is run.
  public let git: Git

  /// Opens the repository whose root is `path`.
  /// - Throws: `.notFound` (no such folder, no repository), `.refused` (no commit yet, or `path` is
  ///   not the root), `.unavailable` (git is missing).
  public static func open(path: String, git: Git = Git()) async throws(ExecutionError) -> Repository
  {
    throw ExecutionError(.internal, "not there yet")
  }

  /// The commit a revision names now.
  /// - Throws: `.notFound`.
  public func resolve(_ revision: String) async throws(ExecutionError) -> CommitID { head }

  /// How many files of the user's checkout differ from HEAD or are untracked; for information only.
  public func uncommittedFiles() async throws(ExecutionError) -> Int { 0 }

  /// Makes a worktree with a new branch.
  public func createWorktree(
    at path: String,
    branch: String,
    base: CommitID
  ) async throws(ExecutionError) -> Worktree { throw ExecutionError(.internal, "not there yet") }

  /// Opens the worktree of an earlier process; `nil` if it, or its branch, is not whole.
  public func openWorktree(
    at path: String,
    branch: String,
    base: CommitID?
  ) async throws(ExecutionError) -> Worktree? { nil }

  /// Removes worktree and branch in whatever state they are; does nothing when they are gone.
  public func discard(worktreePath: String, branch: String) async throws(ExecutionError) {}

  /// Removes the worktree in whatever state it is, and keeps the branch.
  public func discardWorktree(at worktreePath: String) async throws(ExecutionError) {}

  /// The worktrees whose branch starts with `prefix` (such as `goal/`).
  public func listGoalWorktrees(prefix: String) async throws(ExecutionError) -> [FoundWorktree] {
    []
  }

  /// The branches that start with `prefix`, without `refs/heads/`.
  public func listBranches(prefix: String) async throws(ExecutionError) -> [String] { [] }

  /// The files that differ between two commits, by path.
  public func diffStat(from: CommitID, to: CommitID) async throws(ExecutionError)
    -> [FileChangeStat]
  { [] }

  /// The difference between two commits, as a patch.
  /// - Parameter maxBytes: what is longer is cut, with a line that says so.
  public func diff(from: CommitID, to: CommitID, maxBytes: Int = 4 << 20)
    async throws(ExecutionError) -> String
  { "" }
}

/// The files of one commit.
public struct GitTree: FileSource {
  /// The repository.
  public let repository: Repository
  /// The commit.
  public let commit: CommitID
  /// Makes a source.
  public init(repository: Repository, commit: CommitID) {
    self.repository = repository
    self.commit = commit
  }
  /// Reads from the commit.
  public func entries(
    at paths: [RelativePath],
    maxBytes: Int
  ) async throws(ExecutionError) -> [RelativePath: FileEntry] { [:] }
}
