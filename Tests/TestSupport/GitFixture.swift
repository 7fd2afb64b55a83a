// A small git repository for tests, with a checkout whose every byte can be compared.

/// A repository in a temporary folder.
public final class GitFixture: Sendable {
  /// The folder that holds everything: the repository in `repo`, and what a test adds beside it.
  public let folder: TemporaryFolder
  /// The repository's root.
  public var path: String { "\(folder.path)/repo" }
  /// A folder for worktrees and private git folders.
  public var state: String { "\(folder.path)/state" }

  /// Makes a repository on branch `main` with one commit of `files`; without files, with none.
  public init(_ files: [String: String] = ["README": "hello\n"]) throws {
    folder = try TemporaryFolder("git")
    try Shell.succeed(["git", "init", "-q", "-b", "main", path], environment: Self.identity)
    for (name, text) in files.sorted(by: { $0.key < $1.key }) { try write(text, to: name) }
    if !files.isEmpty { try commit("first") }
  }

  private static let identity = [
    "GIT_AUTHOR_NAME": "Tester", "GIT_AUTHOR_EMAIL": "tester@localhost",
    "GIT_COMMITTER_NAME": "Tester", "GIT_COMMITTER_EMAIL": "tester@localhost",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
  ]

  /// Writes a file of the checkout.
  public func write(_ text: String, to name: String, executable: Bool = false) throws {
    try folder.write(text, to: "repo/\(name)", executable: executable)
  }

  /// Commits everything in the checkout.
  public func commit(_ message: String) throws {
    try git(["add", "-A"])
    try git(["commit", "-q", "--no-verify", "-m", message])
  }

  /// Runs git in the checkout, as the user would, and returns what it printed.
  @discardableResult
  public func git(_ arguments: [String]) throws -> String {
    // No maintenance in the background: it would outlive the test that caused it.
    try Shell.succeed(
      ["git", "-c", "maintenance.auto=false", "-c", "gc.auto=0"] + arguments,
      in: path,
      environment: Self.identity
    )
  }

  /// A print of what goals must not touch: every file of the checkout with its mode, the index,
  /// HEAD, the configuration and all refs but those of goals.
  public func fingerprint() throws -> String {
    let script = """
      find . -path ./.git -prune -o -type f -printf '%p %m ' -exec sha256sum {} \\; | sort
      find . -path ./.git -prune -o -type l -printf '%p %l\\n' | sort
      sha256sum .git/index .git/HEAD .git/config
      ls -A .git | grep -v -e '^worktrees$' -e '^packed-refs$' | sort
      git for-each-ref | grep -v refs/heads/goal/
      """
    return try Shell.succeed(["sh", "-c", script], in: path, environment: Self.identity)
  }
}
