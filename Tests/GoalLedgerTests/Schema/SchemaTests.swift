// What the schema promises to be as a whole: the dump in Schema/schema.sql, entries in an order that
// SQLite does not choose, every column of goals under a guard, and what SQLite itself refuses.
import Migrations
import SQLite
import Testing

@Suite("Schema")
struct SchemaTests {
  @Test("Schema/schema.sql is what the migrations make")
  func dump() throws {
    let database = try ClientSettings.plain.fresh()
    let made = try database.rows(
      """
      SELECT char(10) || sql || ';' || char(10) FROM sqlite_schema
      WHERE sql IS NOT NULL AND name NOT IN ('schema_migrations', 'sqlite_sequence')
      ORDER BY rowid
      """
    )
    let file = try Repository.text("Schema/schema.sql")
    let header = file.prefix { $0 != "\n" } + "\n"
    let texts = made.map { row in
      if case .text(let text)? = row.first { text } else { "" }
    }
    #expect(file == header + texts.joined(), "run tools/dump-schema")
  }

  @Test("Every migration is numbered in turn and says what it is for")
  func migrations() {
    #expect(Migration.all.map(\.number) == Array(1...Migration.all.count))
    for migration in Migration.all {
      #expect(migration.sql.hasPrefix("-- "), "\(migration.name)")
      #expect(migration.sql.contains("What must stay true") || migration.number == 11)
    }
  }

  /// AFTER triggers of one table and operation that write entries and yet never meet.
  private static let apart: [String: Set<String>] = [
    // A rule refuses to change two of lease_token, plan_id and state at once.
    "attempts UPDATE": ["attempts_after_take_over", "attempts_after_plan", "attempts_after_end"],
    // The one where the state is new, the other where it is not.
    "goals UPDATE": ["goals_after_transition", "goals_after_amendment"],
  ]

  @Test("Of the AFTER triggers that write entries one at most fires for a statement")
  func afterTriggers() throws {
    let database = try ClientSettings.plain.fresh()
    var writing: [String: Set<String>] = [:]
    for trigger in try Definition.all(of: "trigger", in: database) {
      let after = trigger.sql.matches(of: /AFTER\s+(INSERT|UPDATE|DELETE)/)
      guard let operation = after.first?.output.1,
        trigger.sql.contains(/INSERT INTO identity_ledger|UPDATE amendment_entry/)
      else { continue }
      let row = try database.rows(
        "SELECT tbl_name || ' \(operation)' FROM sqlite_schema WHERE name = '\(trigger.name)'"
      )
      guard case .text(let place)? = row.first?.first else { continue }
      writing[place, default: []].insert(trigger.name)
    }
    #expect(writing.count > 10)
    for (place, triggers) in writing {
      #expect(triggers.count == 1 || triggers == Self.apart[place], "\(place): \(triggers)")
    }
  }

  @Test("A guard of goals fires for every column and every alias of the id")
  func columns() throws {
    let database = try ClientSettings.plain.fresh()
    let triggers = try Definition.all(of: "trigger", in: database)
    let lists = try [
      "goals_before_amendment", "goals_before_update", "goals_before_transition",
      "goals_before_score",
    ].map { name in
      let sql = try #require(triggers.first { $0.name == name }).sql
      let list = try #require(sql.firstMatch(of: /UPDATE OF\s+([^()]*?)\s+ON goals/)).output.1
      return list.split { $0 == "," || $0.isWhitespace }.map(String.init)
    }
    let guarded = Set(lists.flatMap { $0 })
    let columns = try database.rows("SELECT name FROM pragma_table_info('goals')")
    #expect(columns.count > 30)
    for case .text(let column)? in columns.map(\.first) {
      #expect(guarded.contains(column), "\(column)")
    }
    #expect(guarded.isSuperset(of: ["rowid", "oid", "_rowid_"]))
  }

  @Test("Where trusted_schema is off SQLite refuses the client, and says why")
  func trustedSchema() throws {
    let database = try ClientSettings.plain.fresh()
    try database.execute("PRAGMA trusted_schema = OFF")
    let refusal = database.refusal(of: "INSERT INTO goals(text) VALUES ('x')")
    #expect(refusal?.contains("unsafe use of json") == true, "\(refusal ?? "accepted")")
    #expect(try database.value("SELECT count(*) FROM goals") == .integer(0))
  }

  @Test(
    "The claim and the promotion use their indexes",
    arguments: [
      (
        """
        SELECT id FROM goals INDEXED BY goals_claimable
        WHERE state = 'adopted' AND blockers = 0 AND waits_until IS NULL
        ORDER BY score DESC, id LIMIT 5
        """, "SCAN goals USING INDEX goals_claimable"
      ),
      (
        """
        SELECT id FROM goals INDEXED BY goals_waiting
        WHERE state = 'adopted' AND waits_until IS NOT NULL AND waits_until <= '2026' LIMIT 5
        """, "SEARCH goals USING INDEX goals_waiting (waits_until>? AND waits_until<?)"
      ),
      (
        "SELECT * FROM identity_ledger WHERE goal_id = 3 ORDER BY seq",
        "SEARCH identity_ledger USING INDEX ledger_goals (goal_id=?)"
      ),
    ]
  )
  func plans(query: String, plan: String) throws {
    let database = try ClientSettings.plain.fresh()
    let steps = try database.rows("EXPLAIN QUERY PLAN " + query).compactMap(\.last)
    #expect(steps == [.text(plan)])
  }
}
