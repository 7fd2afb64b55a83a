import GoalLedger

// Where a worker puts checkpoints on its own, as the operator configured it.
//
// What must stay true: no file lies in the database's folder: whoever can write there can alter the
// database and its checkpoint together.

/// Where checkpoints go, and how often.
public struct CheckpointRules: Sendable, Equatable {
  /// Absolute paths of files of which each holds the latest checkpoint.
  public var files: [String] = []
  /// Whether every commit that the worker makes names the latest one in a trailer.
  public var trailer = false
  /// Whether the worker prints each on its standard output.
  public var output = false
  /// The least time from one checkpoint to the next, in milliseconds.
  public var intervalMilliseconds = 60_000

  /// None anywhere.
  public init() {}

  /// The range of ``intervalMilliseconds``.
  public static let intervalRange = 100...86_400_000

  /// Whether any are wanted.
  public var areWanted: Bool { !files.isEmpty || trailer || output }
}

extension ConfigurationReader {
  /// Reads the object `checkpoints`.
  mutating func checkpoints(_ value: JSONValue?, folder: String) -> CheckpointRules {
    var rules = CheckpointRules()
    let place = "checkpoints"
    guard let members = object(value, at: place, keys: ConfigurationKeys.checkpoints) else {
      return rules
    }
    let files = texts(members["files"], at: Self.join(place, "files")) ?? []
    rules.files = files.map { PathText.absolute($0, in: folder) }
    rules.trailer = flag(members["trailer"], at: Self.join(place, "trailer")) ?? rules.trailer
    rules.output = flag(members["stdout"], at: Self.join(place, "stdout")) ?? rules.output
    rules.intervalMilliseconds =
      integer(
        members["interval_ms"],
        at: Self.join(place, "interval_ms"),
        in: CheckpointRules.intervalRange
      ) ?? rules.intervalMilliseconds
    return rules
  }

  /// Refuses files that lie in the database's folder, an absolute path.
  mutating func check(_ rules: CheckpointRules, databaseFolder: String) {
    for (place, file) in rules.files.enumerated()
    where PathText.contains(databaseFolder, file)
      || PathText.contains(
        PathText.resolved(databaseFolder),
        PathText.resolved(PathText.folder(of: file))
      )
    {
      refuse(
        "checkpoints.files[\(place)]",
        "\(file) lies in the database's folder: who can alter the one could alter the other; name a "
          + "file elsewhere, best on another machine's disk"
      )
    }
  }
}
