/// Gives edits their meaning, whoever proposes them.
public struct FileApplier: Sendable {
  /// The rules for paths and sizes.
  public let policy: PathPolicy
  /// Makes an applier.
  public init(policy: PathPolicy) { self.policy = policy }

  /// What each edit would meet in `source`, in one read of it.
  /// - Throws: `.refused`, `.tooLarge` (policy), or when the source fails.
  public func dryRun(
    _ edits: [(path: RelativePath, edit: FileEdit)],
    in source: any FileSource
  ) async throws(ExecutionError) -> [RelativePath: Observation] { [:] }

  /// Applies one edit.
  public func apply(
    _ edit: FileEdit,
    to path: RelativePath,
    in folder: SafeFolder
  ) throws(ExecutionError) -> AppliedChange {
    AppliedChange(path: path, before: nil, after: nil, bytes: 0)
  }
}
