/// Takes secrets out of what is about to be written, and puts marks in their place. The store has
/// one and passes every text through it, so that no caller can forget to.
///
/// What must stay true: a text without secrets comes back as it is, without a copy; redacting what is
/// redacted changes nothing; what comes back of a JSON document is JSON, the same but for the strings
/// that held secrets.

/// Which details are redacted, and how.
public struct Redactor: Sendable {
  /// What becomes of a goal whose context holds a key or a token: a redacted one would ask for
  /// something else than its asker meant.
  public enum Contexts: String, Sendable, Hashable, CaseIterable {
    /// It is refused.
    case refuse
    /// It is kept as it is.
    case keep
  }

  /// How much of a text is redacted.
  public enum Strictness: Sendable, Hashable {
    /// What is said about the work: everything that looks like a secret.
    case words
    /// The work itself, names and paths: what is a key or a token by the way it is written.
    case work
    /// Nothing.
    case keep

    /// The kinds of patterns looked for; nil for all.
    var kinds: Set<SecretPattern.Kind>? {
      switch self {
      case .words: nil
      case .work: [.credential]
      case .keep: []
      }
    }
  }

  let scanner: SecretScanner
  /// What becomes of contexts that hold keys or tokens.
  public let contexts: Contexts
  private let salt: @Sendable () -> UInt64

  /// A redactor.
  /// - Parameters:
  ///   - patterns: what counts as a secret.
  ///   - salt: random numbers, one for each mark.
  public init(
    _ patterns: [SecretPattern] = SecretPattern.builtIn,
    contexts: Contexts = .refuse,
    salt: @escaping @Sendable () -> UInt64 = { UInt64.random(in: 0...UInt64.max) }
  ) {
    scanner = SecretScanner(patterns)
    self.contexts = contexts
    self.salt = salt
  }

  /// The built-in patterns.
  public static let standard = Redactor()

  /// The names of the patterns in force.
  public var names: [String] { scanner.patterns.map(\.name) }

  // MARK: - Texts

  /// The text with marks where there were secrets.
  public func text(_ text: String, _ strictness: Strictness = .words) -> String {
    let found = scanner.matches(in: text.utf8.span, strictness.kinds)
    return found.isEmpty ? text : marked(Array(text.utf8), found)
  }

  /// The text with marks where there were secrets, or nil for none.
  public func text(_ text: String?, _ strictness: Strictness = .words) -> String? {
    text.map { self.text($0, strictness) }
  }

  /// The beginning and the end of one output, looked at together: a secret may lie across.
  public func texts(_ head: String, _ tail: String) -> (head: String, tail: String) {
    guard !tail.isEmpty else { return (text(head), tail) }
    let whole = head + tail
    let found = scanner.matches(in: whole.utf8.span)
    guard !found.isEmpty else { return (head, tail) }
    let bytes = Array(whole.utf8)
    let cut = head.utf8.count
    let first = found.prefix { $0.range.lowerBound < cut }
    let taken = max(cut, first.last?.range.upperBound ?? 0)
    let rest = found.dropFirst(first.count).map { match in
      SecretMatch(
        range: match.range.lowerBound - taken..<match.range.upperBound - taken,
        pattern: match.pattern
      )
    }
    return (
      marked(Array(bytes[..<taken]), Array(first), end: cut),
      marked(Array(bytes[taken...]), Array(rest))
    )
  }

  /// The names of the patterns that a text matches.
  public func patterns(in text: String, _ strictness: Strictness = .words) -> [String] {
    scanner.matches(in: text.utf8.span, strictness.kinds).map { scanner.patterns[$0.pattern].name }
  }

  private func marked(_ bytes: [UInt8], _ found: [SecretMatch], end: Int? = nil) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + 64 * found.count)
    var place = 0
    for match in found {
      out += bytes[place..<match.range.lowerBound]
      out += mark(match.pattern, bytes[match.range])
      place = match.range.upperBound
    }
    out += bytes[place..<max(place, end ?? bytes.count)]
    return String(decoding: out, as: UTF8.self)
  }

  private func mark(_ pattern: Int, _ secret: some Sequence<UInt8>) -> String.UTF8View {
    RedactionMark(scanner.patterns[pattern].name, salt: salt(), secret: secret).description.utf8
  }

  // MARK: - Documents

  /// A JSON document with marks where strings of it held secrets.
  public func json(_ document: String, _ strictness: Strictness = .words) -> String {
    json(document) { _ in strictness }
  }

  /// A JSON document with marks where strings of it held secrets, each at its own strictness.
  func json(_ document: String, _ strictness: (JSONString) -> Strictness) -> String {
    guard let strings = suspects(in: document) else { return text(document) }
    let bytes = Array(document.utf8)
    var out: [UInt8] = []
    var place = 0
    for string in strings {
      let found = matches(in: string, strictness(string))
      guard !found.isEmpty else { continue }
      out += bytes[place..<string.range.lowerBound]
      out += JSONValue.string(marked(string.bytes, found)).text.utf8
      place = string.range.upperBound
    }
    guard place > 0 else { return document }
    out += bytes[place...]
    return String(decoding: out, as: UTF8.self)
  }

  /// Where strings of a document hold secrets, and the names of the patterns.
  func sightings(
    in document: String,
    _ strictness: (JSONString) -> Strictness
  ) -> [(string: JSONString, pattern: String)] {
    (suspects(in: document) ?? []).flatMap { string in
      matches(in: string, strictness(string)).map { (string, scanner.patterns[$0.pattern].name) }
    }
  }

  /// The strings of a document that may hold secrets; nil where it is no JSON. An escape can hide
  /// anything; where there is none, what is in a string is in the document as it stands.
  private func suspects(in document: String) -> [JSONString]? {
    let bytes = document.utf8.span
    var hasEscape = false
    for place in 0..<bytes.count where bytes[place] == UInt8(ascii: "\\") {
      hasEscape = true
      break
    }
    guard hasEscape || !scanner.matches(in: bytes).isEmpty else { return [] }
    return JSONStrings.all(in: bytes)
  }

  /// What looks like a secret in a string: all of it, where its key says so.
  private func matches(in string: JSONString, _ strictness: Strictness) -> [SecretMatch] {
    guard strictness != .keep else { return [] }
    let bytes = string.bytes.span
    if strictness == .words, let key = string.key, scanner.isSecret(bytes, named: key.span),
      scanner.matches(in: bytes).isEmpty
    {
      return [SecretMatch(range: 0..<string.bytes.count, pattern: scanner.assignment)]
    }
    return scanner.matches(in: bytes, strictness.kinds)
  }
}
