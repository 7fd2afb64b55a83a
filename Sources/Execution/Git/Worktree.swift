// One attempt's worktree: its files, its index, its branch. A commit is one `git fast-import`: it
// takes the bytes that were applied, runs no hook and no filter, makes blobs, tree and commit, and
// moves the branch only if nobody else has. The index is brought up to date later, when somebody
// needs to know what differs. What differs is found and put back through the private git folder.
// The `.git` file in the worktree is for people and build tools; nothing here believes it.

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

/// What `restore` had to do.
public struct Restoration: Sendable, Equatable {
  /// Tracked files that differed and were put back.
  public var changedTracked: [String]
  /// Untracked files, not ignored, that were removed.
  public var removedUntracked: [String]

  /// Makes a record.
  public init(changedTracked: [String] = [], removedUntracked: [String] = []) {
    self.changedTracked = changedTracked
    self.removedUntracked = removedUntracked
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

  let repository: Repository
  private let metadata: String
  private let gate = SerialGate()
  /// Lines for `update-index --index-info`: what commits changed since the index was last written.
  private var pendingIndex: [UInt8] = []

  init(
    repository: Repository,
    found: FoundWorktree,
    folder: SafeFolder,
    base: CommitID,
    head: CommitID,
    tree: TreeID
  ) {
    self.repository = repository
    self.folder = folder
    self.base = base
    self.head = head
    self.tree = tree
    path = found.path
    branch = found.branch
    metadata = found.metadata
  }

  // MARK: - Committing

  /// Commits exactly `paths` as they are on disk.
  /// - Returns: the new commit; `head` when nothing differs and `allowEmpty` is false.
  /// - Throws: `.refused` (something other than a plain file), `.tooLarge`, `.conflict` (somebody
  ///   else moved the branch), `.gitFailed`, `.diskFull`.
  public func commit(
    paths: [RelativePath],
    message: String,
    trailers: [Trailer],
    allowEmpty: Bool = false
  ) async throws(ExecutionError) -> CommitID {
    try await gate.pass(isPatient: true) { () async throws(ExecutionError) in
      try await commitNow(
        paths: Array(Set(paths)).sorted(),
        message: FastImport.message(message, trailers),
        allowEmpty: allowEmpty
      )
    }
  }

  private func commitNow(
    paths: [RelativePath],
    message: String,
    allowEmpty: Bool
  ) async throws(ExecutionError) -> CommitID {
    var stream = FastImport(
      branch: branch,
      parent: head,
      signature: repository.git.signature,
      message: message
    )
    for path in paths {
      switch try folder.entry(at: path, maxBytes: 256 << 20) {
      case .absent: stream.delete(path)
      case .file(let bytes):
        stream.write(bytes, to: path, isExecutable: (try folder.mode(of: path) ?? 0) & 0o100 != 0)
      case .unusable(let words): throw .untouchable(path, words)
      }
    }
    let arguments = ["fast-import", "--quiet", "--date-format=now", "--done"]
    let answer = try await repository.git.attempt(
      arguments,
      in: repository.refs,
      input: stream.finish()
    )
    guard answer.code == 0 else {
      removeCrashReport(answer.errors)
      if answer.errors.contains("new tip") || answer.errors.contains("cannot lock ref") {
        throw ExecutionError(
          .conflict,
          "the branch '\(branch)' was moved by somebody else",
          hint: "leave the branches of running goals alone"
        )
      }
      throw repository.git.failure(of: arguments, answer)
    }
    let made = try FastImport.Result(answer.lines, paths: paths)
    let newTree: TreeID
    if let tree = made.tree {
      newTree = tree
    } else {
      newTree = try await repository.commitAndTree(made.commit.text).tree
    }
    if newTree == tree, !allowEmpty {
      try await moveBranch(to: head, from: made.commit)
      return head
    }
    head = made.commit
    tree = newTree
    pendingIndex += made.indexInfo
    return head
  }

  private func moveBranch(to commit: CommitID, from old: CommitID) async throws(ExecutionError) {
    try await repository.git.run(
      ["update-ref", "refs/heads/\(branch)", commit.text, old.text],
      in: repository.refs
    )
  }

  /// A failed fast-import leaves a report in the repository's git folder; it is not ours to leave.
  private func removeCrashReport(_ errors: String) {
    for name in PlainFiles.names(in: repository.commonDirectory)
    where name.hasPrefix("fast_import_crash_") && errors.contains(name) {
      try? PlainFiles.removeTree("\(repository.commonDirectory)/\(name)")
    }
  }

  /// The commits between base and head that carry a `Task:` trailer, oldest first.
  /// - Throws: `.gitFailed`.
  public func taskCommits() async throws(ExecutionError) -> [TaskCommit] {
    if base == head { return [] }
    let answer = try await repository.git.run(
      [
        "log", "--reverse", "--first-parent", "--no-show-signature",
        "--format=%H %(trailers:key=Task,valueonly,separator=%x2C)", "\(base)..\(head)",
      ],
      in: repository.safe.place()
    )
    var commits: [TaskCommit] = []
    for line in answer.lines {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      commits.append(TaskCommit(task: parts[1], commit: try CommitID(parts[0])))
    }
    return commits
  }

  // MARK: - Files

  /// Writes all files and the index from `tree`, whatever was there.
  func checkOut() async throws(ExecutionError) {
    try await gate.pass(isPatient: true) { () async throws(ExecutionError) in
      try await readTree()
    }
  }

  /// Moves the branch to `commit`, makes the tracked files equal to it, and removes all others,
  /// ignored ones too: what is left of a killed process must not pass for work that was done.
  /// - Throws: `.notFound` (no such commit), `.gitFailed`, `.diskFull`, `.io`.
  public func resetHard(to commit: CommitID) async throws(ExecutionError) {
    try await gate.pass(isPatient: true) { () async throws(ExecutionError) in
      let target = try await repository.commitAndTree(commit.text)
      if commit != head { try await moveBranch(to: commit, from: head) }
      head = commit
      tree = target.tree
      pendingIndex = []
      try restoreGitFile()
      try await readTree()
      let left = try await listFiles(["-o"])
      if !left.untracked.isEmpty {
        try remove(left.untracked)
        try await readTree()
      }
    }
  }

  /// Puts tracked files back as they are in `head` and removes untracked ones that are not ignored,
  /// so that what a command leaves behind does not slip into a commit; what it may keep for itself,
  /// such as a build folder, is what the repository ignores.
  /// - Throws: `.gitFailed`, `.diskFull`, `.io`.
  @discardableResult
  public func restore() async throws(ExecutionError) -> Restoration {
    try await gate.pass(isPatient: true) { () async throws(ExecutionError) in
      try restoreGitFile()
      try await writeIndex()
      let index = PlainFiles.exists("\(metadata)/index")
      let differing = index ? try await listFiles(["-m", "-d", "-o", "--exclude-standard"]) : nil
      try remove(differing?.untracked ?? [])
      if differing?.changed.isEmpty != true { try await readTree() }
      return Restoration(
        changedTracked: differing?.changed ?? [],
        removedUntracked: (differing?.untracked ?? []).map { String(decoding: $0, as: UTF8.self) }
      )
    }
  }

  /// The tracked files whose content on disk differs from `head`, in byte order.
  /// - Throws: `.gitFailed`.
  public func changedTrackedFiles() async throws(ExecutionError) -> [String] {
    try await gate.pass(isPatient: true) { () async throws(ExecutionError) in
      try await writeIndex()
      return try await listFiles(["-m", "-d"]).changed
    }
  }

  private var place: GitPlace {
    repository.safe.place(worktree: path, index: "\(metadata)/index")
  }

  private func readTree() async throws(ExecutionError) {
    try await repository.git.run(["read-tree", "--reset", "-u", tree.text], in: place)
    pendingIndex = []
  }

  private func writeIndex() async throws(ExecutionError) {
    guard !pendingIndex.isEmpty else { return }
    try await repository.git.run(
      ["update-index", "-z", "--replace", "--index-info"],
      in: place,
      input: pendingIndex
    )
    pendingIndex = []
  }

  private func listFiles(
    _ which: [String]
  ) async throws(ExecutionError) -> (changed: [String], untracked: [[UInt8]]) {
    let answer = try await repository.git.run(
      repository.safe.excludes + ["ls-files", "-z", "-t"] + which,
      in: place
    )
    var changed: Set<String> = []
    var untracked: [[UInt8]] = []
    for line in answer.output.split(separator: 0) {
      let name = line.dropFirst(2)
      if line.first == UInt8(ascii: "?") {
        if name != Array(".git".utf8)[...] { untracked.append(Array(name)) }
      } else {
        changed.insert(String(decoding: name, as: UTF8.self))
      }
    }
    return (changed.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, untracked)
  }

  private func remove(_ names: [[UInt8]]) throws(ExecutionError) {
    for name in names { try folder.removeUntracked(name) }
  }

  /// Puts the `.git` file back when a task has changed it: people and build tools follow it.
  private func restoreGitFile() throws(ExecutionError) {
    let file = "\(path)/.git"
    let wanted = "gitdir: \(metadata)\n"
    if PlainFiles.read(file) == wanted { return }
    try PlainFiles.removeTree(file)
    try PlainFiles.write(wanted, to: file)
  }
}
