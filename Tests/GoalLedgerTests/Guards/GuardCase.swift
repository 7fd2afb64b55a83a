// One attack on the schema: what a client tries, and the sentence that refuses it. The cases stand in
// the files beside this one, by subject.
import SQLite
import Testing

/// An attack that the schema refuses.
struct GuardCase: Sendable {
  let name: String
  /// Statements that go through first.
  let given: [String]
  let attack: String
  /// The sentence of the trigger, or the name of the CHECK.
  let refusal: String

  init(_ name: String, given: [String] = [], attack: String, refusal: String) {
    self.name = name
    self.given = given
    self.attack = attack
    self.refusal = refusal
  }

  static let all: [GuardCase] = [
    births, lives, transitions, fixed, dependencies, attempts, tasks, changes, workers, ledger,
    seals, archives, identities, signatures,
    unwritten,
  ].flatMap { $0 }

  /// What the attack is answered with in `world`, which stays as it is.
  func answer(in world: Connection) throws -> String? {
    try world.execute("BEGIN")
    defer { if world.isInTransaction { try? world.execute("ROLLBACK") } }
    for statement in given { try world.execute(statement) }
    return world.refusal(of: attack)
  }
}

@Suite("Guards")
struct GuardTests {
  @Test("An attack is refused with its sentence and changes nothing", arguments: ClientSettings.all)
  func refused(settings: ClientSettings) throws {
    let world = try settings.world()
    let untouched = try world.dump()
    for attack in GuardCase.all {
      try world.execute("BEGIN")
      for statement in attack.given { try world.execute(statement) }
      let before = attack.given.isEmpty ? untouched : try world.dump()
      #expect(world.refusal(of: attack.attack) == attack.refusal, "\(attack.name)")
      #expect(try world.dump() == before, "\(attack.name) left something behind")
      try world.execute("ROLLBACK")
    }
  }

  @Test("No conflict clause gets an attack through", arguments: ["IGNORE", "FAIL", "REPLACE"])
  func conflictClauses(clause: String) throws {
    let world = try ClientSettings.plain.world()
    let untouched = try world.dump()
    for attack in GuardCase.all where !attack.attack.contains(" ON CONFLICT") {
      let words = attack.attack.split(separator: " ", maxSplits: 1)
      guard words.count == 2, words[0] != "DELETE", !words[1].hasPrefix("OR ") else { continue }
      try world.execute("BEGIN")
      for statement in attack.given { try world.execute(statement) }
      let before = attack.given.isEmpty ? untouched : try world.dump()
      let refusal = world.refusal(of: "\(words[0]) OR \(clause) \(words[1])")
      // OR IGNORE skips a row that a CHECK refuses, and says nothing.
      let skipped = clause == "IGNORE" && refusal == nil
      #expect(refusal == attack.refusal || skipped, "\(attack.name): \(refusal ?? "accepted")")
      // OR FAIL keeps the rows before the one it refuses, whole, with their entries.
      let partial = clause == "FAIL" && attack.attack.contains("), (")
      #expect(try world.dump() == before || partial, "\(attack.name) left something behind")
      try world.execute("ROLLBACK")
    }
  }
}
