// The live tables are a fold of the ledger: Schema/audit/fold.sql finds no difference, whatever a
// thousand random statements did, whoever sent them, with whatever conflict clause and pragmas.
// A failing seed replays the same statements: the generator and its seed are all there is.
import SQLite
import Testing

@Suite("Fold")
struct FoldTests {
  static let query = Result { try Repository.text("Schema/audit/fold.sql") }

  @Test(
    "After every fifty of a thousand random operations the fold is the tables",
    arguments: 1...4
  )
  func thousand(seed: UInt64) throws {
    let fold = try Self.query.get()
    var statements = RandomStatements(seed: seed)
    let database = try ClientSettings.plain.fresh()
    for _ in 1...12 {
      try database.execute("INSERT INTO goals(text, state) VALUES ('a goal', 'adopted')")
    }
    var accepted = 0
    for count in 1...1000 {
      let statement = statements.next()
      if database.refusal(of: statement) == nil { accepted += 1 }
      if count.isMultiple(of: 50) {
        let differences = try database.rows(fold)
        try #require(differences.isEmpty, "seed \(seed), after \(count) operations")
      }
    }
    #expect(accepted > 300, "the operations are nearly all refused")
    // What was accepted reached every corner.
    let events = try database.rows("SELECT DISTINCT event FROM identity_ledger")
    #expect(events.count > 15, "\(events)")
  }

  @Test(
    "The fold shows what was changed behind the triggers' back",
    arguments: [
      "UPDATE goals SET state = 'adopted' WHERE id = 1",
      "UPDATE goals SET text = 'another' WHERE id = 2",
      "UPDATE goals SET value = 0.25 WHERE id = 2",
      "DELETE FROM goals WHERE id = 2",
      "UPDATE attempts SET worker = 'mallory' WHERE id = 1",
      "UPDATE tasks SET state = 'succeeded' WHERE id = 2",
      "UPDATE changes SET tree = 'abc' WHERE attempt_id = 6",
      "DELETE FROM goal_dependencies",
      "UPDATE beliefs SET confidence = 0.1 WHERE id = 2",
      "UPDATE score_weights SET weight = 1 WHERE name = 'risk'",
      "UPDATE circuit_breakers SET state = 'closed'",
      "UPDATE workers SET state = 'stopped'",
      "UPDATE workers SET public_key = zeroblob(32)",
      "UPDATE identities SET until = NULL WHERE name = 'old'",
      "UPDATE identities SET until = since WHERE name = 'ann'",
      "UPDATE identities SET name = 'eve' WHERE name = 'ann'",
      "UPDATE identities SET kind = 'agent' WHERE name = 'ann'",
      "UPDATE identities SET since = '2020-01-01T00:00:00.000Z' WHERE name = 'ann'",
      "UPDATE identities SET public_key = zeroblob(32) WHERE name = 'ann'",
      "UPDATE identities SET voucher = randomblob(64) WHERE kind = 'worker'",
      "UPDATE identities SET actor = 'eve' WHERE name = 'ann'",
      "DELETE FROM identities WHERE name = 'old'",
      "DELETE FROM identity_ledger WHERE event = 'identity.revoked'",
      "UPDATE goals SET blockers = 0",
      "UPDATE plans SET digest = lower(hex(randomblob(32)))",
      "UPDATE identity_ledger SET to_state = 'adopted' WHERE event = 'goal.satisfied'",
      "DELETE FROM identity_ledger WHERE event = 'goal.failed'",
    ]
  )
  func tampering(statement: String) throws {
    let world = try ClientSettings.plain.world()
    #expect(try world.rows(Self.query.get()).isEmpty)
    for trigger in try Definition.all(of: "trigger", in: world) {
      try world.execute("DROP TRIGGER \(trigger.name)")
    }
    try world.execute(statement)
    #expect(try !world.rows(Self.query.get()).isEmpty)
  }
}
