// What a plain client gets for its statements: entries, versions, times, scores, releases. The
// refusals are in Guards; this is what works.
import SQLite
import Testing

@Suite("Contract")
struct ContractTests {
  private func entries(_ database: Connection) throws -> [[Value]] {
    try database.rows("SELECT event, actor, goal_version FROM identity_ledger ORDER BY seq")
  }

  @Test("A text is enough for a goal, and its birth carries everything asked")
  func least() throws {
    let database = try ClientSettings.plain.fresh()
    try database.execute("INSERT INTO goals(text) VALUES ('mend the roof')")
    let goal = try database.rows("SELECT state, version, attempts, timeout_ms FROM goals")
    #expect(goal == [[.text("proposed"), .integer(1), .integer(0), .integer(600_000)]])
    #expect(try entries(database) == [[.text("goal.proposed"), .text("sql"), .integer(1)]])
    let missing = try database.rows(
      """
      SELECT name FROM goal_asked
      WHERE NOT EXISTS (
        SELECT 1 FROM identity_ledger l, json_each(l.detail) d
        WHERE l.goal_id = goal_asked.goal_id AND d.key = name AND d.value IS goal_asked.value)
      """
    )
    #expect(missing.isEmpty, "\(missing)")
  }

  @Test(
    "A change raises the version and is entered once; no change is entered never",
    arguments: ClientSettings.all
  )
  func versions(settings: ClientSettings) throws {
    let database = try settings.fresh()
    try database.execute("INSERT INTO goals(text) VALUES ('x')")
    try database.execute("UPDATE goals SET value = 0.1, actor = 'ann', reason = 'less'")
    try database.execute("UPDATE goals SET value = 0.1, text = 'x', actor = 'bob'")
    #expect(try database.run("UPDATE goals SET risk = 0, version = 3 WHERE version = 2") == 1)
    #expect(try database.run("UPDATE goals SET risk = 1, version = 3 WHERE version = 2") == 0)
    try database.execute("UPDATE goals SET effort = 1, state = 'adopted'")
    #expect(
      try entries(database) == [
        [.text("goal.proposed"), .text("sql"), .integer(1)],
        [.text("goal.amended"), .text("ann"), .integer(2)],
        [.text("goal.amended"), .text("sql"), .integer(3)],
        [.text("goal.amended"), .text("sql"), .integer(4)],
        [.text("goal.adopted"), .text("sql"), .integer(4)],
      ]
    )
    let row = try database.rows("SELECT version, actor, reason, lease_token FROM goals")
    #expect(row == [[.integer(4), .null, .null, .null]])
    let amended = try database.value("SELECT detail FROM identity_ledger WHERE seq = 2")
    #expect(amended == .text(#"{"value":{"old":"0.5","new":"0.10000000000000001"}}"#))
  }

  @Test("A score follows the formula, and a changed belief or weight marks it stale")
  func scores() throws {
    let database = try ClientSettings.plain.fresh()
    try database.execute(
      """
      INSERT INTO beliefs(statement, confidence) VALUES ('a', 0.8), ('b', 0.4), ('c', 1);
      UPDATE beliefs SET active = 0 WHERE id = 3;
      INSERT INTO goals(text, value, effort, risk, aligns_with, contradicts)
      VALUES ('x', 1, 0.5, 0, '[1,2]', '[3]');
      """
    )
    guard case .real(let score) = try database.value("SELECT score FROM goals") else {
      Issue.record("a score is a REAL")
      return
    }
    #expect(abs(score - (0.5 + 0.125 + 0.15 + 0.05 * 0.6)) < 1e-12)
    let stale = "SELECT count(*) FROM goals WHERE score_epoch < (SELECT epoch FROM score_epoch)"
    #expect(try database.value(stale) == .integer(0))
    try database.execute("UPDATE beliefs SET active = 1 WHERE id = 3")
    #expect(try database.value(stale) == .integer(1))
    try database.execute(
      """
      UPDATE goals
      SET score = (SELECT score FROM goal_score_formula f WHERE f.id = goals.id),
        score_epoch = (SELECT epoch FROM score_epoch)
      """
    )
    #expect(try database.value("SELECT score FROM goals") == .real(0))
    #expect(try database.value(stale) == .integer(0))
    #expect(try database.value("SELECT version FROM goals") == .integer(1))
  }

  @Test("One statement claims the best goals, and each claim is an attempt with a token")
  func claims() throws {
    let database = try ClientSettings.plain.fresh()
    try database.execute(
      """
      INSERT INTO goals(text, state, value)
      VALUES ('low', 'adopted', 0.1), ('high', 'adopted', 0.9), ('mid', 'adopted', 0.5);
      """
    )
    let claimed = try database.rows(
      """
      INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at)
      SELECT id, 'w1', 10 + row_number() OVER (ORDER BY score DESC, id), '2999-01-01T00:00:00.000Z'
      FROM (
        SELECT id, score FROM goals INDEXED BY goals_claimable
        WHERE state = 'adopted' AND blockers = 0 AND waits_until IS NULL
        ORDER BY score DESC, id LIMIT 2)
      RETURNING goal_id, lease_token
      """
    )
    #expect(claimed == [[.integer(2), .integer(11)], [.integer(3), .integer(12)]])
    let goals = try database.rows("SELECT state, attempts FROM goals ORDER BY id")
    let executing: [Value] = [.text("executing"), .integer(1)]
    #expect(goals == [[.text("adopted"), .integer(0)], executing, executing])
    #expect(try database.rows("SELECT number FROM attempts") == [[.integer(1)], [.integer(1)]])
  }

  @Test(
    "A satisfied goal releases few dependents at once and leaves many to the queue",
    arguments: ClientSettings.all,
    [100, 101]
  )
  func release(settings: ClientSettings, count: Int) throws {
    let database = try settings.fresh()
    try database.execute("INSERT INTO goals(text, state) VALUES ('first', 'adopted')")
    for _ in 1...count {
      try database.execute("INSERT INTO goals(text, state) VALUES ('then', 'adopted')")
    }
    try database.execute(
      """
      INSERT INTO goal_dependencies(goal_id, depends_on) SELECT id, 1 FROM goals WHERE id > 1;
      \(Step.claim(1));
      UPDATE goals SET state = 'satisfied', lease_token = 1 WHERE id = 1;
      """
    )
    let claimable = "SELECT count(*) FROM claimable_goals"
    let queued = "SELECT count(*) FROM release_queue"
    #expect(try database.value(queued) == .integer(count > 100 ? 1 : 0))
    #expect(try database.value(claimable) == .integer(count > 100 ? 0 : Int64(count)))
    guard count > 100 else { return }
    try database.execute(
      """
      UPDATE goal_dependencies SET met = 1
      WHERE rowid IN (SELECT rowid FROM goal_dependencies WHERE depends_on = 1 AND met = 0 LIMIT 200);
      DELETE FROM release_queue;
      """
    )
    #expect(try database.value(claimable) == .integer(Int64(count)))
  }

  @Test("A retried goal counts its attempts anew, a released one does not count")
  func attempts() throws {
    let database = try ClientSettings.plain.fresh()
    try database.execute(
      """
      INSERT INTO goals(text, state) VALUES ('x', 'adopted');
      \(Step.claim(1));
      UPDATE goals SET state = 'adopted', attempts = attempts - 1, lease_token = 1;
      \(Step.claim(2));
      UPDATE goals SET state = 'failed', lease_token = 2;
      """
    )
    #expect(try database.value("SELECT attempts FROM goals") == .integer(1))
    try database.execute("UPDATE goals SET state = 'adopted', reason = 'again'")
    #expect(try database.value("SELECT attempts FROM goals") == .integer(0))
    let states = try database.rows("SELECT number, state FROM attempts ORDER BY id")
    #expect(states == [[.integer(1), .text("released")], [.integer(2), .text("failed")]])
  }

  @Test("An expired lease is taken over, and the loser's token proves nothing")
  func takeover() throws {
    let world = try ClientSettings.plain.world()
    try world.execute(
      """
      UPDATE attempts
      SET worker = 'w2', lease_token = 30, takeovers = takeovers + 1,
        lease_expires_at = '2999-01-01T00:00:00.000Z'
      WHERE goal_id = 7
      """
    )
    let late = world.refusal(of: "UPDATE goals SET state = 'failed', lease_token = 14 WHERE id = 7")
    #expect(late?.hasPrefix("only the holder of the lease") == true)
    try world.execute("UPDATE goals SET state = 'satisfied', lease_token = 30 WHERE id = 7")
    let events = try world.rows(
      "SELECT event FROM identity_ledger WHERE attempt_id = 4 ORDER BY seq"
    )
    #expect(
      events.map { $0[0] } == [
        .text("attempt.open"), .text("goal.executing"), .text("attempt.taken_over"),
        .text("goal.satisfied"), .text("attempt.satisfied"),
      ]
    )
  }

  @Test("REALs come back from the ledger bit by bit")
  func reals() throws {
    let database = try ClientSettings.plain.fresh()
    var random = SplitMix(state: 7)
    for _ in 1...500 {
      let value = random.unit
      try database.run("INSERT INTO goals(text, value) VALUES ('x', ?)", value)
      let text = try database.value(
        "SELECT json_extract(detail, '$.value') FROM identity_ledger ORDER BY seq DESC LIMIT 1"
      )
      guard case .text(let digits) = text else { Issue.record("not text: \(text)"); return }
      #expect(Double(digits) == value)
    }
  }
}
