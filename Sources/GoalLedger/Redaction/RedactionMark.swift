/// What stands in a secret's place: `[redacted NAME SALT:DIGEST]`. NAME is the pattern's; SALT is 16
/// hexadecimal digits, drawn for each mark; DIGEST is the first 32 hexadecimal digits (128 bits) of
/// the SHA3-256 of `SALT:SECRET`, so that who knows the secret can confirm it with the stock shell:
///
///     SELECT substr(lower(hex(sha3('SALT' || ':' || 'SECRET', 256))), 1, 32);
///
/// What must stay true: a mark is made of letters, digits, blanks, brackets and a colon, so it fits
/// into JSON, a line and a table as it is; a mark in a text is left alone by whoever redacts next.

import Crypto

/// A mark.
public struct RedactionMark: Sendable, Hashable, CustomStringConvertible {
  /// The pattern's name.
  public let name: String
  /// 16 hexadecimal digits.
  public let salt: String
  /// 32 hexadecimal digits.
  public let digest: String

  static let opening: StaticString = "[redacted "

  /// The mark of a secret.
  public init(_ name: String, salt: UInt64, secret: some Sequence<UInt8>) {
    self.name = name
    let salt = hexadecimal((0..<8).map { UInt8(truncatingIfNeeded: salt >> (56 - 8 * $0)) })
    self.salt = salt
    let bytes = Array(salt.utf8) + [UInt8(ascii: ":")] + secret
    digest = hexadecimal(SHA3_256.hash(data: bytes).prefix(16))
  }

  public var description: String { "[redacted \(name) \(salt):\(digest)]" }

  /// After the mark that begins at `start`; nil where there is none.
  static func end(in bytes: Span<UInt8>, at start: Int) -> Int? {
    guard bytes.begins(with: opening, at: start) else { return nil }
    var place = start + opening.utf8CodeUnitCount
    let name = place
    while place < bytes.count,
      bytes[place].isSmall || bytes[place].isDigit
        || bytes[place] == UInt8(ascii: "-")
    {
      place += 1
    }
    guard (1...40).contains(place - name), place + 51 <= bytes.count, bytes[place] == 0x20,
      bytes[place + 17] == UInt8(ascii: ":"), bytes[place + 50] == UInt8(ascii: "]")
    else { return nil }
    for digit in place + 1..<place + 50 where digit != place + 17 {
      guard bytes[digit].isDigit || bytes[digit] &- 0x61 < 6 else { return nil }
    }
    return place + 51
  }
}
