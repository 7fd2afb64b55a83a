// The long histories that verification is measured on are sound, as made by a worker and multiplied:
// `tools/bench verify` refuses to time a database that one of the two verifiers finds fault with.
import Foundation
import Testing

@Suite("A long history")
struct LongHistoryTests {
  @Test("is made in seconds, and both verifiers find it sound")
  func short() async throws {
    let bench = try Bench()
    var root = URL(filePath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    let outcome = try await bench.run(
      "python3",
      [
        root.path + "/tools/bench", "verify", "--short", "--json", "--entries", "2000", "--in",
        bench.root, "--binary", Bench.program,
      ]
    )
    #expect(outcome.status == 0, "\(outcome.error)")
    let figures = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    )
    #expect(figures["benchmark"] as? String == "verify")
    for verifier in ["command", "shell"] {
      let figure = try #require(figures[verifier] as? [String: Any])
      let rows = try #require(figure["rows"] as? [String: Int])
      #expect((2_000..<3_000).contains(rows["identity_ledger"] ?? 0))
      for table in ["goals", "attempts", "tasks", "changes", "ledger_seals"] {
        #expect(rows[table] ?? 0 > 0, "\(table)")
      }
      #expect(figure["max_rss_mb"] as? Double ?? 0 > 1)
    }
  }
}
