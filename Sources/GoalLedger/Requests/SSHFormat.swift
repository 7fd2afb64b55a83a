// How OpenSSH writes what it keeps in files: strings with their lengths before them, and base 64
// between two lines that say what it is.
//
// What must stay true: a text is read only if it is what would have been written, but for the last
// line feed, which a shell's $(...) takes away.

/// A kind of armored text.
struct SSHArmor: Sendable {
  let title: String

  static let signature = SSHArmor(title: "SSH SIGNATURE")
  static let privateKey = SSHArmor(title: "OPENSSH PRIVATE KEY")

  /// How many letters of base 64 a line has.
  private static let width = 70

  /// Bytes, armored.
  func text(_ bytes: [UInt8]) -> String {
    var lines = "-----BEGIN \(title)-----\n"
    var letters = base64(bytes)[...]
    while !letters.isEmpty {
      lines += letters.prefix(Self.width) + "\n"
      letters = letters.dropFirst(Self.width)
    }
    return lines + "-----END \(title)-----\n"
  }

  /// What was armored; nil where a text is not just as ``text(_:)`` writes it.
  func bytes(_ text: String) -> [UInt8]? {
    let written = Array(text.utf8)
    let begin = Array("-----BEGIN \(title)-----\n".utf8)
    guard written.starts(with: begin) else { return nil }
    let letters = written.dropFirst(begin.count)
      .prefix { $0 != UInt8(ascii: "-") }
      .filter { $0 != UInt8(ascii: "\n") }
    guard let bytes = bytesOfBase64(String(decoding: letters, as: UTF8.self)) else { return nil }
    let right = Array(self.text(bytes).utf8)
    return written == right || written == right.dropLast() ? bytes : nil
  }
}

/// Reads strings with their lengths before them.
struct SSHReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// Whether everything was read.
  var isAtEnd: Bool { rest.isEmpty }

  /// The next bytes; nil where there are not so many.
  mutating func take(_ count: Int) -> [UInt8]? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  /// The next four bytes as a number.
  mutating func number() -> UInt32? {
    take(4).map { $0.reduce(0) { $0 << 8 | UInt32($1) } }
  }

  /// The next string.
  mutating func string() -> [UInt8]? {
    guard let count = number() else { return nil }
    return take(Int(count))
  }

  /// The next string, where it is UTF-8.
  mutating func text() -> String? {
    string().flatMap { String(validating: $0, as: UTF8.self) }
  }
}

/// Writes what ``SSHReader`` reads.
enum SSHWriting {
  static func number(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
  }

  static func string(_ bytes: [UInt8]) -> [UInt8] { number(UInt32(bytes.count)) + bytes }

  static func string(_ text: String) -> [UInt8] { string(Array(text.utf8)) }
}
