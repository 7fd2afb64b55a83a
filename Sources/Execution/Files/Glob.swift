// A small glob matcher for the operator's `allowed` and `forbidden` lists. A pattern is anchored at
// the workspace's root and compared with the whole path: `*` and `?` stay within one component,
// `**` alone as a component stands for any number of them (none included), `[a-z]` and `[!a-z]` are
// one character, `{a,b}` are alternatives, `\` takes the next character as it is. Case matters.
// Matching never backtracks over more than the last star of a level, so that no pattern is slow.

/// A compiled glob pattern.
public struct Glob: Sendable, Hashable, CustomStringConvertible {
  /// The pattern as written.
  public let pattern: String
  private let alternatives: [[Component]]

  /// The most alternatives one pattern may expand to.
  static let maxAlternatives = 256

  /// Compiles a pattern.
  /// - Throws: `.refused` with a sentence that says what is wrong with it.
  public init(_ pattern: String) throws(ExecutionError) {
    self.pattern = pattern
    var compiled: [[Component]] = []
    for text in try Self.expand(pattern) {
      if text.isEmpty { throw Self.malformed(pattern, "it is empty") }
      if text.first == "/" { throw Self.malformed(pattern, "it starts with '/'") }
      var components: [Component] = []
      for part in Self.splitComponents(text) {
        if part.isEmpty { throw Self.malformed(pattern, "it has an empty component") }
        let component: Component =
          part == ["*", "*"] ? .anyDepth : .name(try Self.tokens(of: part, in: pattern))
        if component == .anyDepth, components.last == .anyDepth { continue }
        components.append(component)
      }
      compiled.append(components)
    }
    alternatives = compiled
  }

  /// Compiles several patterns.
  /// - Throws: `.refused` for the first that is malformed.
  public static func list(_ patterns: [String]) throws(ExecutionError) -> [Glob] {
    var globs: [Glob] = []
    for pattern in patterns { globs.append(try Glob(pattern)) }
    return globs
  }

  /// Whether the pattern matches the whole of `path`, whose components `/` separates.
  public func matches(_ path: String) -> Bool {
    let components = path.split(separator: "/", omittingEmptySubsequences: false)
      .map { Array($0.unicodeScalars) }
    return alternatives.contains { alternative in
      wildcardMatch(alternative, components, isStar: { $0 == .anyDepth }) { pattern, component in
        guard case .name(let tokens) = pattern else { return false }
        return wildcardMatch(tokens, component, isStar: { $0 == .star }) { $0.accepts($1) }
      }
    }
  }

  /// The pattern as written.
  public var description: String { pattern }

  // MARK: - What a pattern is made of

  private enum Component: Sendable, Hashable {
    case anyDepth
    case name([Token])
  }

  private enum Token: Sendable, Hashable {
    case star
    case anyOne
    case scalar(Unicode.Scalar)
    case set([ClosedRange<Unicode.Scalar>], negated: Bool)

    func accepts(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .star: false
      case .anyOne: true
      case .scalar(let wanted): wanted == scalar
      case .set(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
      }
    }
  }

  private static func malformed(_ pattern: String, _ why: String) -> ExecutionError {
    ExecutionError(
      .refused,
      "the glob '\(pattern)' is malformed: \(why)",
      hint: "write it relative to the workspace's root, for example 'src/**/*.py'"
    )
  }

  // MARK: - Compiling

  /// Splits at `/`, but for one within brackets or after a backslash.
  private static func splitComponents(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    text.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)
  }

  private static func tokens(
    of part: [Unicode.Scalar],
    in pattern: String
  ) throws(ExecutionError) -> [Token] {
    var tokens: [Token] = []
    var index = 0
    while index < part.count {
      switch part[index] {
      case "*":
        if tokens.last != .star { tokens.append(.star) }
      case "?": tokens.append(.anyOne)
      case "\\":
        index += 1
        guard index < part.count else { throw malformed(pattern, "it ends with a backslash") }
        tokens.append(.scalar(part[index]))
      case "[": tokens.append(try set(in: part, from: &index, of: pattern))
      default: tokens.append(.scalar(part[index]))
      }
      index += 1
    }
    return tokens
  }

  /// Reads `[...]`; `index` stands on the bracket before, and on the closing one after.
  private static func set(
    in part: [Unicode.Scalar],
    from index: inout Int,
    of pattern: String
  ) throws(ExecutionError) -> Token {
    var at = index + 1
    var negated = false
    if at < part.count, part[at] == "!" || part[at] == "^" {
      negated = true
      at += 1
    }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    let start = at
    while at < part.count, part[at] != "]" || at == start {
      let low = part[at]
      if at + 2 < part.count, part[at + 1] == "-", part[at + 2] != "]" {
        let high = part[at + 2]
        guard low <= high else { throw malformed(pattern, "the range \(low)-\(high) is empty") }
        ranges.append(low...high)
        at += 3
      } else {
        ranges.append(low...low)
        at += 1
      }
    }
    guard at < part.count else { throw malformed(pattern, "a '[' is not closed") }
    index = at
    return .set(ranges, negated: negated)
  }

  /// Expands `{a,b}`, nested ones too.
  private static func expand(_ pattern: String) throws(ExecutionError) -> [[Unicode.Scalar]] {
    var pending = [Array(pattern.unicodeScalars)]
    var done: [[Unicode.Scalar]] = []
    while let text = pending.popLast() {
      guard let brace = try firstBrace(in: text, of: pattern) else {
        done.append(text)
        continue
      }
      for choice in brace.choices {
        pending.append(text[..<brace.open] + choice + text[(brace.close + 1)...])
      }
      guard pending.count + done.count <= maxAlternatives else {
        throw malformed(pattern, "it stands for more than \(maxAlternatives) alternatives")
      }
    }
    return done
  }

  private static func firstBrace(
    in text: [Unicode.Scalar],
    of pattern: String
  ) throws(ExecutionError) -> (open: Int, close: Int, choices: [[Unicode.Scalar]])? {
    var open: Int?
    var depth = 0
    var choices: [[Unicode.Scalar]] = []
    var start = 0
    var index = 0
    while index < text.count {
      switch text[index] {
      case "\\": index += 1
      case "{":
        depth += 1
        if depth == 1 {
          open = index
          start = index + 1
        }
      case "," where depth == 1:
        choices.append(Array(text[start..<index]))
        start = index + 1
      case "}" where depth > 0:
        depth -= 1
        if depth == 0, let open {
          choices.append(Array(text[start..<index]))
          return (open, index, choices)
        }
      default: break
      }
      index += 1
    }
    if depth > 0 { throw malformed(pattern, "a '{' is not closed") }
    return nil
  }
}

/// Matches a pattern with stars against a whole sequence. On a mismatch it returns to the last star
/// only, which is enough because a star takes anything: time is at most |pattern| * |items|.
private func wildcardMatch<Pattern, Item>(
  _ pattern: [Pattern],
  _ items: [Item],
  isStar: (Pattern) -> Bool,
  accepts: (Pattern, Item) -> Bool
) -> Bool {
  var p = 0
  var i = 0
  var star: (pattern: Int, item: Int)?
  while i < items.count {
    if p < pattern.count, isStar(pattern[p]) {
      star = (p, i)
      p += 1
    } else if p < pattern.count, accepts(pattern[p], items[i]) {
      p += 1
      i += 1
    } else if let last = star {
      star = (last.pattern, last.item + 1)
      p = last.pattern + 1
      i = last.item + 1
    } else {
      return false
    }
  }
  while p < pattern.count, isStar(pattern[p]) { p += 1 }
  return p == pattern.count
}
