// What plain SQL wrote is found, by entry and pattern; what redaction leaves on purpose is not.
import Foundation
import GoalLedger
import SQLite
import TestSupport
import Testing

@Suite("Secrets that plain SQL wrote")
struct SightingTests {
  let folder: TemporaryFolder
  let store: SQLiteGoalStore

  init() async throws {
    folder = try TemporaryFolder()
    store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .create)
  }

  private func sql(_ text: String) throws {
    try Connection(path: store.path, options: OpenOptions()).execute(text)
  }

  @Test(
    "are found wherever an entry can hold them",
    arguments: [
      ("INSERT INTO goals(text) VALUES ('use TOKEN')", ["github-token"]),
      ("INSERT INTO goals(text) VALUES ('ask ann@example.org')", ["email"]),
      ("INSERT INTO goals(text, actor) VALUES ('x', 'TOKEN')", ["github-token"]),
      (
        "INSERT INTO goals(text, reason) VALUES ('x', 'password=hunter2hunter2')",
        ["secret-assignment"]
      ),
      (
        #"INSERT INTO goals(text, metadata) VALUES ('x', '{"password":"hunter2hunter2"}')"#,
        ["secret-assignment"]
      ),
      (
        #"INSERT INTO goals(text, context) VALUES ('x', '{"files":[{"content":"a\nTOKEN"}]}')"#,
        ["github-token"]
      ),
      (#"INSERT INTO goals(text, context) VALUES ('x', '{"note":"ann@example.org"}')"#, ["email"]),
      ("INSERT INTO goals(text, task) VALUES ('x', 'TOKEN')", ["github-token"]),
      (
        "INSERT INTO identity_ledger(event, reason) VALUES ('note', 'ann@example.org TOKEN')",
        ["email", "github-token"]
      ),
      (
        #"INSERT INTO identity_ledger(event, detail) VALUES ('note', '{"x":"TOKEN"}')"#,
        ["github-token"]
      ),
      ("INSERT INTO beliefs(statement, confidence) VALUES ('TOKEN works', 0.5)", ["github-token"]),
    ]
  )
  func found(statement: String, patterns: [String]) async throws {
    try sql(statement.replacingOccurrences(of: "TOKEN", with: RedactorTests.token))
    let found = try await store.secretSightings()
    let last = try #require(found.newest.first)
    #expect(found.count == 1 && last.patterns == patterns && found.isWhole)
    #expect(found.range == 1...1 || found.range?.upperBound == last.seq)
  }

  @Test("are found in an amendment too")
  func amended() async throws {
    try sql("INSERT INTO goals(text) VALUES ('x')")
    let context = #"{"files":[{"content":"\#(RedactorTests.token)"}]}"#
    try sql("UPDATE goals SET context = '\(context)' WHERE id = 1")
    #expect(try await store.secretSightings().newest.map(\.patterns) == [["github-token"]])
  }

  @Test("what redaction has been through, or leaves on purpose, is not reported")
  func clean() async throws {
    var draft = GoalDraft(text: StoreRedactionTests.secrets)
    draft.metadata = #"{"a":"\#(StoreRedactionTests.secrets)"}"#
    draft.context =
      #"{"files":[{"path":"a","content":"ann@example.org\npassword=hunter2hunter2"}]}"#
    draft.idempotencyKey = "ann@example.org"
    _ = try await store.add(draft, actor: "ann@example.org")
    let found = try await store.secretSightings()
    #expect(found.count == 0 && found.isWhole && found.range == 1...1)
    let plain = try await SQLiteGoalStore.open(path: folder.path + "/new.db", .create)
    #expect(try await plain.secretSightings().range == nil)
  }

  @Test("a look is bounded by entries and by bytes, and says how far it went")
  func bounded() async throws {
    try sql("INSERT INTO goals(text) VALUES ('\(RedactorTests.token)')")
    for _ in 0..<3 { try sql("INSERT INTO goals(text) VALUES ('ann@example.org')") }
    let some = try await store.secretSightings(entries: 2)
    #expect(some.range == 3...4 && !some.isWhole && some.count == 2)
    #expect(some.newest.map(\.seq) == [4, 3])
    let small = try await store.secretSightings(bytes: 10)
    #expect(small.range == 4...4 && !small.isWhole)
    let all = try await store.secretSightings(entries: nil, bytes: 10)
    #expect(all.range == 1...4 && all.isWhole && all.count == 4)
    #expect(try await store.secretSightings(entries: 4).isWhole)
  }

  @Test("no more are named than a person reads, and all are counted")
  func many() async throws {
    try sql(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1203)
      INSERT INTO goals(text) SELECT 'ann@example.org ' || i FROM n
      """
    )
    let found = try await store.secretSightings()
    #expect(found.count == 1203 && found.newest.map(\.seq) == [1203, 1202, 1201, 1200, 1199])
    #expect(found.isWhole)
  }
}
