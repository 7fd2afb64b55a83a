/// One line of a commit message's trailer block.
public struct Trailer: Sendable, Equatable {
  /// The key, such as `Task`.
  public var key: String
  /// The value, on one line.
  public var value: String
  /// Makes a trailer.
  public init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }
}

/// One attempt's worktree.
public actor Worktree {
  /// Where its files are.
  public nonisolated let path: String
  /// Its branch, without `refs/heads/`.
  public nonisolated let branch: String
  /// The commit it started from.
  public nonisolated let base: CommitID
  /// Its files.
  public nonisolated let folder: SafeFolder
  /// The commit its branch points to.
  public private(set) var head: CommitID
  /// The tree of `head`.
  public private(set) var tree: TreeID

  init(
    path: String,
    branch: String,
    base: CommitID,
    folder: SafeFolder,
    head: CommitID,
    tree: TreeID
  ) {
    self.path = path
    self.branch = branch
    self.base = base
    self.folder = folder
    self.head = head
    self.tree = tree
  }

  /// Commits exactly `paths` as they are on disk; returns `head` when nothing changed.
  public func commit(
    paths: [RelativePath],
    message: String,
    trailers: [Trailer],
    allowEmpty: Bool = false
  ) async throws(ExecutionError) -> CommitID { head }

  /// The commits between base and head that carry a `Task:` trailer, oldest first.
  public func taskCommits() async throws(ExecutionError) -> [TaskCommit] { [] }

  /// Moves the branch to `commit` and makes the files equal to it.
  public func resetHard(to commit: CommitID) async throws(ExecutionError) {}

  /// Restores tracked files and removes untracked ones.
  @discardableResult
  public func restore() async throws(ExecutionError) -> Restoration {
    Restoration(changedTracked: [], removedUntracked: [])
  }

  /// The tracked files whose content on disk differs from `head`.
  public func changedTrackedFiles() async throws(ExecutionError) -> [String] { [] }
}

/// What `restore` had to do.
public struct Restoration: Sendable, Equatable {
  /// Tracked files that differed and were put back.
  public var changedTracked: [String]
  /// Untracked files that were removed.
  public var removedUntracked: [String]
}
