// Signing requests as they are made: the signature and what it asks for in one transaction.
//
// What must stay true: what is signed is read back from the row, after everything that alters what was
// asked has done so; a signature that a worker would refuse is refused at once, before it is written.
import SQLite

/// Where the signature of a request comes from.
public enum RequestSignature: Sendable {
  /// It is made here.
  case key(SealingKey)
  /// It was made elsewhere, as ssh-keygen -Y sign writes it.
  case armored(String)
}

extension SQLiteGoalStore {
  /// The bytes to be signed for a request about a goal as it is.
  /// - throws: `notFound` where there is no such goal, `refused` where it is too late for the request.
  public func request(
    _ request: GoalRequest,
    of goal: Goal.ID
  ) async throws(LedgerError) -> [UInt8] {
    if try await archived(goal) != nil { throw try await missing(goal) }
    let found = try await reader.read { connection throws(SQLiteError) in
      (
        try connection.request(request, of: goal),
        try connection.first("SELECT version FROM goals WHERE id = ?", goal) { $0.int(0) } ?? nil
      )
    }
    guard let made = found.0, let version = found.1 else { throw try await missing(goal) }
    guard request == .adopt || version == 1 else {
      throw LedgerError(
        .refused,
        "goal \(goal) is at version \(version): it is signed as added while it is at version 1",
        hint: "sign its adoption: goalledger request \(goal) --adopt"
      )
    }
    return made.bytes
  }

  /// Inserts a goal, signed; where it is adopted at once, its adoption is signed as well.
  public func add(
    _ draft: GoalDraft,
    actor: String,
    signedBy key: SealingKey
  ) async throws(LedgerError) -> Goal {
    let draft = try redactor.admit(draft)
    let actor = try redactor.admit(actor, as: "actor")
    return try await writer.write { connection throws(LedgerError) in
      do throws(SQLiteError) {
        var proposed = draft
        proposed.adopt = false
        let goal = try insert(proposed, actor: actor, into: connection)
        try give(.key(key), .add, goal.id, actor, connection)
        guard draft.adopt else { return goal }
        try give(.key(key), .adopt, goal.id, actor, connection)
        return try adopt(goal.id, actor, nil, connection)
      } catch {
        throw LedgerError(error)
      }
    }
  }

  /// Moves a goal to `adopted`, signed.
  public func adopt(
    _ id: Goal.ID,
    actor: String,
    reason: String?,
    signed signature: RequestSignature
  ) async throws(LedgerError) -> Goal {
    if try await archived(id) != nil { throw try await missing(id) }
    let actor = try redactor.admit(actor, as: "actor")
    let reason = redactor.text(reason)
    if case .armored(let text) = signature { _ = try SSHSignature(armored: text) }
    return try await writer.write { connection throws(LedgerError) in
      do throws(SQLiteError) {
        try give(signature, .adopt, id, actor, connection)
        return try adopt(id, actor, reason, connection)
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

  private func adopt(
    _ id: Goal.ID,
    _ actor: String,
    _ reason: String?,
    _ connection: Connection
  ) throws(SQLiteError) -> Goal {
    try connection.run(
      "UPDATE goals SET state = 'adopted', actor = ?, reason = ? WHERE id = ?",
      actor,
      reason,
      id
    )
    return try require(id, connection)
  }

  /// Writes a signature of a request about a goal as it is.
  private func give(
    _ signature: RequestSignature,
    _ request: GoalRequest,
    _ goal: Goal.ID,
    _ actor: String,
    _ connection: Connection
  ) throws(SQLiteError) {
    guard let made = try connection.request(request, of: goal) else {
      throw SQLiteError(.notFound, "")
    }
    let text: String
    switch signature {
    case .armored(let given): text = given
    case .key(let key):
      do throws(LedgerError) {
        text = try SSHSignature(signing: made.bytes, key: key).armored
      } catch {
        throw SQLiteError(.error, error.message)
      }
    }
    let known = try connection.first(
      "SELECT 1 FROM goal_signatures WHERE rtrim(signature, char(10)) = rtrim(?, char(10))",
      text
    ) { _ in true }
    // A signature that was given before is refused by the schema, in its own words.
    if known == nil {
      let now = try connection.first("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')") {
        $0.text(0) ?? ""
      }
      let judgement = try SignatureJudgement.of(
        text,
        given: now ?? "",
        over: made.bytes,
        connection
      )
      if let reason = judgement.reason { throw SQLiteError(.constraintTrigger, reason) }
    }
    try connection.run(
      """
      INSERT INTO goal_signatures(goal_id, goal_version, request, signature, actor)
      VALUES (?, ?, ?, ?, ?)
      """,
      goal,
      made.version,
      request.rawValue,
      text,
      actor
    )
  }
}
