// Archiving and backing up on a disk that fails: two files each, of which one must always be whole.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Archiving and backing up on a disk that fails")
struct ArchiveDiskFaultTests {
  @Test(
    "a pass of archiving loses and doubles nothing, and the next one finishes it",
    arguments: FaultDisk.Kind.allCases
  )
  func archive(kind: FaultDisk.Kind) async throws {
    let dry = try FaultDisk()
    let whole = try await ArchiveFixture(vfs: FaultDisk.sound.vfs)
    #expect(try await pass(whole, dry) == nil)
    try await whole.check("without a fault", inShell: false)
    let total = dry.count(kind)
    var (faults, moved) = (0, 0)
    for fault in DiskFault.all(of: kind, operations: total, most: 2, everyWay: false) {
      let fixture = try await ArchiveFixture(vfs: FaultDisk.sound.vfs)
      let untouched = try Connection(path: fixture.path).dump()
      let disk = try FaultDisk()
      disk.fail(kind, fault.nth, with: fault.failure, lasting: fault.isLasting)
      let error = try await pass(fixture, disk)
      #expect(disk.failures > 0 || fault.nth > total, "\(fault)")
      disk.heal()
      if let error {
        let isOfDisk = error.code == .unavailable || error.code == .diskFull
        #expect(isOfDisk, "\(fault): \(error.code) \(error)")
      }
      faults += 1
      if try Connection(path: fixture.path).dump() == untouched {
        #expect(error != nil, "\(fault): reported, and nothing is moved")
        let breaches = try await Invariants.breachesVerified(of: fixture.path, isOwn: false)
        #expect(breaches.isEmpty, "\(fault): \(breaches)")
        #expect(try await fixture.archive() != nil, "\(fault)")
      } else {
        moved += 1
        try await fixture.check("\(fault)", inShell: false)
        #expect(try await fixture.archive() == nil, "\(fault)")
      }
      try await fixture.check("\(fault), run again", inShell: false)
      let breaches = try await Invariants.breachesVerified(of: fixture.path, isOwn: false)
      #expect(breaches.isEmpty, "\(fault), run again: \(breaches)")
      #expect(!fixture.folder.exists("goals.archive.db.new"), "\(fault): its beginnings are left")
    }
    FaultPoints.report(
      "archive, \(kind): \(total) points, \(faults) runs, \(moved) moved all the same"
    )
  }

  /// What a pass was answered, on that disk; nil where it succeeded.
  private func pass(_ fixture: ArchiveFixture, _ disk: FaultDisk) async throws -> LedgerError? {
    do throws(LedgerError) {
      let store = try await SQLiteGoalStore.open(
        path: fixture.path,
        .asIs,
        durability: .full,
        vfs: disk.vfs
      )
      defer { withExtendedLifetime(store) {} }
      do throws(LedgerError) {
        _ = try await store.archive(fixture.request(), key: fixture.key)
      } catch {
        await store.close()
        return error
      }
      await store.close()
      return nil
    } catch {
      return error
    }
  }

  @Test("a backup is whole under its name, or not there", arguments: FaultDisk.Kind.allCases)
  func backup(kind: FaultDisk.Kind) async throws {
    let folder = try TemporaryFolder("backup")
    let path = try await SealedFile.made.value.copy("to-back-up-\(kind)")
    defer { SealedFile.remove(path) }
    let original = try Connection(path: path, options: .reader).dump()
    let destination = folder.path + "/copy.db"

    func backUp(_ disk: FaultDisk) async throws -> LedgerError? {
      try Shell.succeed(["rm", "-f", destination])
      do throws(LedgerError) {
        let store = try await SQLiteGoalStore.open(
          path: path,
          .asIs,
          durability: .full,
          vfs: disk.vfs
        )
        do throws(LedgerError) {
          try await store.backup(to: destination)
        } catch {
          await store.close()
          return error
        }
        await store.close()
        return nil
      } catch {
        return error
      }
    }

    let dry = try FaultDisk()
    #expect(try await backUp(dry) == nil)
    let total = dry.count(kind)
    var (faults, made) = (0, 0)
    for fault in DiskFault.all(of: kind, operations: total, most: 2, everyWay: false) {
      let disk = try FaultDisk()
      disk.fail(kind, fault.nth, with: fault.failure, lasting: fault.isLasting)
      let error = try await backUp(disk)
      #expect(disk.failures > 0 || fault.nth > total, "\(fault)")
      disk.heal()
      faults += 1
      let names = try Shell.succeed(["ls", "-A", folder.path])
      if error == nil {
        made += 1
        #expect(names == "copy.db", "\(fault)")
        #expect(try Connection(path: destination, options: .reader).dump() == original, "\(fault)")
      } else {
        #expect(names.isEmpty, "\(fault): \(names) is left")
      }
      #expect(try Connection(path: path, options: .reader).dump() == original, "\(fault)")
    }
    FaultPoints.report(
      "backup, \(kind): \(total) points, \(faults) runs, \(made) made all the same"
    )
  }
}
