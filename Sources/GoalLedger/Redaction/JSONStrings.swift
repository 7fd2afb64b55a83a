/// The strings of a JSON document, each with its place: for looking into documents, and for changing
/// one string while every other byte stays as it was written (number by number, key by key).
///
/// It reads no more grammar than it needs, so a document that SQLite takes and a strict reader would
/// not (a key given twice) is looked through all the same; what is no JSON at all gives nil.

/// A string of a document.
struct JSONString {
  /// Where it stands in the document, quotes included.
  let range: Range<Int>
  /// What it says, escapes resolved.
  let bytes: [UInt8]
  /// Whether it is a member's key.
  let isKey: Bool
  /// The steps from the root to it: for a key, to the object it is a key of.
  let path: [JSONStep]

  /// The key of the member whose value it is, where it is a member's value.
  var key: [UInt8]? {
    if !isKey, case .key(let key)? = path.last { key } else { nil }
  }
}

/// One step into a document.
enum JSONStep: Sendable, Hashable {
  case key([UInt8])
  case element(Int)
}

enum JSONStrings {
  /// Every string of a document, in order; nil where it is no JSON.
  static func all(in bytes: Span<UInt8>) -> [JSONString]? {
    var strings: [JSONString] = []
    // The objects and arrays that are open: the step to what stands in them now.
    var path: [JSONStep] = []
    var isObject: [Bool] = []
    var expectsKey = false
    var place = 0
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "{"):
        isObject.append(true)
        path.append(.key([]))
        expectsKey = true
      case UInt8(ascii: "["):
        isObject.append(false)
        path.append(.element(0))
        expectsKey = false
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard isObject.popLast() == (bytes[place] == UInt8(ascii: "}")) else { return nil }
        path.removeLast()
        expectsKey = false
      case UInt8(ascii: ","):
        guard let last = isObject.last else { return nil }
        expectsKey = last
        if !last, case .element(let index) = path[path.count - 1] {
          path[path.count - 1] = .element(index + 1)
        }
      case UInt8(ascii: "\""):
        guard let (text, end) = text(in: bytes, at: place) else { return nil }
        let way = expectsKey ? Array(path.dropLast()) : path
        strings.append(
          JSONString(range: place..<end, bytes: text, isKey: expectsKey, path: way)
        )
        if expectsKey {
          path[path.count - 1] = .key(text)
          expectsKey = false
        }
        place = end
        continue
      default: break
      }
      place += 1
    }
    return isObject.isEmpty ? strings : nil
  }

  /// What the string that begins at `start` says, and where it ends; nil where it does not end.
  private static func text(in bytes: Span<UInt8>, at start: Int) -> (text: [UInt8], end: Int)? {
    var text: [UInt8] = []
    var place = start + 1
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""): return (text, place + 1)
      case UInt8(ascii: "\\"):
        guard place + 1 < bytes.count else { return nil }
        switch bytes[place + 1] {
        case UInt8(ascii: "u"):
          guard var unit = hex(in: bytes, at: place + 2) else { return nil }
          place += 6
          if (0xD800..<0xDC00).contains(unit), bytes.begins(with: "\\u", at: place),
            let low = hex(in: bytes, at: place + 2), (0xDC00..<0xE000).contains(low)
          {
            unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            place += 6
          }
          text += String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8
          continue
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case let byte: text.append(byte)
        }
        place += 2
        continue
      case let byte: text.append(byte)
      }
      place += 1
    }
    return nil
  }

  private static func hex(in bytes: Span<UInt8>, at start: Int) -> UInt32? {
    guard start + 4 <= bytes.count else { return nil }
    var unit: UInt32 = 0
    for place in start..<start + 4 {
      guard let digit = Character(Unicode.Scalar(bytes[place])).hexDigitValue else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}

extension [JSONStep] {
  /// The place as a person writes it: `files[0].content`.
  var text: String {
    var text = ""
    for step in self {
      switch step {
      case .element(let index): text += "[\(index)]"
      case .key(let key):
        if !text.isEmpty { text += "." }
        text += String(decoding: key, as: UTF8.self)
      }
    }
    return text
  }
}
