// What a worker may do at once and how patient it is. One table holds each limit's name, default
// and range: the reader of the file, the environment's variables and the JSON Schema's test all go
// by it, so that they cannot drift apart.

/// The limits of a worker; every number is within the range its entry in ``all`` says.
public struct WorkerLimits: Sendable, Equatable {
  /// How many goals are executed at once.
  public var concurrency = 2
  /// How many tasks of one goal run at once.
  public var maxConcurrentTasks = 3
  /// How long a lease holds without a heartbeat, in milliseconds.
  public var leaseMilliseconds = 15_000
  /// How long a draining worker lets running goals finish, in milliseconds.
  public var graceMilliseconds = 10_000
  /// The slowest poll of the database, in milliseconds.
  public var pollMilliseconds = 1_000
  /// The first delay before a try is repeated, in milliseconds.
  public var retryBaseMilliseconds = 2_000
  /// The longest delay before a try is repeated, in milliseconds.
  public var retryCapMilliseconds = 20_000
  /// How long one try of a task may take, in milliseconds.
  public var taskTimeoutMilliseconds = 60_000

  /// The default limits.
  public init() {}

  /// One limit: its key in the file, its range, and where it is kept.
  public struct Limit: Sendable {
    /// The key in the file's `worker` object.
    public let key: String
    /// The least and the greatest value.
    public let range: ClosedRange<Int>
    /// Where it is kept.
    public let property: any WritableKeyPath<WorkerLimits, Int> & Sendable

    /// The environment's variable that overrides the file.
    public var variable: String { "GOALLEDGER_" + key.uppercased() }
    /// The value where nobody says another.
    public var defaultValue: Int { WorkerLimits()[keyPath: property] }
  }

  /// Every limit.
  public static let all: [Limit] = [
    Limit(key: "concurrency", range: 1...256, property: \.concurrency),
    Limit(key: "max_concurrent", range: 1...64, property: \.maxConcurrentTasks),
    Limit(key: "lease_ms", range: 100...3_600_000, property: \.leaseMilliseconds),
    Limit(key: "grace_ms", range: 0...3_600_000, property: \.graceMilliseconds),
    Limit(key: "poll_ms", range: 5...60_000, property: \.pollMilliseconds),
    Limit(key: "retry_base_ms", range: 0...3_600_000, property: \.retryBaseMilliseconds),
    Limit(key: "retry_cap_ms", range: 0...86_400_000, property: \.retryCapMilliseconds),
    Limit(key: "task_timeout_ms", range: 1...86_400_000, property: \.taskTimeoutMilliseconds),
  ]
}
