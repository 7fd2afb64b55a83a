// Prepared statements by their SQL, the least recently used one dropped first. A statement is taken
// out while it is in use and given back after, so the same SQL used within its own query gets a
// statement of its own: what is in the cache is never running and has no bindings.

struct StatementCache {
  private let capacity: Int
  private var statements: [String: Statement] = [:]
  private var clock: UInt64 = 0

  init(capacity: Int) {
    self.capacity = max(0, capacity)
  }

  var count: Int { statements.count }

  func contains(_ sql: String) -> Bool { statements[sql] != nil }

  mutating func take(_ sql: String) -> Statement? {
    statements.removeValue(forKey: sql)
  }

  mutating func giveBack(_ statement: Statement) {
    statement.reset()
    guard capacity > 0, statements[statement.sql] == nil else { return }
    if statements.count >= capacity,
      // Looking at all of them, at most a few hundred, costs less than the one preparation that
      // led here.
      let oldest = statements.values.min(by: { $0.lastUse < $1.lastUse })
    {
      statements.removeValue(forKey: oldest.sql)
    }
    clock += 1
    statement.lastUse = clock
    statements[statement.sql] = statement
  }

  mutating func removeAll() {
    statements.removeAll()
  }
}
