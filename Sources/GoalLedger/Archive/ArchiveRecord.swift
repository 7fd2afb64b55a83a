// A pass of archiving as the database remembers it: what went, where to, and the seal it ended with.
//
// Its signature is Ed25519 over the tag "goalledger-archive-v1\n" and the canonical values (said in
// CanonicalEntry.swift) of database_id, number, file, first_seq, last_seq, last_hash, goals, actor,
// made_at, public_key, in this order.
//
// What must stay true: whatever a row says is signed; a plain client that deletes history as a pass
// does cannot make that signature.
import Crypto
import SQLite

/// A row of `archives`.
public struct ArchiveRecord: Sendable, Hashable {
  /// Passes are numbered from 1.
  public var number: Int64
  /// The file, an absolute path.
  public var file: String
  /// The first entry that went.
  public var firstSeq: Int64
  /// The last entry that went.
  public var lastSeq: Int64
  /// The hash of the last seal that went, which the first one that stayed names.
  public var lastHash: [UInt8]
  /// How many goals went.
  public var goals: Int64
  /// Who archived.
  public var actor: String
  /// When.
  public var madeAt: String
  var publicKey: [UInt8] = []
  var signature: [UInt8] = []

  static let columns = """
    number, file, first_seq, last_seq, last_hash, goals, actor, made_at, public_key, signature
    """

  /// Reads a row of `columns`; what is not of its column's type reads as an empty value, and so
  /// fails its checks.
  init(_ row: borrowing Row) {
    number = row.int(0) ?? 0
    file = row.text(1) ?? ""
    firstSeq = row.int(2) ?? 0
    lastSeq = row.int(3) ?? 0
    lastHash = row.blob(4) ?? []
    goals = row.int(5) ?? 0
    actor = row.text(6) ?? ""
    madeAt = row.text(7) ?? ""
    publicKey = row.blob(8) ?? []
    signature = row.blob(9) ?? []
  }

  init(number: Int64, file: String, actor: String, of stretch: SealStretch, goals: Int64) {
    self.number = number
    self.file = file
    self.actor = actor
    self.goals = goals
    firstSeq = stretch.firstSeq
    lastSeq = stretch.lastSeq
    lastHash = stretch.lastHash
    madeAt = Timestamp.now.description
  }

  /// All of them, first to last.
  static func all(_ connection: Connection) throws(SQLiteError) -> [ArchiveRecord] {
    try connection.query("SELECT \(columns) FROM archives ORDER BY number") { ArchiveRecord($0) }
  }

  /// Signs it for a database.
  mutating func sign(with key: SealingKey, database: String) throws(LedgerError) {
    publicKey = key.publicKey
    do {
      signature = Array(try key.key.signature(for: signedBytes(database)))
    } catch {
      throw LedgerError(.internal, "the archive could not be signed: \(error)")
    }
  }

  /// Whether the signature is the public key's.
  func isSigned(database: String) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(signature, for: signedBytes(database))
  }

  private func signedBytes(_ database: String) -> [UInt8] {
    var canonical = CanonicalBytes(tag: "goalledger-archive-v1\n")
    let values: [Value] = [
      .text(database), .integer(number), .text(file), .integer(firstSeq), .integer(lastSeq),
      .blob(lastHash), .integer(goals), .text(actor), .text(madeAt), .blob(publicKey),
    ]
    for value in values { canonical.append(value) }
    return canonical.bytes
  }

  /// Inserts it, and with it the entry `archive.made`.
  func insert(_ connection: Connection) throws(SQLiteError) {
    try connection.run(
      "INSERT INTO archives(\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      number,
      file,
      firstSeq,
      lastSeq,
      lastHash,
      goals,
      actor,
      madeAt,
      publicKey,
      signature
    )
  }
}

/// Whole seals that follow each other, by their ends.
struct SealStretch: Sendable, Hashable {
  let firstSeq: Int64
  let lastSeq: Int64
  let lastHash: [UInt8]
  let seals: Int64

  /// The oldest seals of a database, up to the first one that was not made before `time`, through the
  /// entry `last` and with `most` entries at most, if more than one seal's; nil where there is none.
  init?(
    _ connection: Connection,
    before time: Timestamp,
    through last: Int64 = .max,
    most: Int64 = .max
  ) throws(SQLiteError) {
    let found = try connection.first(
      """
      WITH oldest(seq) AS (SELECT min(first_seq) FROM ledger_seals),
      old AS (
        SELECT first_seq, last_seq, hash FROM ledger_seals
        WHERE first_seq < coalesce(
            (SELECT min(first_seq) FROM ledger_seals WHERE sealed_at >= ?1), 9223372036854775807)
          AND last_seq <= ?2
          AND (last_seq - (SELECT seq FROM oldest) < ?3 OR first_seq = (SELECT seq FROM oldest))
      )
      SELECT min(first_seq), max(last_seq), count(*),
        (SELECT hash FROM old ORDER BY first_seq DESC LIMIT 1)
      FROM old
      """,
      time.description,
      last,
      most
    ) { row throws(SQLiteError) in
      (first: row.int(0), last: row.int(1), count: row.int(2) ?? 0, hash: row.blob(3) ?? [])
    }
    guard let found, let first = found.first, let last = found.last else { return nil }
    (firstSeq, lastSeq, seals, lastHash) = (first, last, found.count, found.hash)
  }
}
