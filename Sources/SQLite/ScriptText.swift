// The text of one or more statements, and where in it an error lies. SQLite stops at a NUL byte and
// would leave the rest unsaid, so text with one is refused.

struct ScriptText {
  let bytes: [UInt8]

  init(_ text: String) throws(SQLiteError) {
    bytes = Array(text.utf8)
    guard !bytes.contains(0) else {
      throw SQLiteError(
        .misuse,
        "the SQL contains a NUL byte, where SQLite would stop reading",
        sql: text,
        hint: "bind the value as a parameter"
      )
    }
    guard bytes.count <= Int(Int32.max) else {
      throw SQLiteError(.tooBig, "the SQL is larger than two gigabytes")
    }
  }

  /// The text of a range without the white space around it.
  func trimmed(_ range: Range<Int>) -> String {
    let slice = bytes[range]
    guard let first = slice.firstIndex(where: { !Self.isSpace($0) }),
      let last = slice.lastIndex(where: { !Self.isSpace($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }

  /// The error of the statement at `start`, with its SQL and, in a text of several lines, the line.
  /// `offset` is where in the statement SQLite saw it; without one it is the statement as a whole.
  func locate(
    _ error: SQLiteError,
    at start: Int,
    offset: Int? = nil,
    sql: String? = nil
  ) -> SQLiteError {
    var error = error
    let first = bytes[start...].firstIndex { !Self.isSpace($0) } ?? start
    let place = min(bytes.count, max(first, start + (offset ?? 0)))
    if error.sql == nil {
      // A statement that does not parse has no known end: show it up to the next semicolon.
      let end = bytes[place...].firstIndex(of: UInt8(ascii: ";")).map { $0 + 1 } ?? bytes.count
      error.sql = sql ?? trimmed(first..<end)
    }
    if bytes[first...].contains(10) || bytes[..<first].contains(10) {
      let line = 1 + bytes[..<place].count { $0 == 10 }
      error.hint = error.hint.map { "line \(line); \($0)" } ?? "line \(line)"
    }
    return error
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 32 || (9...13).contains(byte)
  }
}
