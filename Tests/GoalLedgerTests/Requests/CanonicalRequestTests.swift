// What is signed of a request: the same bytes in Swift and in the stock sqlite3 shell, and others for
// whatever else somebody could have meant.
import Foundation
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Canonical requests")
struct CanonicalRequestTests {
  private let file = Repository.root.appending(path: "Schema/audit/request.sql").path()

  /// What the shell says is to be signed, byte for byte.
  private func shellBytes(_ path: String, _ goal: Int64, _ request: GoalRequest) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try Shell.succeed([
      "sh", "-c", #"sqlite3 -batch -newline '' "$1" "$2" "$3" "$4" > "$5""#, "sh", path,
      ".parameter set :id \(goal)", ".parameter set :request \(request.rawValue)", ".read \(file)",
      folder.path + "/bytes",
    ])
    return Array(try Data(contentsOf: URL(filePath: folder.path + "/bytes")))
  }

  @Test("are the known answer")
  func knownAnswer() async throws {
    let folder = try TemporaryFolder()
    let store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .create)
    let id = try await store.databaseID()
    var draft = GoalDraft(text: "Fix the cärt")
    draft.task = "fix_bug"
    draft.context = #"{"files":[]}"#
    draft.maxAttempts = 5
    _ = try await store.add(draft, actor: "ann")
    let rest =
      #"i1:1i1:1t13:Fix the cärtt7:fix_bugt12:{"files":[]}n0:t2:[]i1:5i6:600000"#
    let added = try await store.request(.add, of: 1)
    #expect(
      String(decoding: added, as: UTF8.self) == "goalledger-request-v1\nt32:\(id)t3:add" + rest
    )
    let adopted = try await store.request(.adopt, of: 1)
    #expect(
      String(decoding: adopted, as: UTF8.self) == "goalledger-request-v1\nt32:\(id)t5:adopt" + rest
    )
  }

  @Test("are the same in Swift and in the sqlite3 shell")
  func shell() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/goals.db"
    let store = try await SQLiteGoalStore.open(path: path, .create)
    let connection = try Connection(path: path)
    var random = SplitMix(state: 7)
    for _ in 0..<60 {
      func text(_ least: String) -> [UInt8] {
        Array(least.utf8) + random.bytes(longest: 40).filter { $0 != 0 }
      }
      let note = String(decoding: text(""), as: UTF8.self)
      try connection.run(
        """
        INSERT INTO goals(text, task, context, workspace, success_metrics, max_attempts, timeout_ms)
        VALUES (CAST(? AS TEXT), CAST(? AS TEXT), ?, CAST(? AS TEXT), ?, ?, ?)
        """,
        text("x"),
        Bool.random(using: &random) ? text("t") : nil,
        JSONValue.object(["note": .string(note)]).text,
        Bool.random(using: &random) ? text("w") : nil,
        Bool.random(using: &random) ? "[]" : #"[{"a":1}]"#,
        Int.random(in: 1...100, using: &random),
        Int.random(in: 1...604_800_000, using: &random)
      )
    }
    try connection.execute("UPDATE goals SET text = text || '!' WHERE id % 2")
    var seen: Set<[UInt8]> = []
    for goal in 1...60 as ClosedRange<Int64> {
      for request in GoalRequest.allCases where request == .adopt || goal.isMultiple(of: 2) {
        let bytes = try await store.request(request, of: goal)
        #expect(try shellBytes(path, goal, request) == bytes, "goal \(goal)")
        seen.insert(bytes)
      }
    }
    #expect(seen.count == 90)
    #expect(try shellBytes(path, 61, .adopt).isEmpty)
  }

  @Test("differ in whatever is asked, and between goals, versions, requests and databases")
  func differences() async throws {
    var seen: [[UInt8]] = []
    for _ in 1...2 {
      let folder = try TemporaryFolder()
      let store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .create)
      let connection = try Connection(path: folder.path + "/goals.db")
      for _ in 1...2 {
        let goal = try await store.add(GoalDraft(text: "x"), actor: "ann").id
        seen.append(try await store.request(.add, of: goal))
        seen.append(try await store.request(.adopt, of: goal))
        for change in [
          "text = 'y'", "task = 'y'", "context = '{\"y\":1}'", "workspace = 'y'",
          "success_metrics = '[1]'", "max_attempts = 9", "timeout_ms = 9", "category = 'y'",
        ] {
          try connection.execute("UPDATE goals SET \(change) WHERE id = \(goal)")
          seen.append(try await store.request(.adopt, of: goal))
          // The same but for the version.
          try connection.execute("BEGIN; DROP TRIGGER goals_before_update;")
          try connection.execute("UPDATE goals SET version = 1 WHERE id = \(goal)")
          let bytes = try connection.request(.adopt, of: goal)?.bytes
          try connection.execute("ROLLBACK")
          if change != "category = 'y'" { seen.append(try #require(bytes)) }
        }
      }
    }
    #expect(Set(seen).count == seen.count)
  }

  @Test("of an addition end with its first version")
  func lateAddition() async throws {
    let folder = try TemporaryFolder()
    let store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .create)
    let goal = try await store.add(GoalDraft(text: "x"), actor: "ann").id
    _ = try await store.adopt(goal, actor: "ann", reason: nil)
    await #expect {
      try await store.request(.add, of: goal)
    } throws: {
      ($0 as? LedgerError)?.message
        == "goal 1 is at version 2: it is signed as added while it is at version 1"
    }
    await #expect(throws: LedgerError.self) { try await store.request(.adopt, of: 9) }
  }
}
