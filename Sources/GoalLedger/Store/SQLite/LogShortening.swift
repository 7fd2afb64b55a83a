import Glibc
import SQLite
import Synchronization

/// Keeping the write-ahead log short. No connection of ours checkpoints by itself, since SQLite before
/// 3.51.3 can lose pages by that, so somebody has to: the writer does after each 4 MiB that it has
/// written, and a worker now and then, for what others have.
///
/// What must stay true: it is done while the write lock is held, by the writer's own thread, so that
/// this process's writes wait in its queue and not for a lock; where nothing was written since the
/// last time, nothing is done, or an idle worker would not be idle.
extension SQLiteGoalStore {
  public func shortenLog() async throws(LedgerError) -> LogStanding? {
    let now = LogStamp(path: path)
    guard let now, now != shortened.latest else { return nil }
    let outcome = try await writer.shortenLog()
    let bytes = LogStamp(path: path)?.bytes ?? now.bytes
    switch outcome {
    case .complete(let pages):
      shortened.latest = now
      return LogStanding(outcome: .complete(pages: pages), bytes: bytes, holders: [])
    case .partial(let copied, let pages):
      let held = LogStanding.Outcome.held(copied: copied, of: pages)
      return LogStanding(outcome: held, bytes: bytes, holders: logHolders())
    case .busy: return LogStanding(outcome: .busy, bytes: bytes, holders: logHolders())
    }
  }

  /// The log's size in bytes; 0 where there is none.
  public var logBytes: Int64 { LogStamp(path: path)?.bytes ?? 0 }

  /// The other processes that read from or write to the database at this moment.
  public func logHolders() -> [LogHolder] {
    LogUser.all(of: path).map { user in
      let use: LogHolder.Use =
        switch user.hold {
        case .view: .reads
        case .writeLock: .writes
        case .file: .opens
        }
      return LogHolder(pid: user.pid, command: user.command, use: use)
    }
  }
}

/// What tells whether a log was written to.
struct LogStamp: Sendable, Hashable {
  let bytes: Int64
  private let seconds: Int
  private let nanoseconds: Int

  /// Looks at the file of a database's log, without opening it; nil where there is none.
  init?(path: String) {
    var status = stat()
    guard unsafe stat(path + "-wal", &status) == 0 else { return nil }
    bytes = Int64(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}

/// The log as it was when all of it was in the database.
final class ShortenedLog: Sendable {
  private let stamp = Mutex<LogStamp?>(nil)

  var latest: LogStamp? {
    get { stamp.withLock { $0 } }
    set { stamp.withLock { $0 = newValue } }
  }
}
