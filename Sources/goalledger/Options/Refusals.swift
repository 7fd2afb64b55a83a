import GoalLedger

/// Refusals are part of the audit trail: what the schema refused rolled its own entry back, so it is
/// recorded here, in a transaction of its own, before it is shown.
extension SQLiteGoalStore {
  func recordingRefusals<T: Sendable>(
    of goal: Goal.ID?,
    actor: String,
    _ body: () async throws(LedgerError) -> T
  ) async throws(LedgerError) -> T {
    do throws(LedgerError) {
      return try await body()
    } catch {
      guard error.code == .refused else { throw error }
      do throws(LedgerError) {
        try await recordRefusal(error.message, goal: goal, actor: actor)
      } catch let second {
        throw LedgerError(
          error.code,
          error.message,
          hint: "and this refusal could not be recorded: \(second.message)"
        )
      }
      throw error
    }
  }
}
