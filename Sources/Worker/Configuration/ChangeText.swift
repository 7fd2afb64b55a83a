import Execution
import GoalLedger

// What a goal's branch differs in from where it started: asked of git, since the branch is where
// the change lies; the ledger knows the commits.

/// The difference a goal made to its workspace, as a patch.
public struct ChangeText: Sendable {
  /// The attempt's number.
  public let attempt: Int
  /// The change on record.
  public let change: ChangeRecord
  /// The patch.
  public let patch: String

  /// Reads the patch of a goal's latest attempt that changed anything and was not rolled back.
  /// - throws: `LedgerError` where there is no such goal or change, or its workspace is unknown;
  ///   `ExecutionError` where git cannot say.
  public static func read(
    of goal: Goal.ID,
    store: some GoalStore,
    configuration: Configuration,
    environment: [String: String]
  ) async throws -> ChangeText {
    let history = try await GoalHistory.read(goal, from: store)
    guard let part = history.attempts.last(where: { $0.change != nil }), let change = part.change
    else {
      throw LedgerError(
        .notFound,
        "goal \(goal) has changed no files",
        hint: history.goal.state.isEnd ? nil : "it is \(history.goal.state.rawValue)"
      )
    }
    guard change.state != "rolled_back", let head = change.headCommit else {
      throw LedgerError(
        .notFound,
        "goal \(goal) has no change to show: attempt \(part.attempt.number) "
          + (change.state == "rolled_back" ? "was rolled back" : "has made no commit yet")
      )
    }
    let workspace = try configuration.workspace(named: change.workspace)
    let repository = try await configuration.repository(
      of: workspace,
      searchPath: environment["PATH"]
    )
    let patch = try await repository.diff(
      from: try CommitID(change.baseCommit),
      to: try CommitID(head)
    )
    return ChangeText(attempt: part.attempt.number, change: change, patch: patch)
  }
}
