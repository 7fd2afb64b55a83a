// How much the one writer takes on in a transaction.
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import GoalLedger
@testable import SQLite

@Suite("A group of writes")
struct GroupCommitTests {
  @Test("takes what comes in while it is written, in the same transaction")
  func arrivals() async throws {
    let folder = try TemporaryFolder("group")
    try await EmptyDatabase.copy(to: folder.path + "/goals.db")
    let store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .asIs)
    // On a busy machine the second may come too late, but not each time.
    var isShared = false
    for _ in 0..<50 where !isShared { isShared = try await sharesTransaction(store) }
    #expect(isShared)
    await store.close()
  }

  /// Writes something that cannot end before something else is about to be written.
  /// - returns: whether both were written in one transaction; pages are written by a commit.
  private func sharesTransaction(_ store: SQLiteGoalStore) async throws -> Bool {
    let phase = Mutex(0)
    async let first = store.write { connection throws(SQLiteError) in
      phase.withLock { $0 = 1 }
      while phase.withLock({ $0 }) == 1 { usleep(20) }
      usleep(2_000)
      return try note("first", connection)
    }
    while phase.withLock({ $0 }) == 0 { await Task.yield() }
    phase.withLock { $0 = 2 }
    let second = try await store.write { connection throws(SQLiteError) in
      try note("second", connection)
    }
    return try await first == second
  }

  /// - returns: how many pages were written before.
  private func note(_ text: String, _ connection: Connection) throws(SQLiteError) -> Int {
    try connection.run(
      "INSERT INTO identity_ledger(event, reason) VALUES ('note', ?)",
      text
    )
    return try connection.pagesWritten
  }

  @Test("takes on no more once it has held the lock for its time, and comes to all")
  func bounded() async throws {
    let folder = try TemporaryFolder("group")
    try await EmptyDatabase.copy(to: folder.path + "/goals.db")
    let store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .asIs)
    // Pages are written by a commit, so what was written before tells the transactions apart.
    let transactions = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 1...60 {
        group.addTask {
          try await store.write { connection throws(SQLiteError) in
            usleep(1_000)
            return try note("work \(number)", connection)
          }
        }
      }
      return try await group.reduce(into: [:] as [Int: Int]) { counts, before in
        counts[before, default: 0] += 1
      }
    }
    #expect(transactions.values.reduce(0, +) == 60)
    #expect(transactions.values.allSatisfy { $0 <= 8 }, "\(transactions)")
    #expect(transactions.count < 60)
    await store.close()
    let notes = try Connection(path: folder.path + "/goals.db").first(
      "SELECT count(DISTINCT reason) FROM identity_ledger WHERE event = 'note'"
    ) { row throws(SQLiteError) in try row.require(0, as: Int.self) }
    #expect(notes == 60)
  }
}
