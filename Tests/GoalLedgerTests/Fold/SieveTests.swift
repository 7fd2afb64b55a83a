// The sieve and Schema/audit/fold.sql have one verdict, whatever was done to the database, and so has
// fold.sql when it sets nothing aside as sound. GOALLEDGER_TAMPERINGS says how many manipulations of
// each history are tried, 50 where it says nothing; a failing one is named, with its seed.
import AuditQueries
import Foundation
import SQLite
import Testing

@testable import GoalLedger

@Suite("The sieve of the fold")
struct SieveTests {
  static let count =
    ProcessInfo.processInfo.environment["GOALLEDGER_TAMPERINGS"].flatMap { Int($0) } ?? 50

  /// How a history is before it is tampered with.
  enum Kind: CaseIterable {
    /// As it was made.
    case plain
    /// With columns that take any class of values.
    case loosened
    /// An archive: of goals, with older entries of what lives on elsewhere.
    case archive
  }

  /// A history of random statements on top of the world of the other tests, without its triggers.
  static func history(seed: UInt64, _ kind: Kind) throws -> Connection {
    let database = try ClientSettings.plain.world()
    var statements = RandomStatements(seed: seed)
    for _ in 1...300 { _ = database.refusal(of: statements.next()) }
    _ = database.refusal(of: "COMMIT")
    try database.execute("PRAGMA foreign_keys = OFF")
    for trigger in try Definition.all(of: "trigger", in: database) {
      try database.execute("DROP TRIGGER \(trigger.name)")
    }
    try database.execute("PRAGMA ignore_check_constraints = ON")
    switch kind {
    case .plain: break
    case .loosened:
      try database.execute(
        """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(replace(sql, ' STRICT', ' '), ') ,', ')')
        WHERE type = 'table' AND sql LIKE '%) STRICT';
        PRAGMA writable_schema = RESET;
        """
      )
    case .archive:
      try database.execute(
        """
        INSERT INTO archive_file VALUES (1, 1, zeroblob(32), '2026-01-01T00:00:00.000Z');
        DELETE FROM beliefs;
        DELETE FROM circuit_breakers;
        DELETE FROM workers;
        UPDATE score_weights SET weight = standard;
        DELETE FROM goals WHERE id % 5 = 0;
        DELETE FROM attempts WHERE goal_id % 5 = 0;
        DELETE FROM tasks WHERE goal_id % 5 = 0;
        DELETE FROM changes WHERE goal_id % 5 = 0;
        DELETE FROM goal_dependencies WHERE goal_id % 5 = 0;
        UPDATE goals
        SET blockers = (
          SELECT count(*) FROM goal_dependencies d WHERE d.goal_id = goals.id AND d.met = 0);
        """
      )
    }
    return database
  }

  /// Whether the sieve agrees; where SQL cannot be run it does not.
  static func agrees(_ database: Connection) throws -> Bool {
    let isArchive = try !database.rows("SELECT 1 FROM archive_file").isEmpty
    let goals = try database.rows("SELECT id FROM goals").compactMap { row -> Int64? in
      if case .integer(let id)? = row.first { id } else { nil }
    }
    var sieve = FoldSieve(archivedGoals: isArchive ? Set(goals) : nil)
    var after = Int64.min
    while true {
      let batch = try EntryBatch(database, after: after, limit: 50)
      guard let last = batch.seqs.last else { break }
      sieve.take(batch)
      after = last
    }
    return (try? sieve.agrees(database)) ?? false
  }

  /// What a query finds, in an order of its own; nil where SQLite refuses to run it.
  static func found(_ database: Connection, _ sql: String) -> [String]? {
    try? database.rows(sql).map { "\($0)" }.sorted()
  }

  /// fold.sql, setting nothing aside.
  static func whole() throws -> String {
    let fold = try FoldTests.query.get()
    let setAside = /SELECT id FROM (sound_(goals|attempts|tasks)|agreed_goals)/
    let whole = fold.replacing(setAside, with: "SELECT 0 WHERE 0")
    #expect(fold.ranges(of: setAside).count == 8)
    return whole
  }

