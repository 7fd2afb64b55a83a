import GoalLedger

// Reads JSON values as what they should be, and collects every mistake on the way instead of
// stopping at the first. A value that is wrong reads as nil, and the reading goes on.

struct ConfigurationReader {
  private(set) var mistakes: [ConfigurationMistake] = []

  /// Notes a mistake.
  mutating func refuse(_ path: String, _ sentence: String) {
    mistakes.append(ConfigurationMistake(path: path, sentence: sentence))
  }

  /// The members of an object that has only these keys.
  mutating func object(
    _ value: JSONValue?,
    at path: String,
    keys: [String]
  ) -> [String: JSONValue]? {
    guard let members = members(value, at: path) else { return nil }
    for key in members.keys.sorted() where !keys.contains(key) {
      let meant = Suggestion.nearest(to: key, among: keys).map { "did you mean '\($0)'?" }
      refuse(
        Self.join(path, key),
        "no such key; " + (meant ?? "there are: " + keys.sorted().joined(separator: ", "))
      )
    }
    return members
  }

  /// The members of an object whose keys are names of the operator's.
  mutating func members(_ value: JSONValue?, at path: String) -> [String: JSONValue]? {
    guard let value else { return nil }
    guard let members = value.object else {
      refuse(path, "must be an object, not \(value.kind)")
      return nil
    }
    return members
  }

  /// A text that is not empty and has no control characters.
  mutating func text(_ value: JSONValue?, at path: String) -> String? {
    guard let value else { return nil }
    guard let text = value.string else {
      refuse(path, "must be a string, not \(value.kind)")
      return nil
    }
    guard !text.isEmpty else {
      refuse(path, "must not be empty")
      return nil
    }
    guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      refuse(path, "must have no control characters")
      return nil
    }
    return text
  }

  /// A whole number within a range.
  mutating func integer(
    _ value: JSONValue?,
    at path: String,
    in range: ClosedRange<Int>
  ) -> Int? {
    guard let value else { return nil }
    guard let number = value.integer, range.contains(Int(number)) else {
      refuse(
        path,
        "must be a whole number from \(range.lowerBound) to \(range.upperBound), not "
          + (value.number == nil ? value.kind : value.text)
      )
      return nil
    }
    return Int(number)
  }

  /// true or false.
  mutating func flag(_ value: JSONValue?, at path: String) -> Bool? {
    guard let value else { return nil }
    guard let truth = value.bool else {
      refuse(path, "must be true or false, not \(value.kind)")
      return nil
    }
    return truth
  }

  /// A list of strings, `least` at least.
  mutating func texts(_ value: JSONValue?, at path: String, least: Int = 0) -> [String]? {
    guard let value else { return nil }
    let rule = least == 0 ? "must be a list of strings" : "must be a list of at least one string"
    guard let elements = value.array, elements.count >= least else {
      refuse(path, rule)
      return nil
    }
    var texts: [String] = []
    for (place, element) in elements.enumerated() {
      guard let text = element.string else {
        refuse("\(path)[\(place)]", "must be a string, not \(element.kind)")
        continue
      }
      guard !text.isEmpty else {
        refuse("\(path)[\(place)]", "must not be empty")
        continue
      }
      texts.append(text)
    }
    return texts
  }

  /// One of a few words.
  mutating func word<Word: RawRepresentable & CaseIterable>(
    _ value: JSONValue?,
    at path: String,
    as type: Word.Type
  ) -> Word? where Word.RawValue == String {
    guard let value else { return nil }
    if let text = value.string, let word = Word(rawValue: text) { return word }
    let words = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
    refuse(path, "must be \(words), not \(value.string.map { "\"\($0)\"" } ?? value.kind)")
    return nil
  }

  /// A key's place: `workspaces.app`, or `workspaces["my app"]` where the key is no plain word.
  static func join(_ path: String, _ key: String) -> String {
    let isPlain =
      !key.isEmpty
      && key.unicodeScalars.allSatisfy {
        $0 == "_" || $0 == "-" || $0 == "$" || ("a"..."z").contains($0) || ("A"..."Z").contains($0)
          || ("0"..."9").contains($0)
      }
    guard isPlain else { return "\(path)[\(JSONValue.string(key).text)]" }
    return path.isEmpty ? key : "\(path).\(key)"
  }
}
