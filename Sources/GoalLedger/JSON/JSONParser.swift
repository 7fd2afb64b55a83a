/// Reading JSON (RFC 8259), strictly: a key given twice, a number out of range, a lone surrogate,
/// a NUL or anything after the end is an error that says where.

/// What is wrong with a text that should be JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was wrong, as a sentence's end: "a key is given twice".
  public let problem: String
  /// The line, from 1.
  public let line: Int
  /// The column in bytes, from 1.
  public let column: Int

  public var description: String { "line \(line), column \(column): \(problem)" }
}

extension JSONValue {
  /// Reads one JSON document.
  /// - throws: `JSONError`, with the line and column of the first mistake.
  public static func parse(_ text: String) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes: Array(text.utf8))
    return try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var place = 0
  var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value()
    skipSpace()
    guard place == bytes.count else { throw error("there is more text after the value's end") }
    return value
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    guard place < bytes.count else { throw error("the text ends where a value should be") }
    switch bytes[place] {
    case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("a value should start here: { [ \" a number, true, false or null")
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < 200 else { throw error("values are nested more than 200 deep") }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    place += 1
    var members: [String: JSONValue] = [:]
    if skip(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipSpace()
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
        throw error("a key in double quotes should be here")
      }
      let start = place
      let key = try string()
      guard members[key] == nil else {
        place = start
        throw error("the key \"\(key)\" is given twice")
      }
      guard skip(UInt8(ascii: ":")) else { throw error("a colon should follow the key") }
      members[key] = try value()
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "}")) else { throw error("a comma or } should be here") }
    return .object(members)
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    place += 1
    var elements: [JSONValue] = []
    if skip(UInt8(ascii: "]")) { return .array(elements) }
    repeat { elements.append(try value()) } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "]")) else { throw error("a comma or ] should be here") }
    return .array(elements)
  }

  private mutating func string() throws(JSONError) -> String {
    place += 1
    var out: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      switch byte {
      case UInt8(ascii: "\""):
        place += 1
        return String(decoding: out, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &out)
      case 0..<0x20: throw error("a control character in a string must be escaped")
      default:
        out.append(byte)
        place += 1
      }
    }
    throw error("the string does not end")
  }

  private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
    guard place + 1 < bytes.count else { throw error("the string does not end") }
    let plain: [UInt8: UInt8] = [
      UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
      UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12,
      UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
    ]
    if let byte = plain[bytes[place + 1]] {
      out.append(byte)
      place += 2
      return
    }
    guard bytes[place + 1] == UInt8(ascii: "u") else { throw error("no such escape in JSON") }
    var unit = try hexUnit()
    if (0xD800..<0xDC00).contains(unit) {
      guard place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"),
        bytes[place + 1] == UInt8(ascii: "u")
      else { throw error("half of a surrogate pair stands alone") }
      let low = try hexUnit()
      guard (0xDC00..<0xE000).contains(low) else {
        throw error("half of a surrogate pair stands alone")
      }
      unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }
    guard unit != 0 else { throw error("a NUL character is not taken") }
    guard let scalar = Unicode.Scalar(unit) else {
      throw error("half of a surrogate pair stands alone")
    }
    out += String(Character(scalar)).utf8
  }

  /// Reads `\uXXXX` and moves past it.
  private mutating func hexUnit() throws(JSONError) -> UInt32 {
    let digits = bytes[min(place + 2, bytes.count)..<min(place + 6, bytes.count)]
    guard digits.count == 4, let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
      digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-")
    else { throw error("four hexadecimal digits should follow \\u") }
    place += 6
    return unit
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[place...].starts(with: word.utf8) else {
      throw error("a value should start here: { [ \" a number, true, false or null")
    }
    place += word.utf8.count
    return value
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = place
    if bytes[place] == UInt8(ascii: "-") { place += 1 }
    let whole = digits()
    let leadingZero = whole > 1 && bytes[place - whole] == UInt8(ascii: "0")
    guard whole > 0, !leadingZero else { throw error("this is no number of JSON") }
    var isWhole = true
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      isWhole = false
      place += 1
      guard digits() > 0 else { throw error("digits should follow the point") }
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      place += 1
      if place < bytes.count, bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-")
      {
        place += 1
      }
      guard digits() > 0 else { throw error("digits should follow the exponent's e") }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole {
      guard let number = Int64(text) else { throw error("a whole number beyond 64 bits") }
      return .integer(number)
    }
    guard let number = Double(text), number.isFinite else {
      throw error("a number beyond the range of a double")
    }
    return .double(number)
  }

  private mutating func digits() -> Int {
    let start = place
    while place < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) {
      place += 1
    }
    return place - start
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    skipSpace()
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
  }

  private func error(_ problem: String) -> JSONError {
    let before = bytes[..<min(place, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return JSONError(problem: problem, line: line, column: column)
  }
}
