import GoalLedger
import SQLite

/// People and agents: they add goals, adopt, abandon and amend them, tie them together, hold locks and
/// long views, through the store and in plain SQL, sensibly and not.
struct SimulatedClients {
  let stage: Stage

  private var world: World { stage.world }

  /// Starts them, each in a process of its own.
  func start() -> [Int] {
    var processes: [Int] = []
    for number in 1...stage.scenario.clients {
      let process = stage.scheduler.makeProcess()
      processes.append(process)
      stage.spawn("client\(number)", in: process) { thread throws(LedgerError) in
        let client = try SQLClient(self.stage, thread)
        let store = try await self.stage.openStore()
        while !self.stage.isCalm {
          try await self.act(thread, client, store)
          try await thread.sleep(Int64(thread.number(1...160)))
        }
        self.stage.scheduler.kill(process)
      }
    }
    return processes
  }

  private func act(
    _ thread: SimulatedThread,
    _ client: SQLClient,
    _ store: SQLiteGoalStore
  ) async throws(LedgerError) {
    let goal = Int64(thread.number(1...max(1, world.goals.count)))
    switch thread.number(1...100) {
    case 1...22: try await add(thread, client, store)
    case 23...34: try await adopt(thread, store, goal)
    case 35...40: try await abandon(thread, client, goal)
    case 41...52: try await depend(thread, client, goal)
    case 53...62: try await amend(thread, client, goal)
    case 63...70: try await giveBack(thread, client, goal)
    case 71...74: try await holdLock(thread, client, goal)
    case 75...80: try await readLong(thread, client)
    case 81...84: try await client.checkpoint(thread.pick([.passive, .full, .truncate]))
    case 85...88:
      _ = try await client.run(
        "INSERT INTO identity_ledger(event, actor, goal_id, reason) VALUES ('note', ?, ?, 'n')",
        thread.name,
        goal
      )
    default: try await attack(thread, client, goal)
    }
  }

  private func add(
    _ thread: SimulatedThread,
    _ client: SQLClient,
    _ store: SQLiteGoalStore
  ) async throws(LedgerError) {
    guard world.goals.count < stage.scenario.goals else { return }
    let number = world.goals.count + 1
    let wait = Int64(thread.happens(20) ? thread.number(1...1_500) : 0)
    if thread.happens(50) {
      var draft = GoalDraft(text: "goal \(number)")
      draft.adopt = thread.happens(70)
      draft.maxAttempts = thread.number(1...3)
      draft.value = Double(thread.number(0...10)) / 10
      if wait > 0 { draft.notBefore = (Timestamp.now + wait).description }
      if number > 1, thread.happens(30) { draft.dependsOn = [Int64(thread.number(1...number - 1))] }
      do throws(LedgerError) {
        let goal = try await store.add(draft, actor: thread.name)
        thread.note("adds goal \(goal.id)")
        world.born(goal.id)
      } catch {
        try note(error, thread)
      }
      return
    }
    let rows = try await client.numbers(
      """
      INSERT INTO goals(text, state, max_attempts, value, not_before, actor)
      VALUES (?, ?, ?, ?, CASE WHEN ?5 > 0
        THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now', (?5 / 1000.0) || ' seconds') END, ?6)
      RETURNING id
      """,
      "goal \(number)",
      thread.pick(["adopted", "adopted", "proposed"]),
      Int64(thread.number(1...3)),
      Double(thread.number(0...10)) / 10,
      wait,
      thread.name
    )
    if let id = rows?.first?.first { world.born(id) }
  }

  /// Adopts a goal; one that executes under a lease that has run out is given back by that.
  private func adopt(
    _ thread: SimulatedThread,
    _ store: SQLiteGoalStore,
    _ goal: Int64
  ) async throws(LedgerError) {
    do throws(LedgerError) {
      let goal = try await store.adopt(goal, actor: thread.name, reason: nil)
      thread.note("goal \(goal.id) is now \(goal.state.rawValue)")
      world.ended(goal: goal.id)
    } catch {
      try note(error, thread)
    }
  }

  /// Gives up a goal, one that executes where there is one as often as not.
  private func abandon(
    _ thread: SimulatedThread,
    _ client: SQLClient,
    _ goal: Int64
  ) async throws(LedgerError) {
    _ = try await client.run(
      """
      UPDATE goals SET state = 'abandoned', actor = ?1, reason = 'no longer wanted'
      WHERE id = CASE WHEN ?3 THEN coalesce(
        (SELECT id FROM goals WHERE state = 'executing' ORDER BY id LIMIT 1), ?2) ELSE ?2 END
      """,
      thread.name,
      goal,
      Int64(thread.number(0...1))
    )
  }

