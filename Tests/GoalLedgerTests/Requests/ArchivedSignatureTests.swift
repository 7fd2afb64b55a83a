// Signatures and archives: a signature goes where its goal goes, and both files verify it.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Archived signatures")
struct ArchivedSignatureTests {
  /// Claims a goal, lets its signatures be judged, and satisfies it.
  private func execute(_ goal: Goal.ID, _ store: SQLiteGoalStore) async throws -> SignatureVerdict {
    let claim = try #require(
      try await store.claim(goal: goal, worker: "w1", lease: 60_000)
    )
    let verdict = try await store.judgeSignatures(for: claim)
    try await store.end(claim, .satisfied(result: "{}"), change: nil)
    return verdict
  }

  @Test("go along with their goals, or are carried over, and verify in either file")
  func along() async throws {
    let ann = SealingKey()
    let fixture = try await ArchiveFixture(World.sql)
    let store = try await fixture.store()
    let live = try Connection(path: fixture.path)
    try live.run(
      "INSERT INTO identities(name, kind, public_key) VALUES ('sue', 'person', ?)",
      ann.publicKey
    )
    var draft = GoalDraft(text: "signed")
    draft.adopt = true
    let gone = try await store.add(draft, actor: "ann", signedBy: ann).id
    #expect(try await execute(gone, store).adoptedBy == "sue")
    // These keep the newest attempt and signature, and one waits.
    let waiting = try await store.add(draft, actor: "ann", signedBy: ann).id
    let newest = try await store.add(draft, actor: "ann", signedBy: ann).id
    #expect(try await execute(newest, store).adoptedBy == "sue")
    try await store.seal(sealer: "w1", key: fixture.key)
    try await fixture.archive()

    let archive = try fixture.reading()
    let all = "SELECT id, goal_id, finding FROM goal_signatures ORDER BY id"
    let (here, there) = (try live.rows(all), try archive.rows(all))
    #expect(there == [[1, gone, "verified"], [2, gone, "verified"]].values)
    #expect(
      here
        == [
          [3, waiting, nil], [4, waiting, nil], [5, newest, "verified"], [6, newest, "verified"],
        ].values
    )
    let carried = try live.rows(
      "SELECT to_state FROM identity_ledger WHERE event = 'signature.carried' ORDER BY seq"
    )
    #expect(carried == [["added"], ["added"], ["verified"], ["verified"]].values)
    try await fixture.check()

    // What was carried over goes on from where it was.
    #expect(try await execute(waiting, store).adoptedBy == "sue")
    #expect(try live.rows(try FoldTests.query.get()).isEmpty)
    try await store.seal(sealer: "w1", key: fixture.key)
    try await fixture.check()

    // A signature in the archive that somebody says was verified is judged by its key.
    let changed = try Connection(path: fixture.file)
    try changed.execute("DROP TRIGGER goal_signatures_before_update")
    try changed.run(
      "UPDATE goal_signatures SET signature = ? WHERE id = 2",
      try SSHSignature(signing: [1], key: ann).armored
    )
    let wrong = try await fixture.wrong()
    #expect(
      wrong.contains {
        $0.sentence == "is said to be verified, and is not: the signature does not fit"
      },
      "\(wrong)"
    )
  }
}

extension [[(any Bindable)?]] {
  /// As rows of a query.
  fileprivate var values: [[Value]] { map { $0.map { $0?.sqlValue ?? .null } } }
}
