// A thousand random mutations of rows and bytes, none of which both verifiers may miss.
import Foundation
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Mutations")
struct MutationTests {
  /// What a mutation may hit, and how: every column of the ledger and of the seals, and what the
  /// fold says of goals.
  private static func statement(_ random: inout SplitMix, entries: Int64, seals: [Int64]) -> String
  {
    let seq = Int64(random.next() % UInt64(entries)) + 1
    let seal = seals[Int(random.next() % UInt64(seals.count - 1))]
    let text = random.pick(["x", " ", "\u{e9}", "0"])
    switch random.next() % 5 {
    case 3:
      return random.pick([
        "UPDATE ledger_seals SET tree_root = randomblob(32) WHERE first_seq = \(seal)",
        "UPDATE ledger_tree SET hashes = randomblob(length(hashes)) WHERE first_seq = \(seal)",
        "UPDATE ledger_tree SET hashes = CAST(hashes || zeroblob(32) AS BLOB) "
          + "WHERE first_seq = \(seal)",
        "UPDATE ledger_tree SET hashes = substr(hashes, 33) WHERE first_seq = \(seal)",
        "UPDATE ledger_tree SET last_seq = last_seq + 1 WHERE first_seq = \(seal)",
        "UPDATE ledger_tree SET first_seq = first_seq + 1 WHERE first_seq = \(seal)",
        "DELETE FROM ledger_tree WHERE first_seq = \(seal)",
      ])
    case 0:
      let column = random.pick(["actor", "assurance", "event", "from_state", "to_state", "reason"])
      return "UPDATE identity_ledger SET \(column) = coalesce(\(column), '') || '\(text)' "
        + "WHERE seq = \(seq)"
    case 1:
      return random.pick([
        "UPDATE identity_ledger SET at = strftime('%Y-%m-%dT%H:%M:%fZ', at, '+1 seconds') "
          + "WHERE seq = \(seq)",
        "UPDATE identity_ledger SET goal_id = coalesce(goal_id, 0) + 1000 WHERE seq = \(seq)",
        "UPDATE identity_ledger SET goal_version = coalesce(goal_version, 0) + 100 WHERE seq = \(seq)",
        "UPDATE identity_ledger SET attempt_id = coalesce(attempt_id, 0) - 1 WHERE seq = \(seq)",
        "UPDATE identity_ledger SET task_id = coalesce(task_id, 0) + 1 WHERE seq = \(seq)",
        "UPDATE identity_ledger SET detail = json_insert(coalesce(detail, '{}'), '$.y', 1) "
          + "WHERE seq = \(seq)",
        "DELETE FROM identity_ledger WHERE seq = \(seq)",
      ])
    case 2:
      return random.pick([
        "UPDATE ledger_seals SET hash = randomblob(32) WHERE first_seq = \(seal)",
        "UPDATE ledger_seals SET previous_hash = randomblob(32) WHERE first_seq = \(seal)",
        "UPDATE ledger_seals SET leaf_hashes = randomblob(32 * count) WHERE first_seq = \(seal)",
        "UPDATE ledger_seals SET schema_hash = randomblob(32) WHERE first_seq = \(seal)",
        "UPDATE ledger_seals SET schema_version = schema_version + 1 WHERE first_seq = \(seal)",
        "UPDATE ledger_seals SET public_key = randomblob(32) WHERE first_seq = \(seal)",
        "UPDATE ledger_seals SET sealer = sealer || '\(text)' WHERE first_seq = \(seal)",
        "UPDATE ledger_seals SET last_seq = last_seq - 1, count = count - 1, leaf_hashes = "
          + "substr(leaf_hashes, 1, 32 * count - 32) WHERE first_seq = \(seal)",
        "DELETE FROM ledger_seals WHERE first_seq = \(seal)",
      ])
    default:
      return "UPDATE goals SET "
        + random.pick([
          "text = text || '\(text)'", "version = version + 1", "attempts = attempts + 1",
          "state = CASE state WHEN 'abandoned' THEN 'failed' ELSE 'abandoned' END",
          "context = '{\"x\":1}'", "max_attempts = max_attempts + 1",
          "deadline = '2999-01-01T00:00:00.000Z'",
        ]) + " WHERE id = \(1 + random.next() % 56)"
    }
  }

