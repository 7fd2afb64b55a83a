// The cache of prepared statements: reuse, eviction, and the same SQL within its own query.
import Testing

@testable import SQLite

@Suite struct StatementCacheTests {
  @Test("A statement is prepared once and forgets its values")
  func reuse() throws {
    let connection = try Connection(path: ":memory:")
    let sql = "SELECT :a"
    #expect(try connection.first(sql, 1) { $0.int(0) } == 1)
    let taken = connection.cache.take(sql)
    let kept = try #require(taken)
    connection.cache.giveBack(kept)
    #expect(try connection.first(sql, 2) { $0.int(0) } == 2)
    let again = connection.cache.take(sql)
    #expect(again === kept)
  }

  @Test("A statement prepared ahead is the one that is run, and preparing it again is nothing")
  func ahead() throws {
    let connection = try Connection(path: ":memory:")
    let sql = "SELECT ?"
    try connection.prepare(sql)
    let taken = connection.cache.take(sql)
    let kept = try #require(taken)
    connection.cache.giveBack(kept)
    try connection.prepare(sql)
    #expect(try connection.first(sql, 2) { $0.int(0) } == 2)
    let again = connection.cache.take(sql)
    #expect(again === kept)
    #expect(throws: SQLiteError.self) { try connection.prepare("SELECT") }
  }

  @Test("The least recently used statement is dropped first")
  func eviction() throws {
    var options = OpenOptions.default
    options.statementCacheSize = 8
    let connection = try Connection(path: ":memory:", options: options)
    for number in 1...8 { try connection.run("SELECT \(number)") }
    for number in 1...4 { try connection.run("SELECT \(number)") }
    for number in 9...12 { try connection.run("SELECT \(number)") }
    #expect(connection.cache.count == 8)
    for number in 1...12 {
      #expect(connection.cache.contains("SELECT \(number)") == !(5...8).contains(number))
    }
  }

  @Test("A cache of no size keeps nothing and everything works")
  func none() throws {
    var options = OpenOptions.default
    options.statementCacheSize = 0
    let connection = try Connection(path: ":memory:", options: options)
    #expect(try connection.number("SELECT 1") == 1)
    #expect(try connection.number("SELECT 1") == 1)
    #expect(connection.cache.count == 0)
  }

  @Test("The same SQL within its own query has a statement of its own")
  func reentrancy() throws {
    let connection = try Connection(path: ":memory:")
    let sql = "SELECT value FROM json_each(?)"
    let pairs = try connection.query(sql, "[1,2,3]") { outer in
      let inner = try connection.query(sql, "[10,20]") { $0.int(0) }
      return [outer.int(0)] + inner
    }
    #expect(pairs == [[1, 10, 20], [2, 10, 20], [3, 10, 20]])
    #expect(connection.cache.contains(sql))
  }

  @Test("A statement whose run failed can be run again")
  func afterFailure() throws {
    let connection = try Connection(path: ":memory:")
    try connection.execute("CREATE TABLE t(x UNIQUE)")
    let sql = "INSERT INTO t VALUES (?)"
    try connection.run(sql, 1)
    #expect(throws: SQLiteError.self) { try connection.run(sql, 1) }
    #expect(throws: SQLiteError.self) { try connection.run(sql) }
    try connection.run(sql, 2)
    #expect(try connection.number("SELECT count(*) FROM t") == 2)
  }

  @Test("A closure that throws leaves no statement running")
  func thrown() throws {
    let connection = try Connection(path: ":memory:")
    struct Enough: Error {}
    #expect(throws: Enough.self) {
      try connection.query("SELECT 1 UNION SELECT 2") { _ in throw Enough() }
    }
    // A running statement would keep this from working.
    try connection.execute("BEGIN; COMMIT; VACUUM")
  }
}
