import CLinux
import Glibc

/// Turns at writing among the processes of this program that work on one database. SQLite has no
/// queue at its lock: whoever finds it taken sleeps and looks again, while others come and go. Here
/// they wait for each other in the system, which wakes those who wait at once. Who had to wait keeps the
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
  /// How long whoever had to wait keeps it.
  private let length: Duration
  /// How long to wait for it, in milliseconds: for a dozen others, if need be.
  private let patience: Int32
  /// How long a turn that was missed is not asked for.
  private static let pause = Duration.seconds(2)

  /// Turns at the database at `path`. They are taken at its log, which SQLite itself never locks: of a
  /// file that it does lock, closing another descriptor would take its locks away (`man 2 fcntl`).
  init(
    database path: String,
    length: Duration = .milliseconds(12),
    patience: Duration = .milliseconds(250)
  ) {
    self.path = path + "-wal"
    self.length = length
    self.patience = Int32(patience / .milliseconds(1))
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Waits for the turn, unless it is kept from before.
  func take() {
    guard !isTaken, .now >= asksFrom else { return }
    if descriptor < 0 { descriptor = unsafe open(path, O_RDWR | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    switch gl_take_turn(descriptor, patience) {
    case Int32(GL_TURN_TAKEN): end = .now
    case Int32(GL_TURN_WAITED_FOR): end = .now + length
    case Int32(GL_TURN_MISSED): asksFrom = .now + Self.pause
    default: break
    }
  }

  /// Whether it is had now.
  var isTaken: Bool { end != nil }

  /// Whether it is to be kept for what its holder writes next.
  var isKept: Bool { end.map { $0 > .now } ?? false }

  /// Lets those who wait have it.
  func finish() {
    guard isTaken else { return }
    end = nil
    gl_end_turn(descriptor)
  }
}
