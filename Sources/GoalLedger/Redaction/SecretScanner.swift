/// Finds what looks like a secret, in one pass over the bytes of a text. All that a worker writes
/// goes through here, so text without candidates must cost next to nothing: each byte is looked up
/// in one table, and only the few that can anchor a pattern are looked at further.
///
/// What must stay true: matches come in order and do not overlap; a mark that stands for a secret
/// is never matched again; every look backwards or forwards is bounded, or moves on past what it
/// read, so that no text takes more than time in proportion to its length.

/// A stretch of a text that looks like a secret.
struct SecretMatch: Sendable, Hashable {
  /// Where it is.
  var range: Range<Int>
  /// The pattern's place in the scanner's list.
  let pattern: Int
}

struct SecretScanner: Sendable {
  /// The patterns in force.
  let patterns: [SecretPattern]
  /// What each byte can anchor.
  private let anchors: [UInt8]
  /// The shapes, those with one anchor together; those of byte b begin at `starts[b]`.
  private let shapes: [Candidate]
  private let starts: [Int]
  /// The places of the patterns that are found by code; -1 for those not in force.
  let privateKey, jsonWebToken, authorization, urlPassword, assignment, email: Int

  /// A shape, with what is looked at first beside it.
  private struct Candidate: Sendable {
    let first: UInt8
    let anchor: Int
    let shape: TokenShape
    let pattern: Int
  }

  private static let shaped: UInt8 = 1
  private static let at: UInt8 = 2
  private static let assigns: UInt8 = 4
  private static let dash: UInt8 = 8
  private static let token: UInt8 = 16
  private static let bracket: UInt8 = 32

  init(_ patterns: [SecretPattern]) {
    self.patterns = patterns
    var anchors = [UInt8](repeating: 0, count: 256)
    var buckets = [[Candidate]](repeating: [], count: 256)
    for (place, pattern) in patterns.enumerated() {
      guard case .shapes(let shapes) = pattern.rule else { continue }
      for shape in shapes {
        let anchor = shape.anchor
        let candidate = Candidate(
          first: shape.prefix[0],
          anchor: anchor,
          shape: shape,
          pattern: place
        )
        buckets[Int(shape.prefix[anchor])].append(candidate)
        anchors[Int(shape.prefix[anchor])] |= Self.shaped
      }
    }
    var starts = [0]
    for bucket in buckets { starts.append(starts[starts.count - 1] + bucket.count) }
    self.starts = starts
    shapes = buckets.flatMap(\.self)
    func place(_ rule: SecretPattern.Rule) -> Int {
      patterns.firstIndex { $0.rule == rule } ?? -1
    }
    privateKey = place(.privateKey)
    jsonWebToken = place(.jsonWebToken)
    authorization = place(.authorization)
    urlPassword = place(.urlPassword)
    assignment = place(.assignment)
    email = place(.email)
    if email >= 0 { anchors[Int(UInt8(ascii: "@"))] |= Self.at }
    if privateKey >= 0 { anchors[Int(UInt8(ascii: "-"))] |= Self.dash }
    if jsonWebToken >= 0 { anchors[Int(UInt8(ascii: "J"))] |= Self.token }
    for mark in [UInt8(ascii: ":"), UInt8(ascii: "=")] { anchors[Int(mark)] |= Self.assigns }
    anchors[Int(UInt8(ascii: "["))] |= Self.bracket
    self.anchors = anchors
  }

  /// What looks like a secret in `bytes`, among the patterns of the kinds in `kinds`.
  func matches(in bytes: Span<UInt8>, _ kinds: Set<SecretPattern.Kind>? = nil) -> [SecretMatch] {
    var found: [SecretMatch] = []
    // No pattern is shorter: `a@b.de`.
    guard bytes.count >= 6 else { return found }
    let anchors = anchors.span
    var index = 0
    // Where text begins that no match has taken and no mark is in.
    var free = 0
    while index < bytes.count {
      let anchor = anchors[Int(bytes[index])]
      guard anchor != 0 else {
        index += 1
        continue
      }
      if anchor == Self.bracket, let end = RedactionMark.end(in: bytes, at: index) {
        index = end
        free = end
        continue
      }
      if let match = match(in: bytes, at: index, free: free, anchor),
        kinds?.contains(patterns[match.pattern].kind) ?? true
      {
        found.append(match)
        free = match.range.upperBound
        index = max(index + 1, free)
      } else {
        index += 1
      }
    }
    return found
  }

