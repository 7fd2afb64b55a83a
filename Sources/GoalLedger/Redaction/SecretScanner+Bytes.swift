/// The small looks at bytes that the scanner's rules are made of.

extension UInt8 {
  /// What the name of an e-mail address is made of.
  @inline(__always) var isLocal: Bool {
    isWord || self == UInt8(ascii: ".") || self == UInt8(ascii: "-") || self == UInt8(ascii: "+")
      || self == UInt8(ascii: "%")
  }
}

extension Span<UInt8> {
  /// Whether a word begins at `start`: after nothing that words are made of, or after an escape that
  /// ends in a letter: `\n` or `\u003c` in a JSON document, `%3D` in a URL, a colour's code.
  func beginsWord(at start: Int) -> Bool {
    guard start > 0, self[start - 1].isWord else { return true }
    if start > 1, self[start - 2] == UInt8(ascii: "\\"), isBreakLetter(start - 1) { return true }
    if start > 2, self[start - 3] == UInt8(ascii: "%"), isHex(start - 2..<start) { return true }
    if start > 5, begins(with: "\\u", at: start - 6), isHex(start - 4..<start) { return true }
    guard self[start - 1] == UInt8(ascii: "m") else { return false }
    var place = start - 1
    while place > 0, start - place < 16,
      self[place - 1].isDigit || self[place - 1] == UInt8(ascii: ";")
    {
      place -= 1
    }
    return place > 1 && self[place - 1] == UInt8(ascii: "[") && self[place - 2] == 0x1B
  }

  /// The letter of `\n`, `\r` or `\t`.
  private func isBreakLetter(_ place: Int) -> Bool {
    self[place] == UInt8(ascii: "n") || self[place] == UInt8(ascii: "r")
      || self[place] == UInt8(ascii: "t")
  }

  private func isHex(_ range: Range<Int>) -> Bool {
    for place in range where !self[place].isDigit && (self[place] | 0x20) &- 0x61 >= 6 {
      return false
    }
    return true
  }

  /// Whether this text of small letters stands at `start`, in whatever case.
  func reads(_ text: StaticString, at start: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard start >= 0, start + length <= count else { return false }
    for place in 0..<length where unsafe self[start + place] | 0x20 != text.utf8Start[place] {
      return false
    }
    return true
  }

  /// Whether a range ends with this text of small letters, in whatever case.
  func ends(_ range: Range<Int>, with text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    return range.count >= length && reads(text, at: range.upperBound - length)
  }

  /// Whether a name's last word is all of this text: `db_password` and `dbPassword`, and not
  /// `nontoken`.
  func isWhole(_ name: Range<Int>, _ text: StaticString) -> Bool {
    let start = name.upperBound - text.utf8CodeUnitCount
    guard start > name.lowerBound, self[start - 1].isLetter, !self[start].isSmall else {
      return start == name.lowerBound || !self[start - 1].isLetter || beginsWord(at: start)
    }
    return self[start - 1].isSmall || isCapitals(name)
  }

  /// `PGPASSWORD`: in names without small letters no word's beginning can be seen.
  private func isCapitals(_ name: Range<Int>) -> Bool {
    for place in name where self[place].isSmall { return false }
    return true
  }

  /// After the rest of a line `… PRIVATE KEY-----` that begins at `start`; nil if it is none.
  func endOfKeyHeader(after start: Int) -> Int? {
    var end = start
    while end < count, end - start < 64, self[end] != UInt8(ascii: "-"), self[end] >= 0x20 {
      end += 1
    }
    guard end > start, begins(with: "-----", at: end) else { return nil }
    let isKey =
      ends(start..<end, with: "private key") || ends(start..<end, with: "private key block")
    return isKey ? end + 5 : nil
  }

  /// The end of the lines of base64 that begin at `start`: full ones, and the last.
  func endOfKeyLines(from start: Int) -> Int {
    var end = start
    while true {
      var begin = end
      while begin < count, self[begin].isLineBreak { begin += 1 }
      var line = begin
      while line < count, self[line].isBase64 { line += 1 }
      guard line > begin else { return end }
      end = line
      if line - begin < 40 { return end }
    }
  }

  /// The start of the lines of base64 that end before `index`: the last, and full ones; of the one
  /// with which the text begins, what is there.
  func startOfKeyLines(before index: Int, free: Int) -> Int {
    var start = index
    var isLast = true
    while true {
      var end = start
      while end > free, self[end - 1].isLineBreak { end -= 1 }
      var line = end
      while line > free, self[line - 1].isBase64 { line -= 1 }
      guard line < end, isLast || end - line >= 40 || line == free else { return start }
      isLast = false
      start = line
    }
  }

  func skippingBlanks(from start: Int) -> Int {
    var place = start
    while place < count, place - start < 8, self[place].isBlank { place += 1 }
    return place
  }

  /// After the quote that stands at `start`, with a backslash before it or not, and which it is.
  func openingQuote(at start: Int) -> (after: Int, quote: UInt8?) {
    var place = start
    if place < count, self[place] == UInt8(ascii: "\\") { place += 1 }
    guard place < count, self[place].isQuote else { return (start, nil) }
    return (place + 1, self[place])
  }

