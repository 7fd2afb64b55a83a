// Transactions and savepoints: all or nothing, whatever goes wrong, and the connection as before.
import SQLite
import Testing

@Suite struct TransactionTests {
  struct Refusal: Error, Equatable { var why = "no" }
  enum StoreError: Error, Equatable {
    case database(SQLiteError)
    case refused
  }

  let connection: Connection

  init() throws {
    connection = try Connection(path: ":memory:")
    try connection.execute("CREATE TABLE t(x INTEGER)")
  }

  func rows() throws -> [Int64?] {
    try connection.query("SELECT x FROM t ORDER BY rowid") { $0.int(0) }
  }

  @Test(
    "What the body returns is committed",
    arguments: [.deferred, .immediate, .exclusive] as [TransactionKind]
  )
  func commit(kind: TransactionKind) throws {
    let count = try connection.transaction(kind) {
      #expect(connection.isInTransaction)
      return try connection.run("INSERT INTO t VALUES (1), (2)")
    }
    #expect(count == 2)
    #expect(!connection.isInTransaction)
    #expect(try rows() == [1, 2])
  }

  @Test("A thrown error rolls everything back and comes out as it is")
  func rollback() throws {
    #expect(throws: Refusal()) {
      try connection.transaction {
        try connection.run("INSERT INTO t VALUES (1)")
        throw Refusal()
      }
    }
    #expect(!connection.isInTransaction)
    #expect(try rows() == [])
  }

  @Test("A caller's own error type passes through, and SQLite's is wrapped in it")
  func wrapping() throws {
    func store(_ sql: String) throws(StoreError) {
      try connection.transaction(wrapping: StoreError.database) { () throws(StoreError) in
        do throws(SQLiteError) { try connection.run(sql) } catch { throw .database(error) }
        throw .refused
      }
    }
    #expect(throws: StoreError.refused) { try store("INSERT INTO t VALUES (1)") }
    #expect(try rows() == [])
    try connection.transaction {
      let error = try #require(throws: StoreError.self) { try store("SELECT 1") }
      guard case .database(let cause) = error else { throw error }
      #expect(cause.code == .misuse)
    }
  }

  @Test("A transaction within a transaction is refused, and the outer one goes on")
  func nested() throws {
    try connection.transaction {
      try connection.run("INSERT INTO t VALUES (1)")
      let error = try refusal { try connection.transaction { try connection.run("SELECT 1") } }
      #expect(error.message == "a transaction cannot begin within another one")
      #expect(error.hint == "use savepoint(_:) for the inner one")
    }
    #expect(try rows() == [1])
  }

  @Test("A commit that fails rolls back and throws")
  func failedCommit() throws {
    try connection.execute(
      """
      CREATE TABLE parent(id INTEGER PRIMARY KEY);
      CREATE TABLE child(p REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED)
      """
    )
    let error = try refusal {
      try connection.transaction {
        try connection.run("INSERT INTO t VALUES (1)")
        try connection.run("INSERT INTO child VALUES (7)")
      }
    }
    #expect(error.extendedCode == .constraintForeignKey)
    #expect(!connection.isInTransaction)
    #expect(try rows() == [])
    #expect(try connection.number("SELECT count(*) FROM child") == 0)
    try connection.transaction { try connection.run("INSERT INTO t VALUES (2)") }
    #expect(try rows() == [2])
  }

  @Test("Savepoints nest, and an inner one is undone alone")
  func savepoints() throws {
    try connection.transaction {
      try connection.run("INSERT INTO t VALUES (1)")
      try connection.savepoint {
        try connection.run("INSERT INTO t VALUES (2)")
        #expect(throws: Refusal()) {
          try connection.savepoint {
            try connection.run("INSERT INTO t VALUES (3)")
            try connection.savepoint { try connection.run("INSERT INTO t VALUES (4)") }
            throw Refusal()
          }
        }
        try connection.run("INSERT INTO t VALUES (5)")
      }
    }
    #expect(try rows() == [1, 2, 5])
  }

  @Test("An outer savepoint that is undone takes its inner ones along")
  func outerSavepoint() throws {
    try connection.transaction {
      try? connection.savepoint {
        try connection.savepoint { try connection.run("INSERT INTO t VALUES (1)") }
        throw Refusal()
      }
      #expect(connection.isInTransaction)
    }
    #expect(try rows() == [])
  }

  @Test("A savepoint outside a transaction is a transaction")
  func loneSavepoint() throws {
    try connection.savepoint { try connection.run("INSERT INTO t VALUES (1)") }
    #expect(!connection.isInTransaction)
    try? connection.savepoint {
      try connection.run("INSERT INTO t VALUES (2)")
      throw Refusal()
    }
    #expect(!connection.isInTransaction)
    #expect(try rows() == [1])
  }

  @Test("After an error that rolled everything back, a body that goes on commits nothing")
  func goesOn() throws {
    try connection.execute(
      """
      CREATE TRIGGER end BEFORE INSERT ON t WHEN new.x = 13 BEGIN
        SELECT RAISE(ROLLBACK, 'thirteen ends it all');
      END
      """
    )
    let error = try refusal {
      try connection.transaction {
        try connection.run("INSERT INTO t VALUES (1)")
        let cause = try refusal {
          try connection.savepoint { try connection.run("INSERT INTO t VALUES (13)") }
        }
        #expect(cause.message == "thirteen ends it all")
        let later = try refusal { try connection.run("INSERT INTO t VALUES (2)") }
        #expect(later.code == .abort)
        #expect(throws: SQLiteError.self) {
          try connection.savepoint { try connection.run("INSERT INTO t VALUES (3)") }
        }
        #expect(throws: SQLiteError.self) { try connection.execute("INSERT INTO t VALUES (4)") }
      }
    }
    #expect(error.extendedCode == .abortRollback)
    #expect(try rows() == [])
    try connection.run("INSERT INTO t VALUES (5)")
    #expect(try rows() == [5])
  }

  @Test("A body that commits by itself is told so")
  func commitsItself() throws {
    let error = try refusal {
      try connection.transaction { try connection.run("COMMIT") }
    }
    #expect(error.extendedCode == .abortRollback)
    #expect(!connection.isInTransaction)
  }

  @Test("A database that is full keeps nothing of the transaction")
  func full() throws {
    try connection.execute("PRAGMA max_page_count = 20")
    let error = try refusal {
      try connection.transaction {
        for _ in 0..<100 {
          try connection.run("INSERT INTO t VALUES (zeroblob(2000))")
        }
      }
    }
    #expect(error.code == .full)
    #expect(error.hint?.contains("disk space") == true)
    #expect(try rows() == [])
  }
}
