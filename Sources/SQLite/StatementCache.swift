// Prepared statements by their SQL, the least recently used one dropped first. A statement in use
// stays in its place and is marked, so the same SQL used within its own query gets a statement of its
// own, which is dropped after: what the cache hands out is never running and has no bindings.

struct StatementCache {
  private let capacity: Int
  private var statements: [Key: Statement] = [:]
  private var clock: UInt64 = 0

  /// A statement's text, hashed by its length and its end: texts are long, differ in that, and are
  /// compared as a whole only where that is equal, which for the same literal is no work at all.
  private struct Key: Hashable {
    let sql: String

    func hash(into hasher: inout Hasher) {
      hasher.combine(sql.utf8.count)
      for byte in sql.utf8.suffix(16) { hasher.combine(byte) }
    }
  }

  init(capacity: Int) {
    self.capacity = max(0, capacity)
  }

  var count: Int { statements.count }

  func contains(_ sql: String) -> Bool { statements[Key(sql: sql)] != nil }

  /// The statement of that text, marked as in use; nil where there is none that is free.
  func take(_ sql: String) -> Statement? {
    guard let statement = statements[Key(sql: sql)], !statement.isInUse else { return nil }
    statement.isInUse = true
    return statement
  }

  mutating func giveBack(_ statement: Statement) {
    statement.reset()
    clock += 1
    statement.lastUse = clock
    if statement.isInUse {
      statement.isInUse = false
      return
    }
    let key = Key(sql: statement.sql)
    guard capacity > 0, statements[key] == nil else { return }
    if statements.count >= capacity {
      // Looking at all of them, at most a few hundred, costs less than the one preparation that
      // led here.
      let idle = statements.values.lazy.filter { !$0.isInUse }
      guard let oldest = idle.min(by: { $0.lastUse < $1.lastUse }) else { return }
      statements.removeValue(forKey: Key(sql: oldest.sql))
    }
    statements[key] = statement
  }

  mutating func removeAll() {
    statements.removeAll()
  }
}
