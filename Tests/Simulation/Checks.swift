import AuditQueries
import GoalLedger
import SQLite

/// What must hold, asked of the database in SQL, on a connection of its own, and compared with what
/// really happened.
struct Checks {
  let stage: Stage
  private let connection: Connection

  private var world: World { stage.world }

  init(_ stage: Stage) throws(LedgerError) {
    self.stage = stage
    connection = try stage.connect()
  }

  /// What must hold at any moment; each query finds what breaks a rule.
  private static let always: [(rule: String, sql: String)] = [
    (
      "the ledger has no gap",
      """
      SELECT min(seq), max(seq), count(*) FROM identity_ledger
      HAVING min(seq) <> 1 OR max(seq) <> count(*)
      """
    ),
    (
      "a goal has an open attempt exactly while it executes, or is abandoned and not rolled back",
      """
      SELECT g.id, g.state, count(a.id)
      FROM goals g LEFT JOIN attempts a ON a.goal_id = g.id AND a.state = 'open'
      GROUP BY g.id
      HAVING count(a.id) > 1 OR (g.state = 'executing') <> (count(a.id) = 1)
        AND NOT (g.state = 'abandoned' AND count(a.id) = 1)
      """
    ),
    (
      // Who gives a goal back whose lease has run out asks for one more.
      "no goal has more attempts than it may, but for those that clients have given back",
      """
      SELECT id, attempts, max_attempts
      FROM goals
      WHERE attempts < 0 OR attempts > max_attempts + (
        SELECT count(*) FROM attempts WHERE goal_id = goals.id AND state = 'expired')
      """
    ),
    (
      "a satisfied goal has one satisfied attempt, and no other has",
      """
      SELECT g.id, g.state, count(a.id)
      FROM goals g LEFT JOIN attempts a ON a.goal_id = g.id AND a.state = 'satisfied'
      GROUP BY g.id
      HAVING count(a.id) <> (g.state = 'satisfied')
      """
    ),
    (
      "a satisfied attempt has no task that has not succeeded",
      """
      SELECT a.id, t.number, t.state
      FROM attempts a JOIN tasks t ON t.attempt_id = a.id
      WHERE a.state = 'satisfied' AND t.state <> 'succeeded'
      """
    ),
    (
      "a lease was taken over only after it had expired",
      """
      SELECT seq, at, json_extract(detail, '$.old.lease_expires_at')
      FROM identity_ledger
      WHERE event = 'attempt.taken_over' AND at <= json_extract(detail, '$.old.lease_expires_at')
      """
    ),
    (
      "each try was recorded under a lease that its attempt had then",
      """
      SELECT r.id, r.lease_token
      FROM task_runs r
      WHERE NOT EXISTS (
        SELECT 1 FROM identity_ledger l
        WHERE l.attempt_id = r.attempt_id AND l.event IN ('attempt.open', 'attempt.taken_over')
          AND json_extract(l.detail, '$.lease_token') = r.lease_token)
      """
    ),
  ]

  /// Checks what must hold at any moment.
  func always() throws(LedgerError) {
    for (rule, sql) in Self.always {
      if let found = try rows(sql).first { world.violate("\(rule): \(found)") }
    }
    let born = try rows("SELECT id FROM goals ORDER BY id")
    let expected = world.goals.map { "\($0)" }
    if born != expected { world.violate("goals \(expected) were added, and there are \(born)") }
    let open = try rows(
      "SELECT id || ':' || lease_token FROM attempts WHERE state = 'open' ORDER BY id"
    )
    if open != world.openLeases {
      world.violate("open leases are \(open), and were given \(world.openLeases)")
    }
    try effects()
  }

