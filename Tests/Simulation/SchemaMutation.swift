import GoalLedger
import SQLite

extension Mutation {
  /// The trigger that is made anew, with what is put for what; nil where the mutation is no change of
  /// the schema.
  private var edit: (trigger: String, text: String, replacement: String)? {
    switch self {
    case .unguardedEnds, .stolenTokens:
      self == .stolenTokens
        ? nil
        : (
          "goals_before_transition",
          "AND NOT coalesce(a.lease_token = NEW.lease_token, 0)",
          "AND NEW.lease_token IS NULL"
        )
    case .earlyTakeOvers:
      (
        "attempts_before_update",
        "AND OLD.lease_expires_at >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
        "AND 0"
      )
    case .silentTasks:
      ("tasks_after_update", "WHEN NEW.state <> OLD.state", "WHEN NEW.state = 'ready' AND 0")
    case .noUndoing, .endlessAttempts: nil
    }
  }

  /// Takes the rule out of a database's schema, where that is where it is.
  func mutate(_ connection: Connection) throws(LedgerError) {
    guard let edit else { return }
    do throws(SQLiteError) {
      let sql = try connection.first(
        "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?",
        edit.trigger
      ) { row throws(SQLiteError) in try row.require(0, as: String.self) }
      guard let sql, sql.contains(edit.text) else {
        throw SQLiteError(.error, "the trigger \(edit.trigger) does not say: \(edit.text)")
      }
      let mutant = sql.split(separator: edit.text, omittingEmptySubsequences: false)
        .joined(separator: edit.replacement)
      try connection.execute("DROP TRIGGER \(edit.trigger); \(mutant)")
    } catch {
      throw LedgerError(.internal, "the schema was not mutated: \(error.message)")
    }
  }
}
