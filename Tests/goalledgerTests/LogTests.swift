// Who keeps a database's log long, as `goalledger doctor` says it, with another process that reads;
// and the soak, which watches the log among other things.
import Foundation
import TestSupport
import Testing

@Suite("The log")
struct LogTests {
  @Test("doctor names the process of a long reader, and no longer once it has ended")
  func doctor() async throws {
    let bench = try Bench()
    try await bench.goalledger("init")
    let shell = try SQLiteShell("\(bench.place)/goals.db")
    try shell.run("BEGIN; SELECT count(*) FROM goals;")
    let found = try await bench.goalledger("doctor")
    let name = "process \(shell.pid) (sqlite3 -batch "
    #expect(found.output.contains(name), "\(found.output)")
    #expect(found.output.contains("reads from one view of the database: until it ends"))
    #expect(found.status == 0, "a reader is worth knowing, and nothing is wrong yet")
    shell.end()
    let after = try await bench.goalledger("doctor")
    #expect(!after.output.contains(name))
    #expect(after.output.contains("nobody keeps the write-ahead log from being shortened"))
  }

  @Test("a worker soaks for a quarter of a minute: its memory is flat, its ledger verifies")
  func soak() async throws {
    let bench = try Bench()
    let tool = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "tools/soak").path
    let outcome = try await bench.run(
      tool,
      ["--short", "--rate", "30", "--json", "--binary", Bench.program]
    )
    try #require(outcome.status == 0, "\(outcome.error)")
    let found = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    let goals = try #require(found?["goals"] as? [String: Int])
    #expect((goals["record"] ?? 0) >= 200 && (goals["git"] ?? 0) >= 3, "\(goals)")
    #expect((goals["readers"] ?? 0) >= 1)
    let figures = try #require(found?["figures"] as? [String: [String: Any]])
    #expect(
      figures.keys.sorted() == [
        "children", "descriptors", "pss_mb", "rss_mb", "threads", "wal_mb",
      ]
    )
    // At this rate 35 KB for each goal would show.
    for name in ["pss_mb", "descriptors", "threads"] {
      #expect(figures[name]?["flat"] as? Bool == true, "\(name): \(figures[name] ?? [:])")
    }
    let log = try #require(figures["wal_mb"]?["max"] as? Double)
    #expect(log > 0 && log < 64)
  }
}