  private func effects() throws(LedgerError) {
    let tasks = try rows(
      """
      SELECT t.commit_id, t.attempt_id, t.number
      FROM tasks t
      WHERE t.commit_id IS NOT NULL
      ORDER BY t.id
      """
    )
    for task in tasks {
      let parts = task.split(separator: " ").map(String.init)
      guard let effect = world.effect(parts[0]),
        parts[1...] == ["\(effect.attempt)", "\(effect.task)"]
      else {
        world.violate("a task's commit is on record and was never made: \(task)")
        return
      }
    }
  }

  /// That the tables are a fold of the ledger.
  func fold() throws(LedgerError) {
    if let found = try rows(AuditQuery.fold.sql).first {
      world.violate("the tables are no fold of the ledger: \(found)")
    }
  }

  /// What is still to be done once nothing goes wrong any more; empty where all is.
  func unfinished() throws(LedgerError) -> [String] {
    try rows(
      """
      SELECT 'goal', id, state FROM goals WHERE state = 'executing'
      UNION ALL
      SELECT 'claimable goal', id, coalesce(waits_until, 'now')
      FROM goals
      WHERE state = 'adopted' AND blockers = 0
      UNION ALL
      SELECT 'attempt', id, state FROM attempts WHERE state = 'open'
      UNION ALL
      SELECT 'change of attempt', attempt_id, state FROM changes WHERE state = 'open'
      UNION ALL
      SELECT 'dependency on a satisfied goal', d.goal_id, d.depends_on
      FROM goal_dependencies d JOIN goals p ON p.id = d.depends_on
      WHERE d.met = 0 AND p.state = 'satisfied'
      UNION ALL
      SELECT 'unsealed entries', count(*), min(seq) FROM unsealed_entries HAVING count(*) > 0
      """
    )
  }

  /// What must hold when all is over, besides what always must.
  func atTheEnd() async throws(LedgerError) {
    try always()
    try fold()
    if try rows("PRAGMA integrity_check") != ["ok"] { world.violate("the file is damaged") }
    let adopted = try rows(
      """
      SELECT g.id
      FROM goals g
      WHERE g.state = 'adopted' AND NOT EXISTS (
        SELECT 1 FROM goal_dependencies d JOIN goals p ON p.id = d.depends_on
        WHERE d.goal_id = g.id AND p.state <> 'satisfied')
      """
    )
    if !adopted.isEmpty { world.violate("goals \(adopted) wait for nothing, and nobody has them") }
    let store = try await SQLiteGoalStore.open(path: stage.path, .asIs)
    let verification = try await store.verify(VerificationDemands())
    // That the clock was set back, or a rule taken out, is what verification is to find, and no fault.
    let wrong = verification.findings.filter {
      $0.isWrong && !(stage.scenario.jumps && $0.sentence.hasPrefix("is dated"))
        && !(stage.scenario.mutation != nil && $0.sentence == "is not as the migrations made it")
    }
    if let finding = wrong.first { world.violate("verify: \(finding.subject) \(finding.sentence)") }
    if verification.unsealed > 0 {
      world.violate("\(verification.unsealed) entries are not sealed")
    }
    for line in try rows(Self.ledger) { stage.scheduler.trace.add(line) }
  }

  /// All of the ledger, but for what the database's random identity is in.
  private static let ledger = """
    SELECT seq, at, actor, assurance, event, goal_id, goal_version, attempt_id, task_id, from_state,
      to_state, reason, json_remove(detail, '$.voucher')
    FROM identity_ledger
    ORDER BY seq
    """

  private func rows(_ sql: String) throws(LedgerError) -> [String] {
    do throws(SQLiteError) {
      return try connection.query(sql) { row throws(SQLiteError) in
        (0..<row.columnCount).map { "\(Self.text(row.value($0)))" }.joined(separator: " ")
      }
    } catch {
      throw LedgerError(.internal, "\(error.message) in \(sql)")
    }
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .null: "NULL"
    case .integer(let number): "\(number)"
    case .real(let number): "\(number)"
    case .text(let text): text
    case .blob(let bytes): "\(bytes.count) bytes"
    }
  }
}
