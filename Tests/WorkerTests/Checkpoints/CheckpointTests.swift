// Checkpoints that a worker makes on its own: where they go, how often, and what it never writes
// over.
import Execution
import Foundation
import GoalLedger
import Synchronization
import TestSupport
import Testing

@testable import Worker

@Suite("A worker's checkpoints")
struct CheckpointTests {
  private func sealed(_ fixture: WorkerFixture, _ key: SealingKey) async throws {
    _ = try await fixture.store.add(GoalDraft(text: "more"), actor: "ann")
    try await fixture.store.seal(sealer: "w", key: key)
  }

  @Test("stand in every commit, and are extended by the ledger afterwards")
  func trailers() async throws {
    let fixture = try await WorkerFixture()
    var configuration = fixture.configuration()
    configuration.checkpoints.trailer = true
    configuration.checkpoints.intervalMilliseconds = 100
    try await fixture.adopt("fix_bug", WorkerFixture.fix)
    try await fixture.worker(configuration).run(drain: true)
    let format = "--format=%(trailers:key=Ledger-Checkpoint,valueonly)"
    let log = try fixture.repository.git(["log", format, "main..goal/1/1"])
    let lines = log.split(separator: "\n")
    #expect(lines.count >= 1, "\(log)")
    let key = try #require(try KeyFile(path: fixture.ledgerKeyPath).read())
    for line in lines {
      let checkpoint = try Checkpoint(text: String(line), file: "the commit")
      #expect(checkpoint.isSigned(by: [key.publicKey]))
      var demands = VerificationDemands()
      demands.checkpoints = [CheckpointDemand(checkpoint, publicKeys: [key.publicKey])]
      let verification = try await fixture.store.verify(demands)
      #expect(verification.isSound, "\(verification.findings)")
    }
    #expect(fixture.warnings.isEmpty, "\(fixture.warnings)")
  }

  @Test("go to files and to its output no oftener than the interval, but for the last")
  func filesAndOutput() async throws {
    let fixture = try await WorkerFixture()
    let folder = try TemporaryFolder()
    var configuration = fixture.configuration()
    configuration.checkpoints.files = [folder.path + "/a", folder.path + "/b"]
    configuration.checkpoints.output = true
    configuration.checkpoints.intervalMilliseconds = 3_600_000
    for _ in 0..<5 { try await fixture.adopt("record") }
    let printed = Lines()
    try await fixture.worker(configuration) { event in
      if case .checkpoint(let line) = event { printed.hear(line) }
    }.run(drain: true)
    let lines = printed.all
    #expect(1...2 ~= lines.count, "\(lines)")
    let head = try await fixture.store.treeHead(size: nil)
    for file in configuration.checkpoints.files {
      let kept = try #require(try CheckpointFile(path: file).read())
      #expect(kept.size == head.size && kept.root == head.root && kept.line == lines.last)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a", "b"]
    )
    #expect(fixture.warnings.isEmpty, "\(fixture.warnings)")
  }

  @Test("are never written over by a ledger that does not extend them")
  func evidence() async throws {
    let fixture = try await WorkerFixture()
    let folder = try TemporaryFolder()
    let file = CheckpointFile(path: folder.path + "/kept")
    let key = SealingKey()
    try await sealed(fixture, key)
    let first = try Checkpoint(try await fixture.store.treeHead(size: nil), key: key)
    let before = folder.path + "/before.db"
    try await fixture.store.backup(to: before)
    try await file.put(first, of: fixture.store)
    #expect(try file.read() == first)
    try await sealed(fixture, key)
    let second = try Checkpoint(try await fixture.store.treeHead(size: nil), key: key)
    try await file.put(second, of: fixture.store)
    #expect(try file.read() == second)
    // Another worker that is a little behind leaves the newer one where it is.
    try await file.put(first, of: fixture.store)
    #expect(try file.read() == second)
    // The file restored; the same, grown otherwise; another database altogether.
    let restored = try await SQLiteGoalStore.open(path: before, .asIs)
    await #expect(throws: LedgerError.self) { try await file.put(first, of: restored) }
    for text in ["other", "history"] {
      _ = try await restored.add(GoalDraft(text: text), actor: "eve")
      try await restored.seal(sealer: "w", key: key)
      let head = try Checkpoint(try await restored.treeHead(size: nil), key: key)
      await #expect(throws: LedgerError.self) { try await file.put(head, of: restored) }
    }
    let other = try await WorkerFixture()
    for _ in 0..<4 { try await sealed(other, key) }
    let foreign = try Checkpoint(try await other.store.treeHead(size: nil), key: key)
    await #expect(throws: LedgerError.self) { try await file.put(foreign, of: other.store) }
    #expect(try file.read() == second)

    // A worker says so, once, and doctor says so, too.
    var configuration = other.configuration()
    configuration.checkpoints.files = [file.path]
    configuration.checkpoints.intervalMilliseconds = 100
    try await other.adopt("record")
    try await other.worker(configuration).run(drain: true)
    #expect(other.warnings.count == 1, "\(other.warnings)")
    #expect(other.warnings.first?.contains("is not the one that the checkpoint") == true)
    #expect(try file.read() == second)
    var diagnosis = Diagnosis()
    await diagnosis.look(atCheckpointsOf: other.store, configuration.checkpoints)
    #expect(diagnosis.isWrong)
    var sound = Diagnosis()
    await sound.look(atCheckpointsOf: fixture.store, configuration.checkpoints)
    #expect(sound.findings.map(\.level) == [.fine])

    // Nor is what is no checkpoint.
    try Data("my notes\n".utf8).write(to: URL(filePath: file.path))
    await #expect(throws: LedgerError.self) { try await file.put(second, of: fixture.store) }
    #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "my notes\n")
  }

  @Test("may not be told to go into the database's folder, by whatever path")
  func inside() throws {
    let folder = try TemporaryFolder()
    let database = folder.path + "/db"
    for name in ["db", "db/below", "safe"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(name)",
        withIntermediateDirectories: true
      )
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link",
      withDestinationPath: database
    )
    func mistakes(_ file: String) -> [String] {
      do throws(ConfigurationError) {
        _ = try Configuration.parse(
          #"{"checkpoints": {"files": ["\#(file)"]}}"#,
          file: database + "/goalledger.json",
          databaseFolder: database,
          environment: [:]
        )
        return []
      } catch {
        return error.mistakes.map(\.description)
      }
    }
    for file in ["kept", "below/kept", "../link/kept", "../safe/../db/kept"] {
      #expect(mistakes(file).count == 1, "\(file)")
      #expect(mistakes(file).first?.contains("lies in the database's folder") == true)
    }
    #expect(mistakes("../safe/kept").isEmpty)
    #expect(mistakes("../db-kept").isEmpty)
  }
}

/// Lines that were heard.
private final class Lines: Sendable {
  private let heard = Mutex<[String]>([])
  var all: [String] { heard.withLock { $0 } }
  func hear(_ line: String) { heard.withLock { $0.append(line) } }
}
