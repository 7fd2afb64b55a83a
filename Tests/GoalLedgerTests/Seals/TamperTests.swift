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
  /// Whether afterwards everything is sealed with a key of the tamperer's own.
  var isSealedAnew = false

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
      name: "an entry whose detail is no JSON any more",
      script: [off, "UPDATE identity_ledger SET detail = '{' WHERE seq = 9"],
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
        "DELETE FROM ledger_tree WHERE last_seq > 100",
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
          leaf_hashes, tree_root, schema_hash, schema_version, public_key, sealer, sealed_at, hash,
          signature)
        SELECT last_seq + 1, last_seq + 1, 1, database_id, hash, randomblob(32), tree_root, schema_hash,
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
    Tampering(
      name: "a hash of the tree edited",
      script: [
        off,
        """
        UPDATE ledger_tree
        SET hashes = CAST(substr(hashes, 1, 320) || zeroblob(32) || substr(hashes, 353) AS BLOB)
        WHERE first_seq = 1
        """,
      ],
      subject: "tree of 1",
      inShell: false
    ),
    Tampering(
      name: "a row of the tree deleted",
      script: [
        off,
        "DELETE FROM ledger_tree WHERE first_seq = (SELECT max(first_seq) FROM ledger_tree)",
      ],
      subject: "seal of",
      inShell: false
    ),
    Tampering(
      name: "a row of the tree put in, which no seal stands for",
      script: [
        off,
        """
        INSERT INTO ledger_tree
        SELECT max(last_seq) + 1, max(last_seq) + 1, zeroblob(32) FROM ledger_tree
        """,
      ],
      subject: "tree of",
      inShell: false
    ),
    Tampering(
      name: "a seal's row of the tree, split in two",
      script: [
        off,
        """
        INSERT INTO ledger_tree
        SELECT first_seq + 1, last_seq, substr(hashes, 33)
        FROM ledger_tree WHERE first_seq = 1
        """,
      ],
      subject: "tree of 2",
      inShell: false
    ),
  ]

  /// What nothing in the file shows: it is found by whoever kept a checkpoint.
  static let silent: [Tampering] = [
    Tampering(
      name: "an older file restored",
      script: [".restore older.db"],
      subject: "the checkpoint"
    ),
    Tampering(
      name: "the tail cut off, with its seals, its tree and every row that it explains",
      script: [
        off,
        "DELETE FROM ledger_seals WHERE first_seq > (SELECT min(last_seq) FROM ledger_seals "
          + "WHERE last_seq >= (SELECT max(seq) FROM identity_ledger WHERE goal_id <= 36))",
        "DELETE FROM ledger_tree WHERE first_seq > (SELECT max(last_seq) FROM ledger_seals)",
        "DELETE FROM identity_ledger WHERE seq > (SELECT max(last_seq) FROM ledger_seals)",
        "DELETE FROM goals WHERE id NOT IN (SELECT goal_id FROM identity_ledger "
          + "WHERE goal_id IS NOT NULL)",
      ],
      subject: "the checkpoint"
    ),
    Tampering(
      name: "an entry edited, and every seal forged anew with another key",
      script: [
        off, "UPDATE identity_ledger SET actor = 'eve' WHERE seq = 7", "DELETE FROM ledger_seals",
        "DELETE FROM ledger_tree", "UPDATE sealer_lease SET holder = NULL",
      ],
      subject: "the checkpoint",
      isSealedAnew: true
    ),
    Tampering(
      name: "a note put in where another was, and the seals after it forged anew with another key",
      script: [
        off,
        "UPDATE identity_ledger SET reason = 'nothing to see' "
          + "WHERE seq = (SELECT max(seq) FROM identity_ledger)",
        "DELETE FROM ledger_seals WHERE first_seq = (SELECT max(first_seq) FROM ledger_seals)",
        "DELETE FROM ledger_tree WHERE first_seq = (SELECT max(first_seq) FROM ledger_tree)",
        "UPDATE sealer_lease SET holder = NULL",
      ],
      subject: "the checkpoint",
      isSealedAnew: true
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
    // Nor does a checkpoint hide it.
    let more = try #require(await SealedFile.findings(copy, checkpoint: base.demand))
    #expect(more.contains(first))
    let answer = try SealedFile.shellAnswer(copy)
    #expect(answer.contains("\nverdict|NOT SOUND") == tampering.inShell, "\(answer.suffix(600))")
    if tampering.inShell, tampering.subject.contains(" ") {
      #expect(answer.contains(tampering.subject), "\(answer.suffix(600))")
    }
  }

  @Test("is all that is found: what nobody touched is sound")
  func untouched() async throws {
    let base = try await SealedFile.made.value
    for demand in [nil, base.demand] {
      for keys: Set<[UInt8]>? in [nil, [base.key.publicKey], [base.ledgerKey.publicKey]] {
        let findings = try #require(
          await SealedFile.findings(base.path, keys: keys, checkpoint: demand)
        )
        #expect(findings.isEmpty, "\(findings)")
      }
    }
    let answer = try SealedFile.shellAnswer(base.path)
    #expect(
      answer.hasPrefix("seals|6 speak for ") && answer.contains("\nverdict|sound\n"),
      "\(answer)"
    )
    #expect(answer.contains("\nnot checked|the signatures"))
  }

  @Test(
    "that leaves a sound file is found by whoever kept a checkpoint",
    arguments: Tampering.silent
  )
  func silent(tampering: Tampering) async throws {
    let base = try await SealedFile.made.value
    let copy = try base.copy(UUID().uuidString)
    defer { SealedFile.remove(copy) }
    try Shell.succeed(["sqlite3", "-batch", copy] + tampering.script, in: base.folder.path)
    if tampering.isSealedAnew {
      let store = try await SQLiteGoalStore.open(path: copy, .asIs)
      let forger = SealingKey()
      // They register themselves, vouched for by themselves.
      let worker = try NewIdentity(
        worker: "worker-2@here",
        publicKey: forger.publicKey,
        database: try await store.databaseID(),
        ledgerKey: forger
      )
      _ = try await store.add(worker, actor: "w2")
      try await store.seal(sealer: "w1", key: forger)
      #expect(await !SealedFile.isSound(copy, keys: [base.key.publicKey]))
      let found = await SealedFile.findings(copy, keys: [base.ledgerKey.publicKey]) ?? []
      let sentences = found.filter(\.isWrong).map(\.sentence)
      #expect(
        sentences == [
          "is signed with \(hexadecimal(forger.publicKey)), which is not a key you named, nor one "
            + "that such a key vouches for"
        ]
      )
    }
    let without = try #require(await SealedFile.findings(copy)).filter(\.isWrong)
    #expect(without.isEmpty, "\(without)")
    #expect(try SealedFile.isSoundInShell(copy))
    let with = try #require(await SealedFile.findings(copy, checkpoint: base.demand))
      .filter(\.isWrong)
    #expect(with.count == 1 && with.first?.subject.hasPrefix(tampering.subject) == true, "\(with)")
  }

  @Test("with the checkpoint is found: a forged one, another key's and another database's")
  func checkpoints() async throws {
    let base = try await SealedFile.made.value
    let store = try await SQLiteGoalStore.open(path: base.path, .asIs)
    func findings(_ checkpoint: Checkpoint, key: SealingKey? = nil) async throws -> [String] {
      var demands = VerificationDemands()
      let trusted = (key ?? base.ledgerKey).publicKey
      demands.checkpoints = [CheckpointDemand(checkpoint, publicKeys: [trusted])]
      return try await store.verify(demands).findings.filter(\.isWrong).map(\.sentence)
    }
    let head = try await store.treeHead(size: nil)
    for size in [1, 2, 100, head.size - 1, head.size] {
      let old = try Checkpoint(await store.treeHead(size: size), key: base.ledgerKey)
      #expect(try await findings(old).isEmpty, "\(size)")
    }
    let forger = SealingKey()
    let signedByOther = try await findings(try Checkpoint(head, key: forger))
    #expect(signedByOther == ["is not signed with a key that you trust"])
    let root = [UInt8](repeating: 1, count: 32)
    let altered = TreeHead(databaseID: head.databaseID, size: head.size, root: root)
    let sentences = try await findings(try Checkpoint(altered, key: base.ledgerKey))
    #expect(sentences.first?.hasPrefix("speaks for others than the first") == true)
    let elsewhere = TreeHead(databaseID: "other", size: head.size, root: head.root)
    let foreign = try await findings(try Checkpoint(elsewhere, key: base.ledgerKey))
    #expect(foreign.first?.hasPrefix("speaks of another database") == true)
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