  /// A refusal is an answer; what is none is a fault.
  private func note(_ error: LedgerError, _ thread: SimulatedThread) throws(LedgerError) {
    switch error.code {
    case .refused, .notFound, .invalid: world.count("refusals")
    case .busy: world.count("busy")
    default: throw error
    }
    thread.note("refused: \(error.message)")
  }

  private func depend(
    _ thread: SimulatedThread,
    _ client: SQLClient,
    _ goal: Int64
  ) async throws(LedgerError) {
    if thread.happens(35) {
      _ = try await client.run("DELETE FROM goal_dependencies WHERE goal_id = ?", goal)
    } else {
      _ = try await client.run(
        "INSERT INTO goal_dependencies(goal_id, depends_on, actor) VALUES (?, ?, ?)",
        goal,
        Int64(thread.number(1...max(1, world.goals.count))),
        thread.name
      )
    }
  }

  private func amend(
    _ thread: SimulatedThread,
    _ client: SQLClient,
    _ goal: Int64
  ) async throws(LedgerError) {
    _ = try await client.run(
      thread.pick([
        "UPDATE goals SET value = ?2, actor = 'amender' WHERE id = ?1",
        "UPDATE goals SET state = 'proposed', actor = 'amender' WHERE id = ?1 AND ?2 >= 0",
        "UPDATE goals SET metadata = json_object('n', ?2) WHERE id = ?1",
        "UPDATE goals SET max_attempts = 1 + (?2 > 0.5) WHERE id = ?1 AND attempts = 0",
        "UPDATE goals SET retry_at = NULL WHERE id = ?1 AND ?2 >= 0",
        "UPDATE score_weights SET weight = ?2 WHERE name = 'value' AND ?1 >= 0",
      ]),
      goal,
      Double(thread.number(0...10)) / 10
    )
  }

  /// What anybody may do once a lease has expired.
  private func giveBack(
    _ thread: SimulatedThread,
    _ client: SQLClient,
    _ goal: Int64
  ) async throws(LedgerError) {
    let rows = try await client.numbers(
      """
      UPDATE goals SET state = 'adopted', actor = ?
      WHERE id = coalesce((
          SELECT goal_id FROM attempts WHERE state = 'open' ORDER BY lease_expires_at LIMIT 1), ?)
        AND state = 'executing'
      RETURNING id
      """,
      thread.name,
      goal
    )
    guard let given = rows?.first?.first else { return }
    world.count("given back")
    world.ended(goal: given)
  }

  private func holdLock(
    _ thread: SimulatedThread,
    _ client: SQLClient,
    _ goal: Int64
  ) async throws(LedgerError) {
    guard try await client.run("BEGIN IMMEDIATE") != nil else { return }
    _ = try await client.run("UPDATE goals SET metadata = '{\"held\":1}' WHERE id = ?", goal)
    try await thread.sleep(Int64(thread.number(1...120)))
    while try await client.run(thread.pick(["COMMIT", "ROLLBACK"])) == nil {
      try await thread.sleep(5)
    }
  }

  /// A view that does not change while it is looked at, whatever others write.
  private func readLong(
    _ thread: SimulatedThread,
    _ client: SQLClient
  ) async throws(LedgerError) {
    let look = "SELECT count(*), max(seq), (SELECT sum(version) FROM goals) FROM identity_ledger"
    guard try await client.run("BEGIN") != nil else { return }
    let first = try await client.numbers(look)
    try await thread.sleep(Int64(thread.number(10...600)))
    let second = try await client.numbers(look)
    if let first, let second, first != second {
      world.violate("a view has changed while it was read: \(first), then \(second)")
    }
    _ = try await client.run("COMMIT")
  }

  private func attack(
    _ thread: SimulatedThread,
    _ client: SQLClient,
    _ goal: Int64
  ) async throws(LedgerError) {
    let statement = thread.pick([
      "DELETE FROM goals WHERE id = ?",
      "UPDATE goals SET state = 'satisfied' WHERE id = ? AND state IN ('proposed', 'adopted', 'executing')",
      "UPDATE goals SET attempts = attempts + 1 WHERE id = ?",
      "UPDATE attempts SET lease_token = lease_token + 1 WHERE goal_id = ? AND state = 'open'",
      "UPDATE attempts SET state = 'failed' WHERE goal_id = ? AND state = 'open'",
      "UPDATE tasks SET state = 'succeeded' WHERE goal_id = ? AND state = 'running'",
      "UPDATE identity_ledger SET actor = 'eve' WHERE goal_id = ?",
      "DELETE FROM identity_ledger WHERE goal_id = ?",
      "UPDATE goal_dependencies SET met = 1 - met WHERE goal_id = ?",
    ])
    let changed = try await client.run(statement, goal)
    if let changed, changed > 0 { world.violate("plain SQL was let through: \(statement)") }
  }
}
