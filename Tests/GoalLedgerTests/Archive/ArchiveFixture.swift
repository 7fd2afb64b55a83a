// A sealed database that tests archive, and what must be true of it and its archive at all times.
import Foundation
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

/// A database, its archive, and what its ledger was before.
struct ArchiveFixture: Sendable {
  let folder: TemporaryFolder
  let path: String
  let key: SealingKey
  let entries: [[Value]]
  let goals: [[Value]]
  /// The file system layer that its stores go through; nil for the default one.
  let vfs: String?
  var file: String { folder.path + "/goals.archive.db" }

  /// A copy of ``SealedFile``, or a database with the history of a script.
  init(_ script: String? = nil, vfs: String? = nil) async throws {
    self.vfs = vfs
    let base = try await SealedFile.made.value
    folder = try TemporaryFolder("archive")
    path = folder.path + "/goals.db"
    key = base.key
    if let script {
      let store = try await SQLiteGoalStore.open(path: path, .create, durability: .normal)
      try Connection(path: path).execute(script)
      let worker = try NewIdentity(
        worker: "worker-1@here",
        publicKey: key.publicKey,
        database: try await store.databaseID(),
        ledgerKey: base.ledgerKey
      )
      _ = try await store.add(worker, actor: "w1")
    } else {
      try FileManager.default.copyItem(atPath: base.path, toPath: path)
    }
    let connection = try Connection(path: path)
    entries = try connection.rows("SELECT * FROM identity_ledger ORDER BY seq")
    goals = try connection.rows("SELECT id FROM goals ORDER BY id")
  }

  func store() async throws -> SQLiteGoalStore {
    try await SQLiteGoalStore.open(path: path, .asIs, durability: .normal, vfs: vfs)
  }

  func request(_ before: Timestamp = Timestamp.now + 3_600_000) -> ArchiveRequest {
    ArchiveRequest(before: before, file: nil, standard: file, actor: "ann")
  }

  @discardableResult
  func archive(
    before: Timestamp = Timestamp.now + 3_600_000,
    entriesOfPass: Int64 = .max,
    step: @escaping ArchiveStep = { _ in }
  ) async throws -> ArchiveReport? {
    var request = request(before)
    request.entriesOfPass = entriesOfPass
    return try await store().archive(request, key: key, step: step)
  }

  /// What is wrong with both files together; empty where nothing is.
  func wrong() async throws -> [Verification.Finding] {
    var demands = VerificationDemands(publicKeys: [key.publicKey])
    demands.archives = [file]
    return try await store().verify(demands).findings.filter(\.isWrong)
  }

  /// That nothing is lost, nothing is double, and both files verify, in the stock shell as well.
  func check(
    _ comment: Comment? = nil,
    inShell: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
  )
    async throws
  {
    let wrong = try await wrong()
    #expect(wrong.isEmpty, "\(comment?.rawValue ?? ""): \(wrong)", sourceLocation: sourceLocation)
    for file in inShell ? [path, file] : [] {
      let answer = try SealedFile.shellAnswer(file)
      #expect(
        answer.contains("\nverdict|sound\n"),
        "\(comment?.rawValue ?? ""): \(file): \(answer.suffix(400))",
        sourceLocation: sourceLocation
      )
    }
    let (live, archive) = (try Connection(path: path), try reading())
    let here = try live.rows("SELECT * FROM identity_ledger ORDER BY seq")
    let there = try archive.rows("SELECT * FROM identity_ledger ORDER BY seq")
    let both = there + here
    #expect(
      Array(both.prefix(entries.count)) == entries,
      "\(comment?.rawValue ?? ""): the entries of before are not there once each",
      sourceLocation: sourceLocation
    )
    #expect(
      both.map { $0[0] } == (1...both.count).map { Value.integer(Int64($0)) },
      "\(comment?.rawValue ?? ""): the entries are not one sequence",
      sourceLocation: sourceLocation
    )
    let ids = try (live.rows("SELECT id FROM goals") + archive.rows("SELECT id FROM goals"))
      .compactMap { $0[0].integer }.sorted()
    #expect(
      Array(ids.prefix(goals.count)) == goals.compactMap { $0[0].integer }
        && Set(ids).count == ids.count,
      "\(comment?.rawValue ?? ""): the goals are not there once each",
      sourceLocation: sourceLocation
    )
  }

  /// The archive, to be read.
  func reading() throws -> Connection { try Connection(path: file, options: .reader) }
}

extension Value {
  var integer: Int64? {
    if case .integer(let number) = self { return number }
    return nil
  }
}
