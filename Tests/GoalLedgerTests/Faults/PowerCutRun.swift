// A workload whose power is cut at random operations, each cut an image of the disk as it could be
// after it.
//
// What must stay true: an operation is reported before its number is noted, so that an image's number
// is never more than what was reported by then; entries never change, so that what an image holds can
// be compared with what the ledger was in the end.
import Foundation
import SQLite
import TestSupport

@testable import GoalLedger

/// What one image was found to be.
struct CutImage: Sendable {
  /// Which image of which workload, to make it again.
  let name: String
  /// The last ledger entry that a caller had been told of before the cut.
  let committed: Int
  /// The last entry that the last checkpoint had made durable in any case.
  let floor: Int
  /// The last entry in the image; nil where the image could not be read.
  var last: Int?
  /// What is wrong with it.
  var breaches: [String] = []

  var lost: Int { max(0, committed - (last ?? 0)) }
}

/// Many cuts of one workload.
struct PowerCutRun: Sendable {
  let durability: SQLiteGoalStore.Durability
  let seed: UInt64
  let ignoringSyncs: Bool
  let folder: TemporaryFolder

  init(
    _ durability: SQLiteGoalStore.Durability,
    seed: UInt64,
    ignoringSyncs: Bool = false
  ) throws {
    self.durability = durability
    self.seed = seed
    self.ignoringSyncs = ignoringSyncs
    folder = try TemporaryFolder("power")
  }

  /// Runs the workload once to count its operations, then again with `count` cuts, and looks at what
  /// each has left.
  func images(_ count: Int) async throws -> [CutImage] {
    let dry = try FaultDisk()
    _ = try await work(dry, at: "dry")
    let disk = try FaultDisk()
    var random = TextLie(seed: seed)
    // A second run takes about as many operations: timestamps differ, pages hardly. Every third cut
    // is one before a sync, where the most is at stake.
    let cuts = (0..<count).map { number -> FaultDisk.Cut in
      number % 3 == 0
        ? .sync(1 + random.below(dry.syncs * 98 / 100))
        : .operation(1 + random.below(dry.operations * 98 / 100))
    }
    let planned = cuts.enumerated().map { number, cut in
      let image = "\(folder.path)/image-\(number).db"
      return (
        number: disk.plan(cut, seed: seed &* 1_000 &+ UInt64(number), path: image), cut: cut,
        image: image
      )
    }
    let history = try await work(disk, at: "cut")
    var images: [CutImage] = []
    for plan in planned {
      defer { SealedFile.remove(plan.image) }
      guard let noted = try disk.planned(plan.number) else { continue }
      var image = CutImage(
        name: "\(durability), seed \(seed), image \(plan.number) at \(plan.cut)",
        committed: Int(noted.committed),
        floor: Int(noted.floor)
      )
      await judge(&image, plan.image, history, isVerified: plan.number % 5 == 0)
      images.append(image)
    }
    return images
  }

  /// What the workload left in the end: the ledger, and where each of its transactions ended.
  private struct History {
    var ledger: [String]
    var ends: Set<Int>
  }

  private func judge(_ image: inout CutImage, _ path: String, _ history: History, isVerified: Bool)
    async
  {
    do {
      // Opened as the next process would: the log is recovered first.
      let store = try await SQLiteGoalStore.open(path: path, .asIs, durability: .normal)
      image.breaches =
        isVerified
        ? try await Invariants.breachesVerified(of: path) : try Invariants.breaches(of: path)
      let ledger = try Invariants.ledger(of: path)
      image.last = ledger.count
      if Array(history.ledger.prefix(ledger.count)) != ledger {
        image.breaches.append("the ledger is no beginning of what was written")
      }
      if !history.ends.contains(ledger.count) {
        image.breaches.append("a transaction is there in part: the ledger ends at \(ledger.count)")
      }
      // And goes on.
      _ = try await store.add(GoalDraft(text: "after the cut"), actor: "ann")
      await store.close()
    } catch {
      image.breaches.append("\(error)")
    }
  }

  // MARK: The workload

