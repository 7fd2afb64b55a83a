// How a connection is opened. Every setting that decides whether data survive or rules hold is
// written down here and set explicitly, since SQLite's defaults are kept for compatibility and
// differ between builds.

/// How to open a database.
public struct OpenOptions: Sendable, Hashable {
  /// When a commit waits for the disk (`PRAGMA synchronous`).
  public enum Synchronous: Int, Sendable, Hashable {
    /// Never: a power failure can corrupt the database.
    case off = 0
    /// At checkpoints only: in WAL mode the last commits can be lost, and nothing else.
    case normal = 1
    /// At each commit: what is committed stays.
    case full = 2
    /// As `full`, and the directory is synced after a rollback journal is deleted.
    case extra = 3
  }

  /// How changes are made atomic (`PRAGMA journal_mode`).
  public enum Journal: String, Sendable, Hashable {
    /// A write-ahead log: readers and the one writer do not block each other.
    case wal
    /// A rollback journal that is deleted after each transaction.
    case delete
  }

  /// Open for reading only; the file must exist, and writes are refused.
  public var readOnly = false
  /// Create the file where there is none.
  public var create = true
  /// How long to wait for another connection's lock, in milliseconds; 0 is not at all.
  public var busyTimeout: Int32 = 5_000
  /// When a commit waits for the disk.
  public var synchronous = Synchronous.full
  /// The journal; nil leaves the file as it is. A read-only connection never changes it.
  public var journal: Journal? = .wal
  /// Whether foreign keys are enforced.
  public var foreignKeys = true
  /// Whether triggers fire at all. Off for whoever copies rows that were checked where they came from.
  public var triggers = true
  /// Whether triggers fire for rows that REPLACE deletes.
  public var recursiveTriggers = true
  /// Whether SQL that could corrupt the file, such as writing to `sqlite_schema`, is refused.
  public var defensive = true
  /// Whether `"text"` that names no column is read as a string, as SQLite does for compatibility.
  /// Off, a misspelt column is an error.
  public var doubleQuotedStrings = false
  /// What the log is cut to after it was reset, in bytes; -1 is no limit.
  public var journalSizeLimit: Int64 = 16 * 1_048_576
  /// After how many pages of log a commit checkpoints; 0 is never. SQLite before 3.51.3 can lose
  /// pages when a checkpoint races a reset of the log: see ``WALCheckpointer``.
  public var walAutocheckpoint: Int32 = 0
  /// The page cache: pages where positive, KiB where negative; nil is SQLite's default (2,000 KiB).
  public var cacheSize: Int32?
  /// How much of the file to map into memory, in bytes; nil is SQLite's default (none).
  public var mmapSize: Int64?
  /// The name of a registered file system layer (sqlite.org/vfs.html); nil is SQLite's default.
  public var vfs: String?
  /// Whether those settings are made that SQLite reads the whole schema for: `synchronous`, `journal`
  /// and `cacheSize`. Without them it is read when a statement names a table; a large one takes
  /// milliseconds. Unless it was built otherwise (`SQLITE_DEFAULT_SYNCHRONOUS`), SQLite is as durable as
  /// `full` by itself.
  public var readsSchema = true
  /// How many prepared statements to keep, at least 0.
  public var statementCacheSize = 128

  /// The default: read, write and create; durable; rules on.
  public init() {}

  /// Read, write and create; WAL, `synchronous=FULL`, foreign keys, recursive triggers, defensive
  /// mode, five seconds of patience, and no automatic checkpoint.
  public static let `default` = OpenOptions()

  /// Reads an existing database and refuses writes (`query_only` and a read-only file handle).
  public static let reader: OpenOptions = {
    var options = OpenOptions()
    options.readOnly = true
    options.create = false
    return options
  }()
}
