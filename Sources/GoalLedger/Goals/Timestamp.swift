import Glibc

/// Time as the ledger writes it: UTC, ISO 8601, milliseconds. SQLite's own
/// `strftime('%Y-%m-%dT%H:%M:%fZ')` writes the same text, and text order is time order.

/// A point in time, to the millisecond.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Milliseconds since 1970-01-01T00:00:00.000Z.
  public var milliseconds: Int64

  /// A point so many milliseconds after the start of 1970.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The machine's clock; within a simulation, the simulation's.
  public static var now: Timestamp {
    if let simulation = Simulation.current { return simulation.now() }
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// So many milliseconds later.
  public static func + (time: Timestamp, milliseconds: Int64) -> Timestamp {
    Timestamp(milliseconds: time.milliseconds + milliseconds)
  }

  /// The milliseconds from `right` to `left`.
  public static func - (left: Timestamp, right: Timestamp) -> Int64 {
    left.milliseconds - right.milliseconds
  }
}

extension Timestamp {
  private static let day: Int64 = 86_400_000

  /// As the database writes it: `2026-11-22T15:33:01.250Z`.
  public var description: String {
    var days = milliseconds / Self.day
    var rest = milliseconds % Self.day
    if rest < 0 {
      rest += Self.day
      days -= 1
    }
    // The civil date of a day number, after Howard Hinnant, "chrono-compatible low-level date
    // algorithms": years begin in March, so that leap days come last.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
    let civilMonth = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
    let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60]
    return padded(year, 4) + "-" + padded(civilMonth, 2) + "-" + padded(dayOfMonth, 2) + "T"
      + clock.map { padded($0, 2) }.joined(separator: ":") + "." + padded(rest % 1_000, 3) + "Z"
  }

  /// Reads what `description` writes; nil for any other text.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 24 else { return nil }
    func number(_ range: Range<Int>) -> Int64? {
      var number: Int64 = 0
      for byte in bytes[range] {
        guard (48...57).contains(byte) else { return nil }
        number = number * 10 + Int64(byte - 48)
      }
      return number
    }
    guard let year = number(0..<4), let month = number(5..<7), let dayOfMonth = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      let fraction = number(20..<23), (1...12).contains(month)
    else { return nil }
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + dayOfMonth - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    self.init(milliseconds: seconds * 1_000 + fraction)
    // What does not come back the same (a 31st of February, a wrong separator) was no such text.
    guard description == text else { return nil }
  }
}

private func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
