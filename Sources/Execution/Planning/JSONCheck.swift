// Gathering every mistake of a JSON document at once, each with its JSON path, so that the asker
// mends a context in one go. The functions return nil where the value is unusable; the mistake is
// then already on the list.

import GoalLedger

/// A place in a JSON document, printed as `$.files[1].path`.
struct JSONPlace: CustomStringConvertible {
  private(set) var description = "$"

  /// The member `key` of the object here.
  func member(_ key: String) -> JSONPlace {
    let isPlain =
      !key.isEmpty
      && key.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      }
    return JSONPlace(
      description: description + (isPlain ? ".\(key)" : "[\(JSONValue.string(key))]")
    )
  }

  /// The element `index` of the array here.
  func element(_ index: Int) -> JSONPlace { JSONPlace(description: description + "[\(index)]") }

  init() {}
  private init(description: String) { self.description = description }
}

/// A list of mistakes in the making.
struct JSONCheck {
  /// The mistakes so far, each `place: what must be`.
  private(set) var mistakes: [String] = []

  /// Notes a mistake.
  mutating func fault(_ place: JSONPlace, _ sentence: String) {
    mistakes.append("\(place): \(sentence)")
  }

  /// The members of an object whose keys are all known.
  mutating func object(
    _ value: JSONValue,
    _ place: JSONPlace,
    keys: [String],
    required: [String] = [],
    of what: String
  ) -> [String: JSONValue]? {
    guard let members = value.object else {
      fault(place, "must be an object, not \(value.kind)")
      return nil
    }
    for key in members.keys.sorted() where !keys.contains(key) {
      let taken = keys.count == 1 ? keys[0] : listed(keys, "and")
      let near = closest(to: key, among: keys)
      fault(
        place.member(key),
        "is not known; \(near.map { "did you mean \($0)?" } ?? "\(what) takes \(taken)")"
      )
    }
    for key in required where members[key] == nil { fault(place.member(key), "is missing") }
    return members
  }

  /// A string that is not empty, or may be.
  mutating func string(_ value: JSONValue, _ place: JSONPlace, mayBeEmpty: Bool = false) -> String?
  {
    guard let text = value.string else {
      fault(place, "must be a string, not \(value.kind)")
      return nil
    }
    guard mayBeEmpty || !text.isEmpty else {
      fault(place, "must not be empty")
      return nil
    }
    return text
  }

  /// An array.
  mutating func array(_ value: JSONValue, _ place: JSONPlace) -> [JSONValue]? {
    guard let elements = value.array else {
      fault(place, "must be an array, not \(value.kind)")
      return nil
    }
    return elements
  }

  /// A path below the workspace's root.
  mutating func path(_ value: JSONValue, _ place: JSONPlace) -> RelativePath? {
    guard let text = string(value, place) else { return nil }
    do throws(ExecutionError) {
      return try RelativePath(text)
    } catch {
      fault(place, error.message)
      return nil
    }
  }

  /// Throws all mistakes as one error, if there are any.
  func finish(_ what: String) throws(ExecutionError) {
    guard !mistakes.isEmpty else { return }
    let shown = mistakes.prefix(20).joined(separator: "; ")
    let more = mistakes.count > 20 ? "; and \(mistakes.count - 20) more" : ""
    throw ExecutionError(.invalidContext, "the \(what) does not validate: \(shown)\(more)")
  }
}

/// The words as a person lists them: `a, b and c`.
func listed(_ words: [String], _ last: String) -> String {
  guard let final = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " \(last) \(final)"
}

/// The candidate nearest to a misspelt word, or nil if none is near.
func closest(to word: String, among candidates: [String]) -> String? {
  let ranked = candidates.map { (distance(word, $0), $0) }.min { $0.0 < $1.0 }
  guard let (steps, name) = ranked, steps <= max(1, min(3, name.utf8.count / 2)) else { return nil }
  return name
}

/// How many insertions, deletions and replacements of bytes turn one word into the other, letter
/// case aside; words longer than 64 bytes count as wholly different.
func distance(_ left: String, _ right: String) -> Int {
  let from = Array(left.lowercased().utf8)
  let to = Array(right.lowercased().utf8)
  guard from.count <= 64, to.count <= 64 else { return Int.max }
  var row = Array(0...to.count)
  for (index, byte) in from.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for (column, other) in to.enumerated() {
      let above = row[column + 1]
      row[column + 1] = min(above + 1, row[column] + 1, diagonal + (byte == other ? 0 : 1))
      diagonal = above
    }
  }
  return row[to.count]
}
