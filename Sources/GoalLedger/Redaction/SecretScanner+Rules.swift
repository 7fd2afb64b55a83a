/// The patterns that need more than a beginning: key blocks, web tokens, what a name or a URL says
/// is secret, and e-mail addresses. Each is called with the place of its anchor.

extension SecretScanner {
  /// How far an end is looked for, in bytes: the longest private keys have some 13,000.
  private static let longestKey = 1 << 16
  /// How much of a key's text there must be, in bytes.
  private static let leastKey = 16
  /// How long names and values may be.
  private static let longestName = 64
  private static let longestValue = 512

  // MARK: - Key blocks

  /// From `-----BEGIN … PRIVATE KEY` to its end. Where the end is missing, the lines that follow as
  /// long as they look like a key's; where the beginning is missing (an output that was cut), the
  /// lines before. Without any line of a key it is only talk of one.
  func keyBlock(in bytes: Span<UInt8>, at index: Int, free: Int) -> SecretMatch? {
    if bytes.begins(with: "-----BEGIN ", at: index) {
      guard let body = bytes.endOfKeyHeader(after: index + 11) else { return nil }
      let limit = min(bytes.count, body + Self.longestKey)
      var end = body
      var run = 0
      var hasKey = false
      // Not past the next beginning, or many of them would be searched again and again.
      while end < limit, !bytes.begins(with: "-----BEGIN ", at: end) {
        if bytes.begins(with: "-----END ", at: end),
          let after = bytes.endOfKeyHeader(after: end + 9)
        {
          return hasKey ? SecretMatch(range: index..<after, pattern: privateKey) : nil
        }
        run = bytes[end].isBase64 ? run + 1 : 0
        hasKey = hasKey || run >= Self.leastKey
        end += 1
      }
      end = bytes.endOfKeyLines(from: body)
      guard end - body >= Self.leastKey else { return nil }
      return SecretMatch(range: index..<end, pattern: privateKey)
    }
    guard bytes.begins(with: "-----END ", at: index),
      let end = bytes.endOfKeyHeader(after: index + 9)
    else { return nil }
    let start = bytes.startOfKeyLines(before: index, free: free)
    guard index - start >= Self.leastKey else { return nil }
    return SecretMatch(range: start..<end, pattern: privateKey)
  }

  // MARK: - Web tokens

  /// `eyJ….eyJ….…`: the anchor is the J of the first part.
  func webToken(in bytes: Span<UInt8>, at index: Int, free: Int) -> SecretMatch? {
    let start = index - 2
    guard start >= free, bytes.begins(with: "eyJ", at: start),
      // Only one beginning in each run of characters, or long runs would be read again and again.
      bytes.beginsWord(at: start), start == 0 || bytes[start - 1] != UInt8(ascii: "-")
    else { return nil }
    var end = start
    for part in 0..<3 {
      if part > 0 {
        guard end < bytes.count, bytes[end] == UInt8(ascii: ".") else { return nil }
        end += 1
        if part == 1, !bytes.begins(with: "eyJ", at: end) { return nil }
      }
      let begin = end
      while end < bytes.count, bytes[end].isWord || bytes[end] == UInt8(ascii: "-") { end += 1 }
      guard end - begin >= (part == 2 ? 16 : 8) else { return nil }
    }
    return SecretMatch(range: start..<end, pattern: jsonWebToken)
  }

  // MARK: - URLs

  /// The password of `://user:password@`: the anchor is the first colon.
  func url(in bytes: Span<UInt8>, at index: Int) -> SecretMatch? {
    guard urlPassword >= 0, bytes[index] == UInt8(ascii: ":"), bytes.begins(with: "://", at: index)
    else { return nil }
    let limit = min(bytes.count, index + 3 + Self.longestValue)
    var colon: Int?
    var place = index + 3
    while place < limit {
      switch bytes[place] {
      case UInt8(ascii: "@"):
        guard let colon, place > colon + 1, !bytes.isPlaceholder(at: colon + 1) else { return nil }
        return SecretMatch(range: colon + 1..<place, pattern: urlPassword)
      case UInt8(ascii: ":"): colon = colon ?? place
      case 0...0x20, 0x7F, UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"),
        UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"),
        UInt8(ascii: "["), UInt8(ascii: "\\"):
        return nil
      default: break
      }
      place += 1
    }
    return nil
  }

  // MARK: - Assignments

