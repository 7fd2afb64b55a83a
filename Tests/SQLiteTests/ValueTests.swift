// What goes in comes out: each storage class, its extremes, and the two things SQLite cannot keep.
import SQLite
import Testing

@Suite struct ValueTests {
  static let values: [Value] = [
    .null, .integer(0), .integer(.max), .integer(.min), .real(0.1), .real(-0.0), .real(.infinity),
    .real(-.infinity), .real(.leastNonzeroMagnitude), .real(.greatestFiniteMagnitude),
    .text(""), .text("a"), .text("a\0b\0"), .text("\0"), .text("Grüße 👩‍👩‍👧 \u{FFFD}"),
    .blob([]), .blob([0]), .blob(Array(0...255)),
    .text(String(repeating: "long ", count: 100_000)),
    .blob([UInt8](repeating: 7, count: 1_000_000)),
  ]

  @Test("A value that was stored is read as it was", arguments: values)
  func roundTrip(value: Value) throws {
    let connection = try Connection(path: ":memory:")
    try connection.execute("CREATE TABLE t(x ANY) STRICT")
    try connection.run("INSERT INTO t VALUES (?)", value)
    let row = try connection.first("SELECT x, upper(typeof(x)) AS class FROM t") { row in
      (row.value(0), row[1])
    }
    let (read, storageClass) = try #require(row)
    #expect(read == value)
    #expect(storageClass == .text(value.storageClass))
    if case .real(let number) = value, case .real(let other) = read {
      #expect(number.bitPattern == other.bitPattern)
    }
  }

  @Test("Swift's types are bound as their storage class")
  func types() throws {
    let connection = try Connection(path: ":memory:")
    let none: String? = nil
    let some: Int? = 3
    let values = try connection.first(
      "SELECT ?, ?, ?, ?, ?, ?, ?, ?",
      1,
      Int64.max,
      2.5,
      "x",
      true,
      [UInt8]([1, 2]),
      none,
      some
    ) { row in (0..<row.columnCount).map { row[$0] } }
    #expect(
      values == [
        .integer(1), .integer(.max), .real(2.5), .text("x"), .integer(1), .blob([1, 2]), .null,
        .integer(3),
      ]
    )
  }

  @Test("NaN is stored as NULL")
  func nan() throws {
    let connection = try Connection(path: ":memory:")
    #expect(try connection.first("SELECT ?", Double.nan) { $0[0] } == .null)
    #expect(try connection.first("SELECT ?", Value.real(.nan)) { $0[0] } == .null)
  }

  @Test("Text that is no UTF-8 is repaired as a String and kept as bytes")
  func invalidText() throws {
    let connection = try Connection(path: ":memory:")
    let row = try connection.first("SELECT CAST(x'61FF62' AS TEXT), x''") { row in
      (row.text(0), row.bytes(0), row.bytes(1))
    }
    let (text, bytes, empty) = try #require(row)
    #expect(text == "a\u{FFFD}b")
    #expect(bytes == [0x61, 0xFF, 0x62])
    #expect(empty == [])
  }

  @Test("Text of a database that stores UTF-16 is read as UTF-8")
  func utf16() throws {
    let connection = try Connection(path: ":memory:")
    try connection.execute("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(x TEXT)")
    try connection.run("INSERT INTO t VALUES (?)", "ü\0!")
    #expect(try connection.first("SELECT x FROM t") { $0.text(0) } == "ü\0!")
    #expect(try connection.first("SELECT x FROM t") { $0.bytes(0) } == Array("ü\0!".utf8))
  }
}
