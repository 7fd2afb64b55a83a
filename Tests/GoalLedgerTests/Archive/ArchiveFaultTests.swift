// A pass that ends at any of its steps, and what comes to pass beside it.
//
// What must stay true: the steps are counted from the first until none is left, so that a new one is
// tested without a word here; after each the same is asked: nothing is lost and nothing is double.
import SQLite
import Synchronization
import TestSupport
import Testing

@testable import GoalLedger

/// Ends a pass at its nth step.
private final class Fault: Sendable {
  private let left: Mutex<Int>
  private let name = Mutex<String?>(nil)

  init(at step: Int) { left = Mutex(step) }

  /// Where it ended the pass; nil where the pass has fewer steps.
  var ended: String? { name.withLock { $0 } }

  @Sendable func step(_ what: String) throws(LedgerError) {
    let isHere = left.withLock { left in
      left -= 1
      return left == 0
    }
    guard isHere else { return }
    name.withLock { $0 = what }
    throw LedgerError(.internal, "the pass ends here: \(what)")
  }
}

@Suite("A pass of archiving")
struct ArchiveFaultTests {
  @Test("that ends at any step is finished by the next one: nothing is lost, nothing is double")
  func everyStep() async throws {
    var (step, undone) = (1, 0)
    while true {
      let fixture = try await ArchiveFixture()
      let fault = Fault(at: step)
      let store = try await fixture.store()
      let untouched = try Connection(path: fixture.path).dump()
      var error: (any Error)?
      do { try await fixture.archive(step: fault.step) } catch let caught { error = caught }
      guard let ended = fault.ended else {
        #expect(error == nil)
        try await fixture.check("without a fault")
        break
      }
      #expect(error != nil, "\(ended)")
      let live = try Connection(path: fixture.path)
      // All of it is still here, or the archive has it.
      if try live.dump() == untouched {
        undone += 1
        #expect(try await store.verify(VerificationDemands()).isSound, "\(step): \(ended)")
        // Life goes on before somebody runs it again; a goal that was copied is wanted after all.
        if step.isMultiple(of: 2) {
          try live.execute(
            "UPDATE goals SET state = 'adopted' WHERE id = 5; INSERT INTO goals(text) VALUES ('x')"
          )
        }
        #expect(try await fixture.archive() != nil, "\(step): \(ended)")
      } else {
        try await fixture.check("\(step): \(ended)", inShell: false)
        #expect(try await fixture.archive() == nil, "\(step): \(ended)")
      }
      try await fixture.check("\(step), run again: \(ended)", inShell: step.isMultiple(of: 8))
      step += 1
    }
    #expect(step > 60 && undone > 50, "\(step) steps, of which \(undone) changed nothing")
  }

  @Test("that is one of several is finished by the next run, wherever it ends")
  func severalPasses() async throws {
    var (step, moved) = (1, 0)
    while true {
      let fixture = try await ArchiveFixture()
      let fault = Fault(at: step)
      var error: (any Error)?
      do { try await fixture.archive(entriesOfPass: 20, step: fault.step) } catch let caught {
        error = caught
      }
      guard let ended = fault.ended else {
        #expect(error == nil)
        break
      }
      #expect(error != nil, "\(ended)")
      let passes = try Connection(path: fixture.path).value("SELECT count(*) FROM archives")
      moved += passes == .integer(0) ? 0 : 1
      let wrong = try await fixture.store().verify(VerificationDemands()).findings.filter(\.isWrong)
      #expect(wrong.isEmpty, "\(step): \(ended): \(wrong)")
      _ = try await fixture.archive(entriesOfPass: 20)
      try await fixture.check("\(step), run again: \(ended)", inShell: step % 5 == 0)
      // A sample: each step of a pass is tried above.
      step += 7
    }
    #expect(moved > 15, "\(moved) of \(step) steps came after a pass")
  }

