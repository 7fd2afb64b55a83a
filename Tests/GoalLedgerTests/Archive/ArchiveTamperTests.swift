// What somebody with write access does to an archive, or to a database that has one, and what
// verification says of it with the archive at hand and without.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

/// Something done to one of the two files.
struct ArchiveTampering: Sendable, CustomTestStringConvertible {
  let name: String
  /// Whether it is done to the archive, or else to the database.
  var toArchive = true
  let script: [String]
  /// What is called wrong with `--archive`.
  let subject: String
  /// Whether the tampered file alone shows it.
  var alone = true

  var testDescription: String { name }

  private static let off = ".dbconfig enable_trigger off"

  static let all: [ArchiveTampering] = [
    ArchiveTampering(
      name: "an entry of the archive edited",
      script: [off, "UPDATE identity_ledger SET actor = 'eve' WHERE seq = 7"],
      subject: "entry 7"
    ),
    ArchiveTampering(
      name: "an entry of the archive deleted",
      script: [off, "DELETE FROM identity_ledger WHERE seq = 9"],
      subject: "entry 9"
    ),
    ArchiveTampering(
      name: "a goal of the archive edited",
      script: [off, "UPDATE goals SET text = 'another' WHERE id = 5"],
      subject: "goal 5"
    ),
    ArchiveTampering(
      name: "an attempt deleted from the archive",
      script: [off, "DELETE FROM attempts"],
      subject: "attempt"
    ),
    ArchiveTampering(
      name: "a goal deleted from the archive",
      script: [off, "DELETE FROM attempts WHERE goal_id = 5", "DELETE FROM goals WHERE id = 5"],
      subject: "goal 5",
      alone: false
    ),
    ArchiveTampering(
      name: "the archive's tail cut off with its seals",
      script: [
        off, "DELETE FROM ledger_seals WHERE last_seq > 100",
        "DELETE FROM identity_ledger WHERE seq > (SELECT max(last_seq) FROM ledger_seals)",
        "DELETE FROM ledger_tree WHERE last_seq > (SELECT max(last_seq) FROM ledger_seals)",
        "DELETE FROM attempts", "DELETE FROM goals",
      ],
      subject: "archive 1",
      alone: false
    ),
    ArchiveTampering(
      name: "the archive's beginning cut off",
      script: [
        off, "DELETE FROM identity_ledger WHERE seq <= (SELECT min(last_seq) FROM ledger_seals)",
        "DELETE FROM ledger_seals WHERE first_seq = 1",
      ],
      subject: "seal of"
    ),
    ArchiveTampering(
      name: "the archive's tree edited",
      script: [
        off, "UPDATE ledger_tree SET hashes = randomblob(length(hashes)) WHERE first_seq = 1",
      ],
      subject: "tree of 1"
    ),
    ArchiveTampering(
      name: "the tree of what was archived edited here",
      toArchive: false,
      script: [
        off, "UPDATE ledger_tree SET hashes = randomblob(length(hashes)) WHERE first_seq = 1",
      ],
      subject: "tree of 1"
    ),
    ArchiveTampering(
      name: "where the archive goes edited",
      toArchive: false,
      script: [off, "UPDATE archives SET file = '/elsewhere'"],
      subject: "archive 1"
    ),
    ArchiveTampering(
      name: "a goal taken from the list of what was archived",
      toArchive: false,
      script: [off, "DELETE FROM archived_goals WHERE goal_id = 5"],
      subject: "archive 1"
    ),
    ArchiveTampering(
      name: "the record of the archive deleted",
      toArchive: false,
      script: [off, "DELETE FROM archives", "DELETE FROM archived_goals"],
      subject: "archive 1"
    ),
    ArchiveTampering(
      name: "an archived goal put back",
      toArchive: false,
      script: [off, "INSERT INTO goals(id, text, state) VALUES (5, 'x', 'adopted')"],
      subject: "goal 5"
    ),
    ArchiveTampering(
      name: "what was carried over edited",
      toArchive: false,
      script: [
        off,
        "UPDATE identity_ledger SET detail = replace(detail, '2 adopted', '2 not') WHERE goal_id = 2",
      ],
      subject: "goal 2"
    ),
    ArchiveTampering(
      name: "a kept goal deleted whose entries are in the archive, and what carries it over",
      toArchive: false,
      script: [
        off, "DELETE FROM identity_ledger WHERE seq = (SELECT max(seq) FROM identity_ledger)",
        "DELETE FROM identity_ledger WHERE goal_id = 2", "DELETE FROM goals WHERE id = 2",
      ],
      subject: ""
    ),
    ArchiveTampering(
      name: "a pass left open",
      toArchive: false,
      script: [off, "INSERT INTO archive_pass VALUES (1, 10)"],
      subject: "archive pass 10"
    ),
  ]
}

