// Search and replace on bytes. Each search text must be found exactly once at the moment its turn
// comes, so that an edit means one place or fails. Whether a list of edits was made before is told
// by making it backwards: that must work just as uniquely, and lead here again when made forwards.

/// Lists of search-and-replace edits, applied in sequence.
enum TextEdits {
  /// Why an edit does not apply.
  struct Fault: Error, Equatable {
    /// Which edit, counted from 1.
    var number: Int
    /// How often its search text is found; `nil` when that text is empty.
    var count: Int?

    func sentence(_ path: RelativePath) -> String {
      switch count {
      case nil: "search text \(number) of '\(path)' is empty; it must name the place to change"
      case 0?: "search text \(number) of '\(path)' is not found; it must be found once"
      case let count?:
        "search text \(number) of '\(path)' is found \(count) times; it must be found once"
      }
    }

    var hint: String {
      count ?? 0 > 1 ? "make it longer" : "copy it from the file as it is now, spaces included"
    }
  }

  /// The content after all edits.
  static func apply(_ edits: [SearchReplace], to content: [UInt8]) -> Result<[UInt8], Fault> {
    var bytes = content
    for (index, edit) in edits.enumerated() {
      let search = Array(edit.search.utf8)
      guard !search.isEmpty else { return .failure(Fault(number: index + 1, count: nil)) }
      let places = occurrences(of: search, in: bytes)
      guard places.count == 1, let place = places.first else {
        return .failure(Fault(number: index + 1, count: places.count))
      }
      bytes.replaceSubrange(place..<(place + search.count), with: edit.replace.utf8)
    }
    return .success(bytes)
  }

  /// Whether `content` is what these edits lead to. Where they would apply once more they count as
  /// made only if each one's result contains its search text (an insertion), since otherwise the
  /// text they look for is really there to be changed.
  static func areApplied(
    _ edits: [SearchReplace],
    to content: [UInt8],
    forward: Result<[UInt8], Fault>
  ) -> Bool {
    guard !edits.isEmpty else { return true }
    if case .success = forward {
      let areInsertions = edits.allSatisfy { edit in
        edit.search != edit.replace
          && !occurrences(of: Array(edit.search.utf8), in: Array(edit.replace.utf8)).isEmpty
      }
      guard areInsertions else { return false }
    }
    let backwards = edits.reversed().map {
      SearchReplace(search: $0.replace, replace: $0.search)
    }
    guard case .success(let before) = apply(backwards, to: content) else { return false }
    return apply(edits, to: before) == .success(content)
  }

  /// Where `needle` begins in `bytes`, overlapping places included.
  static func occurrences(of needle: [UInt8], in bytes: [UInt8]) -> [Int] {
    guard let first = needle.first, needle.count <= bytes.count else { return [] }
    var found: [Int] = []
    var at = 0
    let end = bytes.count - needle.count
    while at <= end {
      guard let next = bytes[at...end].firstIndex(of: first) else { break }
      if bytes[next..<(next + needle.count)].elementsEqual(needle) { found.append(next) }
      at = next + 1
    }
    return found
  }
}