  @Test("copies anew where a goal changes after it was copied")
  func changedMeanwhile() async throws {
    for statement in [
      "UPDATE goals SET state = 'adopted' WHERE id = 5",
      "INSERT INTO identity_ledger(event, goal_id) VALUES ('note', 5)",
      "INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (2, 5)",
    ] {
      let fixture = try await ArchiveFixture()
      let times = Mutex(0)
      let path = fixture.path
      let report = try await fixture.archive { what throws(LedgerError) in
        guard what == "begin to move",
          times.withLock({
            $0 += 1; return $0
          }) == 1
        else { return }
        do throws(SQLiteError) {
          try Connection(path: path).execute(statement)
        } catch {
          throw LedgerError(error)
        }
      }
      #expect(times.withLock { $0 } == 2 && report?.archive.goals == 1, "\(statement)")
      #expect(
        try Connection(path: path).value("SELECT count(*) FROM goals WHERE id = 5") == .integer(1)
      )
      try await fixture.check("\(statement)")
    }
  }

  @Test("copies anew where somebody wrote to the archive after it was copied")
  func writtenMeanwhile() async throws {
    let fixture = try await ArchiveFixture()
    let times = Mutex(0)
    let file = fixture.file
    try await fixture.archive { what throws(LedgerError) in
      guard what == "verify the archive" else { return }
      let time = times.withLock { times in
        times += 1
        return times
      }
      guard time == 1 else { return }
      var options = OpenOptions.default
      options.triggers = false
      options.journal = .delete
      do throws(SQLiteError) {
        try Connection(path: file, options: options).execute(
          "UPDATE archive_file SET made_at = 'x'"
        )
      } catch {
        throw LedgerError(error)
      }
    }
    #expect(times.withLock { $0 } == 2)
    try await fixture.check()
  }

  @Test("beside another one and a sealer does its part, or says that it could not")
  func race() async throws {
    let fixture = try await ArchiveFixture()
    let reports = await withTaskGroup(of: Int.self) { group in
      for number in 0..<4 {
        group.addTask {
          do throws(any Error) {
            return try await fixture.archive() == nil ? 0 : 1
          } catch {
            let code = (error as? LedgerError)?.code
            #expect(code == .busy, "\(number): \(error)")
            return 0
          }
        }
      }
      group.addTask {
        for _ in 1...20 {
          _ = try? await fixture.store().seal(sealer: "w9", key: fixture.key)
        }
        return 0
      }
      return await group.reduce(0, +)
    }
    #expect(reports > 0)
    try await fixture.store().seal(sealer: "w1", key: fixture.key)
    try await fixture.check()
  }

  @Test("goes on where an earlier one was killed while it committed, and left its journal")
  func hotJournal() async throws {
    let fixture = try await ArchiveFixture()
    try await fixture.archive()
    let before = try fixture.reading().dump()
    // A transaction whose pages are in the file, whose journal is synced, and which never ended.
    let copy = fixture.folder.path + "/killed.db"
    let killed = try Connection(
      path: fixture.file,
      options: { () -> OpenOptions in
        var options = OpenOptions.default
        (options.triggers, options.journal, options.cacheSize) = (false, .delete, 1)
        return options
      }()
    )
    try killed.execute("BEGIN; CREATE TABLE half(x)")
    for _ in 1...200 { try killed.execute("INSERT INTO half VALUES (randomblob(3000))") }
    for end in ["", "-journal"] { try Shell.succeed(["cp", fixture.file + end, copy + end]) }
    try killed.execute("ROLLBACK")
    killed.close()
    for end in ["", "-journal"] { try Shell.succeed(["mv", copy + end, fixture.file + end]) }
    #expect(throws: SQLiteError.self) { _ = try fixture.reading() }
    try await fixture.store().seal(sealer: "w1", key: fixture.key)
    try await fixture.archive()
    try await fixture.check()
    #expect(try fixture.reading().dump().keys.sorted() == before.keys.sorted())
  }

  @Test("does not delete what does not verify where it was copied to")
  func tampered() async throws {
    let fixture = try await ArchiveFixture()
    try SealedFile.tamper(
      fixture.path,
      [
        ".dbconfig enable_trigger off", "UPDATE identity_ledger SET actor = 'eve' WHERE seq = 7",
      ]
    )
    let error = await #expect(throws: LedgerError.self) { try await fixture.archive() }
    #expect(error?.message.contains("does not verify: entry 7 is not what it was") == true)
    let live = try Connection(path: fixture.path)
    #expect(try live.value("SELECT count(*) FROM archives") == .integer(0))
    #expect(try live.value("SELECT min(seq) FROM identity_ledger") == .integer(1))
  }
}
