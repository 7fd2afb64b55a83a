// The tamper suite: each manipulation is made in a copy of a sealed database, and both verifiers are
// run on it.
import Foundation
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

/// Something done to a database behind the triggers' back.
struct Tampering: Sendable, CustomTestStringConvertible {
  let name: String
  /// What is typed into the shell.
  let script: [String]
  /// What `goalledger verify` calls wrong first.
  let subject: String
  /// Whether the stock shell finds it, too.
  var inShell = true

  var testDescription: String { name }

  private static let off = ".dbconfig enable_trigger off"

  /// Drops a trigger, does something and puts the trigger back, word for word.
  private static func without(_ triggers: String..., sql: String) -> [String] {
    let names = triggers.map { "'\($0)'" }.joined(separator: ", ")
    return [
      "CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name IN (\(names))"
    ] + triggers.map { "DROP TRIGGER \($0)" } + [
      sql, ".dbconfig defensive off", "PRAGMA writable_schema = ON",
      "INSERT INTO sqlite_schema SELECT * FROM kept", "PRAGMA writable_schema = RESET",
    ]
  }

  static let all: [Tampering] = [
    Tampering(
      name: "an entry edited, its trigger dropped and put back",
      script: without(
        "identity_ledger_update",
        sql: "UPDATE identity_ledger SET actor = 'eve' WHERE seq = 7"
      ),
      subject: "entry 7"
    ),
    Tampering(
      name: "an entry edited with triggers switched off",
      script: [off, "UPDATE identity_ledger SET reason = 'x' || char(0) WHERE seq = 9"],
      subject: "entry 9"
    ),
    Tampering(
      name: "an entry deleted",
      script: [off, "DELETE FROM identity_ledger WHERE seq = 11"],
      subject: "entry 11"
    ),
    Tampering(
      name: "an entry replaced",
      script: [
        off,
        "REPLACE INTO identity_ledger(seq, at, event) VALUES (12, '2026-01-01T00:00:00.000Z', 'note')",
      ],
      subject: "entry 12"
    ),
    Tampering(
      name: "two entries that changed places",
      script: [
        off, "UPDATE identity_ledger SET seq = 1000000 WHERE seq = 13",
        "UPDATE identity_ledger SET seq = 13 WHERE seq = 14",
        "UPDATE identity_ledger SET seq = 14 WHERE seq = 1000000",
      ],
      subject: "entry 13"
    ),
    Tampering(
      name: "an entry put in before the first",
      script: [
        off, "PRAGMA ignore_check_constraints = ON",
        "INSERT INTO identity_ledger(seq, event) VALUES (0, 'note')",
      ],
      subject: "entry 0"
    ),
    Tampering(
      name: "the tail cut off",
      script: [off, "DELETE FROM identity_ledger WHERE seq > 100"],
      subject: "entry 101"
    ),
    Tampering(
      name: "the tail cut off with its seals",
      script: [
        off, "DELETE FROM ledger_seals WHERE last_seq > 100",
        "DELETE FROM identity_ledger WHERE seq > (SELECT max(last_seq) FROM ledger_seals)",
      ],
      subject: "goal"
    ),
    Tampering(
      name: "a backdated entry at the end",
      script: [
        off,
        "INSERT INTO identity_ledger(at, event) VALUES ('2026-01-01T00:00:00.000Z', 'note')",
      ],
      subject: "entry"
    ),
    Tampering(
      name: "a trigger dropped",
      script: ["DROP TRIGGER identity_ledger_update"],
      subject: "the schema"
    ),
    Tampering(
      name: "a trigger emptied by writable_schema",
      script: [
        ".dbconfig defensive off", "PRAGMA writable_schema = ON",
        """
        UPDATE sqlite_schema SET sql = replace(sql, 'RAISE', 'coalesce')
        WHERE name = 'identity_ledger_delete'
        """,
        "PRAGMA writable_schema = RESET",
      ],
      subject: "the schema"
    ),
    Tampering(
      name: "a trigger added",
      script: ["CREATE TRIGGER mine AFTER INSERT ON goals BEGIN SELECT 1; END"],
      subject: "the schema"
    ),
    Tampering(
      name: "a goal's state edited",
      script: [off, "UPDATE goals SET state = 'satisfied' WHERE id = 1"],
      subject: "goal 1"
    ),
    Tampering(
      name: "a goal inserted with triggers switched off",
      script: [off, "INSERT INTO goals(text) VALUES ('mine')"],
      subject: "goal"
    ),
    Tampering(
      name: "a seal deleted",
      script: [
        off,
        "DELETE FROM ledger_seals WHERE first_seq = (SELECT min(first_seq) FROM ledger_seals)",
      ],
      subject: "seal of"
    ),
    Tampering(
      name: "a seal's date edited",
      script: [off, "UPDATE ledger_seals SET sealed_at = '2026-01-01T00:00:00.000Z'"],
      subject: "seal of 1"
    ),
    Tampering(
      name: "a seal of another's signature",
      script: [
        off,
        """
        UPDATE ledger_seals
        SET signature = (SELECT signature FROM ledger_seals b WHERE b.first_seq > 1 LIMIT 1)
        WHERE first_seq = 1
        """,
      ],
      subject: "seal of 1",
      inShell: false
    ),
    Tampering(
      name: "a seal forged by plain SQL, every guard in place",
      script: [
        "INSERT INTO identity_ledger(event) VALUES ('note')",
        """
        INSERT INTO ledger_seals(first_seq, last_seq, count, database_id, previous_hash,
          leaf_hashes, schema_hash, schema_version, public_key, sealer, sealed_at, hash, signature)
        SELECT last_seq + 1, last_seq + 1, 1, database_id, hash, randomblob(32), schema_hash,
          schema_version, public_key, sealer, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
          randomblob(32), signature
        FROM ledger_seals ORDER BY first_seq DESC LIMIT 1
        """,
      ],
      subject: "seal of"
    ),
    Tampering(
      name: "the database's identity changed",
      script: [off, "UPDATE database_info SET id = lower(hex(randomblob(16)))"],
      subject: "seal of 1"
    ),
  ]
}

