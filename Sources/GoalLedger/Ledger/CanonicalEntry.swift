// The bytes that stand for a row when it is hashed, the same in Swift and in SQL.
//
//   row   = tag value*             the tag is ASCII and ends with a line feed
//   value = class length ":" bytes
//   class = "n" | "i" | "r" | "t" | "b"    NULL, INTEGER, REAL, TEXT, BLOB: the storage class
//   length = how many bytes follow the colon, in decimal digits without leading zeros
//   bytes = nothing for NULL; for an INTEGER its decimal digits, after "-" where it is negative; for
//           a REAL its eight bytes of IEEE 754, the most significant first; for a TEXT or BLOB its
//           bytes as they are stored, NUL and what is no UTF-8 included
//
// An entry's tag is "goalledger-entry-v1\n"; its values are the 13 columns of identity_ledger in
// their order, seq, at, actor, assurance, event, goal_id, goal_version, attempt_id, task_id,
// from_state, to_state, reason, detail. Its leaf hash is the SHA3-256 of these bytes. In SQL a value
// v is
//
//   CASE typeof(v) WHEN 'null' THEN 'n0:' WHEN 'integer' THEN 'i' || length(v) || ':' || v
//     WHEN 'real' THEN 'r8:' || ieee754_to_blob(v)
//     WHEN 'text' THEN 't' || length(CAST(v AS BLOB)) || ':' || v
//     ELSE 'b' || length(v) || ':' || v END
//
// where || keeps every byte, and sha3(CAST(row AS BLOB), 256) and ieee754_to_blob are in the stock
// sqlite3 shell. (length() of a TEXT ends at its first NUL byte and counts characters, so lengths
// are those of BLOBs. printf('%!.17g') of a REAL differs between versions of SQLite.)
//
// What must stay true: two rows that differ have different bytes: each length says where its value
// ends, and each class how to read it. Text is UTF-8, as the database's encoding is.
import Crypto
import SQLite

/// A row's canonical bytes, being written.
struct CanonicalBytes {
  /// What was written so far.
  private(set) var bytes: [UInt8]

  /// The tag of a ledger entry.
  static let entryTag = "goalledger-entry-v1\n"
  /// The columns of a ledger entry, in their order.
  static let entryColumns = """
    seq, at, actor, assurance, event, goal_id, goal_version, attempt_id, task_id, from_state, \
    to_state, reason, detail
    """
  /// How many columns an entry has.
  static let entryColumnCount = 13

  /// Nothing but a tag.
  init(tag: String) {
    bytes = Array(tag.utf8)
  }

  /// Appends a value.
  mutating func append(_ value: Value) {
    switch value {
    case .null: appendHead("n", 0)
    case .integer(let number):
      let digits = String(number).utf8
      appendHead("i", digits.count)
      bytes += digits
    case .real(let number): append(real: number)
    case .text(let text):
      appendHead("t", text.utf8.count)
      bytes += text.utf8
    case .blob(let blob):
      appendHead("b", blob.count)
      bytes += blob
    }
  }

  /// Appends a column of a row, byte for byte.
  mutating func append(_ index: Int, of row: borrowing Row) {
    row.withStored(index) { storageClass, number, span in
      switch storageClass {
      case .null: appendHead("n", 0)
      case .integer: append(integer: number)
      case .real: append(real: Double(bitPattern: UInt64(bitPattern: number)))
      case .text: append("t", span)
      case .blob: append("b", span)
      }
    }
  }

  /// Appends an entry: the columns of a row that begins with those of `entryColumns`.
  mutating func appendEntry(_ row: borrowing Row) {
    bytes += Self.entryTag.utf8
    for index in 0..<Self.entryColumnCount { append(index, of: row) }
  }

  /// The hash of what was written.
  var hash: [UInt8] { Array(SHA3_256.hash(data: bytes)) }

  private mutating func append(_ letter: Unicode.Scalar, _ span: RawSpan) {
    appendHead(letter, span.byteCount)
    unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func append(integer: Int64) {
    var digits = 1
    var rest = integer.magnitude / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    appendHead("i", integer < 0 ? digits + 1 : digits)
    if integer < 0 { bytes.append(UInt8(ascii: "-")) }
    appendDigits(integer.magnitude)
  }

  private mutating func append(real: Double) {
    appendHead("r", 8)
    let pattern = real.bitPattern
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: pattern >> UInt64(shift)))
    }
  }

  private mutating func appendHead(_ letter: Unicode.Scalar, _ count: Int) {
    bytes.append(UInt8(truncatingIfNeeded: letter.value))
    appendDigits(UInt64(count))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func appendDigits(_ number: UInt64) {
    guard number >= 10 else {
      bytes.append(UInt8(ascii: "0") + UInt8(number))
      return
    }
    appendDigits(number / 10)
    bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}