  @Test("has the verdict of fold.sql on random tampering", arguments: Kind.allCases, 1...3)
  func tampering(kind: Kind, seed: UInt64) throws {
    let (fold, whole) = (try FoldTests.query.get(), try Self.whole())
    let derived = AuditQuery.derived.sql
    let database = try Self.history(seed: seed, kind)
    #expect(try Self.agrees(database), "what nobody touched costs a run of fold.sql")
    #expect(Self.found(database, whole) == [])
    var tampering = try RandomTampering(database, seed: seed)
    var (done, clean, agreed) = (0, 0, 0)
    for number in 1...Self.count {
      try database.execute("BEGIN")
      defer { _ = database.refusal(of: "ROLLBACK") }
      var said: [String] = []
      for _ in 0...number % 3 {
        let statement = tampering.next()
        if database.refusal(of: statement) == nil { said.append(statement) }
      }
      guard !said.isEmpty else { continue }
      done += 1
      let found = Self.found(database, fold)
      #expect(found == Self.found(database, whole), "seed \(seed), \(number): \(said)")
      if found == [] { clean += 1 }
      guard try Self.agrees(database) else { continue }
      if found == [] { agreed += 1 }
      #expect(found == Self.found(database, derived), "seed \(seed), \(number): \(said)")
    }
    #expect(done > Self.count / 2, "nearly all is refused")
    // Some of it does no harm, and most of that is seen at once.
    #expect(clean > 0 && agreed * 2 >= clean, "\(agreed) of \(clean)")
    if Self.count > 50 { print("\(kind) \(seed): \(done) done, \(clean) clean, \(agreed) agreed") }
  }

  @Test("asks of goals what goal_asked does")
  func goalColumns() throws {
    let database = try ClientSettings.plain.world()
    let asked = try database.rows("SELECT DISTINCT name FROM goal_asked").flatMap { $0 }
    let names = GoalWords.names.filter { !["source", "idempotency_key"].contains($0) }
    #expect(Set(asked) == Set(names.map { .text($0) }))
    for (name, column) in zip(GoalWords.names, FoldSieve.goalColumns) where names.contains(name) {
      let here = try database.rows("SELECT id, \(column) FROM goals ORDER BY id")
      let there = try database.rows(
        "SELECT goal_id, value FROM goal_asked WHERE name = '\(name)' ORDER BY goal_id"
      )
      #expect(here == there)
    }
  }

  @Test("leaves to SQL what it cannot read, and nothing that triggers write")
  func unusual() throws {
    let brackets = (String(repeating: "[", count: 200), String(repeating: "]", count: 200))
    let cases: [(String, Bool)] = [
      (#"{"a":1,"b":[1,{"c":"\u00e9"}],"d":-0.5e+3,"e":"\\"}"#, true), ("{}", true),
      ("", false), ("[]", false), ("{} ", false), (#"{"a" :1}"#, false), (#"{"\u0061":1}"#, false),
      (#"{"a":01}"#, false), (#"{"a":1.}"#, false), (#"{"a":.5}"#, false), (#"{"a":-}"#, false),
      (#"{"a":1e}"#, false), (#"{"a":nul}"#, false), (#"{"a":"x}"#, false), (#"{"a":"\x"}"#, false),
      (#"{"a":"\u00g0"}"#, false), (#"{"a":1,}"#, false), (#"{"a":[1,]}"#, false),
      (#"{"a":[1}"#, false),
      (#"{"a":1"b":2}"#, false), ("{\"a\":\"\u{1}\"}", false),
      (#"{"a":"# + brackets.0 + brackets.1 + "}", false),
    ]
    for (text, isRead) in cases {
      let bytes = Array(text.utf8)
      var scanner = DetailScanner(bytes, 0..<bytes.count)
      let reads = (try? scanner.members { (_, _) throws(Unusual) in }) != nil
      #expect(reads == isRead, "\(text)")
    }
  }

  @Test("reads values as json_extract does")
  func values() throws {
    let database = try Connection(path: ":memory:")
    let key = DigestKey()
    for text in [
      "null", "true", "false", "0", "-0", "-17", "123456789012345678", #""""#, #""a""#, #""1""#,
      #""\"\\\/\b\f\n\r\t\u0041\u007f""#, "[1,2]", #"{"b":[true,"\u0041"]}"#, "\"é漢\"",
      "1.5", "1234567890123456789", #""\u00e9""#, #""\u0000a""#,
    ] {
      let bytes = Array(#"{"x":0,"v":\#(text)}"#.utf8)
      let token = try DetailKeys("v").values(bytes, 0..<bytes.count)[0]
      var expected = key.begin()
      let sql = "SELECT json_extract(CAST(? AS TEXT), '$.v')"
      _ = try database.first(sql, bytes) { expected.add(0, of: $0) }
      var digest = key.begin()
      do throws(Unusual) {
        try digest.add(token, of: bytes)
        #expect(digest.value == expected.value, "\(text)")
      } catch {
        let unusual = ["1.5", "1234567890123456789", #""\u00e9""#, #""\u0000a""#]
        #expect(unusual.contains(text), "\(text)")
      }
    }
  }
}
