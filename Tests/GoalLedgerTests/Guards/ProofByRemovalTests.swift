// Proof that every guard is needed, and tested: each RAISE and each named CHECK of the schema is
// taken out in turn, read from the schema itself, and at least one attack must then go through or
// get another answer. A guard without an attack fails here.
import SQLite
import Testing

@Suite("Proof by removal")
struct ProofByRemovalTests {
  static let attacks = Dictionary(grouping: GuardCase.all, by: \.refusal)

  @Test("A trigger's sentence taken out lets an attack through")
  func raises() throws {
    let world = try ClientSettings(recursiveTriggers: true, foreignKeys: false).world()
    var found = 0
    for trigger in try Definition.all(of: "trigger", in: world) {
      for guarded in trigger.raises {
        found += 1
        let attacks = try #require(
          Self.attacks[guarded.sentence],
          "no attack meets \(trigger.name): \(guarded.sentence)"
        )
        try world.execute("DROP TRIGGER \(trigger.name)")
        try world.execute(guarded.without)
        let missed = try attacks.contains { try $0.answer(in: world) != guarded.sentence }
        #expect(missed, "\(trigger.name) is not missed without: \(guarded.sentence)")
        try world.execute("DROP TRIGGER \(trigger.name)")
        try world.execute(trigger.sql)
      }
    }
    #expect(found > 150)
  }

  @Test("A CHECK taken out lets an attack through")
  func checks() throws {
    let world = try ClientSettings(recursiveTriggers: true, foreignKeys: false).world()
    var found = 0
    for table in try Definition.all(of: "table", in: world) {
      for guarded in table.checks {
        found += 1
        let attacks = try #require(
          Self.attacks[guarded.sentence],
          "no attack meets \(table.name): \(guarded.sentence)"
        )
        try world.redefine(table.name, as: guarded.without)
        let missed = try attacks.contains { try $0.answer(in: world) != guarded.sentence }
        #expect(missed, "\(table.name) does not miss: \(guarded.sentence)")
        try world.redefine(table.name, as: table.sql)
      }
    }
    #expect(found > 60)
  }

  @Test("Every CHECK has a sentence for a name")
  func named() throws {
    let database = try ClientSettings.plain.fresh()
    for table in try Definition.all(of: "table", in: database) {
      #expect(table.checks.count == table.sql.matches(of: /CHECK\s*\(/).count, "\(table.name)")
    }
  }
}

/// A guard found in the schema, and the definition it stands in without it.
struct Guarded {
  let sentence: String
  let without: String
}

/// A table or trigger as the schema defines it.
struct Definition {
  let name: String
  let sql: String

  static func all(of type: String, in database: Connection) throws -> [Definition] {
    try database.query("SELECT name, sql FROM sqlite_schema WHERE type = ? AND sql <> ''", type) {
      row throws(SQLiteError) in
      Definition(name: try row.require(0), sql: try row.require(1))
    }
  }

  /// Each `RAISE(ABORT, '...')`, and the trigger with NULL in its place.
  var raises: [Guarded] {
    let raise = /RAISE\(ABORT,\s*'((?:[^']|'')*)'\)/
    return sql.matches(of: raise).map { match in
      Guarded(
        sentence: String(match.output.1).replacing("''", with: "'"),
        without: sql[..<match.range.lowerBound] + "NULL" + sql[match.range.upperBound...]
      )
    }
  }

  /// Each `CONSTRAINT "..." CHECK (...)`, and the table with 1 for its condition.
  var checks: [Guarded] {
    let check = /CONSTRAINT\s+"([^"]*)"\s+CHECK\s*\(/
    return sql.matches(of: check).map { match in
      var depth = 1
      var end = match.range.upperBound
      while depth > 0 && end < sql.endIndex {
        if sql[end] == "(" { depth += 1 }
        if sql[end] == ")" { depth -= 1 }
        end = sql.index(after: end)
      }
      return Guarded(
        sentence: String(match.output.1),
        without: sql[..<match.range.upperBound] + "1)" + sql[end...]
      )
    }
  }
}

extension Connection {
  /// Puts another definition in a table's place, as an attacker with `writable_schema` would.
  fileprivate func redefine(_ table: String, as sql: String) throws {
    try execute("PRAGMA writable_schema = ON")
    try run("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", sql, table)
    try execute("PRAGMA writable_schema = RESET")
  }
}
