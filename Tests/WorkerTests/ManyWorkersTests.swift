import Execution
import GoalLedger
import TestSupport
import Testing
import Worker

@Suite("Many workers share a database")
struct ManyWorkersTests {
  @Test("four drain 500 goals: each is executed once, by one of them, and nobody waits in vain")
  func four() async throws {
    let fixture = try await WorkerFixture()
    var drafts = (1...500).map { number in
      var draft = GoalDraft(text: "note \(number)")
      draft.task = "record"
      draft.context = JSONValue.object(["note": .string("note \(number)")]).text
      return draft
    }
    for number in 1...8 {
      var draft = GoalDraft(text: "file \(number)")
      draft.task = "fix_bug"
      draft.context = WorkerFixture.fix.text
      drafts.insert(draft, at: number * 50)
    }
    for var draft in drafts {
      draft.adopt = true
      _ = try await fixture.store.add(draft, actor: "ann")
    }
    let configuration = fixture.configuration(concurrency: 3)
    var warnings: [String] = []
    try await withThrowingTaskGroup(of: [String].self) { group in
      for number in 1...4 {
        group.addTask {
          let heard = Heard()
          let worker = GoalWorker(
            store: try await SQLiteGoalStore.open(path: fixture.databasePath, durability: .normal),
            configuration: configuration,
            name: "worker \(number)",
            keyFolder: fixture.repository.folder.path + "/workers",
            ledgerKeyFile: KeyFile(path: fixture.ledgerKeyPath),
            watch: heard.hear
          )
          try await worker.run(drain: true)
          return heard.warnings
        }
      }
      for try await heard in group { warnings += heard }
    }
    #expect(warnings == [], "a busy database or a lost lease reached somebody")
    let goals = try await fixture.store.goals(state: nil, limit: 1_000)
    #expect(goals.count == 508 && goals.allSatisfy { $0.state == .satisfied && $0.attempts == 1 })
    var shares: [String: Int] = [:]
    for goal in goals {
      let attempts = try await fixture.store.attempts(of: goal.id)
      #expect(attempts.map(\.state) == [.satisfied], "goal \(goal.id)")
      for attempt in attempts { shares[attempt.worker, default: 0] += 1 }
    }
    print("shares of four workers:", shares.sorted { $0.key < $1.key }.map(\.value))
    #expect(shares.count == 4, "\(shares)")
    #expect(try await fixture.store.identities().count == 4)
    try await expectOneAtATime(fixture)
    #expect(try fixture.leftovers().branches.count == 8)
    #expect(try fixture.leftovers().worktrees.isEmpty)
  }

  /// Read from the ledger, entry by entry: no goal has two attempts open at once, and each attempt
  /// is opened once and ended once, under one lease.
  private func expectOneAtATime(_ fixture: WorkerFixture) async throws {
    var holders: [Goal.ID: Int64] = [:]
    var ended: Set<Int64> = []
    var seq: Int64 = 0
    while true {
      let entries = try await fixture.store.entries(goal: nil, after: seq, limit: 500)
      guard let last = entries.last else { break }
      #expect(entries.first?.seq == seq + 1, "the ledger has a gap after \(seq)")
      seq = last.seq
      for entry in entries where entry.event.hasPrefix("attempt.") {
        let goal = try #require(entry.goalID)
        let attempt = try #require(entry.attemptID)
        switch entry.event {
        case "attempt.open":
          #expect(holders[goal] == nil, "goal \(goal) has two attempts at once")
          holders[goal] = attempt
        case "attempt.satisfied":
          #expect(holders.removeValue(forKey: goal) == attempt)
          #expect(ended.insert(attempt).inserted)
        default: Issue.record("goal \(goal): \(entry.event)")
        }
      }
    }
    #expect(holders.isEmpty && ended.count == 508)
  }
}
