// Several connections at once: locks that are waited for, locks that are not to be had, and
// statements stopped from another thread.
import Glibc
import SQLite
import Synchronization
import Testing

@Suite struct ConcurrencyTests {
  let scratch: Scratch
  let connection: Connection

  static let endless = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) "

  init() throws {
    scratch = try Scratch()
    connection = try Connection(path: scratch.database)
    try connection.execute("CREATE TABLE t(x)")
  }

  @Test("A second writer waits as long as it was told, then gets a typed refusal")
  func busy() throws {
    var options = OpenOptions.default
    options.busyTimeout = 40
    let second = try Connection(path: scratch.database, options: options)
    try connection.transaction {
      var error: SQLiteError?
      let waited = try ContinuousClock().measure {
        error = try refusal { try second.transaction { try second.run("SELECT 1") } }
      }
      #expect(error?.code == .busy)
      #expect(error?.sql == "BEGIN IMMEDIATE")
      #expect(error?.hint?.contains("another connection") == true)
      #expect(waited >= .milliseconds(35))
      #expect(!second.isInTransaction)
      #expect(second.lockWaits == 1)
    }
    try second.transaction { try second.run("INSERT INTO t VALUES (1)") }
    #expect(second.lockWaits == 1 && connection.lockWaits == 0)
  }

  @Test("A second writer gets the lock when the first lets go")
  func waits() throws {
    let path = scratch.database
    let box = Box("none")
    var thread: OtherThread?
    try connection.transaction {
      try connection.run("INSERT INTO t VALUES (1)")
      thread = try OtherThread {
        do {
          let second = try Connection(path: path)
          try second.transaction { try second.run("INSERT INTO t VALUES (2)") }
          box.set("done")
        } catch {
          box.set("\(error)")
        }
      }
    }
    thread?.join()
    #expect(box.get() == "done")
    #expect(try connection.query("SELECT x FROM t") { $0.int(0) } == [1, 2])
  }

  @Test("A read transaction that others overtook cannot write, and is told to begin as immediate")
  func snapshot() throws {
    let second = try Connection(path: scratch.database)
    let error = try refusal {
      try connection.transaction(.deferred) {
        _ = try connection.number("SELECT count(*) FROM t")
        try second.run("INSERT INTO t VALUES (1)")
        try connection.run("INSERT INTO t VALUES (2)")
      }
    }
    #expect(error.extendedCode == .busySnapshot)
    #expect(error.hint?.contains("immediate") == true)
    #expect(try connection.number("SELECT count(*) FROM t") == 1)
  }

  @Test("A running statement is stopped from another thread, and the connection goes on")
  func interrupt() throws {
    let handle = connection.interruptHandle
    let box = Box("running")
    let thread = try OtherThread {
      while box.get() == "running" {
        handle.interrupt()
        sched_yield()
      }
    }
    let error = try refusal {
      _ = try connection.number(Self.endless + "SELECT count(*) FROM s")
    }
    box.set("stopped")
    thread.join()
    #expect(error.code == .interrupt)
    #expect(try connection.number("SELECT 1") == 1)
  }

  @Test("An interruption between rows stops the query at the next row")
  func interruptBetween() throws {
    let handle = connection.interruptHandle
    var rows = 0
    let error = try refusal {
      try connection.forEach(Self.endless + "SELECT n FROM s") { _ in
        rows += 1
        if rows == 3 { try OtherThread { handle.interrupt() }.join() }
        return rows < 1_000
      }
    }
    #expect(error.code == .interrupt)
    #expect(rows == 3)
  }

  @Test("A handle outlives its connection and then does nothing")
  func handleAfterClose() throws {
    let other = try Connection(path: ":memory:")
    let handle = other.interruptHandle
    other.close()
    handle.interrupt()
  }
}

/// A string that threads share.
final class Box: Sendable {
  private let outcome: Mutex<String>
  init(_ text: String) { outcome = Mutex(text) }
  func set(_ text: String) { outcome.withLock { $0 = text } }
  func get() -> String { outcome.withLock { $0 } }
}
