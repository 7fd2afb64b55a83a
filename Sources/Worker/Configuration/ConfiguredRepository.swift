import Execution
import GoalLedger

// Opens the repository of a workspace to look at it, outside of any attempt.

extension Configuration {
  /// Opens a workspace's repository.
  /// - throws: what `Repository.open` throws: a missing folder, no commit yet, no git.
  public func repository(
    of policy: WorkspacePolicy,
    searchPath: String? = nil
  ) async throws(ExecutionError) -> Repository {
    let state: String
    do throws(LedgerError) {
      // One folder serves all databases: it holds git's settings, and nothing of a goal.
      state = try worktreesFolder(databaseID: "git", environment: ProcessEnvironment.current)
    } catch {
      throw ExecutionError(error)
    }
    let git = (searchPath ?? gitSearchPath).map { Git(searchPath: $0) } ?? Git()
    return try await Repository.open(
      path: policy.path,
      state: worktrees == nil ? state : PathText.join(state, "git"),
      git: git
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
