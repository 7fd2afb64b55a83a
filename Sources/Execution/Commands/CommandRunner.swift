/// Runs commands.
public struct CommandRunner: Sendable {
  /// Makes a runner and this process a child subreaper.
  public init() {}

  /// Runs a process to its end.
  /// - Throws: `.spawnFailed`, `.notFound` (no such program or folder).
  public func run(_ request: CommandRequest) async throws(ExecutionError) -> CommandOutcome {
    throw ExecutionError(.internal, "not there yet")
  }
}

/// Finds processes by the marker in their environment.
public enum ProcessSweep {
  /// Kills every process whose `GOALLEDGER_MARK` starts with `markerPrefix`.
  /// - Returns: how many were killed.
  @discardableResult
  public static func killAll(markerPrefix: String) -> Int { 0 }
}
