// Archiving through the store: what goes and what stays, and that life goes on.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Archiving")
struct ArchiveTests {
  @Test("moves what the seals cover; both files verify, alone and together")
  func moves() async throws {
    let fixture = try await ArchiveFixture()
    let report = try #require(try await fixture.archive())
    #expect(report.archive.lastSeq == Int64(fixture.entries.count) && report.seals == 6)
    #expect(report.archive.goals == 2)
    try await fixture.check()
    let live = try Connection(path: fixture.path)
    #expect(
      try live.value("SELECT min(seq) FROM identity_ledger")
        == .integer(Int64(fixture.entries.count) + 1)
    )
    let made = try live.rows("SELECT actor, event FROM identity_ledger ORDER BY seq LIMIT 1")
    #expect(made == [[.text("ann"), .text("archive.made")]])
    // Goal 4 is satisfied, and goal 13, which depends on it, is not done.
    #expect(try live.value("SELECT state FROM goals WHERE id = 4") == .text("satisfied"))
    #expect(try live.value("SELECT archive FROM archived_goals WHERE goal_id = 5") == .integer(1))
    #expect(try await fixture.store().archived(5)?.file == fixture.file)
    #expect(
      try await fixture.store().missing(5).message
        .hasPrefix("goal 5 was archived to \(fixture.file) at ")
    )
    // What is sealed next follows what went.
    #expect(try await fixture.store().seal(sealer: "w1", key: fixture.key) > 0)
    try await fixture.check("sealed again")
    #expect(
      try live.value("SELECT previous_hash FROM ledger_seals")
        == .blob(report.archive.lastHash)
    )
    // A second pass goes on in the same file.
    let second = try #require(try await fixture.archive())
    #expect(second.archive.firstSeq == report.archive.lastSeq + 1)
    try await fixture.check("archived again")
    try await fixture.store().seal(sealer: "w1", key: fixture.key)
    try await fixture.check("sealed a third time")
  }

  @Test("changes nothing where nothing was sealed before the date")
  func nothing() async throws {
    let fixture = try await ArchiveFixture()
    #expect(try await fixture.archive(before: Timestamp(milliseconds: 0)) == nil)
    #expect(!fixture.folder.exists("goals.archive.db"))
    let live = try Connection(path: fixture.path)
    #expect(try live.rows("SELECT * FROM identity_ledger ORDER BY seq") == fixture.entries)
  }

  @Test("goes as far as the date, in whole seals")
  func partial() async throws {
    let fixture = try await ArchiveFixture()
    let live = try Connection(path: fixture.path)
    let times = try live.query(
      "SELECT sealed_at, last_seq FROM ledger_seals ORDER BY first_seq LIMIT 4"
    ) { ($0.text(0) ?? "", $0.int(1) ?? 0) }
    let time = try #require(Timestamp(times[3].0))
    let last = times.last { $0.0 < times[3].0 }?.1
    let report = try #require(try await fixture.archive(before: time))
    #expect(report.archive.lastSeq == last)
    try await fixture.check()
    try await fixture.archive()
    try await fixture.check("the rest")
  }

  @Test("goes in passes of so many entries, or of one seal's")
  func passes() async throws {
    let fixture = try await ArchiveFixture()
    let seals = try Connection(path: fixture.path)
      .query("SELECT last_seq FROM ledger_seals ORDER BY first_seq") { $0.int(0) ?? 0 }
    let most = seals[2] - seals[0]
    var (expected, from): ([Int64], Int64) = ([], 0)
    while let end = seals.last(where: { $0 > from && $0 - from <= most })
      ?? seals.first(where: { $0 > from })
    {
      expected.append(end)
      from = end
    }
    #expect(expected.count > 1 && expected.count < seals.count)
    let report = try #require(try await fixture.archive(entriesOfPass: most))
    let ends = try Connection(path: fixture.path)
      .query("SELECT last_seq FROM archives ORDER BY number") { $0.int(0) ?? 0 }
    #expect(ends == expected && report.passes == expected.count && report.seals == seals.count)
    #expect(report.firstSeq == 1 && report.archive.lastSeq == seals.last)
    try await fixture.check()
  }

  @Test("has what a pass cut apart go with a later run")
  func cutApart() async throws {
    let fixture = try await ArchiveFixture("INSERT INTO goals(text) VALUES ('cut apart')")
    let (store, live) = (try await fixture.store(), try Connection(path: fixture.path))
    try await store.seal(sealer: "w1", key: fixture.key)
    try live.execute("INSERT INTO goals(text) VALUES ('whole')")
    try live.execute("UPDATE goals SET state = 'abandoned'")
    try await store.seal(sealer: "w1", key: fixture.key)
    let report = try #require(try await fixture.archive(entriesOfPass: 1))
    #expect(report.passes == 2 && report.goals == 1)
    let gone = "SELECT goal_id FROM archived_goals ORDER BY goal_id"
    #expect(try live.rows(gone) == [[.integer(2)]])
    try await fixture.check("cut apart")
    try await store.seal(sealer: "w1", key: fixture.key)
    try await fixture.archive(entriesOfPass: 1)
    #expect(try live.rows(gone) == [[.integer(1)], [.integer(2)]])
    try await fixture.check("the rest")
  }

  @Test("leaves what its passes enter, though a worker seals it before the date")
  func enteredMeanwhile() async throws {
    let fixture = try await ArchiveFixture()
    let pass = try ArchivePass(fixture.path, fixture.request(), vfs: nil) { _ in }
    #expect(try await pass.survey())
    #expect(try await pass.move(pass.copy(), key: fixture.key) != nil)
    #expect(try await fixture.store().seal(sealer: "w1", key: fixture.key) > 0)
    #expect(try await !pass.remains())
    #expect(try await fixture.archive() != nil)
    try await fixture.check()
  }

  @Test("never lets a number be given twice")
  func numbers() async throws {
    let fixture = try await ArchiveFixture()
    let live = try Connection(path: fixture.path)
    let ended = """
      UPDATE goals SET state = 'abandoned' WHERE state IN ('proposed', 'adopted', 'executing');
      UPDATE changes SET state = 'rolled_back', lease_token = (
        SELECT lease_token FROM attempts WHERE id = attempt_id)
      WHERE state <> 'rolled_back' AND attempt_id IN (SELECT id FROM attempts WHERE state = 'open');
      UPDATE attempts SET state = 'abandoned' WHERE state = 'open';
      INSERT INTO identity_ledger(event) VALUES ('note');
      """
    try live.execute(ended)
    try await fixture.store().seal(sealer: "w1", key: fixture.key)
    let highest = """
      SELECT (SELECT max(id) FROM attempts), (SELECT max(lease_token) FROM attempts),
        (SELECT max(id) FROM tasks), (SELECT max(id) FROM task_runs),
        (SELECT max(id) FROM changes), (SELECT max(id) FROM plans)
      """
    let before = try live.rows(highest)
    let report = try #require(try await fixture.archive())
    #expect(report.archive.goals > 40)
    #expect(try live.rows(highest) == before)
    #expect(try live.value("SELECT count(*) < 6 FROM goals") == .integer(1))
    try live.execute("INSERT INTO goals(text) VALUES ('next')")
    let next = try live.value("SELECT max(id) FROM goals").integer ?? 0
    #expect(next > (fixture.goals.last?[0].integer ?? 0))
    #expect(try await fixture.wrong().isEmpty)
  }

  @Test("refuses a file that is no archive of this database, and leaves everything as it is")
  func otherFiles() async throws {
    let fixture = try await ArchiveFixture()
    let untouched = try Connection(path: fixture.path).dump()
    func refusal() async throws -> LedgerError? {
      do {
        _ = try await fixture.archive()
        return nil
      } catch {
        return error as? LedgerError
      }
    }
    func start() throws { try Shell.succeed(["rm", "-f", fixture.file]) }

    try Shell.succeed(["cp", fixture.path, fixture.file])
    let live = try Shell.succeed(["sha256sum", fixture.file])
    let itself = try await refusal()?.message
    #expect(itself == "\(fixture.file) is a live database, and not an archive")
    #expect(try Shell.succeed(["sha256sum", fixture.file]) == live)
    try start()
    _ = try fixture.folder.write("This is no database, whatever it says", to: "goals.archive.db")
    #expect(try await refusal()?.code == .corrupt)
    try start()
    try Shell.succeed(["touch", fixture.file])
    #expect(try await refusal()?.message == "\(fixture.file) is empty, and not an archive")
    try start()
    try Shell.succeed(["sqlite3", fixture.file, "CREATE TABLE t(x)"])
    #expect(try await refusal()?.message.contains("is a database of something else") == true)
    try start()
    try Shell.succeed(["mkdir", fixture.file])
    #expect(try await refusal()?.code == .unavailable)
    try Shell.succeed(["rmdir", fixture.file])

    let other = try await ArchiveFixture()
    try await other.archive()
    try Shell.succeed([
      "sqlite3", other.file, ".dbconfig enable_trigger off",
      "UPDATE database_info SET id = 'another'",
    ])
    try Shell.succeed(["cp", other.file, fixture.file])
    #expect(
      try await refusal()?.message == "\(fixture.file) is the archive of another database, another"
    )
    try Shell.succeed([
      "sqlite3", other.file,
      "DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)",
    ])
    try Shell.succeed(["cp", other.file, fixture.file])
    #expect(try await refusal()?.code == .incompatible)
    try start()
    #expect(try Connection(path: fixture.path).dump() == untouched)
  }

  @Test("does not throw away what an older copy of the database no longer has")
  func olderCopy() async throws {
    let fixture = try await ArchiveFixture()
    let older = fixture.folder.path + "/older.db"
    try Shell.succeed(["sqlite3", fixture.path, "VACUUM INTO '\(older)'"])
    try Connection(path: fixture.path).execute("INSERT INTO goals(text) VALUES ('since then')")
    try await fixture.store().seal(sealer: "w1", key: fixture.key)
    try await fixture.archive()
    let kept = try fixture.reading().dump()
    let copy = try await SQLiteGoalStore.open(path: older, .asIs)
    let error = await #expect(throws: LedgerError.self) {
      _ = try await copy.archive(fixture.request(), key: fixture.key)
    }
    #expect(error?.message.contains("holds history that this database neither has") == true)
    #expect(try fixture.reading().dump() == kept)
  }

  @Test("continues in another file where one is named, which verifies on its own")
  func anotherFile() async throws {
    let fixture = try await ArchiveFixture()
    try await fixture.archive()
    let store = try await fixture.store()
    try await store.seal(sealer: "w1", key: fixture.key)
    var request = fixture.request()
    request.file = fixture.folder.path + "/second.db"
    _ = try await store.archive(request, key: fixture.key)
    var demands = VerificationDemands(publicKeys: [fixture.key.publicKey])
    demands.archives = [fixture.file, request.file ?? ""]
    #expect(try await store.verify(demands).isSound)
    #expect(try SealedFile.isSoundInShell(request.file ?? ""))
    // One of the two is not all of it.
    demands.archives = [fixture.file]
    #expect(try await store.verify(demands).findings.contains { $0.subject == "archive 2" })
    // The first file does not go on where the second ends.
    try await store.seal(sealer: "w1", key: fixture.key)
    request.file = fixture.file
    let first = request
    let error = await #expect(throws: LedgerError.self) {
      _ = try await store.archive(first, key: fixture.key)
    }
    #expect(error?.message.contains("does not end where this database begins") == true)
  }

  /// A goal with a plan that fails, and one that is executed after it.
  private static func failing(_ goal: Int, plan: String) -> String {
    """
    INSERT INTO plans(digest, task, body)
    VALUES ('\(String(repeating: plan, count: 64))', 'fix_bug', '{"steps":[]}');
    INSERT INTO plans(digest, task, body) VALUES (lower(hex(randomblob(32))), 'x', '{"steps":[]}');
    INSERT INTO goals(text, state, idempotency_key, aligns_with)
    VALUES ('fails', 'adopted', 'key of \(goal)', '[1]'), ('stays', 'adopted', NULL, '[]');
    INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at)
    SELECT id, 'w1', (SELECT max(lease_token) FROM attempts) + id - \(goal) + 1,
      '2999-01-01T00:00:00.000Z'
    FROM goals WHERE id IN (\(goal), \(goal) + 1);
    UPDATE attempts
    SET plan_id = (SELECT max(id) - 1 FROM plans)
    WHERE goal_id = \(goal);
    UPDATE goals
    SET state = 'failed', lease_token = (SELECT lease_token FROM attempts WHERE goal_id = \(goal))
    WHERE id = \(goal);
    """
  }

  @Test(
    "takes a goal's plan, beliefs and key along; the key stays taken, the plan can be made anew"
  )
  func belongings() async throws {
    let fixture = try await ArchiveFixture(World.sql + Self.failing(17, plan: "b"))
    let store = try await fixture.store()
    let live = try Connection(path: fixture.path)
    let counts = """
      SELECT (SELECT count(*) FROM goals WHERE id = 17),
        (SELECT count(*) FROM attempts WHERE goal_id = 17),
        (SELECT count(*) FROM goal_beliefs WHERE goal_id = 17),
        (SELECT count(*) FROM plans WHERE digest GLOB 'bbb*')
      """
    #expect(try live.rows(counts) == [[.integer(1), .integer(1), .integer(1), .integer(1)]])
    try await store.seal(sealer: "w1", key: fixture.key)
    try await fixture.archive()
    #expect(try live.rows(counts) == [[.integer(0), .integer(0), .integer(0), .integer(0)]])
    #expect(
      live.refusal(of: "INSERT INTO goals(text, idempotency_key) VALUES ('x', 'key of 17')")
        == "a goal with this idempotency_key was archived: see archived_goals"
    )
    // The same plan, made again, has another number, and goes to the same archive.
    try live.execute(Self.failing(19, plan: "b"))
    try await store.seal(sealer: "w1", key: fixture.key)
    try await fixture.archive()
    #expect(
      try fixture.reading().value("SELECT count(*) FROM plans WHERE digest GLOB 'bbb*'")
        == .integer(2)
    )
    try await fixture.check()
  }
}
