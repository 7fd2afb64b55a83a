// Life after an archive: every rule that looks at what the ledger last said must find it in the
// entries that carry it over, and the tables must stay a fold of what is left of the ledger.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("After an archive")
struct ArchiveLifeTests {
  static let steps = [
    "UPDATE goals SET value = 0.7, text = 'amended' WHERE id = 1",
    "UPDATE goals SET state = 'adopted' WHERE id = 1",
    "UPDATE goals SET state = 'proposed' WHERE id = 2",
    "UPDATE tasks SET state = 'succeeded', lease_token = 11 WHERE id = 2",
    "UPDATE tasks SET state = 'running', lease_token = 11 WHERE id = 3",
    "UPDATE tasks SET state = 'ready', lease_token = 11 WHERE id = 3",
    "UPDATE tasks SET state = 'running', lease_token = 11 WHERE id = 3",
    """
    UPDATE attempts SET plan_id = (SELECT max(id) FROM plans) WHERE id = 8
    """,
    """
    UPDATE attempts
    SET worker = 'w7', lease_token = (SELECT max(lease_token) + 1 FROM attempts),
      lease_expires_at = '2999-01-01T00:00:00.000Z', takeovers = takeovers + 1
    WHERE id = 4
    """,
    "UPDATE changes SET state = 'rolled_back', lease_token = 15 WHERE attempt_id = 5",
    "UPDATE attempts SET state = 'abandoned' WHERE id = 5",
    "UPDATE changes SET state = 'rolled_back', lease_token = 11 WHERE attempt_id = 1",
    "UPDATE goals SET state = 'adopted', lease_token = 11 WHERE id = 3",
    "DELETE FROM goal_dependencies WHERE goal_id = 10",
    "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (10, 2)",
    "UPDATE beliefs SET confidence = 0.2 WHERE id = 1",
    "UPDATE score_weights SET weight = 0.3 WHERE name = 'value'",
    "UPDATE score_weights SET weight = 0.5 WHERE name = 'value'",
    "UPDATE circuit_breakers SET state = 'half_open'",
    "UPDATE circuit_breakers SET state = 'closed'",
    "UPDATE workers SET state = 'stopped' WHERE name = 'w1'",
    "UPDATE workers SET state = 'running' WHERE name = 'w1'",
  ]

  @Test("whatever was carried over goes on from where it was")
  func goesOn() async throws {
    let fixture = try await ArchiveFixture(World.sql)
    let live = try Connection(path: fixture.path)
    try live.execute("UPDATE score_weights SET weight = 0.4 WHERE name = 'value'")
    try await fixture.store().seal(sealer: "w1", key: fixture.key)
    try await fixture.archive()
    let fold = try FoldTests.query.get()
    for statement in Self.steps {
      try live.execute(statement)
      let changes = try live.changes
      #expect(changes == 1, "\(statement)")
      let differences = try live.rows(fold)
      #expect(differences.isEmpty, "\(statement): \(differences)")
    }
    try await fixture.store().seal(sealer: "w1", key: fixture.key)
    #expect(try await fixture.wrong().isEmpty)
    try await fixture.archive()
    #expect(try await fixture.wrong().isEmpty)
  }

  @Test("nothing can be forged that could not be before")
  func forgeries() async throws {
    let fixture = try await ArchiveFixture()
    try await fixture.archive()
    let live = try Connection(path: fixture.path)
    let forged = try live.query(
      """
      SELECT replace(event, 'carried', 'added'), goal_id, NULL, NULL, NULL, to_state, detail
      FROM identity_ledger WHERE event IN ('dependency.carried', 'belief.carried')
      UNION ALL
      SELECT 'weight.changed', NULL, NULL, NULL, NULL, NULL, detail
      FROM identity_ledger WHERE event = 'weight.carried'
      UNION ALL
      SELECT substr(event, 1, instr(event, '.')) || to_state, goal_id, goal_version, attempt_id,
        task_id, to_state, detail
      FROM identity_ledger WHERE event GLOB '*.carried' AND to_state IS NOT NULL
      UNION ALL
      SELECT event, goal_id, goal_version, attempt_id, task_id, to_state, detail
      FROM identity_ledger WHERE event GLOB '*.carried' OR event = 'archive.made'
      """
    ) { row in (0..<7).map { row.value($0) } }
    #expect(forged.count > 100)
    for entry in forged {
      #expect(throws: SQLiteError.self, "\(entry)") {
        try live.run(
          """
          INSERT INTO identity_ledger(event, goal_id, goal_version, attempt_id, task_id, to_state,
            detail)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
          arguments: Arguments(entry)
        )
      }
    }
    // Being carried over is no change of the goal.
    let touched = """
      UPDATE goals
      SET updated_at = (SELECT at FROM identity_ledger WHERE event = 'goal.carried' AND goal_id = 2)
      WHERE id = 2
      """
    #expect(
      live.refusal(of: touched) == "updated_at is the time of the latest change: leave it out"
    )
    let steps = """
      SELECT count(*) FROM state_transitions
      WHERE seq IN (SELECT seq FROM identity_ledger WHERE event GLOB '*.carried')
      """
    #expect(try live.value(steps) == .integer(0))
  }

  @Test("a goal that failed is still listed, though the entry that said so is archived")
  func failures() async throws {
    let fixture = try await ArchiveFixture(
      World.sql + "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (2, 5);"
    )
    try await fixture.store().seal(sealer: "w1", key: fixture.key)
    try await fixture.archive()
    let live = try Connection(path: fixture.path)
    #expect(
      try live.value("SELECT count(*) FROM identity_ledger WHERE event = 'goal.failed'")
        == .integer(0)
    )
    #expect(try AuditTests.answer("failures.sql", in: live).map { $0["goal_id"] } == [.integer(5)])
  }

  @Test(
    "a thousand random operations, archived every hundred, leave both files sound",
    arguments: 11...13
  )
  func random(seed: UInt64) async throws {
    let fixture = try await ArchiveFixture()
    let store = try await fixture.store()
    let live = try Connection(path: fixture.path)
    let fold = try FoldTests.query.get()
    var statements = RandomStatements(seed: seed)
    var (accepted, archived) = (0, 0)
    for count in 1...1000 {
      if live.refusal(of: statements.next()) == nil { accepted += 1 }
      if live.isInTransaction { try live.execute("ROLLBACK") }
      guard count.isMultiple(of: 50) else { continue }
      try #require(try live.rows(fold).isEmpty, "seed \(seed), after \(count) operations")
      try await store.seal(sealer: "w1", key: fixture.key)
      guard count.isMultiple(of: 100) else { continue }
      // Not quite up to now: some of what lives on was carried over already.
      let times = try live.query("SELECT sealed_at FROM ledger_seals ORDER BY first_seq") {
        $0.text(0) ?? ""
      }
      guard let time = Timestamp(times[times.count / 2]) else { continue }
      if try await fixture.archive(before: time) != nil { archived += 1 }
      try #require(try live.rows(fold).isEmpty, "seed \(seed), archived after \(count)")
    }
    try await fixture.archive()
    try await fixture.check("seed \(seed)")
    #expect(accepted > 300 && archived > 4, "\(accepted) accepted, \(archived) times archived")
  }
}
