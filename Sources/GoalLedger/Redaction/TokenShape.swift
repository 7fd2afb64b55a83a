/// A token known by how it is written: a fixed beginning, the characters that may follow, and how
/// many. The language of the operator's own patterns too: it has no loops and no choices, so no
/// pattern can be slow or match what its author did not mean.

/// Which bytes may stand in a token: ASCII letters, digits and marks.
public struct CharacterClass: Sendable, Hashable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  private init() {}
  /// No byte.
  static let none = CharacterClass()

  /// The class of `A-Za-z0-9_-`: single characters and ranges; `-` stands for itself at the end.
  /// nil where it is empty, a range runs backwards, or something is no visible ASCII character.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    var index = 0
    while index < bytes.count {
      let first = bytes[index]
      guard index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "-") else {
        insert(first)
        index += 1
        continue
      }
      guard first <= bytes[index + 2] else { return nil }
      for byte in first...bytes[index + 2] { insert(byte) }
      index += 3
    }
  }

  private mutating func insert(_ byte: UInt8) {
    if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
  }

  /// Whether the byte is one of them.
  @inline(__always)
  public func contains(_ byte: UInt8) -> Bool {
    guard byte < 128 else { return false }
    return byte < 64 ? (low >> UInt64(byte)) & 1 == 1 : (high >> UInt64(byte - 64)) & 1 == 1
  }
}

/// A fixed beginning, and what follows it.
public struct TokenShape: Sendable, Hashable {
  /// What every such token begins with, case and all.
  public let prefix: [UInt8]
  /// What may follow.
  public let characters: CharacterClass
  /// How many of them there are at least and at most; `longest` stands for no limit.
  public let count: ClosedRange<Int>
  /// What the first of them must be, where that is narrower.
  public let first: CharacterClass

  /// The greatest count there is; it means that there is no greatest.
  public static let longest = 4096

  init(
    _ prefix: String,
    _ characters: CharacterClass,
    _ count: ClosedRange<Int>,
    first: CharacterClass? = nil
  ) {
    self.prefix = Array(prefix.utf8)
    self.characters = characters
    self.count = count
    self.first = first ?? characters
  }

  /// One known secret, wherever it stands.
  init(literal secret: String) {
    prefix = Array(secret.utf8)
    characters = .none
    count = 0...0
    first = .none
  }

  /// Whether it is one known secret.
  var isLiteral: Bool { count.upperBound == 0 }

  /// A shape of the operator's; what is wrong with it, where something is.
  public static func make(
    prefix: String,
    characters: String,
    least: Int
  ) -> Result<TokenShape, Mistake> {
    guard (3...64).contains(prefix.utf8.count),
      prefix.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return .failure(.prefix) }
    guard let characters = CharacterClass(characters) else { return .failure(.characters) }
    guard (8...longest).contains(least) else { return .failure(.least) }
    return .success(TokenShape(prefix, characters, least...longest))
  }

  /// What can be wrong with a shape, as the end of a sentence.
  public enum Mistake: String, Error, Sendable, Hashable, CaseIterable {
    case prefix = "must be 3 to 64 visible ASCII characters: what every such token begins with"
    case characters = "must list the characters that may follow, such as \"A-Za-z0-9_-\""
    case least = "must be a whole number from 8 to 4096: how many characters follow at least"
  }

  /// Where in the prefix its rarest byte stands, so that text is searched for that one.
  var anchor: Int {
    let ranks = prefix.map { byte in Self.rarity.firstIndex(of: byte) ?? Self.rarity.count }
    return ranks.firstIndex(of: ranks.max() ?? 0) ?? 0
  }

  /// From the bytes most common in logs and sources to the rarest; others are rarer still.
  private static let rarity = Array(
    "etaoinsrhldcumfpgwybv-_./:0123456789kEATSIRNOCLDMPBFUGHVWxjqzKYXJQZ".utf8
  )
}
