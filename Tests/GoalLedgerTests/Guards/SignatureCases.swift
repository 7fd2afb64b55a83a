// Attacks on the signatures of requests and on what workers find of them.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  /// Looks like a signature to the schema, and is none.
  private static func text(_ letters: String) -> String {
    "'-----BEGIN SSH SIGNATURE-----' || char(10) || '\(letters)' || char(10) || "
      + "'-----END SSH SIGNATURE-----' || char(10)"
  }

  /// Gives a signature whose columns are right but for those given.
  private static func give(_ different: [String: String] = [:]) -> String {
    let right = [
      "goal_id": "2", "goal_version": "1", "request": "'adopt'", "signature": text("AAAA"),
    ].merging(different) { $1 }
    let columns = right.keys.sorted()
    return "INSERT INTO goal_signatures(\(columns.joined(separator: ", "))) "
      + "VALUES (\(columns.map { right[$0] ?? "NULL" }.joined(separator: ", ")))"
  }

  private static let cat =
    "INSERT INTO identities(name, kind, public_key) VALUES ('cat', 'person', randomblob(32))"
  private static let worker = """
    INSERT INTO identities(name, kind, public_key, voucher) \
    VALUES ('w7', 'worker', randomblob(32), zeroblob(64))
    """
  private static let lease = """
    INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at) \
    VALUES (2, 'w1', 30, '2999-01-01T00:00:00.000Z')
    """
  private static let leased = [cat, give(), lease]
  private static let verified = """
    UPDATE goal_signatures SET finding = 'verified', identity = 'cat', attempt_id = 9, \
    lease_token = 30
    """
  private static let once = "a signature is judged once"
  private static let holder = """
    only the holder of the lease judges signatures: SET attempt_id and lease_token to those of \
    the open attempt
    """
  private static let proof = "a signature is verified as an identity's, or refused with a reason"
  private static let live = """
    a verified signature is that of a person or agent whose key was live when it was given
    """
  private static let entry =
    "an entry of a signature is written as the signature is given or judged"
  private static let carried =
    "an entry that carries something over is written by goalledger archive"

  private static func refused(
    _ name: String,
    _ different: [String: String],
    _ refusal: String
  ) -> GuardCase {
    GuardCase("a signature " + name, attack: give(different), refusal: refusal)
  }

  /// A finding that is not right.
  private static func found(_ name: String, _ assignments: String, _ refusal: String) -> GuardCase {
    GuardCase(
      "a finding " + name,
      given: leased,
      attack: "UPDATE goal_signatures SET \(assignments)",
      refusal: refusal
    )
  }

  static let signatures: [GuardCase] = [
    refused(
      "with an id of its own",
      ["id": "1"],
      "a signature's id is given by the database: leave id out"
    ),
    refused(
      "with the id that means none",
      ["id": "-1"],
      "a signature is numbered from 1: leave id out"
    ),
    refused(
      "for no goal",
      ["goal_id": "99"],
      "a signature speaks for a goal as it is: say goal_id and the goal's present version"
    ),
    refused(
      "for another version",
      ["goal_version": "2"],
      "a signature speaks for a goal as it is: say goal_id and the goal's present version"
    ),
    refused("of some other request", ["request": "'drop'"], "a request is 'add' or 'adopt'"),
    GuardCase(
      "a signature of an addition long after it",
      given: ["UPDATE goals SET state = 'proposed' WHERE id = 2"],
      attack: give(["goal_version": "2", "request": "'add'"]),
      refusal: "a goal is signed as added while it is at version 1: sign 'adopt' instead"
    ),
    refused(
      "while the goal executes",
      ["goal_id": "16", "goal_version": "2"],
      "a request is signed before its goal executes"
    ),
    refused(
      "of a goal that has ended",
      ["goal_id": "4", "goal_version": "3"],
      "a request is signed before its goal executes"
    ),
    refused(
      "from before a revocation",
      ["at": "'2020-01-01T00:00:00.000Z'"],
      "a signature is dated when it is given: leave at out"
    ),
    refused(
      "with its finding",
      ["finding": "'verified'", "identity": "'cat'"],
      "a signature is given without a finding: a worker verifies it"
    ),
    refused(
      "of nobody",
      ["actor": "''"],
      "actor is a name of 1 to 200 characters on one line without NUL bytes"
    ),
    refused(
      "without its armor",
      ["signature": "'AAAA'"],
      "a signature is the text that ssh-keygen -Y sign writes, of up to 4096 bytes"
    ),
    refused(
      "that is too long",
      ["signature": text(String(repeating: "A", count: 4096))],
      "a signature is the text that ssh-keygen -Y sign writes, of up to 4096 bytes"
    ),
    GuardCase(
      "a signature given again",
      given: [give()],
      attack: give(["goal_id": "1"]),
      refusal: "this signature was given before: it speaks for one request, once"
    ),
    GuardCase(
      "a signature given again without its last line feed",
      given: [give()],
      attack: give(["signature": "rtrim(\(text("AAAA")), char(10))"]),
      refusal: "this signature was given before: it speaks for one request, once"
    ),
    GuardCase(
      "a signature whose entry is ignored",
      given: [
        "INSERT INTO identity_ledger(event, actor) VALUES ('note', 'twice')",
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(actor) WHERE actor = 'twice'",
      ],
      attack: "INSERT OR IGNORE" + give(["actor": "'twice'"]).dropFirst("INSERT".count),
      refusal: "the ledger took no entry of this signature, so nothing is changed"
    ),
    GuardCase(
      "a finding whose entry is ignored",
      given: leased + [
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(to_state) WHERE actor = 'w1' AND to_state IN "
          + "('verified', 'seen')",
        "DROP TRIGGER identity_ledger_insert",
        "INSERT INTO identity_ledger(seq, event, actor, to_state) "
          + "SELECT max(seq) + 1, 'note', 'w1', 'verified' FROM identity_ledger",
      ],
      attack: "UPDATE OR IGNORE" + verified.dropFirst("UPDATE".count),
      refusal: "the ledger took no entry of this signature, so nothing is changed"
    ),
    found(
      "that moves the signature to another goal",
      "goal_id = 1, attempt_id = 9, lease_token = 30",
      "a signature keeps its id, goal, version, request, text and date"
    ),
    found(
      "that dates the signature back",
      "at = '2020-01-01T00:00:00.000Z'",
      "a signature keeps its id, goal, version, request, text and date"
    ),
    found("by anybody", "finding = 'verified', identity = 'cat'", holder),
    found(
      "by the holder of another lease",
      "finding = 'verified', identity = 'cat', attempt_id = 8, lease_token = 18",
      holder
    ),
    found("of an attempt alone", "attempt_id = 9, lease_token = 30", proof),
    found("for nobody", "finding = 'verified', attempt_id = 9, lease_token = 30", proof),
    found("without a reason", "finding = 'refused', attempt_id = 9, lease_token = 30", proof),
    found(
      "with an empty reason",
      "finding = 'refused', finding_reason = ' ', attempt_id = 9, lease_token = 30",
      "a finding's reason is a text without NUL bytes"
    ),
    found(
      "that is none",
      "finding = 'seen', finding_reason = 'x', attempt_id = 9, lease_token = 30",
      proof
    ),
    GuardCase(
      "a finding that is none, of whoever took the trigger away",
      given: leased + ["DROP TRIGGER goal_signatures_before_update"],
      attack: "UPDATE goal_signatures SET finding = 'seen'",
      refusal: "a finding is 'verified' or 'refused'"
    ),
    found(
      "for somebody who is not known",
      "finding = 'verified', identity = 'bob', attempt_id = 9, lease_token = 30",
      live
    ),
    GuardCase(
      "a finding for a worker",
      given: leased + [worker],
      attack: verified.replacing("'cat'", with: "'w7'"),
      refusal: live
    ),
    GuardCase(
      "a finding for somebody who is known since",
      given: [
        give(), lease, "DROP TRIGGER identities_before_insert",
        "INSERT INTO identities(name, kind, public_key, since) "
          + "VALUES ('cat', 'person', randomblob(32), '2999-01-01T00:00:00.000Z')",
      ],
      attack: verified,
      refusal: live
    ),
    GuardCase(
      "another finding",
      given: leased + [verified],
      attack:
        "UPDATE goal_signatures SET finding = 'refused', finding_reason = 'x', identity = NULL, "
        + "attempt_id = 9, lease_token = 30",
      refusal: once
    ),
    GuardCase(
      "a finding taken back",
      given: leased + [verified],
      attack: "UPDATE goal_signatures SET finding = NULL, identity = NULL, attempt_id = NULL",
      refusal: once
    ),
    GuardCase(
      "a signature deleted",
      given: [give()],
      attack: "DELETE FROM goal_signatures",
      refusal: "a signature is never deleted: it is part of its goal's history"
    ),
    GuardCase(
      "an entry of a finding that nobody made",
      given: leased,
      attack: """
        INSERT INTO identity_ledger(event, assurance, goal_id, from_state, to_state, detail) \
        SELECT 'signature.verified', 'signed', goal_id, 'added', 'verified', detail \
        FROM carried_signatures
        """,
      refusal: entry
    ),
    GuardCase(
      "an entry of a finding once more",
      given: leased + [verified],
      attack: """
        INSERT INTO identity_ledger(event, assurance, goal_id, attempt_id, from_state, to_state, \
        detail) SELECT 'signature.verified', 'signed', goal_id, attempt_id, 'verified', 'verified', \
        detail FROM carried_signatures
        """,
      refusal: entry
    ),
    GuardCase(
      "an entry of a signature that was not given",
      attack: """
        INSERT INTO identity_ledger(event, goal_id, to_state, detail) \
        VALUES ('signature.added', 2, 'added', '{"signature":1}')
        """,
      refusal: entry
    ),
    GuardCase(
      "a verified signature that is only claimed",
      given: leased,
      attack: """
        INSERT INTO identity_ledger(event, goal_id, to_state) \
        VALUES ('signature.verified', 2, 'verified')
        """,
      refusal: "plain SQL proves nobody: assurance is 'claimed'"
    ),
    GuardCase(
      "a given signature that claims more",
      attack: """
        INSERT INTO identity_ledger(event, assurance, goal_id, to_state) \
        VALUES ('signature.added', 'signed', 2, 'added')
        """,
      refusal: "plain SQL proves nobody: assurance is 'claimed'"
    ),
    GuardCase(
      "a signature carried over at any time",
      given: [give()],
      attack: """
        INSERT INTO identity_ledger(event, goal_id, to_state, detail) \
        SELECT 'signature.carried', goal_id, to_state, detail FROM carried_signatures
        """,
      refusal: carried
    ),
  ]
}
