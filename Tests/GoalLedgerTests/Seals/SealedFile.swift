// A database with history, sealed, and copies of it for tests to tamper with as somebody with write
// access and the stock sqlite3 shell would.
import Foundation
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

/// A sealed database, the key it was sealed with, and the checkpoint that was kept of it.
final class SealedFile: Sendable {
  let folder: TemporaryFolder
  let key: SealingKey
  let ledgerKey = SealingKey()
  let checkpoint: Checkpoint
  var path: String { folder.path + "/goals.db" }

  /// Made once, and copied from.
  static let made = Task { try await SealedFile() }

  init() async throws {
    folder = try TemporaryFolder("sealed")
    key = SealingKey()
    let path = folder.path + "/goals.db"
    let store = try await SQLiteGoalStore.open(path: path, .create, durability: .normal)
    let worker = try NewIdentity(
      worker: "worker-1@here",
      publicKey: key.publicKey,
      database: try await store.databaseID(),
      ledgerKey: ledgerKey
    )
    _ = try await store.add(worker, actor: "w1")
    for part in [World.sql, AuditTests.history] {
      try Connection(path: path).execute(part)
      try await store.seal(sealer: "w1", key: key)
    }
    try await store.endSealing(sealer: "w1")
    for number in 1...40 {
      try Connection(path: path).execute(
        "INSERT INTO goals(text, state, actor) VALUES ('more \(number)', 'adopted', 'bob')"
      )
      if number.isMultiple(of: 10) { try await store.seal(sealer: "w2", key: key) }
      if number == 20 { try await store.backup(to: folder.path + "/older.db") }
    }
    // Or nobody else could seal in a copy that is made within the lease's time.
    try await store.endSealing(sealer: "w2")
    try await store.checkpoint()
    checkpoint = try Checkpoint(try await store.treeHead(size: nil), key: ledgerKey)
  }

  /// A copy of it as it was before its last goals.
  var older: String { folder.path + "/older.db" }

  /// What the checkpoint demands.
  var demand: CheckpointDemand {
    CheckpointDemand(checkpoint, publicKeys: [ledgerKey.publicKey])
  }

  /// A copy of it by another name.
  func copy(_ name: String) throws -> String {
    let copy = "\(folder.path)/\(name).db"
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    return copy
  }

  /// Lets go of a copy.
  static func remove(_ copy: String) {
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: copy + suffix)
    }
  }

  /// What somebody does to a copy in the shell.
  static func tamper(_ copy: String, _ script: [String]) throws {
    try Shell.run(["sqlite3", "-batch", copy] + script)
  }

  /// Whether `goalledger verify` finds nothing wrong; a file that cannot be opened is not sound.
  static func isSound(_ copy: String, keys: Set<[UInt8]>? = nil) async -> Bool {
    await findings(copy, keys: keys)?.filter(\.isWrong).isEmpty ?? false
  }

  /// What `goalledger verify` finds; nil where the file cannot be opened.
  static func findings(
    _ copy: String,
    keys: Set<[UInt8]>? = nil,
    checkpoint: CheckpointDemand? = nil
  ) async -> [Verification.Finding]? {
    do throws(LedgerError) {
      let store = try await SQLiteGoalStore.open(path: copy, .asIs)
      var demands = VerificationDemands(publicKeys: keys)
      demands.checkpoints = checkpoint.map { [$0] } ?? []
      return try await store.verify(demands).findings
    } catch {
      return nil
    }
  }

  /// What Schema/audit/verify.sql prints in the stock shell.
  static func shellAnswer(_ copy: String) throws -> String {
    let file = Repository.root.appending(path: "Schema/audit/verify.sql").path()
    return try Shell.run(["sqlite3", "-batch", copy, ".read \(file)"]).output
  }

  /// Whether Schema/audit/verify.sql says so.
  static func isSoundInShell(_ copy: String) throws -> Bool {
    try shellAnswer(copy).contains("\nverdict|sound\n")
  }
}
