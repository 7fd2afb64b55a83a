// A full or broken disk below one folder, for this process alone: the Swift face of CFaultCalls.
import CFaultCalls
import Glibc

/// System calls that fail below a folder while it lives; one at a time.
public final class FaultCalls: Sendable {
  /// Counts what changes anything below a folder, and fails the `nth` such call; none where it is 0.
  public init(
    below folder: String,
    fail nth: Int = 0,
    with number: Int32 = ENOSPC,
    lasting: Bool = false
  ) {
    unsafe cfc_arm(folder, Int64(nth), number, lasting ? 1 : 0)
  }

  deinit { cfc_disarm() }

  /// Passes everything on again.
  public func heal() { cfc_disarm() }

  /// How many calls there were.
  public var count: Int { Int(cfc_count()) }
  /// How many of them failed.
  public var failures: Int { Int(cfc_fired()) }
  /// The first call that failed, and its path below the folder.
  public var what: String { unsafe String(cString: cfc_what()) }
}
