import Foundation
import Glibc
import SQLite
import Testing

@Suite("Databases that cannot be used")
struct DatabaseErrorTests {
  /// A bench with a database that holds one goal.
  private func bench() async throws -> Bench {
    let bench = try Bench()
    try await bench.goalledger("init")
    try await bench.goalledger("add", "kept")
    return bench
  }

  private func alter(_ bench: Bench, _ sql: String) throws {
    var options = OpenOptions.default
    options.defensive = false
    let connection = try Connection(path: "\(bench.place)/goals.db", options: options)
    try connection.execute(sql)
    connection.close()
  }

  @Test("a missing one, a missing folder, a folder in its place")
  func missing() async throws {
    let bench = try Bench()
    try await bench.goalledger("list")
    try await bench.goalledger("list", "--db", "no/such/folder/goals.db")
    try await bench.goalledger("list", "--db", ".")
    try await bench.goalledger("init", "--db", "no/such/folder/goals.db")
    try await bench.goalledger("migrate")
    try await bench.goalledger("work", "--drain")
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.place).isEmpty)
    try Golden.check(bench, "database-missing")
  }

  @Test("what is no database, or somebody else's")
  func foreign() async throws {
    let bench = try Bench()
    try bench.write("goals.db", String(repeating: "this is a letter\n", count: 400))
    try await bench.goalledger("list")
    try await bench.goalledger("migrate")
    try FileManager.default.removeItem(atPath: "\(bench.place)/goals.db")
    try alter(bench, "CREATE TABLE songs(title TEXT)")
    try await bench.goalledger("list")
    try await bench.goalledger("migrate")
    try await bench.goalledger("init")
    try Golden.check(bench, "database-foreign")
  }

  @Test("one that a newer version made")
  func newer() async throws {
    let bench = try await bench()
    try alter(
      bench,
      """
      INSERT INTO schema_migrations(number, name, sha256, applied_at)
      SELECT max(number) + 1, '9999_future.sql', 'ff', '2999-01-01T00:00:00.000Z'
      FROM schema_migrations
      """
    )
    try await bench.goalledger("list")
    try await bench.goalledger("migrate")
    try await bench.goalledger("add", "x")
    let list = try await bench.goalledger("list", "--json")
    #expect(list.status == 69)
    #expect(list.error.contains("9999_future.sql"))
    #expect(list.output.isEmpty)
  }

  @Test("one whose record of migrations was altered, or lacks the last one")
  func altered() async throws {
    let bench = try await bench()
    try alter(bench, "UPDATE schema_migrations SET sha256 = printf('%064d', 0) WHERE number = 1")
    let altered = try await bench.goalledger("list")
    #expect(altered.status == 69)
    #expect(altered.error.contains("migration 1 of goals.db"))
    #expect(altered.error.contains("altered"))

    let older = try await self.bench()
    try alter(
      older,
      "DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)"
    )
    let behind = try await older.goalledger("list")
    #expect(behind.status == 69)
    #expect(behind.error.contains("lacks migration"))
    #expect(behind.error.contains("goalledger migrate"))
  }

  @Test("a corrupt one: pages overwritten")
  func corrupt() async throws {
    let bench = try await bench()
    try alter(bench, "PRAGMA wal_checkpoint(TRUNCATE)")
    let path = "\(bench.place)/goals.db"
    let file = try FileHandle(forUpdating: URL(filePath: path))
    let size = try file.seekToEnd()
    try file.seek(toOffset: 100)
    try file.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 100))
    try file.close()
    let list = try await bench.goalledger("list")
    #expect(list.status == 65)
    #expect(list.error.hasPrefix("goalledger: "))
    #expect(list.output.isEmpty)
    let doctor = try await bench.goalledger("doctor")
    #expect(doctor.status == 1)
    #expect(doctor.output.contains("wrong  database"))
  }

  @Test("one that another program has locked: try again")
  func locked() async throws {
    let bench = try await bench()
    let connection = try Connection(path: "\(bench.place)/goals.db")
    try connection.execute("BEGIN IMMEDIATE")
    let add = try await bench.goalledger("add", "x")
    try connection.execute("ROLLBACK")
    connection.close()
    #expect(add.status == 75)
    #expect(add.error.contains("locked"))
    try await bench.goalledger("list")
    #expect(bench.transcript.contains("kept"))
    #expect(try await bench.goalledger("list", "--json").output.contains("\"id\": 2") == false)
  }

  @Test("one on a full disk: nothing of the goal is left", .enabled(if: geteuid() == 0))
  func fullDisk() async throws {
    let bench = try Bench()
    guard try await mount(bench, "size=1m") else { return }
    try await bench.goalledger("init", "--db", "disk/goals.db")
    try await bench.goalledger("add", "kept", "--db", "disk/goals.db")
    _ = try await bench.run("/bin/sh", ["-c", "cat /dev/zero > disk/ballast"])
    let add = try await bench.goalledger(
      "add",
      String(repeating: "long ", count: 20_000),
      "--db",
      "disk/goals.db"
    )
    #expect(add.status == 69)
    #expect(add.error.contains("disk is full") || add.error.contains("disk I/O"))
    _ = try await bench.run("/bin/rm", ["disk/ballast"])
    let list = try await bench.goalledger("list", "--db", "disk/goals.db")
    #expect(list.output.split(separator: "\n").count == 2)
    _ = try await bench.run("umount", ["-l", "disk"])
  }

  @Test("one that may only be read", .enabled(if: geteuid() == 0))
  func readOnly() async throws {
    let bench = try Bench()
    guard try await mount(bench, "size=4m") else { return }
    try await bench.goalledger("init", "--db", "disk/goals.db")
    _ = try await bench.run("mount", ["-o", "remount,ro", "disk"])
    for arguments in [["add", "x"], ["adopt", "1"]] {
      let outcome = try await bench.run(
        Bench.program,
        arguments + ["--db", "disk/goals.db"]
      )
      #expect(outcome.status == 69)
      #expect(outcome.error.hasPrefix("goalledger: "))
    }
    _ = try await bench.run("umount", ["-l", "disk"])
  }

  /// A small disk below the place; false where this machine lets nobody mount one.
  private func mount(_ bench: Bench, _ options: String) async throws -> Bool {
    try FileManager.default.createDirectory(
      atPath: "\(bench.place)/disk",
      withIntermediateDirectories: true
    )
    return try await bench.run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", "disk"]).status == 0
  }
}
