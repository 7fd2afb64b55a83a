// What json_extract makes of a value in an entry's detail, and the values of some keys of it.
//
// What must stay true: a key that is asked for and stands there twice is unusual, since json_extract
// and json_each take different ones.

extension JSONToken {
  /// The number; nil for NULL and where the value is missing.
  /// - throws: where it is neither.
  static func integer(_ token: JSONToken?, _ bytes: [UInt8]) throws(Unusual) -> Int64? {
    guard let token, token.kind != .null else { return nil }
    guard token.kind == .integer else { throw Unusual() }
    return token.integer(bytes)
  }

  /// The number that an integer is.
  fileprivate func integer(_ bytes: [UInt8]) -> Int64 {
    var number: Int64 = 0
    for byte in bytes[range] where byte != UInt8(ascii: "-") {
      number = number * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return bytes[range.lowerBound] == UInt8(ascii: "-") ? -number : number
  }

  /// The bytes that a text with escapes stands for.
  fileprivate func unescaped(_ bytes: [UInt8]) throws(Unusual) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(range.count)
    var place = range.lowerBound
    while place < range.upperBound {
      guard bytes[place] == UInt8(ascii: "\\") else {
        text.append(bytes[place])
        place += 1
        continue
      }
      place += 2
      switch bytes[place - 1] {
      case UInt8(ascii: "b"): text.append(8)
      case UInt8(ascii: "f"): text.append(12)
      case UInt8(ascii: "n"): text.append(10)
      case UInt8(ascii: "r"): text.append(13)
      case UInt8(ascii: "t"): text.append(9)
      case UInt8(ascii: "u"):
        let digits = String(decoding: bytes[place..<place + 4], as: UTF8.self)
        guard let code = UInt8(digits, radix: 16), code > 0, code < 0x80 else { throw Unusual() }
        text.append(code)
        place += 4
      default: text.append(bytes[place - 1])
      }
    }
    return text
  }
}

extension KeyedDigest {
  /// Adds a value as json_extract gives it; NULL where it is missing.
  mutating func add(_ token: JSONToken?, of bytes: [UInt8]) throws(Unusual) {
    guard let token else { return addNull() }
    switch token.kind {
    case .null: addNull()
    case .yes: add(1)
    case .no: add(0)
    case .integer: add(token.integer(bytes))
    case .text, .array, .object: add(text: token.range, of: bytes)
    case .escapedText: add(text: try token.unescaped(bytes))
    case .other: throw Unusual()
    }
  }
}

extension [UInt8] {
  /// Whether a part of the bytes is just that.
  func holds(_ word: [UInt8], at range: Range<Int>) -> Bool {
    guard range.count == word.count else { return false }
    for offset in 0..<word.count where self[range.lowerBound + offset] != word[offset] {
      return false
    }
    return true
  }
}

/// Some keys of a detail, to be looked up together.
struct DetailKeys {
  private let names: [[UInt8]]

  init(_ names: String...) { self.names = names.map { Array($0.utf8) } }

  /// Their values in an object, in the order of the keys; nil for those that are not there.
  /// - throws: where the bytes are not an object, or it has one of the keys twice.
  func values(_ bytes: [UInt8], _ object: Range<Int>?) throws(Unusual) -> [JSONToken?] {
    var found = [JSONToken?](repeating: nil, count: names.count)
    guard let object else { return found }
    var scanner = DetailScanner(bytes, object)
    try scanner.members { (key, token) throws(Unusual) in
      for (place, name) in names.enumerated() where bytes.holds(name, at: key) {
        guard found[place] == nil else { throw Unusual() }
        found[place] = token
      }
    }
    return found
  }
}
