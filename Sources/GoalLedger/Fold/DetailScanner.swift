// A scanner of the JSON objects that entries hold, for the values of some keys.
//
// What must stay true: what it accepts is JSON as SQLite's json_object writes it, without white space,
// and the values it gives are those that json_extract would give. All else is "unusual", and for SQL
// to decide: keys with escapes, numbers that are no Int64 of 18 digits, \u escapes beyond ASCII,
// deep nesting. Nothing that it accepts is malformed, so that json_extract would have thrown.

/// Something that only SQL can decide.
struct Unusual: Error {}

/// A value where it stands.
struct JSONToken {
  enum Kind {
    case null, yes, no, integer, other, text, escapedText, array, object
  }
  let kind: Kind
  /// Its bytes; of a text those between the quotes.
  let range: Range<Int>
}

struct DetailScanner {
  let bytes: [UInt8]
  private var place: Int
  private let end: Int
  private static let depthLimit = 64

  /// Scans a part of some bytes.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    place = range.lowerBound
    end = range.upperBound
  }

  /// Gives each member of the object that the bytes are, and throws where they are not just that.
  mutating func members(
    _ body: (Range<Int>, JSONToken) throws(Unusual) -> Void
  ) throws(Unusual) {
    try expect(UInt8(ascii: "{"))
    guard try !skips(UInt8(ascii: "}")) else { return try expectEnd() }
    while true {
      let key = try string()
      guard key.kind == .text else { throw Unusual() }
      try expect(UInt8(ascii: ":"))
      try body(key.range, try value(depth: 1))
      if try skips(UInt8(ascii: ",")) { continue }
      try expect(UInt8(ascii: "}"))
      return try expectEnd()
    }
  }

  private func expectEnd() throws(Unusual) {
    guard place == end else { throw Unusual() }
  }

  private func peek() throws(Unusual) -> UInt8 {
    guard place < end else { throw Unusual() }
    return bytes[place]
  }

  private mutating func skips(_ byte: UInt8) throws(Unusual) -> Bool {
    guard try peek() == byte else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(Unusual) {
    guard try skips(byte) else { throw Unusual() }
  }

  private mutating func value(depth: Int) throws(Unusual) -> JSONToken {
    let start = place
    switch try peek() {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "{"):
      try container(depth, UInt8(ascii: "}"), hasKeys: true)
      return JSONToken(kind: .object, range: start..<place)
    case UInt8(ascii: "["):
      try container(depth, UInt8(ascii: "]"), hasKeys: false)
      return JSONToken(kind: .array, range: start..<place)
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "t"): return try literal("true", .yes)
    case UInt8(ascii: "f"): return try literal("false", .no)
    default: return try number()
    }
  }

  private mutating func container(
    _ depth: Int,
    _ close: UInt8,
    hasKeys: Bool
  ) throws(Unusual) {
    guard depth < Self.depthLimit else { throw Unusual() }
    place += 1
    if try skips(close) { return }
    while true {
      if hasKeys {
        _ = try string()
        try expect(UInt8(ascii: ":"))
      }
      _ = try value(depth: depth + 1)
      if try skips(UInt8(ascii: ",")) { continue }
      return try expect(close)
    }
  }

  private mutating func literal(
    _ word: StaticString,
    _ kind: JSONToken.Kind
  ) throws(Unusual) -> JSONToken {
    let start = place
    guard place + word.utf8CodeUnitCount <= end else { throw Unusual() }
    for offset in 0..<word.utf8CodeUnitCount {
      guard unsafe bytes[place + offset] == word.utf8Start[offset] else { throw Unusual() }
    }
    place += word.utf8CodeUnitCount
    return JSONToken(kind: kind, range: start..<place)
  }

  private mutating func string() throws(Unusual) -> JSONToken {
    try expect(UInt8(ascii: "\""))
    let start = place
    var kind = JSONToken.Kind.text
    while place < end {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") { return JSONToken(kind: kind, range: start..<place - 1) }
      guard byte >= 0x20 else { throw Unusual() }
      guard byte == UInt8(ascii: "\\") else { continue }
      kind = .escapedText
      try escape()
    }
    throw Unusual()
  }

  /// What may follow a backslash, which was skipped.
  private mutating func escape() throws(Unusual) {
    let letter = try peek()
    place += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return
    case UInt8(ascii: "u"):
      for _ in 0..<4 {
        guard Character(Unicode.Scalar(try peek())).isHexDigit else { throw Unusual() }
        place += 1
      }
    default: throw Unusual()
    }
  }

  /// An integer of up to 18 digits, or another number.
  private mutating func number() throws(Unusual) -> JSONToken {
    let start = place
    if try peek() == UInt8(ascii: "-") { place += 1 }
    let first = place
    let leadsWithZero = try peek() == UInt8(ascii: "0")
    var digits = try skipDigits()
    if leadsWithZero, place - first > 1 { throw Unusual() }
    var kind = digits <= 18 ? JSONToken.Kind.integer : .other
    if place < end, bytes[place] == UInt8(ascii: ".") {
      place += 1
      digits = try skipDigits()
      kind = .other
    }
    if place < end, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      if try peek() == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+") { place += 1 }
      digits = try skipDigits()
      kind = .other
    }
    return JSONToken(kind: kind, range: start..<place)
  }

  /// Skips digits, one at least, and says how many.
  private mutating func skipDigits() throws(Unusual) -> Int {
    let start = place
    while place < end, bytes[place] &- UInt8(ascii: "0") < 10 { place += 1 }
    guard place > start else { throw Unusual() }
    return place - start
  }
}
