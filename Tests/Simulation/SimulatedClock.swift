import CClockVFS
import GoalLedger

/// The one clock of a simulation: what it says is what SQLite's `now` and Swift's are.
///
/// What must stay true: it stands still unless it is set. Its VFS stays for as long as the process.
@safe final class SimulatedClock: Sendable {
  /// The name of the VFS that shows it to SQLite.
  let vfs: String
  // Set and read atomically on the other side, so any thread may.
  private nonisolated(unsafe) let clock: OpaquePointer

  /// Where simulated time begins: a Thursday, far from any border of the calendar.
  static let start = Timestamp(milliseconds: 1_767_261_600_000)

  /// - Parameter vfs: a name that no other clock of this process has or had.
  init(vfs: String) {
    guard let clock = unsafe clock_vfs_open(vfs, Self.start.milliseconds) else {
      preconditionFailure("no VFS could be registered")
    }
    self.vfs = vfs
    unsafe self.clock = unsafe clock
  }

  var now: Timestamp { Timestamp(milliseconds: unsafe clock_vfs_get(clock)) }

  func set(_ time: Timestamp) { unsafe clock_vfs_set(clock, time.milliseconds) }
}
