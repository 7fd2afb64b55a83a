// Wall-clock time as the engine passes it on to the record. It is never used to measure: what lasts
// how long comes from the injected clock, which no one can set back.

import GoalLedger

extension Timestamp {
  /// The timestamp a duration later, rounded down to the millisecond.
  public static func + (start: Timestamp, duration: Duration) -> Timestamp {
    Timestamp(milliseconds: start.milliseconds + duration.wholeMilliseconds)
  }

  /// The duration from another timestamp to this one; negative if this one is the earlier.
  public func since(_ start: Timestamp) -> Duration {
    .milliseconds(milliseconds - start.milliseconds)
  }
}

extension Duration {
  /// The duration in milliseconds, rounded towards zero.
  var wholeMilliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }

  /// The duration in milliseconds, with its fraction.
  public var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }

  /// The duration as people say it: `2.5 s`, `60 s`, `10 min`.
  var spoken: String {
    let (seconds, _) = components
    if seconds >= 120, seconds % 60 == 0 { return "\(seconds / 60) min" }
    let tenths = wholeMilliseconds / 100
    return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
  }
}
