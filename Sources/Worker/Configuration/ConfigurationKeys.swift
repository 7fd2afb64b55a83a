// The keys `goalledger.json` may have, object by object. The reader refuses any other, and a test
// holds them equal to `Schema/configuration.schema.json`.

/// The keys of the objects of a configuration file.
public enum ConfigurationKeys {
  /// The file's own keys. `$schema` is for editors and means nothing here.
  public static let root = [
    "$schema", "checkpoints", "default_workspace", "domain", "redaction", "worker", "workspaces",
    "worktrees",
  ]
  /// The keys of `checkpoints`.
  public static let checkpoints = ["files", "interval_ms", "stdout", "trailer"]
  /// The keys of `worker`.
  public static let worker = ["durability"] + WorkerLimits.all.map(\.key)
  /// The keys of each workspace.
  public static let workspace = [
    "allowed", "base", "branch_prefix", "builds", "commands", "context_commands", "environment",
    "forbidden", "max_file_bytes", "max_files", "max_total_bytes", "merge", "path", "red_green",
    "signed_adoption", "test_files", "tests",
  ]
  /// The keys of each command.
  public static let command = ["argv", "exclusive", "timeout_ms"]

  /// The keys of `redaction`.
  public static let redaction = ["contexts", "except", "patterns"]
  /// The keys of each pattern.
  public static let pattern = ["characters", "least", "name", "prefix"]

  /// The range of `max_file_bytes` and `max_total_bytes`, in bytes.
  public static let byteRange = 1...1 << 40
  /// The range of `max_files`.
  public static let fileRange = 1...1_000_000
  /// The range of a command's `timeout_ms`, in milliseconds.
  public static let timeoutRange = 1...86_400_000
  /// The range of a pattern's `least`.
  public static let leastRange = 8...4096
  /// The default of a pattern's `least`.
  public static let patternLeast = 16
  /// The default of a pattern's `characters`.
  public static let patternCharacters = "A-Za-z0-9_-"
}
