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
  /// As the database writes it: `2026-11-22T15:33:01.250Z`.
  public var description: String {
    let civil = CivilTime(self)
    // Six bytes for a year: what is beyond 9999 or before 0 is shown, and read by nobody.
    return unsafe String(unsafeUninitializedCapacity: 32) { text in
      var end = 0
      func put(_ byte: UInt8) {
        unsafe text[end] = byte
        end += 1
      }
      func put(_ number: Int64, _ width: Int) {
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
          put(UInt8(48 + number / divisor % 10))
          divisor /= 10
        }
      }
      if civil.year < 0 { put(UInt8(ascii: "-")) }
      put(abs(civil.year), civil.year.magnitude > 9_999 ? 6 : 4)
      put(UInt8(ascii: "-"))
      put(civil.month, 2)
      put(UInt8(ascii: "-"))
      put(civil.day, 2)
      put(UInt8(ascii: "T"))
      put(civil.hour, 2)
      put(UInt8(ascii: ":"))
      put(civil.minute, 2)
      put(UInt8(ascii: ":"))
      put(civil.second, 2)
      put(UInt8(ascii: "."))
      put(civil.millisecond, 3)
      put(UInt8(ascii: "Z"))
      return end
    }
  }

  /// Reads what `description` writes; nil for any other text.
  public init?(_ text: String) {
    var text = text
    let civil = text.withUTF8 { bytes in unsafe CivilTime(bytes) }
    guard let civil else { return nil }
    self.init(milliseconds: civil.milliseconds)
    // What does not come back the same, such as a 31st of February, was no such text.
    guard CivilTime(self) == civil else { return nil }
  }
}

/// A point in time by the calendar, after Howard Hinnant, "chrono-compatible low-level date
/// algorithms": years begin in March, so that leap days come last.
private struct CivilTime: Equatable {
  let year, month, day, hour, minute, second, millisecond: Int64

  private static let dayLength: Int64 = 86_400_000

  init(_ time: Timestamp) {
    var days = time.milliseconds / Self.dayLength
    var rest = time.milliseconds % Self.dayLength
    if rest < 0 {
      rest += Self.dayLength
      days -= 1
    }
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = rest / 3_600_000
    minute = rest / 60_000 % 60
    second = rest / 1_000 % 60
    millisecond = rest % 1_000
  }

  /// Reads `2026-11-22T15:33:01.250Z`, whatever the numbers are but for the month.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count == 24 else { return nil }
    var isText = true
    func number(_ range: Range<Int>) -> Int64 {
      var number: Int64 = 0
      for index in range {
        let byte = unsafe bytes[index]
        if byte < 48 || byte > 57 { isText = false }
        number = number * 10 + Int64(byte) - 48
      }
      return number
    }
    func mark(_ index: Int, _ byte: Unicode.Scalar) {
      if unsafe bytes[index] != UInt8(ascii: byte) { isText = false }
    }
    (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    millisecond = number(20..<23)
    mark(4, "-")
    mark(7, "-")
    mark(10, "T")
    mark(13, ":")
    mark(16, ":")
    mark(19, ".")
    mark(23, "Z")
    guard isText, (1...12).contains(month) else { return nil }
  }

  var milliseconds: Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    return (days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000 + millisecond
  }
}
