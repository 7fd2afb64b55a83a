// Attacks on identities: another's name or key, a past, an end undone, an entry forged.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  private static let now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
  private static let annsKey = "(SELECT public_key FROM identities WHERE name = 'ann')"

  /// Adds an identity whose columns are right but for those given.
  private static func identity(_ different: [String: String], or clause: String = "") -> String {
    let right = ["name": "'eve'", "kind": "'person'", "public_key": "randomblob(32)"]
      .merging(different) { $1 }
    let columns = right.keys.sorted()
    return "INSERT \(clause)INTO identities(\(columns.joined(separator: ", "))) "
      + "VALUES (\(columns.map { right[$0] ?? "NULL" }.joined(separator: ", ")))"
  }

  private static func born(
    _ name: String,
    _ different: [String: String],
    _ refusal: String
  ) -> GuardCase {
    GuardCase("an identity " + name, attack: identity(different), refusal: refusal)
  }

  private static let kept = "of an identity only until changes: revoke it, and add another"
  private static let ended = "what is revoked stays revoked: add another identity, with a new key"
  private static let today =
    "an identity is revoked now: SET until = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
  private static let actor = """
    actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte
    """
  private static let entry = "an entry of an identity is written as it is added or revoked"
  private static let voucher = "a worker has a voucher of 64 bytes, and no other identity has one"

  static let identities: [GuardCase] = [
    born("with a number", ["id": "70"], "an identity's id is given by the database: leave id out"),
    born("with the number -1", ["id": "-1"], "an identity is numbered from 1: leave id out"),
    GuardCase(
      "an identity replaced by its number",
      attack: identity(["id": "1"], or: "OR REPLACE "),
      refusal: "an identity's id is given by the database: leave id out"
    ),
    born(
      "from the past",
      ["since": "'2020-01-01T00:00:00.000Z'"],
      "an identity is added now: leave since out"
    ),
    born("with an end", ["until": now], "an identity begins without an end: leave until out"),
    born(
      "with another's key",
      ["public_key": annsKey],
      "a key stands for one identity for good: make another key"
    ),
    GuardCase(
      "an identity replaced by its key",
      attack: identity(["public_key": annsKey], or: "OR REPLACE "),
      refusal: "a key stands for one identity for good: make another key"
    ),
    born(
      "with a revoked one's key",
      ["public_key": "(SELECT public_key FROM identities WHERE name = 'old')"],
      "a key stands for one identity for good: make another key"
    ),
    GuardCase(
      "an identity replaced by its name",
      attack: identity(["name": "'ann'"], or: "OR REPLACE "),
      refusal: "an identity of this name is live: revoke it first, or take another name"
    ),
    GuardCase(
      "an identity upserted",
      attack: identity(["name": "'ann'"])
        + " ON CONFLICT(name) WHERE until IS NULL DO UPDATE SET kind = 'agent'",
      refusal: "an identity of this name is live: revoke it first, or take another name"
    ),
    born(
      "without a name",
      ["name": "''"],
      "an identity has a name of 1 to 200 characters on one line without NUL bytes"
    ),
    born(
      "with a name of two lines",
      ["name": "'a' || char(10)"],
      "an identity has a name of 1 to 200 characters on one line without NUL bytes"
    ),
    born("added by nobody", ["actor": "''"], actor),
    born("with a reason that holds a NUL byte", ["reason": "char(0)"], actor),
    born(
      "of an unknown kind",
      ["kind": "'ghost'"],
      "an identity is a person, an agent or a worker"
    ),
    born("with a short key", ["public_key": "x'00'"], "an identity's public_key has 32 bytes"),
    born("of a worker without a voucher", ["kind": "'worker'"], voucher),
    born("of a worker with half one", ["kind": "'worker'", "voucher": "zeroblob(32)"], voucher),
    born("of a person with a voucher", ["voucher": "zeroblob(64)"], voucher),
    GuardCase(
      "an identity with another name",
      attack: "UPDATE identities SET name = 'eve' WHERE name = 'ann'",
      refusal: kept
    ),
    GuardCase(
      "an identity with another key",
      attack: "UPDATE OR REPLACE identities SET public_key = randomblob(32) WHERE name = 'ann'",
      refusal: kept
    ),
    GuardCase(
      "an identity of another kind",
      attack: "UPDATE identities SET kind = 'agent' WHERE name = 'ann'",
      refusal: kept
    ),
    GuardCase(
      "an identity that was always there",
      attack: "UPDATE identities SET since = '2020-01-01T00:00:00.000Z'",
      refusal: kept
    ),
    GuardCase(
      "an identity with another voucher",
      attack: "UPDATE identities SET voucher = randomblob(64) WHERE kind = 'worker'",
      refusal: kept
    ),
    GuardCase(
      "an identity moved upon another",
      attack: "UPDATE OR REPLACE identities SET rowid = 2 WHERE name = 'ann'",
      refusal: kept
    ),
    GuardCase(
      "a revoked identity brought back",
      attack: "UPDATE identities SET until = NULL WHERE name = 'old'",
      refusal: ended
    ),
    GuardCase(
      "a revoked identity revoked again",
      attack: "UPDATE identities SET until = \(now) WHERE name = 'old'",
      refusal: ended
    ),
    GuardCase(
      "an identity revoked in the past",
      attack: "UPDATE identities SET until = '2020-01-01T00:00:00.000Z' WHERE name = 'ann'",
      refusal: today
    ),
    GuardCase(
      "an identity revoked one day",
      attack: "UPDATE identities SET until = 'soon' WHERE name = 'ann'",
      refusal: today
    ),
    GuardCase(
      "an identity revoked by nobody",
      attack: "UPDATE identities SET until = \(now), actor = '' WHERE name = 'ann'",
      refusal: actor
    ),
    GuardCase(
      "an identity deleted",
      attack: "DELETE FROM identities WHERE name = 'ann'",
      refusal: """
        an identity is never deleted: revoke it, SET until = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        """
    ),
    GuardCase(
      "an identity whose birth is ignored",
      given: [
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(assurance) WHERE actor = 'twice'",
        "INSERT INTO identity_ledger(event, actor) VALUES ('note', 'twice')",
      ],
      attack: identity(["actor": "'twice'"], or: "OR IGNORE "),
      refusal: "the ledger took no entry of this identity, so nothing is changed"
    ),
    GuardCase(
      "an end that no entry tells of",
      given: [
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(assurance) WHERE actor = 'twice'",
        "INSERT INTO identity_ledger(event, actor) VALUES ('note', 'twice')",
      ],
      attack: "UPDATE OR IGNORE identities SET until = \(now), actor = 'twice' WHERE name = 'ann'",
      refusal: "the ledger took no entry of this identity, so nothing is changed"
    ),
    GuardCase(
      "an identity's entry repeated",
      attack: """
        INSERT INTO identity_ledger(event, detail) SELECT event, detail FROM identity_ledger \
        WHERE event = 'identity.added' AND detail LIKE '%"ann"%'
        """,
      refusal: entry
    ),
    GuardCase(
      "an identity's end repeated",
      attack: """
        INSERT INTO identity_ledger(event, detail) SELECT event, detail FROM identity_ledger \
        WHERE event = 'identity.revoked'
        """,
      refusal: entry
    ),
    GuardCase(
      "an identity's end forged",
      attack: """
        INSERT INTO identity_ledger(event, detail) \
        SELECT 'identity.revoked', json_set(detail, '$.until', \(now)) FROM identity_ledger \
        WHERE event = 'identity.added' AND detail LIKE '%"ann"%'
        """,
      refusal: entry
    ),
    GuardCase(
      "an identity forged on the ledger",
      attack: """
        INSERT INTO identity_ledger(event, detail) \
        VALUES ('identity.added', '{"subject":"identity:00","name":"eve","public_key":"00"}')
        """,
      refusal: entry
    ),
    GuardCase(
      "an identity's entry with states",
      attack: """
        INSERT INTO identity_ledger(event, to_state, detail) SELECT event, 'live', detail \
        FROM identity_ledger WHERE event = 'identity.added'
        """,
      refusal: entry
    ),
  ]
}