  private func match(
    in bytes: Span<UInt8>,
    at index: Int,
    free: Int,
    _ anchor: UInt8
  ) -> SecretMatch? {
    if anchor & Self.shaped != 0, let match = shape(in: bytes, at: index, free: free) {
      return match
    }
    if anchor & Self.dash != 0, let match = keyBlock(in: bytes, at: index, free: free) {
      return match
    }
    if anchor & Self.token != 0, let match = webToken(in: bytes, at: index, free: free) {
      return match
    }
    if anchor & Self.assigns != 0 {
      return url(in: bytes, at: index) ?? assigned(in: bytes, at: index, free: free)
    }
    if anchor & Self.at != 0 { return address(in: bytes, at: index, free: free) }
    return nil
  }

  /// A token that is known by how it begins.
  private func shape(in bytes: Span<UInt8>, at index: Int, free: Int) -> SecretMatch? {
    let byte = Int(bytes[index])
    let shapes = shapes.span
    for place in starts[byte]..<starts[byte + 1] {
      let start = index - shapes[place].anchor
      guard start >= free, bytes[start] == shapes[place].first else { continue }
      let shape = shapes[place].shape
      if shape.isLiteral {
        guard bytes.begins(with: shape.prefix, at: start) else { continue }
        let end = start + shape.prefix.count
        return SecretMatch(range: start..<end, pattern: shapes[place].pattern)
      }
      guard bytes.beginsWord(at: start) else { continue }
      let body = start + shape.prefix.count
      guard body < bytes.count, bytes.begins(with: shape.prefix, at: start),
        shape.first.contains(bytes[body])
      else { continue }
      // The least there must be, before any more is read.
      let most = shape.count.upperBound
      var end = body
      while end < bytes.count, end - body < shape.count.lowerBound,
        shape.characters.contains(bytes[end])
      {
        end += 1
      }
      guard end - body == shape.count.lowerBound, bytes.differing(in: body..<end) >= 6 else {
        continue
      }
      while end < bytes.count, shape.characters.contains(bytes[end]) {
        if most < TokenShape.longest, end - body == most { break }
        end += 1
      }
      guard end == bytes.count || !bytes[end].isWord else { continue }
      return SecretMatch(range: start..<end, pattern: shapes[place].pattern)
    }
    return nil
  }
}

extension UInt8 {
  /// A letter or a digit of ASCII.
  @inline(__always) var isAlphanumeric: Bool { isLetter || isDigit }
  /// A digit of ASCII.
  @inline(__always) var isDigit: Bool { self &- 0x30 < 10 }
  /// A letter of ASCII.
  @inline(__always) var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
  /// A small letter of ASCII.
  @inline(__always) var isSmall: Bool { self &- 0x61 < 26 }
  /// What names are made of: a token does not begin in the middle of one.
  @inline(__always) var isWord: Bool { isAlphanumeric || self == UInt8(ascii: "_") }
  /// A space or a tab.
  @inline(__always) var isBlank: Bool { self == 0x20 || self == 0x09 }
  /// One of the 64 characters of base64, or its padding, or its form for URLs.
  @inline(__always) var isBase64: Bool {
    isWord || self == UInt8(ascii: "+") || self == UInt8(ascii: "/") || self == UInt8(ascii: "=")
      || self == UInt8(ascii: "-")
  }
}

extension Span<UInt8> {
  /// Whether these bytes stand at `start`.
  @inline(__always)
  func begins(with text: [UInt8], at start: Int) -> Bool {
    guard start >= 0, start + text.count <= count else { return false }
    for place in 0..<text.count where self[start + place] != text[place] { return false }
    return true
  }

  /// Whether this ASCII text stands at `start`.
  @inline(__always)
  func begins(with text: StaticString, at start: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard start >= 0, start + length <= count else { return false }
    for place in 0..<length where unsafe self[start + place] != text.utf8Start[place] {
      return false
    }
    return true
  }

  /// How many different bytes there are in a range, counted up to 16.
  func differing(in range: Range<Int>) -> Int {
    var low: UInt64 = 0
    var high: UInt64 = 0
    for place in range {
      let byte = self[place]
      if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
      if low.nonzeroBitCount + high.nonzeroBitCount >= 16 { return 16 }
    }
    return low.nonzeroBitCount + high.nonzeroBitCount
  }
}
