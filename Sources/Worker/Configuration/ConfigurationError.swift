import GoalLedger

// What is wrong with a configuration: all of it at once, each mistake with its place in the file,
// so that an operator corrects a file in one go.

/// One mistake of a configuration.
public struct ConfigurationMistake: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Where: `workspaces.app.tests.default.argv`, or a variable's or flag's name.
  public let path: String
  /// What is wrong and what would be right: `must be a list of at least one string`.
  public let sentence: String

  public var description: String { path.isEmpty ? sentence : "\(path): \(sentence)" }

  public static func < (left: ConfigurationMistake, right: ConfigurationMistake) -> Bool {
    (left.path, left.sentence) < (right.path, right.sentence)
  }
}

/// Every mistake of one configuration, sorted by place.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong with it, at least one mistake.
  public let mistakes: [ConfigurationMistake]

  /// One line that counts the mistakes, and one for each.
  public var description: String {
    let count = mistakes.count == 1 ? "a mistake" : "\(mistakes.count) mistakes"
    return "\(file) has \(count):" + mistakes.map { "\n  \($0)" }.joined()
  }

  /// The same as an error of the ledger, code `invalid`.
  public var ledgerError: LedgerError {
    LedgerError(
      .invalid,
      description,
      hint: mistakes.allSatisfy { $0.path.isEmpty }
        ? nil : "Schema/configuration.schema.json says what may stand there"
    )
  }
}
