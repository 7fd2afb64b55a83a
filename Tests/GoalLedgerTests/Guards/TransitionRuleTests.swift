// The transitions of goals, all of them: six states make thirty ordered pairs, and the rows of
// goal_transition_rules say which are legal and what they need.
import SQLite
import Testing

/// One goal's step from a state to another.
struct Step: Sendable, Hashable, CustomTestStringConvertible {
  static let states = ["proposed", "adopted", "executing", "satisfied", "failed", "abandoned"]
  static let all = states.flatMap { from in
    states.filter { $0 != from }.map { Step(from: from, to: $0) }
  }

  let from: String
  let to: String
  var testDescription: String { "\(from) -> \(to)" }

  /// Statements that bring goal 1 into `from`, its open attempt, if any, under token 1.
  var history: [String] {
    let add = "INSERT INTO goals(text, state) VALUES ('a goal', 'adopted')"
    let end = "UPDATE goals SET state = '\(from)', lease_token = 1"
    return switch from {
    case "proposed": ["INSERT INTO goals(text) VALUES ('a goal')"]
    case "adopted": [add]
    case "executing": [add, Self.claim(1)]
    case "abandoned": [add, "UPDATE goals SET state = 'abandoned'"]
    default: [add, Self.claim(1), end]
    }
  }

  static func claim(_ token: Int) -> String {
    """
    INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at)
    VALUES (1, 'w1', \(token), '2999-01-01T00:00:00.000Z')
    """
  }

  /// What anybody is told who asks for a step that no rule allows.
  var refusal: String {
    switch from {
    case "proposed": "a proposed goal can only be adopted or abandoned"
    case "adopted": "an adopted goal can only be claimed, put back to proposed, or abandoned"
    case "executing":
      "an executing goal can only become satisfied, adopted again, failed or abandoned"
    case "failed": "a failed goal can only be adopted again or abandoned"
    case "satisfied": "a satisfied goal is final: add a new goal instead"
    default: "an abandoned goal is final: add a new goal instead"
    }
  }
}

@Suite("Transitions")
struct TransitionRuleTests {
  @Test("The pairs are thirty, and eleven of them are rules")
  func count() throws {
    #expect(Step.all.count == 30)
    let database = try ClientSettings.plain.fresh()
    #expect(try database.value("SELECT count(*) FROM goal_transition_rules") == .integer(11))
  }

  @Test("A pair is taken where a rule allows it and refused otherwise", arguments: Step.all)
  func pair(step: Step) throws {
    for settings in ClientSettings.all {
      let database = try settings.fresh()
      for statement in step.history { try database.execute(statement) }
      let rule = try database.rows(
        "SELECT needs FROM goal_transition_rules WHERE from_state = ? AND to_state = ?",
        step.from,
        step.to
      ).first
      let before = try database.dump()
      let bare = database.refusal(of: "UPDATE goals SET state = '\(step.to)'")
      let armed = "UPDATE goals SET state = '\(step.to)', lease_token = 1"
      guard let rule else {
        #expect(bare == step.refusal)
        #expect(database.refusal(of: armed) == step.refusal)
        #expect(try database.dump() == before)
        continue
      }
      if rule[0] == .null {
        #expect(bare == nil)
      } else {
        #expect(bare != nil)
        #expect(try database.dump() == before)
        try database.execute(step.to == "executing" ? Step.claim(9) : armed)
      }
      #expect(try database.value("SELECT state FROM goals") == .text(step.to))
      let entry = """
        SELECT from_state, to_state, goal_version FROM identity_ledger
        WHERE event GLOB 'goal.*' ORDER BY seq DESC LIMIT 1
        """
      let version = try database.value("SELECT version FROM goals")
      #expect(try database.rows(entry) == [[.text(step.from), .text(step.to), version]])
    }
  }

  @Test("A goal is born proposed or adopted and in no other state", arguments: Step.states)
  func birth(state: String) throws {
    let database = try ClientSettings.plain.fresh()
    let refusal = database.refusal(of: "INSERT INTO goals(text, state) VALUES ('x', '\(state)')")
    let allowed = state == "proposed" || state == "adopted"
    #expect(refusal == (allowed ? nil : "a goal is born proposed or adopted"))
  }

  @Test("An expired lease lets anybody put the goal back, and the ledger says who did")
  func expiry() throws {
    let world = try ClientSettings.plain.world()
    try world.execute("UPDATE goals SET state = 'adopted', actor = 'bob' WHERE id = 7")
    let attempt = try world.rows("SELECT state, ended_at IS NULL FROM attempts WHERE goal_id = 7")
    #expect(attempt == [[.text("expired"), .integer(0)]])
    let last = try world.rows("SELECT event, actor FROM identity_ledger ORDER BY seq DESC LIMIT 2")
    let bob = Value.text("bob")
    #expect(last == [[.text("attempt.expired"), bob], [.text("goal.adopted"), bob]])
  }
}
