// The log of a running worker's database: kept short, and whoever keeps it long is named once.
import GoalLedger
import TestSupport
import Testing

@testable import Worker

@Suite("The log of a worker's database")
struct LogKeeperTests {
  private let rules = LogKeeper.Rules(
    interval: .milliseconds(20),
    patience: .milliseconds(300),
    limit: 1 << 30
  )

  /// Waits for something that is about to happen; a minute is for a machine that is busy elsewhere.
  private func until(_ isSo: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<6_000 {
      if try await isSo() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  /// When the database file itself was last written to, and its size: by that a shortening shows.
  private func written(_ fixture: WorkerFixture) throws -> String {
    try Shell.succeed(["stat", "-c", "%y %s", fixture.databasePath])
  }

  @Test("a worker shortens it, and names the process of a long reader once")
  func longReader() async throws {
    let fixture = try await WorkerFixture()
    let shell = try SQLiteShell(fixture.databasePath)
    try shell.run("BEGIN; SELECT count(*) FROM goals;")
    var worker = fixture.worker()
    worker.logRules = rules
    let stop = StopSignal()
    let working = Task { [worker] in try await worker.run(drain: false, stop: stop) }
    #expect(try await until { !fixture.warnings.isEmpty })
    let sentence = try #require(fixture.warnings.first)
    let name = "process \(shell.pid) (sqlite3 -batch \(fixture.databasePath)"
    #expect(sentence.hasPrefix(name.prefix(100)), "\(sentence)")
    #expect(sentence.contains("has been reading from one view of the database"))
    // More is written, and nothing more is said.
    for _ in 0..<20 { try await fixture.adopt("record") }
    try await Task.sleep(for: .milliseconds(200))
    #expect(fixture.warnings.count == 1, "\(fixture.warnings)")
    // The reader ends, and what it was in the way of is done. The next time is another occurrence.
    let before = try written(fixture)
    try shell.run("COMMIT;")
    #expect(try await until { try written(fixture) != before })
    try await Task.sleep(for: .milliseconds(100))
    try shell.run("BEGIN; SELECT count(*) FROM goals;")
    try await fixture.adopt("record")
    #expect(try await until { fixture.warnings.count == 2 })
    shell.end()
    stop.now()
    try await working.value
  }

  @Test("a worker that runs keeps it below what the limit leaves")
  func bounded() async throws {
    let fixture = try await WorkerFixture()
    var worker = fixture.worker()
    worker.logRules = rules
    let stop = StopSignal()
    let working = Task { [worker] in try await worker.run(drain: false, stop: stop) }
    let shell = try SQLiteShell(fixture.databasePath)
    try shell.run(".timeout 10000")
    try shell.run("PRAGMA wal_autocheckpoint = 0;")
    for _ in 0..<20 {
      // Each is some 3 MB of log; the worker needs a moment for each.
      let before = try written(fixture)
      try shell.run(
        "INSERT INTO goals(text, metadata) VALUES ('a goal', json_object('x', hex(zeroblob(400000))));"
      )
      try #require(try await until { try written(fixture) != before })
    }
    let bytes = fixture.store.logBytes
    #expect(bytes > 0 && bytes < 16 << 20, "\(bytes)")
    #expect(fixture.warnings.isEmpty, "\(fixture.warnings)")
    stop.now()
    try await working.value
  }

  private let reader = LogHolder(pid: 7, command: "reader", use: .reads)

  private func held(
    _ copied: Int,
    _ holders: [LogHolder],
    bytes: Int64 = 1_000_000
  ) -> LogStanding {
    LogStanding(outcome: .held(copied: copied, of: 100), bytes: bytes, holders: holders)
  }

  @Test("who was not there at every look is not named, nor anybody while it goes on")
  func passersBy() {
    let clock = ContinuousClock()
    let start = clock.now
    var occurrence = LogKeeper.Occurrence()
    let rules = LogKeeper.Rules()
    let passerBy = LogHolder(pid: 8, command: "passer-by", use: .reads)
    #expect(occurrence.follow(held(5, [reader]), at: start, rules).isEmpty)
    #expect(occurrence.follow(held(5, [passerBy]), at: start + .seconds(6), rules).isEmpty)
    #expect(occurrence.follow(held(5, [reader]), at: start + .seconds(11), rules).isEmpty)
    // Something was copied since: whoever was in the way is so no longer.
    #expect(occurrence.follow(held(6, [reader]), at: start + .seconds(22), rules).isEmpty)
    let said = occurrence.follow(held(6, [reader, passerBy]), at: start + .seconds(32), rules)
    #expect(said.count == 1 && said[0].hasPrefix("process 7 (reader) has been reading"), "\(said)")
    #expect(occurrence.follow(held(6, [reader]), at: start + .seconds(60), rules).isEmpty)
    let whole = LogStanding(outcome: .complete(pages: 100), bytes: 1, holders: [])
    #expect(occurrence.follow(whole, at: start + .seconds(61), rules).isEmpty)
    #expect(occurrence.follow(held(0, [reader]), at: start + .seconds(62), rules).isEmpty)
    #expect(occurrence.follow(held(0, [reader]), at: start + .seconds(72), rules).count == 1)
  }

  @Test("past the limit little time is given, and it is said where nobody can be seen")
  func limit() {
    let start = ContinuousClock().now
    let rules = LogKeeper.Rules()
    var occurrence = LogKeeper.Occurrence()
    #expect(occurrence.follow(held(5, [reader], bytes: 65 << 20), at: start, rules).isEmpty)
    let later = start + .seconds(2)
    let said = occurrence.follow(held(5, [reader], bytes: 65 << 20), at: later, rules)
    #expect(
      said.count == 1 && said[0].hasSuffix("2 s: until it ends, the log only grows (now 68.2 MB)"),
      "\(said)"
    )
    #expect(occurrence.follow(held(5, [], bytes: 66 << 20), at: later, rules).count == 1)
    #expect(occurrence.follow(held(5, [], bytes: 67 << 20), at: later, rules).isEmpty)
  }

  @Test("who holds the write lock is named for that, and readers are not")
  func busy() {
    let now = ContinuousClock().now
    let writer = LogHolder(pid: 9, command: "", use: .writes)
    let standing = LogStanding(outcome: .busy, bytes: 1, holders: [reader, writer])
    var occurrence = LogKeeper.Occurrence()
    let rules = LogKeeper.Rules()
    #expect(occurrence.follow(standing, at: now, rules).isEmpty)
    let said = occurrence.follow(standing, at: now + .seconds(12), rules)
    #expect(said.count == 1 && said[0].hasPrefix("process 9 has held the"), "\(said)")
  }
}
