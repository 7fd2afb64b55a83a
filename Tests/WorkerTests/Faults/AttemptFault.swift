// One coding goal with real git, a worker on which something fails, and the worker that comes after.
//
// What must stay true: the second worker meets no fault; after it the goal is satisfied, with its branch
// and nothing else, or it has failed with a sentence, and nothing of it is left anywhere.
import Execution
import GoalLedger
import TestSupport
import Testing
import Worker

/// A goal and what is done to it.
struct AttemptFault {
  let recovery: RecoveryFixture
  let disk: FaultDisk

  init() async throws {
    disk = try FaultDisk()
    recovery = try await RecoveryFixture(durability: .full, vfs: disk.vfs)
  }

  /// Works until nothing is left to do, or nothing can be done.
  func work(_ configuration: Configuration? = nil) async {
    _ = try? await recovery.drain(configuration)
  }

  /// What became of the goal: how many attempts it took, and whether it was satisfied in the end.
  struct End {
    let attempts: Int
    let isSatisfied: Bool
  }

  /// A fresh worker finishes or undoes what is there; then everything is compared.
  @discardableResult
  func finish(_ what: String) async throws -> End {
    disk.heal()
    let store = try await SQLiteGoalStore.open(
      path: recovery.fixture.databasePath,
      .asIs,
      durability: .normal,
      vfs: FaultDisk.sound.vfs
    )
    let worker = GoalWorker(
      store: store,
      configuration: recovery.configuration(),
      keyFolder: recovery.fixture.repository.folder.path + "/workers",
      ledgerKeyFile: KeyFile(path: recovery.fixture.ledgerKeyPath)
    )
    try await worker.run(drain: true)
    let goal = try await recovery.fixture.goal(recovery.id)
    let attempts = try await recovery.attempts
    if goal.state == .satisfied, let last = attempts.last {
      try await recovery.expectSatisfied(by: last.number)
    } else {
      #expect(goal.state == .failed, "\(what): \(goal.state)")
      let outcome = try JSONValue.parse(goal.result ?? "{}")
      #expect(outcome["error"]?["message"] != nil, "\(what): it failed without a sentence")
      try await recovery.expectNothingLeft()
    }
    // What is recorded as done has its commit, and the other way round.
    for attempt in attempts {
      let change = try await store.change(of: attempt.id)
      let isKept = change?.state == "committed"
      #expect(isKept == (attempt.state == .satisfied), "\(what): \(change?.state ?? "no change")")
      #expect(change?.state != "open", "\(what): a change is still open")
    }
    let breaches = try await Invariants.breachesVerified(of: recovery.fixture.databasePath)
    #expect(breaches.isEmpty, "\(what): \(breaches)")
    return End(attempts: attempts.count, isSatisfied: goal.state == .satisfied)
  }
}

/// What a series of faults came to, for the full run's report.
struct FaultTally {
  private(set) var runs = 0, fired = 0, satisfied = 0, again = 0

  mutating func add(_ end: AttemptFault.End, fired hasFired: Bool) {
    runs += 1
    fired += hasFired ? 1 : 0
    satisfied += end.isSatisfied ? 1 : 0
    again += end.attempts > 1 ? 1 : 0
  }

  func report(_ what: String, points: Int) {
    FaultPoints.report(
      "attempt, \(what): \(points) points, \(runs) runs, \(fired) failed there; "
        + "\(satisfied) satisfied, \(again) of all by another attempt"
    )
  }
}