@Suite("Tampering")
struct TamperTests {
  @Test("is found by both verifiers, which name it", arguments: Tampering.all)
  func found(tampering: Tampering) async throws {
    let base = try await SealedFile.made.value
    let copy = try base.copy(UUID().uuidString)
    defer { SealedFile.remove(copy) }
    try SealedFile.tamper(copy, tampering.script)
    let findings = try #require(await SealedFile.findings(copy)).filter(\.isWrong)
    let first = try #require(findings.first, "nothing is found")
    #expect(first.subject.hasPrefix(tampering.subject), "\(findings.prefix(3))")
    let answer = try SealedFile.shellAnswer(copy)
    #expect(answer.contains("\nverdict|NOT SOUND") == tampering.inShell, "\(answer.suffix(600))")
    if tampering.inShell, tampering.subject.contains(" ") {
      #expect(answer.contains(tampering.subject), "\(answer.suffix(600))")
    }
  }

  @Test("is all that is found: what nobody touched is sound")
  func untouched() async throws {
    let base = try await SealedFile.made.value
    let findings = try #require(await SealedFile.findings(base.path, keys: [base.key.publicKey]))
    #expect(findings.isEmpty, "\(findings)")
    let answer = try SealedFile.shellAnswer(base.path)
    #expect(
      answer.hasPrefix("seals|6 speak for ") && answer.contains("\nverdict|sound\n"),
      "\(answer)"
    )
    #expect(answer.contains("\nnot checked|the signatures"))
  }

  @Test("with a whole new chain is found by whoever knows the key, and by nobody else")
  func newChain() async throws {
    let base = try await SealedFile.made.value
    let copy = try base.copy(UUID().uuidString)
    defer { SealedFile.remove(copy) }
    try SealedFile.tamper(
      copy,
      [
        ".dbconfig enable_trigger off", "UPDATE identity_ledger SET actor = 'eve' WHERE seq = 7",
        "DELETE FROM ledger_seals",
      ]
    )
    let store = try await SQLiteGoalStore.open(path: copy, .asIs)
    try await store.seal(sealer: "w1", key: SealingKey())
    #expect(await SealedFile.isSound(copy))
    #expect(try SealedFile.isSoundInShell(copy))
    #expect(await !SealedFile.isSound(copy, keys: [base.key.publicKey]))
  }

  @Test("The fold in verify.sql is that of fold.sql")
  func sameFold() throws {
    let fold = try Repository.text("Schema/audit/fold.sql")
    let verify = try Repository.text("Schema/audit/verify.sql")
    let parts = try #require(fold.split(separator: "WITH\n", maxSplits: 1).last)
      .split(separator: "\nSELECT 'ledger' AS only_in", maxSplits: 1)
    #expect(parts.count == 2)
    #expect(verify.contains(parts[0]))
    #expect(verify.contains("SELECT 'ledger' AS only_in" + parts[1].dropLast(2)))
  }
}
