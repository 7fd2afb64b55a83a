/// A commit's id, 40 or 64 lowercase hex digits.
public struct CommitID: Hashable, Sendable, CustomStringConvertible {
  /// The hex digits.
  public let text: String
  /// Wraps an id that git printed or that was stored.
  /// - Throws: `.internal` when it is not a hash.
  public init(_ text: String) throws(ExecutionError) { self.text = text }
  /// The hex digits.
  public var description: String { text }
}

/// A tree's id, 40 or 64 lowercase hex digits.
public struct TreeID: Hashable, Sendable, CustomStringConvertible {
  /// The hex digits.
  public let text: String
  /// Wraps an id that git printed or that was stored.
  /// - Throws: `.internal` when it is not a hash.
  public init(_ text: String) throws(ExecutionError) { self.text = text }
  /// The hex digits.
  public var description: String { text }
}

/// Runs git with nothing of the user's environment or configuration that could run code.
public struct Git: Sendable {
  /// Makes a runner of git.
  /// - Parameters:
  ///   - program: the program, looked up in `searchPath` when it has no slash.
  ///   - searchPath: the PATH git is found in, and gets.
  public init(
    program: String = "git",
    searchPath: String = "/usr/local/bin:/usr/bin:/bin",
    authorName: String = "GoalLedger",
    authorEmail: String = "goalledger@localhost",
    timeout: Duration = .seconds(60)
  ) {}
}