  /// The name that ends before the sign at `index`, quotes, blanks and a `:` of `:=` left out.
  func name(before index: Int, free: Int, longest: Int) -> Range<Int>? {
    var end = index
    if end > free, self[end - 1] == UInt8(ascii: ":") { end -= 1 }
    let blanks = end
    while end > free, blanks - end < 8, self[end - 1].isBlank { end -= 1 }
    if end > free, self[end - 1].isQuote {
      end -= 1
      if end > free, self[end - 1] == UInt8(ascii: "\\") { end -= 1 }
    } else if end > free, self[end - 1] == UInt8(ascii: "]") {
      // environ["TOKEN"] = …
      end -= 1
      guard end > free, self[end - 1].isQuote else { return nil }
      end -= 1
    }
    var start = end
    while start > free, end - start < longest,
      self[start - 1].isWord || self[start - 1] == UInt8(ascii: "-")
        || self[start - 1] == UInt8(ascii: ".")
    {
      start -= 1
    }
    return end - start >= 3 ? start..<end : nil
  }

  /// Where the value that begins at `start` ends; nil where it does not end soon.
  func endOfValue(from start: Int, _ quote: UInt8?, longest: Int) -> Int? {
    var end = start
    while end < count {
      guard end - start <= longest else { return nil }
      let byte = self[end]
      if let quote {
        // A backslash before the quote: the quote of a text in a text.
        if byte == quote { return end > start && self[end - 1] == 0x5C ? end - 1 : end }
        if byte == 0x0A || byte == 0x0D { return nil }
      } else if byte <= 0x20 || byte == 0x7F || byte.endsValue {
        return end
      }
      end += 1
    }
    return quote == nil ? end : nil
  }

  /// Whether what stands there names a secret instead of being one: `$TOKEN`, `{{ token }}`,
  /// `<token>`, `%(token)s`, `***`, or a mark.
  func isPlaceholder(at start: Int) -> Bool {
    guard start < count else { return true }
    switch self[start] {
    case UInt8(ascii: "$"), UInt8(ascii: "{"), UInt8(ascii: "<"), UInt8(ascii: "*"),
      UInt8(ascii: "("):
      return true
    case UInt8(ascii: "%"): return begins(with: "%(", at: start)
    case UInt8(ascii: "["): return begins(with: RedactionMark.opening, at: start)
    default: return false
    }
  }

  /// Whether a value is random enough to be a secret that somebody made up.
  func isStrong(_ range: Range<Int>, quoted: Bool) -> Bool {
    guard range.count >= 8, !isPlaceholder(at: range.lowerBound) else { return false }
    switch self[range.lowerBound] {
    case UInt8(ascii: "/"), UInt8(ascii: "~"): return false
    case UInt8(ascii: "."): if !quoted { return false }
    default: break
    }
    var hasLetter = false, hasDigit = false, hasSmall = false, hasCapital = false
    for place in range {
      let byte = self[place]
      if byte.isDigit {
        hasDigit = true
      } else if byte.isLetter {
        hasLetter = true
        if byte.isSmall { hasSmall = true } else { hasCapital = true }
      } else if byte <= 0x20 || byte == UInt8(ascii: ":") && begins(with: "://", at: place) {
        return false
      } else if !quoted, byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") {
        // A call or an element: code, and no value.
        return false
      }
    }
    guard hasLetter, differing(in: range) >= 6 else { return false }
    return hasDigit || quoted && range.count >= 20 && hasSmall && hasCapital
  }

  /// The end of the host and domain that begin at `start`; nil where there is none.
  func endOfDomain(from start: Int) -> Int? {
    var end = start
    var lastDot: Int?
    while end < count, end - start < 254 {
      if self[end] == UInt8(ascii: "."), end > start, end + 1 < count,
        self[end + 1].isAlphanumeric
      {
        lastDot = end
      } else if !self[end].isAlphanumeric, self[end] != UInt8(ascii: "-") {
        break
      }
      end += 1
    }
    guard let lastDot, end - lastDot > 2, self[start].isAlphanumeric else { return nil }
    for place in lastDot + 1..<end where !self[place].isLetter { return nil }
    // `name@1.2.tar` is a version.
    var isNumber = true
    for place in start..<lastDot where self[place].isLetter { isNumber = false }
    if isNumber { return nil }
    let domain = lastDot + 1..<end
    let isFile = Self.fileEndings.contains {
      domain.count == $0.utf8CodeUnitCount && ends(domain, with: $0)
    }
    return isFile ? nil : end
  }

  /// Last parts of `name@part.part` that say it is a file or a unit, and no domain.
  private static var fileEndings: [StaticString] {
    [
      "png", "jpg", "jpeg", "gif", "svg", "webp", "js", "mjs", "cjs", "ts", "css", "json", "html",
      "tgz", "gz", "zip", "xz", "py", "jar", "whl", "so", "service", "socket", "timer", "target",
      "slice",
    ]
  }
}

extension UInt8 {
  /// What stands between the lines of a key, `\n` written as two characters included.
  fileprivate var isLineBreak: Bool {
    self == 0x0A || self == 0x0D || isBlank || self == UInt8(ascii: "\\")
      || self == UInt8(ascii: "\"") || self == UInt8(ascii: ",")
  }

  fileprivate var isQuote: Bool {
    self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") || self == UInt8(ascii: "`")
  }

  /// What ends a value that has no quotes.
  fileprivate var endsValue: Bool {
    switch self {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "\""),
      UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: ")"), UInt8(ascii: "<"),
      UInt8(ascii: ">"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "|"),
      UInt8(ascii: "\\"):
      true
    default: false
    }
  }
}
