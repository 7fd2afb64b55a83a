// Which paths a goal may change, and how much. Checked before a file is planned and again before
// it is written; the sentence names the glob or the limit, so that the operator knows what to edit.

/// The globs and limits of a workspace, ready to be asked.
public struct PathPolicy: Sendable, Equatable {
  /// A path must match one of these.
  public var allowed: [Glob]
  /// A path must match none of these; they win.
  public var forbidden: [Glob]
  /// The largest file, in bytes.
  public var maxFileBytes: Int
  /// The most files in one goal.
  public var maxFiles: Int
  /// The most bytes written by one goal.
  public var maxTotalBytes: Int

  /// Makes a policy.
  public init(
    allowed: [Glob],
    forbidden: [Glob],
    maxFileBytes: Int,
    maxFiles: Int,
    maxTotalBytes: Int
  ) {
    self.allowed = allowed
    self.forbidden = forbidden
    self.maxFileBytes = maxFileBytes
    self.maxFiles = maxFiles
    self.maxTotalBytes = maxTotalBytes
  }

  /// Checks one path against the globs.
  /// - Throws: `.refused` with a sentence naming the glob.
  public func check(_ path: RelativePath) throws(ExecutionError) {
    if let glob = forbidden.first(where: { $0.matches(path.text) }) {
      throw ExecutionError(
        .refused,
        "'\(path)' must not be changed: the workspace forbids '\(glob)'",
        hint: "ask the operator to change 'forbidden' of the workspace"
      )
    }
    guard allowed.contains(where: { $0.matches(path.text) }) else {
      let globs = allowed.map { "'\($0)'" }.joined(separator: ", ")
      throw ExecutionError(
        .refused,
        "'\(path)' must not be changed: the workspace allows only \(globs.isEmpty ? "nothing" : globs)",
        hint: "ask the operator to change 'allowed' of the workspace"
      )
    }
  }

  /// Checks one path and the bytes to be written there.
  /// - Throws: `.refused` or `.tooLarge`.
  public func check(_ path: RelativePath, bytes: Int) throws(ExecutionError) {
    try check(path)
    guard bytes <= maxFileBytes else {
      throw ExecutionError(
        .tooLarge,
        "'\(path)' would have \(bytes) bytes; the workspace allows \(maxFileBytes) for a file",
        hint: "ask the operator to change 'max_file_bytes' of the workspace"
      )
    }
  }

  /// Checks what one goal changes in all.
  /// - Throws: `.tooLarge`.
  public func check(files: Int, totalBytes: Int) throws(ExecutionError) {
    guard files <= maxFiles else {
      throw ExecutionError(
        .tooLarge,
        "the goal changes \(files) files; the workspace allows \(maxFiles)",
        hint: "ask the operator to change 'max_files' of the workspace"
      )
    }
    guard totalBytes <= maxTotalBytes else {
      throw ExecutionError(
        .tooLarge,
        "the goal writes \(totalBytes) bytes; the workspace allows \(maxTotalBytes)",
        hint: "ask the operator to change 'max_total_bytes' of the workspace"
      )
    }
  }
}
