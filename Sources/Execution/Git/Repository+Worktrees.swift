// Making and removing worktrees. Making is git's own `worktree add`, without its checkout: the files
// are written through the private git folder, so that no filter runs. Removing is done by hand and
// in any order of ruin: the folder may be gone, the registration locked, a killed git's lock files
// left behind, the branch without a worktree. Each step checks for itself, so that doing it twice,
// or halfway and again, ends the same.

/// A worktree made for an attempt, as found on disk.
public struct FoundWorktree: Sendable, Equatable {
  /// Where its files are, or were.
  public var path: String
  /// The branch it has checked out, without `refs/heads/`.
  public var branch: String
  /// Its registration in the repository.
  var metadata: String
}

extension Repository {
  /// The file in a registration that says which commit the attempt started from.
  private static let baseFile = "goalledger-base"

  /// How long a lock that git holds for milliseconds must have lain untouched to be a dead git's.
  private static let stale = Duration.seconds(30)

  /// Makes a worktree with a new branch at `base`, and its files.
  /// - Parameters:
  ///   - path: absolute; nothing may be there, folders above it are made.
  ///   - again: whether an earlier try may have come some way: what it left is taken over, also a branch
  ///     that could not be deleted again because another git's lock was in the way.
  /// - Throws: `.conflict` (the path or the branch exists), `.gitFailed`, `.diskFull`.
  public func createWorktree(
    at path: String,
    branch: String,
    base: CommitID,
    again: Bool = false
  ) async throws(ExecutionError) -> Worktree {
    if again { try clearWay(to: path, branch: branch) }
    return try await addWorktree(at: path, branch: branch, base: base, isNew: true, again: again)
  }

  /// Makes a worktree for a branch that exists, and its files.
  /// - Parameter base: the commit the branch started from.
  /// - Throws: `.conflict` (the path exists, the branch is in use), `.gitFailed`, `.diskFull`.
  func attachWorktree(
    at path: String,
    branch: String,
    base: CommitID
  ) async throws(ExecutionError) -> Worktree {
    try await addWorktree(at: path, branch: branch, base: base, isNew: false, again: false)
  }

  private func addWorktree(
    at path: String,
    branch: String,
    base: CommitID,
    isNew: Bool,
    again: Bool
  ) async throws(ExecutionError) -> Worktree {
    let path = try Self.canonical(path, making: true)
    let start =
      isNew && base == head
      ? (commit: head, tree: headTree)
      : try await commitAndTree(isNew ? base.text : "refs/heads/\(branch)")
    let what = isNew ? [again ? "-B" : "-b", branch, path, base.text] : [path, branch]
    var add = ["worktree", "add", "--quiet", "--no-checkout"] + what
    // Where it was not there before, it is this one's own from here on.
    let isOwn = isNew && (again || !mayHaveBranch(branch))
    var answer = try await git.attempt(add, in: refs)
    var pause = Duration.milliseconds(2)
    // Git looks at every registration, and fails on one that another git is writing just then; by
    // that time it may have made the branch.
    while answer.code != 0, pause < .seconds(1), answer.errors.contains("failed to read "),
      answer.errors.contains("/worktrees/")
    {
      if isOwn {
        try clearWay(to: path, branch: branch)
        add[4] = "-B"
      }
      try? await Task.sleep(for: pause)
      pause *= 2
      answer = try await git.attempt(add, in: refs)
    }
    guard answer.code == 0 else {
      if isOwn { try? await discard(worktreePath: path, branch: branch) }
      if answer.errors.contains("cannot create 'refs/heads/") {
        throw ExecutionError(
          .refused,
          "the branch '\(branch)' cannot be made: \(answer.lastError)",
          hint: "rename the branch that is in the way, or change 'branch' of the workspace"
        )
      }
      guard answer.errors.contains("already") else { throw git.failure(of: add, answer) }
      throw ExecutionError(
        .conflict,
        "the worktree '\(path)' cannot be made: \(answer.lastError)",
        hint: "an earlier attempt was not removed; recover or discard it first"
      )
    }
    do throws(ExecutionError) {
      guard let found = registrations().first(where: { $0.path == path }) else {
        throw ExecutionError(.internal, "git made the worktree '\(path)' but did not register it")
      }
      try PlainFiles.write(base.text + "\n", to: "\(found.metadata)/\(Self.baseFile)")
      let worktree = Worktree(
        repository: self,
        found: found,
        folder: try SafeFolder(path: path),
        base: base,
        head: start.commit,
        tree: start.tree
      )
      try await worktree.checkOut()
      return worktree
    } catch {
      if isNew {
        try? await discard(worktreePath: path, branch: branch)
      } else {
        try? await discardWorktree(at: path)
      }
      throw error
    }
  }

  /// Opens the worktree of an earlier process, and removes the lock files a killed git left there.
  /// - Parameter base: where the attempt started; `nil` reads what was noted when it was made.
  /// - Returns: `nil` if folder, registration or branch is missing; discard it then.
  public func openWorktree(
    at path: String,
    branch: String,
    base: CommitID? = nil
  ) async throws(ExecutionError) -> Worktree? {
    let path = try Self.canonical(path, making: false)
    guard let found = registrations().first(where: { $0.path == path && $0.branch == branch }),
      PlainFiles.exists(path)
    else { return nil }
    let noted = PlainFiles.read("\(found.metadata)/\(Self.baseFile)")?.split(separator: "\n").first
    guard let start = base?.text ?? noted.map(String.init) else { return nil }
    try removeLocks(branch: branch, metadata: found.metadata)
    guard try await listBranches(prefix: branch).contains(branch) else { return nil }
    let at = try await commitAndTree("refs/heads/\(branch)")
    return Worktree(
      repository: self,
      found: found,
      folder: try SafeFolder(path: path),
      base: try CommitID(start),
      head: at.commit,
      tree: at.tree
    )
  }

