// Scores age as deadlines come nearer. Nobody waits for the time here: a score is put back to what it
// was at an earlier time, as a database holds it that nobody has tended since, and one tidying must
// find it by its index and make it what it is now.
import GoalLedger
import SQLite
import TestSupport
import Testing

@Suite("Scores age")
struct AgingTests {
  let folder: TemporaryFolder
  let store: SQLiteGoalStore
  let database: Connection

  init() async throws {
    folder = try TemporaryFolder()
    store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .create)
    database = try Connection(path: store.path)
  }

  /// The score of a goal of middling value, without urgency.
  private static let calm = 0.45

  /// A goal that is wanted at a time such as `+6 hours`, as it was scored when the deadline was still
  /// more than a day off and the score due for another look a moment ago.
  private func neglected(deadline: String, state: String = "adopted") throws {
    let trigger = try database.value(
      "SELECT sql FROM sqlite_schema WHERE name = 'goals_before_score'"
    )
    guard case .text(let sql) = trigger else { throw SQLiteError(.notFound, "no trigger") }
    try database.run(
      "INSERT INTO goals(text, state, deadline) VALUES ('g', ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?))",
      state,
      deadline
    )
    try database.execute(
      """
      DROP TRIGGER goals_before_score;
      UPDATE goals SET score = 0.45, rescore_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 second')
      WHERE id = (SELECT max(id) FROM goals);
      \(sql);
      """
    )
  }

  private func real(_ sql: String) throws -> Double {
    guard case .real(let number) = try database.value(sql) else { return .nan }
    return number
  }

  @Test("within the last day a score is raised, and is looked at again a quarter of an hour later")
  func withinTheDay() async throws {
    try neglected(deadline: "+6 hours")
    #expect(try await store.tidy() != .more)
    let score = try real("SELECT score FROM goals")
    #expect(abs(score - (Self.calm + 0.05 * 0.75)) < 0.001)
    // Days are too coarse for the millisecond that is meant: they made 15.0000004 minutes of 15.
    let milliseconds = try real(
      "SELECT round((julianday(rescore_at) - julianday('now')) * 86400000.0) FROM goals"
    )
    #expect((870_000...900_000).contains(milliseconds))
    // It counts as no change: no version, no entry.
    #expect(try database.value("SELECT version FROM goals") == .integer(1))
    #expect(try database.value("SELECT count(*) FROM identity_ledger") == .integer(1))
  }

  @Test("the last look is just past the deadline, and takes the urgency away for good")
  func pastTheDeadline() async throws {
    try neglected(deadline: "+5 minutes")
    #expect(try await store.tidy() != .more)
    let left = try real(
      "SELECT (julianday(rescore_at) - julianday(deadline)) * 86400000 FROM goals"
    )
    #expect(abs(left - 1) < 0.5)
    try neglected(deadline: "-1 minutes")
    // As it stood at its deadline.
    let sql = try database.value("SELECT sql FROM sqlite_schema WHERE name = 'goals_before_score'")
    guard case .text(let trigger) = sql else { throw SQLiteError(.notFound, "no trigger") }
    try database.execute(
      "DROP TRIGGER goals_before_score; UPDATE goals SET score = 0.5 WHERE id = 2; \(trigger);"
    )
    #expect(try await store.tidy() != .more)
    #expect(abs(try real("SELECT score FROM goals WHERE id = 2") - Self.calm) < 1e-12)
    #expect(try database.value("SELECT rescore_at FROM goals WHERE id = 2") == .null)
  }

  @Test("a deadline further off is looked at as its last day begins; without one, never")
  func furtherOff() throws {
    try database.execute(
      """
      INSERT INTO goals(text, deadline)
      VALUES ('far', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+3 days')), ('none', NULL),
        ('past', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-3 days'))
      """
    )
    let days = try real(
      "SELECT julianday(deadline) - julianday(rescore_at) FROM goals WHERE id = 1"
    )
    #expect(abs(days - 1) < 1e-6)
    #expect(try database.rows("SELECT rescore_at FROM goals WHERE id > 1") == [[.null], [.null]])
    try database.execute("UPDATE goals SET deadline = NULL WHERE id = 1")
    #expect(try database.value("SELECT rescore_at FROM goals WHERE id = 1") == .null)
  }

  @Test("many are rescored in steps, the longest neglected first, until none is left")
  func steps() async throws {
    for _ in 0..<60 { try neglected(deadline: "+6 hours") }
    try neglected(deadline: "+6 hours", state: "proposed")
    while try await store.tidy() == .more {}
    #expect(
      try database.value("SELECT count(*) FROM goals WHERE score < 0.48") == .integer(0)
    )
    #expect(try await store.tidy() != .more)
  }

  @Test("a goal that came into its last day is claimed before an equal one that did not")
  func order() async throws {
    try database.execute("INSERT INTO goals(text, state) VALUES ('calm', 'adopted')")
    try neglected(deadline: "+2 hours")
    _ = try await store.tidy()
    let claims = try await store.claim(limit: 2, worker: "w", lease: 10_000)
    #expect(claims.map(\.goal.id) == [2, 1])
  }
}
