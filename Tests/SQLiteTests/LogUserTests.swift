// Who uses a database's log, as the system's table of locks shows it: real processes.
import TestSupport
import Testing

@testable import SQLite

@Suite("Users of the log")
struct LogUserTests {
  let scratch: Scratch
  let connection: Connection

  init() throws {
    scratch = try Scratch()
    connection = try Connection(path: scratch.database)
    try connection.execute("CREATE TABLE t(x); INSERT INTO t VALUES (1)")
  }

  @Test("A process that holds a view is named, with its command, until it lets go")
  func reader() throws {
    let shell = try SQLiteShell(scratch.database)
    try shell.run("SELECT count(*) FROM t;")
    // Who is between two views is in nobody's way.
    #expect(LogUser.all(of: scratch.database).isEmpty)
    try shell.run("BEGIN; SELECT count(*) FROM t;")
    let users = LogUser.all(of: scratch.database)
    #expect(users.map(\.pid) == [shell.pid] && users.map(\.hold) == [.view])
    #expect(users.first?.command == "sqlite3 -batch \(scratch.database)".prefix(120).description)
    try shell.run("COMMIT;")
    #expect(LogUser.all(of: scratch.database).isEmpty)
  }

  @Test("A process that holds the write lock is named as that")
  func writer() throws {
    let shell = try SQLiteShell(scratch.database)
    try shell.run("BEGIN IMMEDIATE;")
    let users = LogUser.all(of: scratch.database)
    #expect(users.contains { $0.pid == shell.pid && $0.hold == .writeLock }, "\(users)")
    shell.end()
    #expect(LogUser.all(of: scratch.database).isEmpty)
  }

  @Test("This process itself is not named, nor users of another database")
  func others() throws {
    let other = try Scratch()
    let elsewhere = try Connection(path: other.database)
    try elsewhere.execute("CREATE TABLE t(x)")
    let shell = try SQLiteShell(other.database)
    try shell.run("BEGIN; SELECT count(*) FROM t;")
    try connection.transaction(.immediate) { () throws(SQLiteError) in
      #expect(LogUser.all(of: scratch.database).isEmpty)
    }
    #expect(LogUser.all(of: other.database).map(\.pid) == [shell.pid])
    #expect(LogUser.all(of: other.database + "-none").isEmpty)
  }
}