  /// Removes worktree and branch in whatever state they are; does nothing when they are gone.
  /// - Throws: `.io` (a file that cannot be removed), `.gitFailed`.
  public func discard(worktreePath: String, branch: String) async throws(ExecutionError) {
    try clearWay(to: worktreePath, branch: branch)
    let delete = ["update-ref", "--no-deref", "-d", "refs/heads/\(branch)"]
    var answer = try await git.attempt(delete, in: refs)
    // A branch's end takes the one lock that all of the repository's users share. Git holds it for
    // milliseconds; a git that was killed, or a power cut, leaves it for good.
    let lock = "\(commonDirectory)/packed-refs.lock"
    if answer.code != 0, answer.errors.contains("packed-refs.lock': File exists"),
      let age = PlainFiles.age(of: lock), age > Self.stale
    {
      try PlainFiles.removeTree(lock)
      answer = try await git.attempt(delete, in: refs)
    }
    guard answer.code == 0 else { throw git.failure(of: delete, answer) }
  }

  /// Removes the worktree in whatever state it is, and keeps the branch.
  /// - Throws: `.io` (a file that cannot be removed).
  public func discardWorktree(at worktreePath: String) async throws(ExecutionError) {
    try removeWorktree(at: worktreePath, branch: nil)
  }

  /// The worktrees whose branch starts with `prefix` (such as `goal/`), folders gone included.
  public func listGoalWorktrees(prefix: String) async throws(ExecutionError) -> [FoundWorktree] {
    registrations().filter { $0.branch.hasPrefix(prefix) }
  }

  // MARK: - By hand

  /// What git has registered, read from its files: no configuration, no process.
  private func registrations() -> [FoundWorktree] {
    let folder = "\(commonDirectory)/worktrees"
    return PlainFiles.names(in: folder).compactMap { name in
      let metadata = "\(folder)/\(name)"
      guard let file = PlainFiles.read("\(metadata)/gitdir")?.split(separator: "\n").first,
        file.hasSuffix("/.git"),
        let head = PlainFiles.read("\(metadata)/HEAD")?.split(separator: "\n").first,
        head.hasPrefix("ref: refs/heads/")
      else { return nil }
      return FoundWorktree(
        path: String(file.dropLast("/.git".count)),
        branch: String(head.dropFirst("ref: refs/heads/".count)),
        metadata: metadata
      )
    }
  }

  /// Removes the registrations of a worktree, by its folder or its branch, and its folder. The file
  /// that says whose a registration is goes last; one that was cut short before that file was there,
  /// or after it was gone, is known by its name.
  private func removeWorktree(at path: String, branch: String?) throws(ExecutionError) {
    let path = try Self.canonical(path, making: false)
    let folder = "\(commonDirectory)/worktrees"
    for name in PlainFiles.names(in: folder) {
      let metadata = "\(folder)/\(name)"
      let file = PlainFiles.read("\(metadata)/gitdir")?.split(separator: "\n").first
      let head = PlainFiles.read("\(metadata)/HEAD")?.split(separator: "\n").first
      let isOurs = file.map(String.init) == "\(path)/.git"
      let hasBranch = branch.map { head.map(String.init) == "ref: refs/heads/\($0)" } ?? false
      let isHalf = file == nil && path.hasSuffix("/\(name)")
      guard isOurs || hasBranch || isHalf else { continue }
      for part in PlainFiles.names(in: metadata) where part != "gitdir" {
        try PlainFiles.removeTree("\(metadata)/\(part)")
      }
      try PlainFiles.removeTree(metadata)
    }
    PlainFiles.removeEmptyFolder(folder)
    try PlainFiles.removeTree(path)
  }

  /// Removes everything but the branch itself.
  private func clearWay(to path: String, branch: String) throws(ExecutionError) {
    try removeWorktree(at: path, branch: branch)
    try removeLocks(branch: branch, metadata: nil)
  }

  /// Removes lock files on what belongs to one goal alone: nobody else takes them.
  private func removeLocks(branch: String, metadata: String?) throws(ExecutionError) {
    try PlainFiles.removeTree("\(commonDirectory)/refs/heads/\(branch).lock")
    guard let metadata else { return }
    for name in ["index.lock", "HEAD.lock"] { try PlainFiles.removeTree("\(metadata)/\(name)") }
  }

  /// The path with the links above its last component resolved, as git registers it.
  private static func canonical(_ path: String, making: Bool) throws(ExecutionError) -> String {
    guard path.hasPrefix("/"), let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw ExecutionError(.internal, "the path of a worktree must be absolute: '\(path)'")
    }
    let parent = String(path[..<slash])
    if making { try PlainFiles.makeFolder(parent) }
    return (PlainFiles.realPath(parent) ?? parent) + path[slash...]
  }
}