  /// The value that a secret's name is given: the anchor is the `=` or `:`.
  func assigned(in bytes: Span<UInt8>, at index: Int, free: Int) -> SecretMatch? {
    guard let name = bytes.name(before: index, free: free, longest: Self.longestName) else {
      return nil
    }
    if authorization >= 0, bytes.ends(name, with: "authorization") {
      return credentials(in: bytes, after: index)
    }
    guard assignment >= 0, SecretName.isSecret(bytes, name) else { return nil }
    var start = index + 1
    // `==` compares; `=>` and `:=` assign.
    if start < bytes.count, bytes[start] == UInt8(ascii: "=") {
      guard bytes[index] == UInt8(ascii: ":") else { return nil }
      start += 1
    } else if start < bytes.count, bytes[start] == UInt8(ascii: ">") {
      start += 1
    }
    start = bytes.skippingBlanks(from: start)
    let (opened, quote) = bytes.openingQuote(at: start)
    let end = bytes.endOfValue(from: opened, quote, longest: Self.longestValue)
    guard let end, bytes.isStrong(opened..<end, quoted: quote != nil) else { return nil }
    return SecretMatch(range: opened..<end, pattern: assignment)
  }

  /// Whether a value is strong enough to be a secret where its name says so.
  func isSecret(_ value: Span<UInt8>, named name: Span<UInt8>) -> Bool {
    assignment >= 0 && SecretName.isSecret(name, 0..<name.count)
      && value.count <= Self.longestValue && value.isStrong(0..<value.count, quoted: true)
  }

  /// What follows `Authorization:`, without the scheme's name.
  private func credentials(in bytes: Span<UInt8>, after index: Int) -> SecretMatch? {
    var start = bytes.openingQuote(at: bytes.skippingBlanks(from: index + 1)).after
    var end = start
    while end < bytes.count, bytes[end].isLetter { end += 1 }
    let isScheme = (5...6).contains(end - start) && end < bytes.count && bytes[end].isBlank
    let hasScheme =
      isScheme && ["bearer", "basic", "token"].contains { bytes.reads($0, at: start) }
    if hasScheme { start = bytes.skippingBlanks(from: end) }
    end = start
    while end < bytes.count,
      bytes[end].isBase64 || bytes[end] == UInt8(ascii: ".")
        || bytes[end] == UInt8(ascii: "~")
    {
      end += 1
    }
    guard end - start >= 8, bytes.differing(in: start..<end) >= 4,
      hasScheme || bytes.isStrong(start..<end, quoted: false)
    else { return nil }
    return SecretMatch(range: start..<end, pattern: authorization)
  }

  // MARK: - E-mail addresses

  /// `name@host.domain`: the anchor is the @.
  func address(in bytes: Span<UInt8>, at index: Int, free: Int) -> SecretMatch? {
    var start = index
    while start > free, index - start < 64, bytes[start - 1].isLocal { start -= 1 }
    // The letter of an escape before it, as in `\nann@`, is not the name's.
    if start > free, bytes[start - 1] == UInt8(ascii: "\\") {
      start += bytes[start] == UInt8(ascii: "u") ? 5 : 1
    }
    while start < index, !bytes[start].isAlphanumeric { start += 1 }
    guard start < index, bytes[index - 1] != UInt8(ascii: ".") else { return nil }
    // A URL's user, and the user of git's remotes, who are nobody.
    if start >= 2, bytes.begins(with: "//", at: start - 2) { return nil }
    if index - start <= 3, ["git", "hg", "svn"].contains(where: { bytes.reads($0, at: start) }),
      index - start == (bytes[start] == UInt8(ascii: "h") ? 2 : 3)
    {
      return nil
    }
    guard let end = bytes.endOfDomain(from: index + 1) else { return nil }
    return SecretMatch(range: start..<end, pattern: email)
  }
}

/// Names whose values are secrets.
enum SecretName {
  private static let words: [StaticString] = [
    "password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "credentials",
  ]
  private static let keys: [StaticString] = [
    "api", "access", "secret", "private", "auth", "account", "master", "signing", "encryption",
  ]

  /// Whether the name in that range ends in a secret's word.
  static func isSecret(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
    // Most names end in another letter: d, e, t, n, l, s or y.
    switch bytes[name.upperBound - 1] | 0x20 {
    case UInt8(ascii: "y"):
      guard bytes.ends(name, with: "key") else { return false }
      var stem = name.lowerBound..<name.upperBound - 3
      if let last = stem.last,
        bytes[last] == UInt8(ascii: "_") || bytes[last] == UInt8(ascii: "-")
          || bytes[last] == UInt8(ascii: ".")
      {
        stem = stem.dropLast()
      }
      return keys.contains { bytes.ends(stem, with: $0) && bytes.isWhole(stem, $0) }
    case UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "t"), UInt8(ascii: "n"),
      UInt8(ascii: "l"), UInt8(ascii: "s"):
      return words.contains { bytes.ends(name, with: $0) && bytes.isWhole(name, $0) }
    default: return false
    }
  }
}
