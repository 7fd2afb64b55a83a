// The word somebody probably meant: for the sentences about unknown keys and names.

enum Suggestion {
  /// The candidate nearest to `word`, where one is near: at most a third of its letters differ.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    let scored = candidates.map { (distance(word, $0), $0) }.sorted { $0 < $1 }
    guard let (distance, candidate) = scored.first else { return nil }
    return distance <= max(1, (max(word.count, candidate.count) + 1) / 3) ? candidate : nil
  }

  /// The Levenshtein distance, where two letters that changed places count as one mistake
  /// ("optimal string alignment").
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left.lowercased().unicodeScalars),
      right = Array(right.lowercased().unicodeScalars)
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var rows = [Array(0...right.count)]
    for i in 1...left.count {
      var row = [i]
      for j in 1...right.count {
        let substitution = rows[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
        var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, substitution)
        if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
          best = min(best, rows[i - 2][j - 2] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[left.count][right.count]
  }
}
