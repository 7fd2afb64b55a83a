// Online backup: a whole, sound copy of one moment, or nothing.
import Glibc
import SQLite
import Testing

@Suite struct BackupTests {
  let scratch: Scratch
  let source: Connection

  init() throws {
    scratch = try Scratch()
    source = try Connection(path: scratch.database)
    try source.execute("CREATE TABLE t(x, filler)")
    for number in 0..<200 {
      try source.run("INSERT INTO t VALUES (?, zeroblob(1000))", number)
    }
  }

  @Test("A backup made while another connection writes is one moment's sound copy, in one file")
  func whileWriting() throws {
    let writer = try Connection(path: scratch.database)
    var steps = 0
    try source.backup(to: scratch.file("copy.db"), pagesPerStep: 5) { remaining, total in
      steps += 1
      #expect(remaining < total)
      _ = try? writer.run("INSERT INTO t VALUES (-1, zeroblob(1000))")
    }
    #expect(steps >= 10)
    #expect(try writer.number("SELECT count(*) FROM t") == 200 + steps)
    #expect(Set(scratch.names) == ["test.db", "test.db-wal", "test.db-shm", "copy.db"])
    let copy = try Connection(path: scratch.file("copy.db"), options: .reader)
    #expect(try copy.number("SELECT count(*) FROM t") == 200)
    #expect(try copy.first("PRAGMA integrity_check") { $0.text(0) } == "ok")
    #expect(try copy.first("PRAGMA journal_mode") { $0.text(0) } == "delete")
    #expect(!source.isInTransaction)
  }

  @Test("A copy is as private as its source")
  func permissions() throws {
    #expect(unsafe chmod(scratch.database, 0o600) == 0)
    try source.backup(to: scratch.file("copy.db"))
    var status = stat()
    #expect(unsafe stat(scratch.file("copy.db"), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test("A file in the way stays, unless it is to be replaced")
  func existing() throws {
    try scratch.write(Array("mine".utf8), to: "copy.db")
    let path = scratch.file("copy.db")
    let error = try refusal { try source.backup(to: path) }
    #expect(error.code == .cantOpen)
    #expect(error.message == "cannot back up to \(path): the file exists")
    #expect(throws: SQLiteError.self) { try Connection(path: path) }
    try source.backup(to: path, overwrite: true)
    #expect(try Connection(path: path, options: .reader).number("SELECT count(*) FROM t") == 200)
  }

  @Test("A file that appears while the backup runs stays too")
  func appears() throws {
    let path = scratch.file("copy.db")
    let scratch = scratch
    let error = try refusal {
      try source.backup(to: path) { _, _ in try? scratch.write([1], to: "copy.db") }
    }
    #expect(error.message == "cannot back up to \(path): the file exists")
    #expect(!scratch.names.contains { $0.contains("partial") })
    var status = stat()
    #expect(unsafe stat(path, &status) == 0 && status.st_size == 1)
  }

  @Test("A database that is open is never replaced, not even itself")
  func openDatabase() throws {
    let error = try refusal { try source.backup(to: scratch.database, overwrite: true) }
    #expect(error.message.contains("test.db-wal shows that a database is open there"))
    #expect(try source.number("SELECT count(*) FROM t") == 200)
  }

  @Test("A missing directory is named")
  func missingDirectory() throws {
    let error = try refusal { try source.backup(to: scratch.file("no/copy.db")) }
    #expect(error.message.hasSuffix("the directory \(scratch.file("no")) does not exist"))
  }

  @Test("A backup within a transaction is refused")
  func withinTransaction() throws {
    let path = scratch.file("copy.db")
    let error = try refusal { try source.transaction { try source.backup(to: path) } }
    #expect(error.message == "a backup cannot be made within a transaction")
  }

  @Test("Of a damaged database nothing is left at the destination")
  func damaged() throws {
    try source.checkpoint(.truncate)
    source.close()
    try scratch.damage("test.db", at: 4_096 * 5)
    let damaged = try Connection(path: scratch.database)
    let error = try refusal { try damaged.backup(to: scratch.file("copy.db")) }
    #expect(error.code == .corrupt)
    #expect(error.message.hasPrefix("the backup is not sound: "))
    #expect(!scratch.names.contains { $0.hasPrefix("copy.db") })
  }
}
