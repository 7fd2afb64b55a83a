import Execution
import GoalLedger

// Opens the repositories of workspaces to look at them, outside of any attempt.

/// How this database's repositories are opened.
public struct RepositoryAccess: Sendable {
  /// The folder of the database's worktrees, in which git's private files lie too.
  public let state: String
  /// Where git is looked for.
  public let searchPath: String

  /// - Parameter environment: the process's variables; `PATH` says where git is.
  /// - throws: `.invalid` where there is no place for worktrees, and what the store throws.
  public init(
    store: some GoalStore,
    configuration: Configuration,
    environment: [String: String]
  ) async throws(LedgerError) {
    state = try configuration.worktreesFolder(
      databaseID: try await store.databaseID(),
      environment: environment
    )
    searchPath = Self.searchPath(environment)
  }

  /// Where programs are looked for.
  static func searchPath(_ environment: [String: String]) -> String {
    environment["PATH"] ?? CommandRunner.defaultSearchPath
  }

  /// Opens a workspace's repository.
  /// - throws: what `Repository.open` throws: a missing folder, no commit yet, no git.
  public func open(_ workspace: WorkspacePolicy) async throws(ExecutionError) -> Repository {
    try await Repository.open(
      path: workspace.path,
      state: state,
      git: Git(searchPath: searchPath)
    )
  }
}

/// The git program itself.
enum GitProgram {
  /// What git says its version is: `git version 2.39.5`.
  /// - throws: `.unavailable` where there is no git in the path, `.gitFailed` where it fails.
  static func version(searchPath: String) async throws(ExecutionError) -> String {
    let outcome = try await CommandRunner().run(
      CommandRequest(
        argv: ["git", "--version"],
        workingDirectory: "/",
        environment: ["PATH": searchPath, "LC_ALL": "C"],
        timeout: .seconds(10),
        marker: "doctor"
      )
    )
    let text = outcome.output.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    guard outcome.exit.isSuccess else {
      throw ExecutionError(.gitFailed, "git --version failed: \(text)")
    }
    return text
  }
}