  private func work(_ disk: FaultDisk, at name: String) async throws -> History {
    let path = "\(folder.path)/\(name).db"
    try await EmptyDatabase.copy(to: path)
    defer { SealedFile.remove(path) }
    disk.record(ignoringSyncs: ignoringSyncs)
    var workload = try await Workload(path, durability, disk, seed)
    for _ in 0..<5 { try await workload.round() }
    try await workload.reopen()
    for _ in 0..<5 { try await workload.round() }
    await workload.store.close()
    return History(ledger: try Invariants.ledger(of: path), ends: workload.ends)
  }

  /// Goals from birth to end, some checkpoints between, and one new start.
  private struct Workload {
    let path: String
    let durability: SQLiteGoalStore.Durability
    let disk: FaultDisk
    var store: SQLiteGoalStore
    var ends: Set<Int>
    var last = 0
    var floor = 0
    var random: TextLie

    init(
      _ path: String,
      _ durability: SQLiteGoalStore.Durability,
      _ disk: FaultDisk,
      _ seed: UInt64
    ) async throws {
      (self.path, self.durability, self.disk) = (path, durability, disk)
      random = TextLie(seed: seed ^ 0xC0FFEE)
      store = try await SQLiteGoalStore.open(
        path: path,
        .asIs,
        durability: durability,
        vfs: disk.vfs
      )
      last = try await Self.end(store)
      // The empty database was closed, and so is on the disk.
      ends = [last]
      floor = last
      note()
    }

    private static func end(_ store: SQLiteGoalStore) async throws -> Int {
      try await store.reader.read { connection throws(SQLiteError) in
        try connection.first("SELECT coalesce(max(seq), 0) FROM identity_ledger") {
          Int($0.int(0) ?? 0)
        } ?? 0
      }
    }

    private func note() { disk.note(committed: Int64(last), floor: Int64(floor)) }

    /// One operation of the store, which is one transaction.
    private mutating func step<T>(_ body: (SQLiteGoalStore) async throws -> T) async throws -> T {
      let result = try await body(store)
      last = try await Self.end(store)
      ends.insert(last)
      note()
      return result
    }

    /// A few goals; one of them executed.
    mutating func round() async throws {
      for _ in 0...random.below(3) {
        var draft = GoalDraft(text: String(repeating: "wanted ", count: 1 + random.below(900)))
        draft.adopt = random.below(3) > 0
        let ready = draft
        _ = try await step { try await $0.add(ready, actor: "ann") }
      }
      let claims = try await step { try await $0.claim(limit: 1, worker: "w1", lease: 60_000) }
      if let claim = claims.first { try await execute(claim) }
      if random.below(3) == 0 {
        try await store.checkpoint()
        // A checkpoint syncs the log before it copies it.
        floor = last
        note()
      }
    }

    private mutating func execute(_ claim: Claim) async throws {
      let time = Workshop.time
      let change = ChangeRecord(
        workspace: "app",
        branch: "goal/\(claim.goal.id)/1",
        baseCommit: "abc"
      )
      try await step {
        let first = [TaskEvent.started(number: 0, at: time)]
        try await $0.record(Workshop.plan, opening: change, first, for: claim)
      }
      try await step {
        let events = [Workshop.ended(0), .started(number: 1, at: time)]
        try await $0.record(events, for: claim)
      }
      var ended = change
      (ended.state, ended.headCommit, ended.tree) = ("committed", "def", "fed")
      let isSatisfied = random.below(2) == 0
      if !isSatisfied { ended.state = "rolled_back" }
      let record = ended
      try await step {
        let end: AttemptEnd =
          isSatisfied ? .satisfied(result: "{}") : .failed(result: "{}", reason: "it failed")
        try await $0.end(claim, end, change: record, after: [Workshop.ended(1)])
      }
    }

    /// Closes the last connection, at which SQLite copies the log and deletes it, and opens anew.
    mutating func reopen() async throws {
      await store.close()
      floor = last
      note()
      store = try await SQLiteGoalStore.open(
        path: path,
        .asIs,
        durability: durability,
        vfs: disk.vfs
      )
    }
  }
}
