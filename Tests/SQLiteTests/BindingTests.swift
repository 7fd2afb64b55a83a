// Parameters: by position and by name, none missing, none too many, one statement at a time.
import SQLite
import Testing

@Suite struct BindingTests {
  let connection: Connection

  init() throws {
    connection = try Connection(path: ":memory:")
  }

  @Test("Named values find their parameters whatever the prefix", arguments: [":", "@", "$"])
  func named(prefix: String) throws {
    let sql = "SELECT \(prefix)a - \(prefix)b"
    let difference = try connection.first(sql, arguments: ["a": 5, "\(prefix)b": 3]) { $0.int(0) }
    #expect(difference == 2)
    let values: [String: (any Bindable)?] = ["a": 1, "b": nil]
    #expect(try connection.first(sql, arguments: Arguments(named: values)) { $0[0] } == .null)
  }

  @Test(
    "Values that do not match the parameters are refused",
    arguments: [
      ("SELECT ?, ?", [1], "the statement has 2 parameters and was given 1 values"),
      ("SELECT ?", [1, 2], "the statement has 1 parameters and was given 2 values"),
      ("SELECT :a", ["b": 1], "the statement has no parameter named b"),
      ("SELECT :a, :b", ["a": 1], "the parameter :b was given no value"),
      ("SELECT :a", ["a": 1, ":a": 2], "the parameter"),
    ] as [(String, Arguments, String)]
  )
  func mismatches(sql: String, arguments: Arguments, sentence: String) throws {
    let error = try refusal { try connection.run(sql, arguments: arguments) }
    #expect(error.code == .range)
    #expect(error.message.hasPrefix(sentence))
  }

  @Test(
    "Several statements where one is expected are refused, and none of them runs",
    arguments: ["INSERT INTO t VALUES (1); DELETE FROM t", "INSERT INTO t VALUES (1); nonsense"]
  )
  func several(sql: String) throws {
    try connection.execute("CREATE TABLE t(x)")
    let error = try refusal { try connection.run(sql) }
    #expect(error.message == "one statement is expected here and there are several")
    #expect(try connection.number("SELECT count(*) FROM t") == 0)
  }

  @Test(
    "What follows a statement may be white space, semicolons and comments",
    arguments: ["SELECT 1;", "SELECT 1 ; \n\t", "SELECT 1; -- one\n", "SELECT 1; /* one */ ;; "]
  )
  func tails(sql: String) throws {
    #expect(try connection.number(sql) == 1)
  }

  @Test("SQL without a statement, or with a NUL byte, is refused")
  func nothing() throws {
    #expect(
      try refusal { try connection.run("-- nothing") }.message
        == "there is no statement in this SQL"
    )
    #expect(try refusal { try connection.run("SELECT 1\0; x") }.message.contains("NUL byte"))
    #expect(try refusal { try connection.execute("SELECT 1\0; x") }.message.contains("NUL byte"))
  }

  @Test("run counts the rows the statement itself changed")
  func counts() throws {
    try connection.execute(
      """
      CREATE TABLE t(x); CREATE TABLE log(x);
      CREATE TRIGGER note AFTER INSERT ON t BEGIN
        INSERT INTO log VALUES (new.x); INSERT INTO log VALUES (new.x);
      END
      """
    )
    #expect(try connection.run("INSERT INTO t VALUES (1), (2), (3)") == 3)
    #expect(try connection.lastInsertedRowID == 3)
    #expect(try connection.totalChanges == 9)
    #expect(try connection.run("UPDATE t SET x = 0 WHERE x > ?", 1) == 2)
    #expect(try connection.run("CREATE TABLE u(x)") == 0)
    #expect(try connection.run("DELETE FROM t WHERE x = 99") == 0)
    #expect(try connection.run("SELECT x FROM t") == 0)
  }

  @Test("The first row of a statement that writes is given after all rows are written")
  func returning() throws {
    try connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x)")
    let id = try connection.first("INSERT INTO t(x) VALUES (1), (2) RETURNING id") { $0.int(0) }
    #expect(id == 1)
    #expect(try connection.number("SELECT count(*) FROM t") == 2)
  }

  @Test("A statement that writes and returns rows writes once, however often it is used")
  func returningWritesOnce() throws {
    try connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, x)")
    for use in 1...3 {
      let ids = try connection.query("INSERT INTO t(x) VALUES (1) RETURNING id") { $0.int(0) }
      #expect(ids == [Int64(use)])
    }
    #expect(try connection.number("SELECT count(*) FROM t") == 3)
  }

  @Test("A row that is returned and then refused at the statement's end is an error")
  func returningRefused() throws {
    try connection.execute(
      """
      CREATE TABLE parent(id INTEGER PRIMARY KEY);
      CREATE TABLE child(p REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED)
      """
    )
    let error = try refusal {
      try connection.first("INSERT INTO child VALUES (7) RETURNING p") { $0.int(0) }
    }
    #expect(error.extendedCode == .constraintForeignKey)
    #expect(try connection.number("SELECT count(*) FROM child") == 0)
  }

  @Test("Rows come one at a time until the body has enough")
  func forEach() throws {
    var seen: [Int64?] = []
    let series = """
      WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT n FROM s
      """
    try connection.forEach(series, arguments: .none) { row in
      seen.append(row.int(0))
      return seen.count < 3
    }
    #expect(seen == [1, 2, 3])
  }
}