  @Test("of rows are found by both verifiers", arguments: 0..<4)
  func rows(part: Int) async throws {
    let base = try await SealedFile.made.value
    let original = try Connection(path: base.path)
    let entries = try original.first("SELECT max(seq) FROM identity_ledger") { $0.int(0) ?? 0 } ?? 0
    let seals = try original.query("SELECT first_seq FROM ledger_seals ORDER BY 1") {
      $0.int(0) ?? 0
    }
    var random = SplitMix(state: UInt64(100 + part))
    for number in 0..<200 {
      let copy = try base.copy("rows-\(part)-\(number)")
      defer { SealedFile.remove(copy) }
      let sql = Self.statement(&random, entries: entries, seals: seals)
      try SealedFile.tamper(
        copy,
        [".dbconfig enable_trigger off", "PRAGMA ignore_check_constraints = ON", sql]
      )
      #expect(await !SealedFile.isSound(copy), "missed: \(sql)")
      // The shell has no SHA-256, and says so.
      let isOfTree = sql.contains(" ledger_tree ")
      #expect(try SealedFile.isSoundInShell(copy) == isOfTree, "missed in the shell: \(sql)")
    }
  }

  @Test(
    "of bytes that change the ledger or the seals are found by both verifiers",
    arguments: 0..<2
  )
  func bytes(part: Int) async throws {
    let base = try await SealedFile.made.value
    let pages = try Shell.succeed([
      "sqlite3", "-batch", base.path,
      "SELECT pageno FROM dbstat WHERE name IN ('identity_ledger', 'ledger_seals', 'ledger_tree')",
    ]).split(separator: "\n").compactMap { Int($0) }
    let untouched = try Self.content(base.path)
    let original = try Data(contentsOf: URL(filePath: base.path))
    var random = SplitMix(state: UInt64(500 + part))
    var changed = 0
    for number in 0..<150 {
      let copy = "\(base.folder.path)/bytes-\(part)-\(number).db"
      defer { SealedFile.remove(copy) }
      var bytes = original
      let page = pages[Int(random.next() % UInt64(pages.count))]
      let place = (page - 1) * 4_096 + Int(random.next() % 4_096)
      bytes[place] ^= UInt8(truncatingIfNeeded: random.next() % 255 + 1)
      try bytes.write(to: URL(filePath: copy))
      // A byte between the cells of a page is part of no row.
      guard (try? Self.content(copy)) != untouched else { continue }
      changed += 1
      #expect(await !SealedFile.isSound(copy), "missed: byte \(place)")
      let sound = try SealedFile.isSoundInShell(copy)
      // The shell checks no signatures, 64 bytes of each seal, and no SHA-256.
      if sound {
        #expect(await Self.isOutsideTheShell(copy), "missed in the shell: byte \(place)")
      }
    }
    #expect(changed > 80)
  }

  private static func isOutsideTheShell(_ copy: String) async -> Bool {
    let findings = await SealedFile.findings(copy)?.filter(\.isWrong) ?? []
    return findings.allSatisfy { finding in
      finding.sentence == "is not signed with the key that it names"
        || finding.sentence.contains("tree") || finding.subject.hasPrefix("tree of")
    }
  }

  private static func content(_ path: String) throws -> [[Value]] {
    let database = try Connection(path: path)
    return try database.rows("SELECT *, CAST(reason AS BLOB) FROM identity_ledger")
      + database.rows("SELECT * FROM ledger_seals")
      + database.rows("SELECT * FROM ledger_tree")
  }
}