@Suite("Tampering with archives")
struct ArchiveTamperTests {
  @Test("is found with the archive at hand, and mostly without", arguments: ArchiveTampering.all)
  func found(tampering: ArchiveTampering) async throws {
    let fixture = try await ArchiveFixture()
    try await fixture.archive()
    let tampered = tampering.toArchive ? fixture.file : fixture.path
    try SealedFile.tamper(tampered, tampering.script)
    let wrong = try await fixture.wrong()
    #expect(wrong.contains { $0.subject.contains(tampering.subject) }, "\(wrong)")
    #expect(await SealedFile.isSound(tampered) == !tampering.alone)
  }

  @Test("by deleting history as a pass does, without an archive, is found without one")
  func plainPass() async throws {
    let fixture = try await ArchiveFixture()
    // Every guard in place: plain SQL does just what a pass does, but for the signature.
    try SealedFile.tamper(
      fixture.path,
      [
        "BEGIN",
        """
        INSERT INTO archives
        SELECT 1, '/nowhere', 1, last_seq, hash, 0, 'eve', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
          public_key, signature
        FROM ledger_seals WHERE first_seq = 1
        """,
        "INSERT INTO archive_pass SELECT 1, last_seq FROM archives",
        "DELETE FROM ledger_seals WHERE last_seq <= (SELECT last_seq FROM archive_pass)",
        "DELETE FROM identity_ledger WHERE seq <= (SELECT last_seq FROM archive_pass)",
        "DELETE FROM archive_pass",
        "COMMIT",
      ]
    )
    let live = try Connection(path: fixture.path)
    #expect(try live.value("SELECT count(*) FROM archives") == .integer(1))
    #expect(try live.value("SELECT min(seq) > 1 FROM identity_ledger") == .integer(1))
    let findings = try #require(await SealedFile.findings(fixture.path)).filter(\.isWrong)
    #expect(
      findings.contains { $0.subject == "archive 1" && $0.sentence.hasPrefix("is not signed") }
    )
    // And with what lives on not carried over, nothing explains it.
    #expect(findings.contains { $0.subject.hasPrefix("goal") }, "\(findings)")
  }

  @Test("with a key of one's own is found by whoever knows the key")
  func otherKey() async throws {
    let fixture = try await ArchiveFixture()
    _ = try await fixture.store().archive(fixture.request(), key: SealingKey())
    #expect(await SealedFile.isSound(fixture.path))
    #expect(await !SealedFile.isSound(fixture.path, keys: [fixture.key.publicKey]))
  }

  @Test("is not what a leftover of a pass looks like")
  func leftover() async throws {
    let fixture = try await ArchiveFixture()
    _ = try? await fixture.archive { what throws(LedgerError) in
      if what == "begin to move" { throw LedgerError(.internal, "it ends here") }
    }
    var demands = VerificationDemands()
    demands.archives = [fixture.file]
    let verification = try await fixture.store().verify(demands)
    #expect(verification.isSound)
    #expect(verification.findings.contains { $0.sentence.contains("a pass did not end") })
  }
}
