// Signed requests through a worker: what is right is executed and said to be signed; what is forged,
// revoked, replayed or for something else is refused, on the ledger, and nothing of it is executed.
import Execution
import Foundation
import SQLite
import TestSupport
import Testing
import Worker

@testable import GoalLedger

/// A worker's fixture with people who have keys.
private struct Signed {
  let fixture: WorkerFixture
  let ann = SealingKey()
  let connection: Connection

  init() async throws {
    fixture = try await WorkerFixture()
    connection = try Connection(path: fixture.databasePath)
    try know("ann", ann)
  }

  func know(_ name: String, _ key: SealingKey, kind: String = "person") throws {
    try connection.run(
      "INSERT INTO identities(name, kind, public_key) VALUES (?, ?, ?)",
      name,
      kind,
      key.publicKey
    )
  }

  func revoke(_ name: String) throws {
    try connection.run(
      "UPDATE identities SET until = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE name = ?",
      name
    )
  }

  /// A goal that would change a file.
  var draft: GoalDraft {
    var draft = GoalDraft(text: "a goal")
    draft.task = "fix_bug"
    draft.context = WorkerFixture.fix.text
    return draft
  }

  func propose() async throws -> Goal {
    try await fixture.store.add(draft, actor: "ann")
  }

  /// Gives a signature as a plain client does, whatever it is worth.
  func give(
    _ goal: Goal.ID,
    _ signature: SSHSignature,
    request: String = "adopt"
  ) throws {
    try connection.run(
      """
      INSERT INTO goal_signatures(goal_id, goal_version, request, signature)
      SELECT id, version, ?, ? FROM goals WHERE id = ?
      """,
      request,
      signature.armored,
      goal
    )
  }

  func sign(
    _ request: GoalRequest,
    _ goal: Goal.ID,
    _ key: SealingKey,
    namespace: String = "goal-ledger"
  ) async throws -> SSHSignature {
    try SSHSignature(
      signing: try await fixture.store.request(request, of: goal),
      namespace: namespace,
      key: key
    )
  }

  func adopt(_ goal: Goal.ID) throws {
    try connection.run("UPDATE goals SET state = 'adopted' WHERE id = ?", goal)
  }

  /// A configuration that demands signed adoption.
  var demanding: Configuration {
    var configuration = fixture.configuration()
    configuration.workspaces["app"]?.signedAdoption = true
    return configuration
  }

  func work(_ configuration: Configuration? = nil) async throws {
    try await fixture.worker(configuration).run(drain: true)
  }

  func entries(_ goal: Goal.ID, _ pattern: String = "signature.*") throws -> [String] {
    try connection.query(
      """
      SELECT event || ' ' || assurance || coalesce(' ' || json_extract(detail, '$.identity'), '')
        || coalesce(': ' || reason, '')
      FROM identity_ledger
      WHERE goal_id = ? AND event GLOB ?
      ORDER BY seq
      """,
      goal,
      pattern
    ) { $0.text(0) ?? "" }
  }

  /// That a goal failed, that the ledger says why, and that nothing was planned or executed.
  func expectRefused(
    _ goal: Goal.ID,
    _ reason: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let ended = try await fixture.goal(goal)
    #expect(ended.state == .failed, sourceLocation: sourceLocation)
    #expect(ended.attempts == 1, "a retry was tried", sourceLocation: sourceLocation)
    let said = try entries(goal, "*")
    #expect(
      said.contains { $0.hasPrefix("goal.failed") && $0.contains(reason) },
      "\(said)",
      sourceLocation: sourceLocation
    )
    let traces = try connection.first(
      """
      SELECT (SELECT count(*) FROM tasks WHERE goal_id = ?1)
        + (SELECT count(*) FROM changes WHERE goal_id = ?1)
        + (SELECT count(*) FROM attempts
          WHERE goal_id = ?1 AND (plan_id, branch, base_commit) IS NOT (NULL, NULL, NULL))
        + (SELECT count(*) FROM identity_ledger
          WHERE goal_id = ?1 AND (event GLOB 'task.*' OR event GLOB 'plan.*'))
      """,
      goal
    ) { $0.int(0) }
    #expect(traces == 0, sourceLocation: sourceLocation)
    let left = try fixture.leftovers()
    #expect(left.worktrees.isEmpty, sourceLocation: sourceLocation)
    #expect(
      !left.branches.contains { $0.hasPrefix("goal/\(goal)/") },
      sourceLocation: sourceLocation
    )
    let verification = try await fixture.store.verify(VerificationDemands())
    #expect(verification.isSound, "\(verification.findings)", sourceLocation: sourceLocation)
  }
}

