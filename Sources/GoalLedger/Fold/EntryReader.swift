// An entry, read back from the canonical bytes that were made of it for hashing: so its row is read
// from the file but once.
//
// What must stay true: an entry whose columns are not of their declared classes is unusual.

/// What the fold looks at in an entry.
struct FoldedEntry {
  let seq: Int64
  let event: Range<Int>
  let goal: Int64?
  let version: Int64?
  let attempt: Int64?
  let task: Int64?
  let toState: Range<Int>?
  let reason: Range<Int>?
  let detail: Range<Int>?

  /// Reads the entry that begins at a place in some canonical bytes.
  init(_ bytes: [UInt8], at start: Int) throws(Unusual) {
    var reader = CanonicalReader(bytes, at: start + CanonicalBytes.entryTag.utf8.count)
    guard let seq = try reader.integer() else { throw Unusual() }
    self.seq = seq
    for _ in 0..<3 { _ = try reader.text() }
    guard let event = try reader.text() else { throw Unusual() }
    self.event = event
    goal = try reader.integer()
    version = try reader.integer()
    attempt = try reader.integer()
    task = try reader.integer()
    _ = try reader.text()
    toState = try reader.text()
    reason = try reader.text()
    detail = try reader.text()
  }
}

/// Reads canonical values, one after the other.
private struct CanonicalReader {
  private let bytes: [UInt8]
  private var place: Int

  init(_ bytes: [UInt8], at place: Int) {
    self.bytes = bytes
    self.place = place
  }

  /// An INTEGER, or nil for NULL.
  mutating func integer() throws(Unusual) -> Int64? {
    let letter = bytes[place]
    let range = value()
    if letter == UInt8(ascii: "n") { return nil }
    guard letter == UInt8(ascii: "i") else { throw Unusual() }
    var number: UInt64 = 0
    for byte in bytes[range] where byte != UInt8(ascii: "-") {
      number = number &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
    }
    let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
    return Int64(bitPattern: isNegative ? 0 &- number : number)
  }

  /// A TEXT, or nil for NULL.
  mutating func text() throws(Unusual) -> Range<Int>? {
    let letter = bytes[place]
    let range = value()
    if letter == UInt8(ascii: "n") { return nil }
    guard letter == UInt8(ascii: "t") else { throw Unusual() }
    return range
  }

  private mutating func value() -> Range<Int> {
    place += 1
    var count = 0
    while bytes[place] != UInt8(ascii: ":") {
      count = count * 10 + Int(bytes[place] &- UInt8(ascii: "0"))
      place += 1
    }
    let start = place + 1
    place = start + count
    return start..<place
  }
}
