// A database before a write, and what becomes of it when the disk fails during the write.
//
// What must stay true: what was reported is there, what was not reported is whole or not there, and in
// both cases whoever comes after can finish it.
import Foundation
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

extension SQLiteGoalStore {
  /// Closes both connections, as the process's end would, but with SQLite's own tidying.
  func close() async {
    // The writer last: a connection that only reads leaves the log as it is.
    try? await reader.read { $0.close() }
    try? await writer.maintain { $0.close() }
  }
}

/// An empty database, made once and copied from.
enum EmptyDatabase {
  private static let made = Task { () throws -> TemporaryFolder in
    let folder = try TemporaryFolder("empty")
    let store = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .create)
    await store.close()
    return folder
  }

  static func copy(to path: String) async throws {
    let folder = try await made.value
    try FileManager.default.copyItem(atPath: folder.path + "/goals.db", toPath: path)
  }
}

/// A fault: the nth operation of a kind, once or from then on.
struct DiskFault: Sendable, CustomStringConvertible {
  let kind: FaultDisk.Kind
  let nth: Int
  let failure: FaultDisk.Failure
  let isLasting: Bool

  var description: String {
    "\(kind) \(nth) fails with \(failure)\(isLasting ? " from then on" : "")"
  }

  /// What an operation can fail with.
  static func failures(of kind: FaultDisk.Kind) -> [FaultDisk.Failure] {
    switch kind {
    case .write: [.write, .full]
    case .sync: [.sync]
    case .truncate: [.truncate]
    case .open: [.cantOpen]
    case .delete: [.delete]
    }
  }

  /// The faults of a kind: at each place once and lasting; or, in the sample and where not every way
  /// is wanted, one of the two in turn. What a write answers alternates as well.
  static func all(of kind: FaultDisk.Kind, operations: Int, most: Int, everyWay: Bool = true)
    -> [DiskFault]
  {
    let failures = failures(of: kind)
    return FaultPoints.of(operations, most: most).enumerated().flatMap { place, nth in
      let ways = FaultPoints.isFull && everyWay ? [false, true] : [place % 2 == 1]
      return ways.map {
        let failure = failures[(place / 2) % failures.count]
        return DiskFault(kind: kind, nth: nth, failure: failure, isLasting: $0)
      }
    }
  }
}

/// A scenario's database, to be copied for each fault.
struct FaultRun: Sendable {
  let scenario: FaultScenario
  let folder: TemporaryFolder
  let claim: Claim?
  let before: [String]
  private var origin: String { folder.path + "/origin.db" }

  init(_ scenario: FaultScenario) async throws {
    self.scenario = scenario
    folder = try TemporaryFolder("faults")
    let path = folder.path + "/origin.db"
    try await EmptyDatabase.copy(to: path)
    let store = try await SQLiteGoalStore.open(path: path, .asIs, durability: .normal)
    claim = try await scenario.prepare(Workshop(store: store, path: path))
    await store.close()
    before = try Invariants.ledger(of: path)
  }

  /// How many operations of each kind there are without a fault, from opening to closing; the write
  /// must succeed then.
  func operations() async throws -> [FaultDisk.Kind: Int] {
    let disk = try FaultDisk()
    let path = try copy("dry")
    try #require(try holds(scenario.absent, path) && !holds(scenario.whole, path))
    try #require(try await session(path, disk) == nil, "\(scenario.name) fails without a fault")
    try #require(try holds(scenario.whole, path), "\(scenario.name) does not do what it should")
    try #require(try !holds(scenario.absent, path), "\(scenario.name) cannot be told from nothing")
    return Dictionary(uniqueKeysWithValues: FaultDisk.Kind.allCases.map { ($0, disk.count($0)) })
  }

  /// What became of a write.
  struct Outcome { var fired = false, reported = false, whole = false }

  /// Fails it, and checks what there is after, and after somebody has finished it.
  func run(_ fault: DiskFault) async throws -> Outcome {
    let disk = try FaultDisk()
    let path = try copy("copy")
    defer { SealedFile.remove(path) }
    disk.fail(fault.kind, fault.nth, with: fault.failure, lasting: fault.isLasting)
    let error = try await session(path, disk)
    let fired = disk.failures > 0
    disk.heal()
    try #require(disk.openFiles == 0)
    let (whole, absent) = (try holds(scenario.whole, path), try holds(scenario.absent, path))
    #expect(
      whole || absent,
      "\(scenario.name), \(fault): half of it is there (\(error ?? "no error"))"
    )
    #expect(whole || error != nil, "\(scenario.name), \(fault): reported, and not there")
    try await check(path, "\(scenario.name), \(fault)", isVerified: whole)
    if !whole { try await finish(path, "\(scenario.name), \(fault), finished") }
    return Outcome(fired: fired, reported: error == nil, whole: whole)
  }

  private func copy(_ name: String) throws -> String {
    let path = "\(folder.path)/\(name).db"
    SealedFile.remove(path)
    try FileManager.default.copyItem(atPath: origin, toPath: path)
    return path
  }

  /// Opens, writes, checkpoints and closes; returns what the write was answered where it failed.
  private func session(_ path: String, _ disk: FaultDisk) async throws -> String? {
    let store: SQLiteGoalStore
    do throws(LedgerError) {
      store = try await SQLiteGoalStore.open(path: path, .asIs, durability: .full, vfs: disk.vfs)
    } catch {
      expectSentence(error)
      return error.message
    }
    var answer: String?
    do {
      try await scenario.write(store, claim)
    } catch let error as LedgerError {
      expectSentence(error)
      answer = error.message
    }
    try? await store.checkpoint()
    await store.close()
    return answer
  }

  /// A fault of the disk is told as one: neither a refusal nor a mistake of ours.
  private func expectSentence(_ error: LedgerError) {
    let isOfDisk = error.code == .unavailable || error.code == .diskFull
    #expect(isOfDisk, "\(scenario.name): \(error.code): \(error)")
  }

  /// As the next worker does: takes over what nobody holds any more, and writes.
  private func finish(_ path: String, _ what: String) async throws {
    let store = try await SQLiteGoalStore.open(path: path, .asIs)
    var own = claim
    if claim != nil, scenario.takesOver {
      own = try await store.takeOver(limit: 1, worker: "next", lease: 1).first
      #expect(own != nil, "\(what): the attempt cannot be taken over")
    }
    try await scenario.write(store, own)
    await store.close()
    #expect(try holds(scenario.whole, path), "\(what): it is not there")
    try await check(path, what, isVerified: true)
  }

  private func check(_ path: String, _ what: String, isVerified: Bool) async throws {
    let breaches =
      isVerified
      ? try await Invariants.breachesVerified(of: path) : try Invariants.breaches(of: path)
    #expect(breaches.isEmpty, "\(what): \(breaches)")
    let after = try Invariants.ledger(of: path)
    #expect(Array(after.prefix(before.count)) == before, "\(what): the ledger of before is altered")
  }

  private func holds(_ query: String, _ path: String) throws -> Bool {
    try Connection(path: path, options: .reader).value(query) == .integer(1)
  }
}