@Suite("Signed requests")
struct SignedRequestTests {
  @Test("that are right are executed, and the ledger says that they were signed, and by whom")
  func right() async throws {
    let signed = try await Signed()
    var draft = signed.draft
    draft.adopt = true
    let goal = try await signed.fixture.store.add(draft, actor: "ann", signedBy: signed.ann).id
    try await signed.work(signed.demanding)
    #expect(try await signed.fixture.goal(goal).state == .satisfied)
    #expect(
      try signed.entries(goal) == [
        "signature.added claimed", "signature.added claimed", "signature.verified signed ann",
        "signature.verified signed ann",
      ]
    )
    let others = try signed.connection.first(
      """
      SELECT count(*) FROM identity_ledger
      WHERE assurance = 'signed' AND event <> 'signature.verified'
      """
    ) { $0.int(0) }
    #expect(others == 0)
    let verification = try await signed.fixture.store.verify(VerificationDemands())
    #expect(verification.isSound, "\(verification.findings)")
  }

  @Test("of a plain client count, given before the adoption or just after it")
  func plainClient() async throws {
    let signed = try await Signed()
    let before = try await signed.propose().id
    try signed.give(before, try await signed.sign(.adopt, before, signed.ann))
    try signed.adopt(before)
    let after = try await signed.propose().id
    try signed.adopt(after)
    try signed.give(after, try await signed.sign(.adopt, after, signed.ann))
    // What may change while a goal is adopted was not signed.
    try signed.connection.run("UPDATE goals SET value = 0.9 WHERE id = ?", after)
    try await signed.work(signed.demanding)
    for goal in [before, after] {
      #expect(try await signed.fixture.goal(goal).state == .satisfied)
      #expect(try signed.entries(goal).last == "signature.verified signed ann")
    }
  }

  @Test("of an agent count, and those of a key that is revoked only afterwards")
  func laterRevoked() async throws {
    let signed = try await Signed()
    let bot = SealingKey()
    try signed.know("bot", bot, kind: "agent")
    let goal = try await signed.propose().id
    _ = try await signed.fixture.store.adopt(goal, actor: "bot", reason: nil, signed: .key(bot))
    try await Task.sleep(for: .milliseconds(3))
    try signed.revoke("bot")
    try await signed.work(signed.demanding)
    #expect(try await signed.fixture.goal(goal).state == .satisfied)
    #expect(try signed.entries(goal).last == "signature.verified signed bot")
    let verification = try await signed.fixture.store.verify(VerificationDemands())
    #expect(verification.isSound, "\(verification.findings)")
  }

  /// What somebody can try with a signature, and what is said to it.
  enum Forgery: String, CaseIterable, CustomTestStringConvertible {
    case otherKey = "a signature by another key than it names"
    case unknownKey = "a key that is no identity's"
    case revokedKey = "a key that was revoked before"
    case workerKey = "a worker's key"
    case otherNamespace = "a key for another namespace"
    case movedNamespace = "a signature moved into the namespace"
    case otherGoal = "a signature of another goal"
    case otherVersion = "a signature of an earlier version"
    case otherRequest = "a signature of another request"
    case otherDatabase = "a signature of another database"
    case broken = "no signature at all"

    var testDescription: String { rawValue }

    var reason: String {
      switch self {
      case .unknownKey: "which is no identity's"
      case .revokedKey: "the signature is by ann, whose key was revoked at"
      case .workerKey: "a worker: only persons and agents sign requests"
      case .otherNamespace: "is for the namespace file, and must be for goal-ledger"
      case .broken: "is not armored as ssh-keygen -Y sign does"
      default: "the signature names ann's key and does not fit"
      }
    }
  }

  @Test(
    "that are forged are refused, on the ledger, with nothing executed",
    arguments: Forgery.allCases
  )
  func forged(_ forgery: Forgery) async throws {
    let signed = try await Signed()
    let (store, ann) = (signed.fixture.store, signed.ann)
    var goal = try await signed.propose().id
    var request = "adopt"
    var signature = try await signed.sign(.adopt, goal, ann)
    switch forgery {
    case .otherKey:
      signature = SSHSignature(
        publicKey: ann.publicKey,
        namespace: signature.namespace,
        hashAlgorithm: signature.hashAlgorithm,
        signature: try await signed.sign(.adopt, goal, SealingKey()).signature
      )
    case .unknownKey: signature = try await signed.sign(.adopt, goal, SealingKey())
    case .revokedKey:
      try signed.revoke("ann")
      try await Task.sleep(for: .milliseconds(3))
    case .workerKey:
      try await signed.work()
      let file = signed.fixture.repository.folder.path + "/workers/1.key"
      let key = try #require(try KeyFile(path: file).read())
      signature = try await signed.sign(.adopt, goal, key)
    case .otherNamespace:
      signature = try await signed.sign(.adopt, goal, ann, namespace: "file")
    case .movedNamespace:
      signature = SSHSignature(
        publicKey: ann.publicKey,
        namespace: "goal-ledger",
        hashAlgorithm: signature.hashAlgorithm,
        signature: try await signed.sign(.adopt, goal, ann, namespace: "file").signature
      )
    case .otherGoal: goal = try await signed.propose().id
    case .otherVersion:
      try signed.connection.run("UPDATE goals SET max_attempts = 4 WHERE id = ?", goal)
    case .otherRequest: request = "add"
    case .otherDatabase:
      let folder = try TemporaryFolder()
      let other = try await SQLiteGoalStore.open(path: folder.path + "/goals.db", .create)
      let twin = try await other.add(signed.draft, actor: "ann").id
      signature = try SSHSignature(signing: try await other.request(.adopt, of: twin), key: ann)
    case .broken: break
    }
    if forgery == .broken {
      let text = signature.armored.replacing("\nU1NI", with: "\n!1NI")
      try signed.connection.run(
        """
        INSERT INTO goal_signatures(goal_id, goal_version, request, signature)
        SELECT id, version, 'adopt', ? FROM goals WHERE id = ?
        """,
        text,
        goal
      )
    } else {
      // One whom the command line serves is refused at once.
      if request == "adopt" {
        await #expect {
          try await store.adopt(
            goal,
            actor: "eve",
            reason: nil,
            signed: .armored(signature.armored)
          )
        } throws: {
          ($0 as? LedgerError)?.code == .refused
            && ($0 as? LedgerError)?.message.contains(forgery.reason) == true
        }
      }
      try signed.give(goal, signature, request: request)
    }
    try signed.adopt(goal)
    try await signed.work()
    let said = try signed.entries(goal)
    #expect(said.count == 2 && said.last?.hasPrefix("signature.refused claimed") == true, "\(said)")
    #expect(said.last?.contains(forgery.reason) == true, "\(said)")
    try await signed.expectRefused(goal, forgery.reason)

    // Whoever wants the goal nevertheless can have it: the forgery has had its finding.
    try signed.adopt(goal)
    try await signed.work()
    #expect(try await signed.fixture.goal(goal).state == .satisfied)
  }

  @Test("that are given again are refused by the schema, for the same goal and for others")
  func again() async throws {
    let signed = try await Signed()
    let goal = try await signed.propose().id
    let other = try await signed.propose().id
    let signature = try await signed.sign(.adopt, goal, signed.ann)
    try signed.give(goal, signature)
    for victim in [goal, other] {
      #expect {
        try signed.give(victim, signature)
      } throws: {
        ($0 as? SQLiteError)?.message
          == "this signature was given before: it speaks for one request, once"
      }
    }
    #expect(try signed.entries(other).isEmpty && signed.entries(goal).count == 1)
  }

  @Test("are demanded where the workspace says so")
  func demanded() async throws {
    let signed = try await Signed()
    let goal = try await signed.propose().id
    try signed.adopt(goal)
    try await signed.work(signed.demanding)
    try await signed.expectRefused(
      goal,
      "nobody has signed the adoption of goal \(goal), and the workspace app demands it"
    )
    // That it was asked for does not say that it was adopted.
    let added = try await signed.fixture.store.add(
      signed.draft,
      actor: "ann",
      signedBy: signed.ann
    ).id
    try signed.adopt(added)
    try await signed.work(signed.demanding)
    #expect(try signed.entries(added).last == "signature.verified signed ann")
    try await signed.expectRefused(added, "nobody has signed the adoption")
    // Adopted anew, and signed.
    _ = try await signed.fixture.store.adopt(
      goal,
      actor: "ann",
      reason: nil,
      signed: .key(signed.ann)
    )
    try await signed.work(signed.demanding)
    #expect(try await signed.fixture.goal(goal).state == .satisfied)
  }

  @Test(
    "count no more once the goal was amended or put back",
    arguments: [
      ["text = 'another'"], ["state = 'adopted'", "state = 'proposed'"],
      ["state = 'adopted'", "state = 'proposed'", "text = 'another'"],
    ]
  )
  func amended(changes: [String]) async throws {
    let signed = try await Signed()
    let goal = try await signed.propose().id
    try signed.give(goal, try await signed.sign(.adopt, goal, signed.ann))
    for change in changes {
      try signed.connection.run("UPDATE goals SET \(change) WHERE id = ?", goal)
    }
    try signed.adopt(goal)
    try await signed.work(signed.demanding)
    #expect(try signed.entries(goal).last?.contains("the signature speaks for") == true)
    try await signed.expectRefused(goal, "nobody has signed the adoption")
  }

  @Test("say nothing by a finding that somebody else entered, and verify finds it")
  func forgedFinding() async throws {
    let signed = try await Signed()
    let goal = try await signed.propose().id
    try signed.give(goal, try await signed.sign(.adopt, goal, SealingKey()))
    try signed.adopt(goal)
    // Plain SQL may hold a lease, too.
    try signed.connection.run(
      """
      INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at)
      VALUES (?, 'eve', 1, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 day'))
      """,
      goal
    )
    try signed.connection.run(
      """
      UPDATE goal_signatures
      SET finding = 'verified', identity = 'ann', lease_token = 1,
        attempt_id = (SELECT max(id) FROM attempts)
      """
    )
    try signed.connection.run(
      "UPDATE goals SET state = 'adopted', lease_token = 1 WHERE id = ?",
      goal
    )
    #expect(try signed.entries(goal).last == "signature.verified signed ann")
    let verification = try await signed.fixture.store.verify(VerificationDemands())
    #expect(
      verification.findings.contains {
        $0.isWrong && $0.subject == "signature 1"
          && $0.sentence.contains("is said to be verified, and is not: the signature is by the key")
      },
      "\(verification.findings)"
    )
    try await signed.work(signed.demanding)
    #expect(try await signed.fixture.goal(goal).state == .failed)
    #expect(try signed.entries(goal, "goal.failed").last?.contains("nobody has signed") == true)
  }

  @Test("still verify after the goal was amended, and do not where a row was altered")
  func verification() async throws {
    let signed = try await Signed()
    let goal = try await signed.propose().id
    _ = try await signed.fixture.store.adopt(
      goal,
      actor: "ann",
      reason: nil,
      signed: .key(signed.ann)
    )
    var failing = signed.fixture.configuration(tests: ["false"])
    failing.workspaces["app"]?.signedAdoption = true
    try await signed.work(failing)
    #expect(try await signed.fixture.goal(goal).state == .failed)
    try signed.adopt(goal)
    for change in ["state = 'proposed'", "text = 'another'", "max_attempts = 1"] {
      try signed.connection.run("UPDATE goals SET \(change) WHERE id = ?", goal)
    }
    let sound = try await signed.fixture.store.verify(VerificationDemands())
    #expect(sound.isSound, "\(sound.findings)")
    let other = try await signed.sign(.adopt, goal, signed.ann).armored
    try signed.connection.execute("DROP TRIGGER goal_signatures_before_update")
    try signed.connection.run("UPDATE goal_signatures SET signature = ?", other)
    let altered = try await signed.fixture.store.verify(VerificationDemands())
    #expect(
      altered.findings.contains {
        $0.isWrong && $0.sentence.contains("is not: the signature names ann's key and does not fit")
      },
      "\(altered.findings)"
    )
  }
}
