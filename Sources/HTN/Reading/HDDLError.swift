// The module's one error type. Its sentence says what was found and what would be right, so that a
// person can act on it with nothing but the file at hand.

/// What is wrong with a domain, problem or plan.
public struct HDDLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of mistake.
  public enum Code: String, Hashable, Sendable {
    /// The text is not HDDL.
    case syntax
    /// The text is nested deeper than any sensible one.
    case nesting
    /// HDDL that this library does not read.
    case unsupported
    /// A name that is not declared.
    case unknownName
    /// A name declared twice.
    case duplicateName
    /// Too many or too few arguments.
    case arity
    /// An argument of the wrong type.
    case type
    /// Orderings or types that form a cycle.
    case cycle
    /// A plan that names what its problem does not have.
    case mismatch
  }

  /// The kind of mistake.
  public let code: Code
  /// Where it is; nil if what is wrong was built in memory.
  public let position: SourcePosition?
  /// What is wrong.
  public let sentence: String
  /// What would be right; empty if the sentence says it.
  public let hint: String

  init(_ code: Code, at position: SourcePosition?, _ sentence: String, hint: String = "") {
    self.code = code
    self.position = position
    self.sentence = sentence
    self.hint = hint
  }

  /// Position, sentence and hint on one line.
  public var description: String {
    let place = position.map { "\($0): " } ?? ""
    return place + sentence + (hint.isEmpty ? "" : " (\(hint))")
  }

  /// The error of meeting one thing where another was due.
  static func found(_ what: String, at position: SourcePosition?, expected: String) -> HDDLError {
    HDDLError(.syntax, at: position, "found \(what) where \(expected) was expected")
  }
}

/// Something a file says that is allowed and yet probably a mistake.
public struct HDDLWarning: Hashable, Sendable, CustomStringConvertible {
  /// Where it is; nil if built in memory.
  public let position: SourcePosition?
  /// What is suspicious.
  public let sentence: String

  /// Position and sentence on one line.
  public var description: String { (position.map { "\($0): " } ?? "") + sentence }
}

/// The declared name nearest to a misspelt one, as a hint; empty if none is near.
func nearest(_ name: Symbol, in names: some Sequence<Symbol>) -> String {
  let wanted = Array(name.lowercased().utf8)
  var best: (distance: Int, name: Symbol)?
  for candidate in names {
    let other = Array(candidate.lowercased().utf8)
    guard abs(other.count - wanted.count) <= 2, other.count <= 64 else { continue }
    let distance = editDistance(wanted, other)
    guard distance <= min(2, wanted.count / 2) else { continue }
    if best.map({ (distance, candidate) < $0 }) ?? true { best = (distance, candidate) }
  }
  return best.map { "did you mean '\($0.name)'?" } ?? ""
}

private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var row = Array(0...right.count)
  for (index, byte) in left.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for (column, other) in right.enumerated() {
      let above = row[column + 1]
      row[column + 1] = min(above + 1, row[column] + 1, diagonal + (byte == other ? 0 : 1))
      diagonal = above
    }
  }
  return row[right.count]
}
