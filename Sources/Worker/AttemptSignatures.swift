import Execution
import GoalLedger

/// What signatures decide about an attempt, before anything else does.
///
/// What must stay true: of a goal with a forged signature nothing is planned, and neither is of one
/// that its workspace wants signed and that nobody has signed as it was adopted; no retry helps either.
extension AttemptRunner {
  /// Judges the signatures of the goal's requests.
  /// - throws: `refused` where one is forged, or where one is demanded and there is none.
  func requireSignatures(_ claim: Claim) async throws(ExecutionError) {
    var verdict = SignatureVerdict()
    if claim.isSigned {
      verdict = try await ledger { () throws(LedgerError) in
        try await store.judgeSignatures(for: claim)
      }
    }
    if let forgery = verdict.forgery {
      throw ExecutionError(
        .refused,
        forgery,
        hint: "find out who gave it; where the goal is wanted: goalledger retry \(claim.goal.id)"
      )
    }
    guard verdict.adoptedBy == nil, let policy = try places.policy(of: claim.goal),
      policy.signedAdoption
    else { return }
    throw ExecutionError(
      .refused,
      "nobody has signed the adoption of goal \(claim.goal.id), and the workspace \(policy.name) "
        + "demands it",
      hint: "goalledger adopt \(claim.goal.id) --sign NAME"
    )
  }
}
