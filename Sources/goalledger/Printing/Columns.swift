import GoalLedger

/// Text in columns: padded by what a terminal shows, and never with a control character from
/// somebody's goal in it.
enum Columns {
  /// Rows under a heading, each column as wide as its widest cell; the last is not padded.
  static func table(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { place, cell in
        place == row.count - 1 ? cell : padded(cell, widths[place])
      }
      return trimmed(cells.joined(separator: "  "))
    }
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// One line of at most `width` characters, control characters shown as spaces.
  static func oneLine(_ text: String, _ width: Int) -> String {
    var line = ""
    for character in text.prefix(width + 1) { line.append(isControl(character) ? " " : character) }
    return line.count > width ? line.prefix(width - 3) + "..." : trimmed(line)
  }

  /// Several lines, control characters other than line ends and tabs shown as `?`.
  static func lines(_ text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
      String(line.map { isControl($0) && $0 != "\t" ? "?" : $0 })
    }
  }

  private static func isControl(_ character: Character) -> Bool {
    character.unicodeScalars.contains {
      $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || (0x202A...0x202E).contains($0.value)
        || (0x2066...0x2069).contains($0.value)
    }
  }

  private static func trimmed(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }
}

/// Lengths of time for people.
enum Length {
  /// `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 3 min`.
  static func text(milliseconds: Double) -> String {
    if milliseconds < 1_000 { return "\(Int(milliseconds.rounded())) ms" }
    if milliseconds < 59_950 {
      let tenths = Int((milliseconds / 100).rounded())
      return "\(tenths / 10).\(tenths % 10) s"
    }
    let seconds = Int((milliseconds / 1_000).rounded())
    if seconds < 3_600 { return pair(seconds / 60, "min", seconds % 60, "s") }
    let minutes = Int((milliseconds / 60_000).rounded())
    return pair(minutes / 60, "h", minutes % 60, "min")
  }

  static func text(milliseconds: Int64) -> String { text(milliseconds: Double(milliseconds)) }

  private static func pair(_ many: Int, _ unit: String, _ few: Int, _ small: String) -> String {
    few == 0 ? "\(many) \(unit)" : "\(many) \(unit) \(few) \(small)"
  }

  /// A number from 0 to 1 with three digits: `0.525`.
  static func score(_ number: Double) -> String {
    let thousandths = Int((number * 1_000).rounded())
    let digits = String(thousandths % 1_000)
    return "\(thousandths / 1_000)." + String(repeating: "0", count: 3 - digits.count) + digits
  }
}
