import CLinux
import Glibc

/// Turns at writing among the processes of this program that work on one database. SQLite has no
/// queue at its lock: whoever finds it taken sleeps and looks again, while others come and go. Here
/// they wait for each other in the system, which wakes the next one at once. Who had to wait keeps the
/// turn for some transactions, since each change of hands costs whoever comes next its page cache.
///
/// What must stay true: a turn is manners and no more. SQLite's lock decides, and everything is right
/// without turns; so whoever cannot have one in time, because its holder was stopped, goes on without,
/// and does not ask again for a while.
final class WriteTurns {
  private let path: String
  private var descriptor: Int32 = -1
  /// Until when the turn is kept; nil while another one has it or may have it.
  private var end: ContinuousClock.Instant?
  /// From when on it is worth asking.
  private var asksFrom = ContinuousClock.now
  /// How long whoever had to wait keeps it: three others may have to wait for so long each.
  private static let length = Duration.milliseconds(12)
  /// No turn of ours takes so long, in milliseconds.
  private static let patience: Int32 = 100
  /// How long a turn that was missed is not asked for.
  private static let pause = Duration.seconds(2)

  /// Turns at the database at `path`. They are taken at its log, which SQLite itself never locks: of a
  /// file that it does lock, closing another descriptor would take its locks away (`man 2 fcntl`).
  init(database path: String) { self.path = path + "-wal" }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Waits for the turn, unless it is kept from before.
  func take() {
    guard end == nil, .now >= asksFrom else { return }
    if descriptor < 0 { descriptor = unsafe open(path, O_RDWR | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    switch gl_take_turn(descriptor, Self.patience) {
    case Int32(GL_TURN_TAKEN): end = .now
    case Int32(GL_TURN_WAITED_FOR): end = .now + Self.length
    case Int32(GL_TURN_MISSED): asksFrom = .now + Self.pause
    default: break
    }
  }

  /// Whether it is to be kept for what its holder writes next.
  var isKept: Bool { end.map { $0 > .now } ?? false }

  /// Gives it to whoever waits for it.
  func finish() {
    guard end != nil else { return }
    end = nil
    gl_end_turn(descriptor)
  }
}
