/// One line of the identity ledger.
public struct LedgerEntry: Sendable, Hashable {
  /// Its number, from 1, without gaps.
  public let seq: Int64
  /// When it was written.
  public let at: String
  /// Who did it.
  public let actor: String
  /// How far the actor's name can be trusted: `claimed`, `peer` or `signed`.
  public let assurance: String
  /// What happened, such as `goal.adopted`.
  public let event: String
  /// The goal, where it is about one.
  public let goalID: Goal.ID?
  /// The goal's version that the event made.
  public let goalVersion: Int64?
  /// The attempt, where it is about one.
  public let attemptID: Attempt.ID?
  /// The task's row, where it is about one.
  public let taskID: Int64?
  /// The state before and after.
  public let fromState: String?, toState: String?
  /// Why, in the actor's words.
  public let reason: String?
  /// The rest, a JSON object.
  public let detail: String
}
