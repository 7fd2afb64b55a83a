/// How the database's log of what was written lately stands: how long it is, and who keeps it so.

/// A process that keeps the log from being shortened.
public struct LogHolder: Sendable, Hashable {
  /// What it does.
  public enum Use: String, Sendable, Hashable {
    /// It reads from an older view of the database.
    case reads
    /// It holds the write lock.
    case writes
    /// It has the database open: the system does not say more.
    case opens
  }

  /// The process.
  public let pid: Int32
  /// Its command line; empty where the system does not show it.
  public let command: String
  /// What it does.
  public let use: Use

  /// A process.
  public init(pid: Int32, command: String, use: Use) {
    self.pid = pid
    self.command = command
    self.use = use
  }
}

/// What came of shortening the log.
public struct LogStanding: Sendable, Hashable {
  /// How far it was shortened.
  public enum Outcome: Sendable, Hashable {
    /// All of it is in the database; the next writer begins it anew.
    case complete(pages: Int)
    /// A reader needs some of it: so many pages of all are in the database.
    case held(copied: Int, of: Int)
    /// Another process held the write lock all the while.
    case busy
  }

  /// How far it was shortened.
  public let outcome: Outcome
  /// The file's size in bytes, which stays when the log begins anew, up to 16 MiB.
  public let bytes: Int64
  /// The other processes that were in the way at that moment.
  public let holders: [LogHolder]

  /// A standing.
  public init(outcome: Outcome, bytes: Int64, holders: [LogHolder]) {
    self.outcome = outcome
    self.bytes = bytes
    self.holders = holders
  }
}
