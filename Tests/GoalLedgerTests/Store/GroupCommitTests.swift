// How much the one writer takes on in a transaction.
import Glibc
import TestSupport
import Testing

@testable import GoalLedger
@testable import SQLite

@Suite("A group of writes")
struct GroupCommitTests {
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
            try connection.run(
              "INSERT INTO identity_ledger(event, reason) VALUES ('note', ?)",
              "work \(number)"
            )
            return try connection.pagesWritten
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
