// Checkpoints: what they copy, and that the safe kind holds the write lock meanwhile.
import Testing

@testable import SQLite

@Suite struct CheckpointTests {
  let scratch: Scratch
  let connection: Connection

  init() throws {
    scratch = try Scratch()
    connection = try Connection(path: scratch.database)
    try connection.execute("CREATE TABLE t(x)")
    for number in 0..<10 { try connection.run("INSERT INTO t VALUES (?)", number) }
  }

  @Test("A commit alone never checkpoints; a checkpoint copies the log")
  func plain() throws {
    let (log, copied) = try connection.checkpoint(.passive)
    #expect(log >= 10 && copied == log)
    #expect(try connection.checkpoint(.truncate) == (0, 0))
  }

  @Test("A database without a log has nothing to copy")
  func noLog() throws {
    #expect(try Connection(path: ":memory:").checkpoint() == (-1, -1))
  }

  @Test("The safe checkpoint copies everything, and the next writer begins the log anew")
  func complete() throws {
    let checkpointer = try WALCheckpointer(path: scratch.database)
    guard case .complete(let frames) = try checkpointer.checkpoint() else {
      Issue.record("not complete")
      return
    }
    #expect(frames >= 10)
    try connection.run("INSERT INTO t VALUES (11)")
    guard case .complete(let later) = try checkpointer.checkpoint() else {
      Issue.record("not complete")
      return
    }
    #expect(later < frames)
  }

  @Test("While another connection writes, the outcome is busy, and nothing waits for long")
  func busy() throws {
    let checkpointer = try WALCheckpointer(path: scratch.database, busyTimeout: 1)
    try connection.transaction {
      let outcome = try checkpointer.checkpoint()
      #expect(outcome == .busy)
    }
    guard case .complete = try checkpointer.checkpoint() else {
      Issue.record("not complete")
      return
    }
  }

  @Test("A reader of an older snapshot makes it partial, until the reader ends")
  func partial() throws {
    let reader = try Connection(path: scratch.database, options: .reader)
    let checkpointer = try WALCheckpointer(path: scratch.database)
    try reader.transaction(.deferred) {
      #expect(try reader.number("SELECT count(*) FROM t") == 10)
      try connection.run("INSERT INTO t VALUES (11)")
      guard case .partial(let copied, let all) = try checkpointer.checkpoint() else {
        Issue.record("not partial")
        return
      }
      #expect(copied < all)
      #expect(try reader.number("SELECT count(*) FROM t") == 10)
    }
    guard case .complete = try checkpointer.checkpoint() else {
      Issue.record("not complete")
      return
    }
  }

  @Test(
    "The versions with the fix of the WAL-reset bug are known",
    arguments: [
      (3_040_001, false), (3_044_005, false), (3_044_006, true), (3_045_000, false),
      (3_050_006, false), (3_050_007, true), (3_051_002, false), (3_051_003, true),
      (3_053_000, true),
    ]
  )
  func fix(version: Int, isFixed: Bool) {
    #expect(Connection.hasWALResetFix(version) == isFixed)
  }
}
