import Execution
import GoalLedger

// Opens the repository of a workspace to look at it, outside of any attempt.

extension WorkspacePolicy {
  /// Opens the workspace's repository.
  /// - throws: what `Repository.open` throws: a missing folder, no commit yet, no git.
  public func repository(searchPath: String) async throws(ExecutionError) -> Repository {
    try await Repository.open(path: path, git: Git(searchPath: searchPath))
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
