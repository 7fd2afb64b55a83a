import GoalLedger
import SQLite

/// A worker in plain SQL, by the contract that the tables are: nothing but the schema keeps it from
/// what it must not do.
///
/// It plans nothing and records no task: it claims, renews, and ends. What it takes over from others
/// it rolls back.
struct SQLWorker {
  let stage: Stage
  let client: SQLClient
  let thread: SimulatedThread

  private static let lease = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', (? / 1000.0) || ' seconds')"
  private static let now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

  /// Starts one in a process of its own.
  static func start(_ stage: Stage, name: String) -> Int {
    let process = stage.scheduler.makeProcess()
    stage.spawn(name, in: process) { thread throws(LedgerError) in
      let client = try SQLClient(stage, thread)
      try await SQLWorker(stage: stage, client: client, thread: thread).run()
    }
    return process
  }

  private var mutation: Mutation? { stage.scenario.mutation }

  private func run() async throws(LedgerError) {
    while !stage.isCalm {
      try await thread.sleep(Int64(thread.number(20...200)))
      if let claim = try await takeOver() {
        try await work(claim, isTakenOver: true)
      } else if let claim = try await self.claim() {
        try await work(claim, isTakenOver: false)
      }
    }
    stage.scheduler.kill(thread.process)
  }

  private struct Claim {
    let attempt: Int64, goal: Int64, token: Int64
  }

  private func given(_ rows: [[Int64]]?, _ what: String) -> Claim? {
    guard let row = rows?.first else { return nil }
    stage.world.count(what)
    stage.world.gave(row[2], attempt: row[0], goal: row[1])
    return Claim(attempt: row[0], goal: row[1], token: row[2])
  }

  private func claim() async throws(LedgerError) -> Claim? {
    let rows = try await client.numbers(
      """
      INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at)
      SELECT id, ?, (SELECT coalesce(max(lease_token), 0) + 1 FROM attempts), \(Self.lease)
      FROM goals
      WHERE state = 'adopted' AND blockers = 0 AND coalesce(waits_until, '') <= \(Self.now)
      ORDER BY score DESC, id
      LIMIT 1
      RETURNING id, goal_id, lease_token
      """,
      thread.name,
      stage.scenario.lease
    )
    return given(rows, "claims in SQL")
  }

  private func takeOver() async throws(LedgerError) -> Claim? {
    let condition =
      mutation == .earlyTakeOvers ? "" : "AND lease_expires_at < \(Self.now)"
    let rows = try await client.numbers(
      """
      UPDATE attempts
      SET worker = ?, lease_token = (SELECT max(lease_token) + 1 FROM attempts),
        lease_expires_at = \(Self.lease), takeovers = takeovers + 1
      WHERE id = (
        SELECT id FROM attempts WHERE state = 'open' \(condition) ORDER BY lease_expires_at LIMIT 1)
      RETURNING id, goal_id, lease_token
      """,
      thread.name,
      stage.scenario.lease
    )
    return given(rows, "take-overs in SQL")
  }

  private func work(_ claim: Claim, isTakenOver: Bool) async throws(LedgerError) {
    for _ in 0..<thread.number(0...4) {
      try await thread.sleep(Int64(thread.number(10...120)))
      _ = try await client.run(
        """
        UPDATE attempts
        SET lease_expires_at = \(Self.lease)
        WHERE id = ? AND lease_token = ? AND state = 'open'
        """,
        stage.scenario.lease,
        claim.attempt,
        claim.token
      )
    }
    // Two in a hundred never come back to it.
    guard !thread.happens(2) else { return }
    let token = mutation == .stolenTokens ? try await steal(claim) : claim.token
    _ = try await client.run(
      """
      UPDATE changes SET state = 'rolled_back', lease_token = ?
      WHERE attempt_id = ? AND state <> 'rolled_back'
      """,
      token,
      claim.attempt
    )
    let ends = ["satisfied", "satisfied", "failed", "adopted"]
    let end = isTakenOver ? "adopted" : thread.pick(ends)
    if try await move(claim, to: end, token) { return }
    // Abandoned meanwhile: the attempt is this worker's to close.
    let closed = try await client.run(
      "UPDATE attempts SET state = 'abandoned' WHERE id = ? AND lease_token = ? AND state = 'open'",
      claim.attempt,
      claim.token
    )
    guard closed == 1 else { return }
    stage.world.accepted("closing", token: claim.token, attempt: claim.attempt)
    stage.world.ended(goal: claim.goal)
  }

  private func move(
    _ claim: Claim,
    to state: String,
    _ token: Int64
  ) async throws(LedgerError) -> Bool {
    // What was begun too often has failed, as our workers have it.
    let end = """
      CASE WHEN ?1 = 'adopted' AND attempts >= max_attempts THEN 'failed' ELSE ?1 END
      """
    let moved = try await client.run(
      """
      UPDATE goals
      SET state = \(end), result = '{"by":"sql"}', actor = ?2, lease_token = ?3
      WHERE id = ?4 AND state = 'executing'
      """,
      state,
      thread.name,
      token,
      claim.goal
    )
    guard moved == 1 else { return false }
    stage.world.accepted("the end \(state)", token: claim.token, attempt: claim.attempt)
    stage.world.count("ends in SQL")
    stage.world.ended(goal: claim.goal)
    return true
  }

  /// What a worker must not do: take the token that is for the one it was given.
  private func steal(_ claim: Claim) async throws(LedgerError) -> Int64 {
    let rows = try await client.numbers(
      "SELECT lease_token FROM attempts WHERE goal_id = ? AND state = 'open'",
      claim.goal
    )
    return rows?.first?.first ?? claim.token
  }
}
