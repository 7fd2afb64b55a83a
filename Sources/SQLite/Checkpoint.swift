// Copying the write-ahead log back into the database. The plain way is `Connection.checkpoint`; the
// safe way beside other connections is `WALCheckpointer`.
//
// SQLite before 3.51.3 can lose committed pages when a checkpoint races another connection's reset
// of the log (sqlite.org/wal.html#walresetbug). Only a writer resets the log, so the checkpointer
// holds the write lock, on a second connection, while the first one copies. A checkpoint that waits
// for readers or resets the log itself needs that lock and cannot be had this way: the next writer
// resets the log instead, from its start, once no reader needs it, and `journal_size_limit` then
// cuts it.
import CSQLite

/// What a checkpoint does besides copying.
public enum CheckpointMode: Sendable, Hashable {
  /// Copies what it can without waiting for anybody.
  case passive
  /// Waits for the writer, and for readers of old snapshots, then copies everything.
  case full
  /// As `full`, and the next writer begins the log anew.
  case restart
  /// As `restart`, and cuts the log to nothing.
  case truncate

  var code: Int32 {
    switch self {
    case .passive: SQLITE_CHECKPOINT_PASSIVE
    case .full: SQLITE_CHECKPOINT_FULL
    case .restart: SQLITE_CHECKPOINT_RESTART
    case .truncate: SQLITE_CHECKPOINT_TRUNCATE
    }
  }
}

extension Connection {
  /// Copies frames of the log into the database.
  ///
  /// - Returns: the frames in the log and how many of them are in the database by now; -1 for both
  ///   where the database has no log.
  /// - Throws: ``ResultCode/busy`` where another connection is in the way past the timeout,
  ///   ``ResultCode/locked`` within a write transaction of this connection.
  @discardableResult
  public func checkpoint(
    _ mode: CheckpointMode = .passive
  ) throws(SQLiteError) -> (logFrames: Int, checkpointed: Int) {
    let database = unsafe try open()
    var (log, copied): (Int32, Int32) = (-1, -1)
    let code = unsafe sqlite3_wal_checkpoint_v2(database, "main", mode.code, &log, &copied)
    guard code == SQLITE_OK else {
      throw unsafe SQLiteError.last(of: database, code: code, sql: nil)
    }
    return (Int(log), Int(copied))
  }
}

/// How a checkpoint ended.
public enum CheckpointOutcome: Sendable, Hashable {
  /// Every frame of the log is in the database; the next writer can begin the log anew.
  case complete(frames: Int)
  /// Readers of older snapshots kept some frames from being copied.
  case partial(checkpointed: Int, of: Int)
  /// Another connection held the lock; nothing was done, and a later try may do it.
  case busy
}

/// Checkpoints a database in WAL mode while no other connection can reset its log.
public final class WALCheckpointer {
  private let guardian: Connection
  private let copier: Connection

  /// Opens the two connections; the database must exist.
  ///
  /// - Parameters:
  ///   - path: the database.
  ///   - busyTimeout: how long to wait for the write lock, in milliseconds, before the outcome is
  ///     ``CheckpointOutcome/busy``.
  ///   - vfs: the file system layer, as ``OpenOptions/vfs``.
  /// - Throws: as ``Connection/init(path:options:)``.
  public init(
    path: String,
    busyTimeout: Int32 = 100,
    vfs: String? = nil
  ) throws(SQLiteError) {
    var options = OpenOptions.default
    options.vfs = vfs
    options.create = false
    options.busyTimeout = busyTimeout
    options.readsSchema = false
    options.statementCacheSize = 4
    guardian = try Connection(path: path, options: options)
    copier = try Connection(path: path, options: options)
  }

  /// Copies what can be copied of the log while it holds the write lock, that is for as long as the
  /// copying takes. Its owner's own write transactions must not be open meanwhile.
  ///
  /// - Throws: what reading and writing throw; a lock held by others is an outcome.
  public func checkpoint() throws(SQLiteError) -> CheckpointOutcome {
    do throws(SQLiteError) {
      let (frames, copied) = try guardian.transaction(.immediate) { () throws(SQLiteError) in
        try copier.checkpoint(.passive)
      }
      guard frames > copied else { return .complete(frames: max(0, frames)) }
      return .partial(checkpointed: copied, of: frames)
    } catch {
      if ResultCode.busy ~= error { return .busy }
      throw error
    }
  }
}
