import ArgumentParser
import Glibc
import GoalLedger

/// A point in time on the command line: `2026-12-01`, `2026-12-01T08:00Z`, with seconds and
/// milliseconds where wanted, an offset such as `+02:00` in place of `Z`, or `+90m` from now.
struct TimeArgument: ExpressibleByArgument {
  let time: Timestamp

  init?(argument: String) {
    if argument.hasPrefix("+") {
      guard let duration = DurationArgument(argument: String(argument.dropFirst())) else {
        return nil
      }
      time = Clock.now + duration.milliseconds
      return
    }
    var text = argument
    var offset: Int64 = 0
    if text.utf8.count == 10 { text += "T00:00Z" }
    if text.hasSuffix("Z") {
      text.removeLast()
    } else {
      let zone = text.suffix(6)
      guard zone.utf8.count == 6, let sign = zone.first, sign == "+" || sign == "-",
        zone.dropFirst(3).first == ":", let hours = Int64(zone.dropFirst().prefix(2)),
        let minutes = Int64(zone.suffix(2)), hours <= 14, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * 60_000 * (sign == "+" ? 1 : -1)
      text.removeLast(6)
    }
    if text.utf8.count == 16 { text += ":00" }
    if text.utf8.count == 19 { text += ".000" }
    guard let local = Timestamp(text + "Z") else { return nil }
    time = local + -offset
  }
}

/// A length of time on the command line: `1500ms`, `90s`, `10m`, `2h`, `1d`.
struct DurationArgument: ExpressibleByArgument {
  let milliseconds: Int64

  init?(argument: String) {
    let units: [(String, Int64)] = [
      ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    guard let (unit, factor) = units.first(where: { argument.hasSuffix($0.0) }),
      let number = Double(argument.dropLast(unit.count)), number.isFinite, number >= 0,
      number * Double(factor) <= 1e15
    else { return nil }
    milliseconds = Int64((number * Double(factor)).rounded())
  }
}

/// The time of day.
enum Clock {
  static var now: Timestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
