import SQLite

/// What askers do: insert goals, adopt and abandon them. The rules are the schema's.
extension SQLiteGoalStore {
  public func add(_ draft: GoalDraft, actor: String) async throws(LedgerError) -> Goal {
    let draft = try redactor.admit(draft)
    let actor = try redactor.admit(actor, as: "actor")
    return try await writer.write { connection throws(LedgerError) in
      do throws(SQLiteError) {
        return try insert(draft, actor: actor, into: connection)
      } catch {
        throw LedgerError(error)
      }
    }
  }

  func insert(
    _ draft: GoalDraft,
    actor: String,
    into connection: Connection
  ) throws(SQLiteError) -> Goal {
    let given: [(String, (any Bindable)?)] = [
      ("text", draft.text), ("task", draft.task), ("context", draft.context),
      ("workspace", draft.workspace), ("category", draft.category),
      ("success_metrics", draft.successMetrics), ("metadata", draft.metadata),
      ("timeout_ms", draft.timeoutMilliseconds), ("max_attempts", draft.maxAttempts),
      ("idempotency_key", draft.idempotencyKey), ("value", draft.value),
      ("effort", draft.effort), ("risk", draft.risk), ("not_before", draft.notBefore),
      ("deadline", draft.deadline), ("actor", actor),
    ].filter { $0.1 != nil }
    // Column names are the list's own; only values come from outside.
    let names = given.map(\.0).joined(separator: ", ")
    let marks = given.map { _ in "?" }.joined(separator: ", ")
    try connection.run(
      "INSERT INTO goals(\(names)) VALUES (\(marks))",
      arguments: Arguments(given.map(\.1))
    )
    let id = try connection.lastInsertedRowID
    for prerequisite in draft.dependsOn {
      try connection.run(
        "INSERT INTO goal_dependencies(goal_id, depends_on, actor) VALUES (?, ?, ?)",
        id,
        prerequisite,
        actor
      )
    }
    if draft.adopt {
      try connection.run(
        "UPDATE goals SET state = 'adopted', actor = ? WHERE id = ?",
        actor,
        id
      )
    }
    return try require(id, connection)
  }

  public func adopt(
    _ id: Goal.ID,
    actor: String,
    reason: String?
  ) async throws(LedgerError) -> Goal {
    try await move(id, to: .adopted, actor: actor, reason: reason)
  }

  public func abandon(
    _ id: Goal.ID,
    actor: String,
    reason: String?
  ) async throws(LedgerError) -> Goal {
    try await move(id, to: .abandoned, actor: actor, reason: reason)
  }

  private func move(
    _ id: Goal.ID,
    to state: GoalState,
    actor: String,
    reason: String?
  ) async throws(LedgerError) -> Goal {
    if try await archived(id) != nil { throw try await missing(id) }
    let actor = try redactor.admit(actor, as: "actor")
    let reason = redactor.text(reason)
    return try await writer.write { connection throws(LedgerError) in
      do throws(SQLiteError) {
        let moved = try connection.run(
          "UPDATE goals SET state = ?, actor = ?, reason = ? WHERE id = ?",
          state.rawValue,
          actor,
          reason,
          id
        )
        guard moved > 0 else { throw SQLiteError(.notFound, "") }
        return try require(id, connection)
      } catch  where error.code == .notFound {
        throw LedgerError(
          .notFound,
          "there is no goal \(id)",
          hint: "goalledger list shows what there is"
        )
      } catch {
        throw LedgerError(error)
      }
    }
  }

  public func recordRefusal(
    _ sentence: String,
    goal: Goal.ID?,
    actor: String
  ) async throws(LedgerError) {
    // A refusal is recorded whatever it is about, its actor's name included.
    let (sentence, actor) = (redactor.text(sentence), redactor.text(actor, .work))
    try await write { connection throws(SQLiteError) in
      _ = try connection.run(
        """
        INSERT INTO identity_ledger(actor, event, goal_id, reason)
        VALUES (?, 'refused', (SELECT id FROM goals WHERE id = ?), ?)
        """,
        actor,
        goal,
        sentence
      )
    }
  }

  func require(_ id: Goal.ID, _ connection: Connection) throws(SQLiteError) -> Goal {
    let goal = try connection.first(
      "SELECT \(Goal.columns) FROM goals WHERE id = ?",
      id
    ) { row throws(SQLiteError) in try Goal(row) }
    guard let goal else { throw SQLiteError(.notFound, "there is no goal \(id)") }
    return goal
  }
}
