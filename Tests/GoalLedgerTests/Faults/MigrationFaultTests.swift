// Each step of the schema, from a database of the version before, on a disk that fails.
import Foundation
import SQLite
import TestSupport
import Testing

@testable import GoalLedger
@testable import Migrations

@Suite("A migration on a disk that fails")
struct MigrationFaultTests {
  @Test(
    "is whole or undone, and the next run goes on from there",
    arguments: FaultPoints.of(Migration.all.count, most: 4).map { $0 - 1 }.filter {
      $0 < Migration.all.count
    }
  )
  func everyStep(version: Int) async throws {
    let folder = try TemporaryFolder("migration")
    let origin = "\(folder.path)/origin.db"
    let path = "\(folder.path)/goals.db"
    try Self.make(origin, version)
    let (before, after) = (try Self.schema(version), try Self.schema(version + 1))

    /// What the step was answered, on a copy.
    func step(_ disk: FaultDisk) throws -> LedgerError? {
      SealedFile.remove(path)
      try FileManager.default.copyItem(atPath: origin, toPath: path)
      var options = OpenOptions.default
      options.vfs = disk.vfs
      do throws(SQLiteError) {
        let connection = try Connection(path: path, options: options)
        defer { connection.close() }
        do throws(LedgerError) {
          try Migrator(Array(Migration.all.prefix(version + 1))).migrate(connection)
        } catch {
          return error
        }
        return nil
      } catch {
        return LedgerError(error)
      }
    }

    let dry = try FaultDisk()
    #expect(try step(dry) == nil)
    #expect(try Self.found(path) == after)
    var (faults, told) = (0, 0)
    for kind in FaultDisk.Kind.allCases {
      let total = dry.count(kind)
      for fault in DiskFault.all(
        of: kind,
        operations: total,
        most: kind == .write ? 2 : 1,
        everyWay: false
      ) {
        let disk = try FaultDisk()
        disk.fail(kind, fault.nth, with: fault.failure, lasting: fault.isLasting)
        let error = try step(disk)
        #expect(disk.failures > 0 || fault.nth > total, "\(fault)")
        disk.heal()
        faults += 1
        told += error == nil ? 0 : 1
        if let error {
          #expect(error.code == .unavailable || error.code == .diskFull, "\(fault): \(error)")
        }
        let found = try Self.found(path)
        #expect(
          found == after || (error != nil && found == before),
          "\(fault): a schema of neither"
        )
        try await finish(path, "from version \(version), \(fault)")
      }
    }
    FaultPoints.report(
      "migration \(version) to \(version + 1): \(faults) runs, \(told) told; "
        + FaultDisk.Kind.allCases.map { "\($0) \(dry.count($0))" }.joined(separator: ", ")
    )
  }

  @Test("that is still to come leaves what a database holds as it is, or does all of its work")
  func nextVersion() async throws {
    let folder = try TemporaryFolder("migration")
    let path = folder.path + "/goals.db"
    let origin = try await SealedFile.made.value.path
    let next = Migration(
      number: Migration.all.count + 1,
      name: "9999_next.sql",
      sql: """
        CREATE TABLE wanted(id INTEGER PRIMARY KEY, text TEXT NOT NULL, note TEXT) STRICT;
        INSERT INTO wanted SELECT id, text, printf('%2000s', text) FROM goals;
        CREATE INDEX wanted_texts ON wanted(text);
        """
    )

    func step(_ disk: FaultDisk) throws -> LedgerError? {
      SealedFile.remove(path)
      try FileManager.default.copyItem(atPath: origin, toPath: path)
      var options = OpenOptions.default
      options.vfs = disk.vfs
      options.cacheSize = 4
      do throws(SQLiteError) {
        let connection = try Connection(path: path, options: options)
        defer { connection.close() }
        do throws(LedgerError) {
          try Migrator(Migration.all + [next]).migrate(connection)
        } catch {
          return error
        }
        return nil
      } catch {
        return LedgerError(error)
      }
    }

    let dry = try FaultDisk()
    #expect(try step(dry) == nil)
    let ledger = try Invariants.ledger(of: path)
    var faults = 0
    for kind in FaultDisk.Kind.allCases {
      for fault in DiskFault.all(of: kind, operations: dry.count(kind), most: 4, everyWay: false) {
        let disk = try FaultDisk()
        disk.fail(kind, fault.nth, with: fault.failure, lasting: fault.isLasting)
        let error = try step(disk)
        disk.heal()
        faults += 1
        let found = try Self.found(path)
        let isThere = found.contains(next.name)
        #expect(isThere || error != nil, "\(fault): reported, and not there")
        #expect(isThere == found.contains { $0.hasPrefix("wanted_texts:") }, "\(fault): half of it")
        let rows = "SELECT (SELECT count(*) FROM wanted) = count(*) FROM goals"
        if isThere { #expect(try Connection(path: path).value(rows) == .integer(1), "\(fault)") }
        #expect(try Invariants.ledger(of: path) == ledger, "\(fault)")
        let breaches = try Invariants.breaches(of: path, isOwn: false)
        #expect(breaches.isEmpty, "\(fault): \(breaches)")
      }
    }
    FaultPoints.report("a migration of a database with history: \(faults) runs")
  }

  /// The next start migrates the rest.
  private func finish(_ path: String, _ what: String) async throws {
    let store = try await SQLiteGoalStore.open(
      path: path,
      .existing,
      durability: .normal,
      vfs: FaultDisk.sound.vfs
    )
    _ = try await store.add(GoalDraft(text: "new"), actor: "ann")
    await store.close()
    #expect(try Self.found(path) == Self.schema(Migration.all.count), "\(what)")
    let breaches = try await Invariants.breachesVerified(of: path)
    #expect(breaches.isEmpty, "\(what): \(breaches)")
  }

  /// A database of an older version. None of them was ever released: a goal needs the last one.
  private static func make(_ path: String, _ version: Int) throws {
    var options = OpenOptions.default
    options.vfs = FaultDisk.sound.vfs
    let connection = try Connection(path: path, options: options)
    defer { connection.close() }
    try Migrator(Array(Migration.all.prefix(version))).migrate(connection)
  }

  private static func schema(_ version: Int) throws -> [String] {
    let folder = try TemporaryFolder("schema")
    try make(folder.path + "/goals.db", version)
    return try found(folder.path + "/goals.db")
  }

  /// The schema's text and the versions on record; the automatic names of indexes go by place.
  private static func found(_ path: String) throws -> [String] {
    let connection = try Connection(path: path)
    defer { connection.close() }
    let schema = try connection.query(
      "SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name"
    ) {
      "\($0.text(0) ?? ""): \($0.text(1) ?? "")"
    }
    guard schema.contains(where: { $0.hasPrefix("schema_migrations:") }) else { return schema }
    return try schema
      + connection.query("SELECT name FROM schema_migrations ORDER BY number") { $0.text(0) ?? "" }
  }
}
