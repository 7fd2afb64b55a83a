// Reading columns: by index and by name, leniently and strictly.
import SQLite
import Testing

@Suite struct RowTests {
  let connection: Connection

  init() throws {
    connection = try Connection(path: ":memory:")
  }

  @Test("A lenient read gives nil for NULL, another storage class and a missing column")
  func lenient() throws {
    try connection.forEach("SELECT 1 AS n, 'x' AS t, NULL AS z, 2.5 AS r", arguments: .none) {
      row in
      #expect(row.int(0) == 1 && row.int("n") == 1)
      #expect(row.real(0) == 1.0 && row.real("r") == 2.5)
      #expect(row.text("t") == "x" && row.text(0) == nil)
      #expect(row.int(2) == nil && row.isNull(2) && !row.isNull("n"))
      #expect(row.int(4) == nil && row.int(-1) == nil && row["none"] == .null)
      #expect(row.blob("t") == nil && row.bytes("t") == [0x78])
      #expect(row.columnNames == ["n", "t", "z", "r"])
      #expect(row.index(of: "r") == 3 && row.index(of: "none") == nil)
      return true
    }
  }

  @Test("A strict read names the column and what it holds")
  func strict() throws {
    let null = try refusal {
      _ = try connection.query("SELECT NULL AS age") { try $0.require(0, as: Int64.self) }
    }
    #expect(null.code == .mismatch)
    #expect(null.message == "the column age holds NULL, which is no Int64")
    #expect(null.sql == "SELECT NULL AS age")
    let text = try refusal {
      _ = try connection.first("SELECT 'x' AS age") { try $0.optional("age", as: Int.self) }
    }
    #expect(text.message == "the column age holds TEXT, which is no Int")
    let missing = try refusal {
      _ = try connection.first("SELECT 1 AS a, 2 AS b") { try $0.require("c", as: Int.self) }
    }
    #expect(missing.code == .range)
    #expect(missing.message == "the row has no column named c: it has a, b")
    let beyond = try refusal {
      _ = try connection.first("SELECT 1") { try $0.require(1, as: Int.self) }
    }
    #expect(beyond.message == "the row has no column 1: it has 1")
  }

  @Test("A strict read of a Bool takes 0 and 1 only, of a Double an exact integer only")
  func ranges() throws {
    #expect(try connection.first("SELECT 1") { try $0.require(0, as: Bool.self) } == true)
    #expect(throws: SQLiteError.self) {
      try connection.first("SELECT 2") { try $0.require(0, as: Bool.self) }
    }
    #expect(throws: SQLiteError.self) {
      try connection.first("SELECT ?", Int64.max) { try $0.require(0, as: Double.self) }
    }
  }

  @Test("An optional read gives nil for NULL")
  func optional() throws {
    let value = try connection.first("SELECT NULL AS x") { try $0.optional("x", as: String.self) }
    #expect(value == .some(nil))
  }

  @Test("Columns keep their names when the schema changes under a cached statement")
  func schemaChange() throws {
    try connection.execute("CREATE TABLE t(a); INSERT INTO t VALUES (1)")
    let before = try connection.first("SELECT * FROM t") { $0.columnNames }
    try connection.execute("ALTER TABLE t ADD COLUMN b DEFAULT 2")
    let after = try connection.first("SELECT * FROM t") { ($0.columnNames, $0.int("b")) }
    #expect(before == ["a"])
    #expect(after?.0 == ["a", "b"])
    #expect(after?.1 == 2)
  }
}
