// Text to nested lists. Positions count characters, structured comments (`;@ key value`) stay with
// the list that follows them, and other comments are dropped. What must stay true: no text, however
// deep, makes the reader or anything that walks its result recurse further than `deepest`.

/// A word or a list, with where it stands.
struct SExpression: Sendable {
  enum Content: Sendable {
    case word(String)
    case list([SExpression])
  }

  /// The deepest nesting that is read.
  static let deepest = 200

  let content: Content
  let position: SourcePosition
  /// Where the closing parenthesis stands; the word's own position for a word.
  let end: SourcePosition
  /// The structured comments since the sibling before it.
  let leading: [Annotation]
  /// The structured comments after its last child.
  let trailing: [Annotation]

  var word: String? {
    guard case .word(let text) = content else { return nil }
    return text
  }

  var list: [SExpression]? {
    guard case .list(let items) = content else { return nil }
    return items
  }

  /// What an error calls it.
  var found: String {
    guard let items = list else { return "'\(word ?? "")'" }
    guard let head = items.first else { return "'()'" }
    return head.word.map { "'(\($0) ...)'" } ?? "a list"
  }

  /// Its structured comments: those before it, then those inside, in the order of the text.
  var annotations: [Annotation] {
    leading + (list ?? []).flatMap(\.annotations) + trailing
  }

  /// Reads the one list a file consists of.
  static func read(_ text: String, file: String) throws(HDDLError) -> SExpression {
    var lexer = Lexer(text, file: file)
    return try lexer.readFile()
  }
}

/// Splits a text into parentheses, words and structured comments, and nests them.
private struct Lexer {
  private let bytes: [UInt8]
  private let file: String
  private var index = 0
  private var line = 1
  private var column = 1
  private var annotations: [Annotation] = []

  /// A list that is still open.
  private struct Open {
    let position: SourcePosition
    let leading: [Annotation]
    var items: [SExpression] = []
  }

  init(_ text: String, file: String) {
    bytes = Array(text.utf8)
    self.file = file
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  private var position: SourcePosition { SourcePosition(file: file, line: line, column: column) }

  private mutating func advance() {
    let byte = bytes[index]
    index += 1
    if byte == UInt8(ascii: "\n") {
      line += 1
      column = 1
    } else if byte & 0xC0 != 0x80 {
      column += 1
    }
  }

  mutating func readFile() throws(HDDLError) -> SExpression {
    var open: [Open] = []
    var result: SExpression?
    while true {
      skipBlanks()
      let here = position
      guard index < bytes.count else {
        if let innermost = open.last {
          throw HDDLError(
            .syntax,
            at: here,
            "found the end of the text where ')' was expected",
            hint: "the list opened at \(innermost.position.line):\(innermost.position.column) "
              + "is not closed"
          )
        }
        guard let result else {
          throw HDDLError.found("the end of the text", at: here, expected: "'(define ...)'")
        }
        return result
      }
      guard result == nil else {
        throw HDDLError(
          .syntax,
          at: here,
          "found '\(character)' where the end of the text was expected",
          hint: "the definition is complete; is there a ')' too many?"
        )
      }
      switch bytes[index] {
      case UInt8(ascii: "("):
        guard open.count < SExpression.deepest else {
          throw HDDLError(
            .nesting,
            at: here,
            "lists are nested deeper than \(SExpression.deepest)"
          )
        }
        open.append(Open(position: here, leading: takeAnnotations()))
        advance()
      case UInt8(ascii: ")"):
        guard let finished = open.popLast() else {
          throw HDDLError.found("')'", at: here, expected: "'(define ...)'")
        }
        advance()
        let list = SExpression(
          content: .list(finished.items),
          position: finished.position,
          end: here,
          leading: finished.leading,
          trailing: takeAnnotations()
        )
        if open.isEmpty { result = list } else { open[open.count - 1].items.append(list) }
      default:
        let word = try readWord()
        guard !open.isEmpty else {
          throw HDDLError.found("'\(word)'", at: here, expected: "'(define ...)'")
        }
        open[open.count - 1].items.append(
          SExpression(
            content: .word(word),
            position: here,
            end: here,
            leading: takeAnnotations(),
            trailing: []
          )
        )
      }
    }
  }

  private mutating func takeAnnotations() -> [Annotation] {
    defer { annotations = [] }
    return annotations
  }

  /// The character at the current index, for an error.
  private var character: String {
    var end = index + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return String(decoding: bytes[index..<end], as: UTF8.self)
  }

  private mutating func skipBlanks() {
    while index < bytes.count {
      switch bytes[index] {
      case 32, 9...13:
        advance()
      case UInt8(ascii: ";"):
        readComment()
      default:
        return
      }
    }
  }

  private mutating func readComment() {
    let start = index + 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { advance() }
    guard start < index, bytes[start] == UInt8(ascii: "@") else { return }
    let text = trimmed(bytes[(start + 1)..<index])
    let split = text.firstIndex { isBlank($0) } ?? text.endIndex
    guard split > text.startIndex else { return }
    var value = trimmed(text[split...])
    let quote = UInt8(ascii: "\"")
    if value.count >= 2, value.first == quote, value.last == quote,
      !value.dropFirst().dropLast().contains(quote)
    {
      value = value.dropFirst().dropLast()
    }
    annotations.append(
      Annotation(
        key: String(decoding: text[..<split], as: UTF8.self),
        value: String(decoding: value, as: UTF8.self)
      )
    )
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  private func trimmed(_ slice: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let start = slice.drop(while: isBlank)
    guard let last = start.lastIndex(where: { !isBlank($0) }) else { return start }
    return start[...last]
  }

  private mutating func readWord() throws(HDDLError) -> String {
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      if isBlank(byte) || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
        || byte == UInt8(ascii: ";")
      {
        break
      }
      if byte < 32 || byte == 127 {
        throw HDDLError.found("a control character (\(byte))", at: position, expected: "a name")
      }
      if byte == UInt8(ascii: "\"") {
        throw HDDLError(
          .syntax,
          at: position,
          "found '\"' where a name was expected",
          hint: "HDDL has no strings; they may stand in structured comments only"
        )
      }
      advance()
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }
}
