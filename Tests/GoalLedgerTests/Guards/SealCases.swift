// Attacks on the seals and on the tree beside them.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  /// Inserts a seal whose columns are right but for those given.
  private static func seal(_ different: [String: String], or clause: String = "") -> String {
    let right = [
      "first_seq": "1", "last_seq": "2", "count": "2",
      "database_id": "(SELECT id FROM database_info)", "previous_hash": "zeroblob(32)",
      "leaf_hashes": "zeroblob(64)", "tree_root": "zeroblob(32)", "schema_hash": "zeroblob(32)",
      "schema_version": "1",
      "public_key": "zeroblob(32)", "sealer": "'w1'",
      "sealed_at": "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')", "hash": "randomblob(32)",
      "signature": "zeroblob(64)",
    ].merging(different) { $1 }
    let columns = right.keys.sorted()
    return "INSERT \(clause)INTO ledger_seals(\(columns.joined(separator: ", "))) "
      + "VALUES (\(columns.map { right[$0] ?? "NULL" }.joined(separator: ", ")))"
  }

  private static let second = [
    "first_seq": "3", "last_seq": "3", "count": "1", "leaf_hashes": "zeroblob(32)",
    "previous_hash": "(SELECT hash FROM ledger_seals)",
  ]

  /// Inserts the tree's row for the first seal, or another.
  private static func row(
    _ values: String = "1, 2, zeroblob(96)",
    or clause: String = ""
  ) -> String {
    "INSERT \(clause)INTO ledger_tree(first_seq, last_seq, hashes) VALUES (\(values))"
  }

  private static func shape(_ column: String, _ value: String, _ refusal: String) -> GuardCase {
    GuardCase(
      "a seal with \(column) \(value)",
      attack: seal([column: value]),
      refusal: refusal
    )
  }

  static let seals: [GuardCase] = [
    GuardCase(
      "a seal that leaves entries out",
      attack: seal(["first_seq": "2", "count": "1", "leaf_hashes": "zeroblob(32)"]),
      refusal: "a seal begins with the first entry that is not sealed yet"
    ),
    GuardCase(
      "a seal replaced",
      given: [seal([:])],
      attack: seal([:], or: "OR REPLACE "),
      refusal: "a seal begins with the first entry that is not sealed yet"
    ),
    GuardCase(
      "a seal of entries to come",
      attack: seal([
        "last_seq": "10000", "count": "10000", "leaf_hashes": "zeroblob(320000)",
      ]),
      refusal: "a seal ends with an entry that exists"
    ),
    GuardCase(
      "a seal with a revoked key",
      attack: seal(["public_key": "(SELECT public_key FROM identities WHERE name = 'old')"]),
      refusal: "the key of this seal was revoked: seal with another"
    ),
    GuardCase(
      "a first seal that follows something",
      attack: seal(["previous_hash": "randomblob(32)"]),
      refusal: "a seal names the hash of the seal before it, the first one 32 zero bytes"
    ),
    GuardCase(
      "a second seal that follows nothing",
      given: [seal([:]), row()],
      attack: seal(second.merging(["previous_hash": "zeroblob(32)"]) { $1 }),
      refusal: "a seal names the hash of the seal before it, the first one 32 zero bytes"
    ),
    shape("database_id", "'x'", "a seal names the database it is made for"),
    shape("sealed_at", "'2001-01-01T00:00:00.000Z'", "a seal is dated when it is made"),
    shape("sealed_at", "'2999-01-01T00:00:00.000Z'", "a seal is dated when it is made"),
    shape(
      "sealed_at",
      "strftime('%Y-%m-%d %H:%M:%f', 'now')",
      "sealed_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    shape("count", "1", "a seal counts the entries from first_seq to last_seq"),
    GuardCase(
      "a seal of nothing",
      attack: seal(["last_seq": "0", "count": "0", "leaf_hashes": "x''"]),
      refusal: "a seal counts the entries from first_seq to last_seq"
    ),
    shape("leaf_hashes", "zeroblob(63)", "a seal holds 32 bytes of hash for each entry"),
    shape("tree_root", "zeroblob(33)", "a seal's tree_root has 32 bytes"),
    GuardCase(
      "a second seal before the tree has grown by the first",
      given: [seal([:])],
      attack: seal(second),
      refusal: "a seal follows only when the tree has grown by the one before it"
    ),
    GuardCase(
      "a row of the tree without a seal",
      attack: row(),
      refusal: "the tree grows by the entries of a seal"
    ),
    GuardCase(
      "a row of the tree for part of a seal",
      given: [seal([:])],
      attack: row("1, 1, zeroblob(64)"),
      refusal: "the tree grows by the entries of a seal"
    ),
    GuardCase(
      "a row of the tree replaced",
      given: [seal([:]), row()],
      attack: row("1, 2, randomblob(96)", or: "OR REPLACE "),
      refusal: "the tree grows where it ends"
    ),
    GuardCase(
      "a row of the tree that leaves one out",
      given: [seal([:])],
      attack: row("2, 2, zeroblob(32)"),
      refusal: "the tree grows where it ends"
    ),
    GuardCase(
      "a row of the tree with half a hash",
      given: [seal([:])],
      attack: row("1, 2, zeroblob(80)"),
      refusal: "the tree grows by whole hashes, one at least for each entry"
    ),
    GuardCase(
      "a row of the tree with too few hashes",
      given: [seal([:])],
      attack: row("1, 2, zeroblob(32)"),
      refusal: "the tree grows by whole hashes, one at least for each entry"
    ),
    GuardCase(
      "a row of the tree changed",
      given: [seal([:]), row()],
      attack: "UPDATE ledger_tree SET hashes = randomblob(96)",
      refusal: "what the tree holds is never changed"
    ),
    GuardCase(
      "a row of the tree deleted",
      given: [seal([:]), row()],
      attack: "DELETE FROM ledger_tree",
      refusal: "what the tree holds is never removed"
    ),
    shape("schema_hash", "zeroblob(31)", "a seal's schema_hash has 32 bytes"),
    shape("public_key", "x''", "a seal's public_key has 32 bytes"),
    shape("hash", "x''", "a seal's hash has 32 bytes"),
    shape("signature", "zeroblob(63)", "a seal's signature has 64 bytes"),
    shape("sealer", "''", "a sealer is a name of 1 to 200 characters without NUL bytes"),
    shape(
      "sealer",
      "'a' || char(0)",
      "a sealer is a name of 1 to 200 characters without NUL bytes"
    ),
    GuardCase(
      "a seal changed",
      given: [seal([:])],
      attack: "UPDATE ledger_seals SET sealer = 'x'",
      refusal: "a seal is never changed"
    ),
    GuardCase(
      "a seal moved onto another",
      given: [seal([:]), row(), seal(second)],
      attack: "UPDATE OR REPLACE ledger_seals SET first_seq = 1 WHERE first_seq = 3",
      refusal: "a seal is never changed"
    ),
    GuardCase(
      "a seal deleted",
      given: [seal([:])],
      attack: "DELETE FROM ledger_seals",
      refusal: "a seal is never removed"
    ),
    GuardCase(
      "a second sealer's lease",
      attack: "INSERT INTO sealer_lease(holder) VALUES ('w2')",
      refusal: "there is one sealer's lease: UPDATE it"
    ),
    GuardCase(
      "the sealer's lease deleted",
      attack: "DELETE FROM sealer_lease",
      refusal: "the sealer's lease is never deleted: SET holder = NULL"
    ),
    GuardCase(
      "a sealer's lease until no time at all",
      attack: "UPDATE sealer_lease SET expires_at = 'soon'",
      refusal: "a sealer's expires_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
  ]
}
