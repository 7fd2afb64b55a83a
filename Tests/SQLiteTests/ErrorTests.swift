// Errors say what happened in a sentence, with the extended code, the SQL and a hint.
import Glibc
import SQLite
import Testing

@Suite struct ErrorTests {
  @Test("A trigger's sentence is the message, with the extended code and the SQL")
  func raise() throws {
    let connection = try Connection(path: ":memory:")
    try connection.execute(
      """
      CREATE TABLE t(x);
      CREATE TRIGGER refuse BEFORE DELETE ON t BEGIN
        SELECT RAISE(ABORT, 'a row is never deleted: mark it instead');
      END;
      INSERT INTO t VALUES (1)
      """
    )
    let error = try refusal { try connection.run("DELETE FROM t WHERE x = ?", 1) }
    #expect(error.message == "a row is never deleted: mark it instead")
    #expect(error.code == .constraint)
    #expect(error.extendedCode == .constraintTrigger)
    #expect(error.sql == "DELETE FROM t WHERE x = ?")
    #expect(error.constraint == nil)
    #expect(
      error.description
        == "a row is never deleted: mark it instead [SQLITE_CONSTRAINT_TRIGGER] "
        + "in: DELETE FROM t WHERE x = ?"
    )
  }

  @Test(
    "A constraint's error carries its name",
    arguments: [
      ("2, 1, NULL", ResultCode.constraintCheck, "x lies between 0 and 1"),
      ("0, NULL, NULL", .constraintNotNull, "t.y"),
      ("0, 5, NULL", .constraintUnique, "t.y"),
      ("0, 1, 'text'", .constraintDataType, nil),
    ] as [(String, ResultCode, String?)]
  )
  func constraints(values: String, code: ResultCode, name: String?) throws {
    let connection = try Connection(path: ":memory:")
    try connection.execute(
      """
      CREATE TABLE t(
        x INTEGER CONSTRAINT "x lies between 0 and 1" CHECK (x BETWEEN 0 AND 1),
        y INTEGER NOT NULL UNIQUE,
        z BLOB
      ) STRICT;
      INSERT INTO t VALUES (0, 5, NULL)
      """
    )
    let error = try refusal { try connection.run("INSERT INTO t VALUES (\(values))") }
    #expect(error.extendedCode == code)
    if let name { #expect(error.constraint == name) }
  }

  @Test("A primary code matches its extended ones; an extended one only itself")
  func patterns() throws {
    #expect(ResultCode.busy ~= .busySnapshot)
    #expect(!(ResultCode.busySnapshot ~= .busy))
    #expect(!(ResultCode.busySnapshot ~= .busyRecovery))
    #expect(ResultCode.busySnapshot.primary == .busy)
    #expect(ResultCode.busySnapshot.description == "SQLITE_BUSY_SNAPSHOT")
    #expect(ResultCode(rawValue: 5 | 77 << 8).description == "SQLITE_BUSY_19717")
    do {
      throw SQLiteError(.busySnapshot, "x")
    } catch ResultCode.constraint {
      Issue.record("no constraint")
    } catch ResultCode.busy {
    }
  }

  @Test("A script's error names the statement and its line")
  func script() throws {
    let connection = try Connection(path: ":memory:")
    let unknown = try refusal {
      try connection.execute("CREATE TABLE t(x);\n\nSELECT\n  y\nFROM t;\nDROP TABLE t;")
    }
    #expect(unknown.message == "no such column: y")
    #expect(unknown.sql == "SELECT\n  y\nFROM t;")
    #expect(unknown.hint == "line 4")
    let failing = try refusal {
      try connection.execute("INSERT INTO t VALUES (1);\n\nSELECT abs(-9223372036854775808);")
    }
    #expect(failing.sql == "SELECT abs(-9223372036854775808);")
    #expect(failing.message == "integer overflow")
    #expect(failing.hint == "line 3")
    #expect(try connection.number("SELECT count(*) FROM t") == 1)
  }

  @Test("A misspelt column in double quotes is an error, not a string")
  func doubleQuotes() throws {
    let connection = try Connection(path: ":memory:")
    #expect(try refusal { try connection.run("SELECT \"nmae\"") }.message == "no such column: nmae")
  }

  @Test("A closed connection refuses everything with a sentence")
  func closed() throws {
    let connection = try Connection(path: ":memory:")
    try connection.run("SELECT 1")
    connection.close()
    connection.close()
    for attempt in [
      { try connection.run("SELECT 1") }, { _ = try connection.dataVersion },
      { try connection.transaction { () throws(SQLiteError) in } },
      { _ = try connection.lastInsertedRowID }, { try connection.checkpoint() },
    ] as [() throws -> Void] {
      let error = try refusal(attempt)
      #expect(error.code == .misuse)
      #expect(error.message == "the connection to :memory: is closed")
    }
    #expect(!connection.isInTransaction)
  }

  @Test("A connection may be closed by a closure that reads its rows")
  func closedWithin() throws {
    let connection = try Connection(path: ":memory:")
    let rows = try connection.query("SELECT 1 UNION ALL SELECT 2") { row in
      connection.close()
      return row.int(0)
    }
    #expect(rows == [1, 2])
  }
}
