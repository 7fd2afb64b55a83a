// A seal: what speaks for a run of ledger entries.
//
// Its hash is the SHA3-256 of the tag "goalledger-seal-v1\n" and the canonical values (said in
// CanonicalEntry.swift) of database_id, first_seq, last_seq, count, previous_hash, leaf_hashes,
// tree_root, schema_hash, schema_version, public_key, sealer, sealed_at, in this order. leaf_hashes
// is the entries' leaf hashes, 32 bytes each, one after the other; tree_root the root of the tree
// over all entries up to last_seq (said in MerkleTree.swift). The signature is Ed25519 over the tag
// "goalledger-seal-signature-v1\n" and the 32 bytes of the hash.
//
// The schema's hash is the SHA3-256 of the tag "goalledger-schema-v1\n" and the canonical values of
// type, name, tbl_name, sql for each row of sqlite_schema whose name does not begin with "sqlite_",
// ordered by name and then type, as bytes compare.
//
// What must stay true: the first seal's previous_hash is 32 zero bytes; every other's is the hash
// of the seal before it; whatever a seal says is in its hash, but for the signature of it.
import Crypto
import SQLite

/// A row of `ledger_seals`.
struct Seal: Sendable, Hashable {
  var firstSeq: Int64
  var lastSeq: Int64
  var count: Int64
  var databaseID: String
  var previousHash: [UInt8]
  var leafHashes: [UInt8]
  var treeRoot: [UInt8]
  var schemaHash: [UInt8]
  var schemaVersion: Int64
  var publicKey: [UInt8]
  var sealer: String
  var sealedAt: String
  var hash: [UInt8] = []
  var signature: [UInt8] = []

  /// What the first seal names as the hash of the one before it.
  static let noHash = [UInt8](repeating: 0, count: 32)

  static let columns = """
    first_seq, last_seq, count, database_id, previous_hash, leaf_hashes, tree_root, \
    schema_hash, schema_version, public_key, sealer, sealed_at, hash, signature
    """

  /// Its hash, as it must be.
  func computedHash() -> [UInt8] {
    var canonical = CanonicalBytes(tag: "goalledger-seal-v1\n")
    let values: [Value] = [
      .text(databaseID), .integer(firstSeq), .integer(lastSeq), .integer(count),
      .blob(previousHash), .blob(leafHashes), .blob(treeRoot), .blob(schemaHash),
      .integer(schemaVersion), .blob(publicKey), .text(sealer), .text(sealedAt),
    ]
    for value in values { canonical.append(value) }
    return canonical.hash
  }

  /// Computes the hash and signs it.
  mutating func sign(with key: SealingKey) throws(LedgerError) {
    publicKey = key.publicKey
    hash = computedHash()
    do {
      signature = Array(try key.key.signature(for: Self.signedBytes(hash)))
    } catch {
      throw LedgerError(.internal, "the seal could not be signed: \(error)")
    }
  }

  /// Whether the signature is the public key's, over the hash as it is.
  var isSigned: Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(signature, for: Self.signedBytes(hash))
  }

  private static func signedBytes(_ hash: [UInt8]) -> [UInt8] {
    Array("goalledger-seal-signature-v1\n".utf8) + hash
  }

  /// Reads a row of `columns`; what is not of its column's type, in a file that was tampered with,
  /// reads as an empty value, and so fails its checks.
  init(_ row: borrowing Row) {
    firstSeq = row.int(0) ?? 0
    lastSeq = row.int(1) ?? 0
    count = row.int(2) ?? 0
    databaseID = row.text(3) ?? ""
    previousHash = row.blob(4) ?? []
    leafHashes = row.blob(5) ?? []
    treeRoot = row.blob(6) ?? []
    schemaHash = row.blob(7) ?? []
    schemaVersion = row.int(8) ?? 0
    publicKey = row.blob(9) ?? []
    sealer = row.text(10) ?? ""
    sealedAt = row.text(11) ?? ""
    hash = row.blob(12) ?? []
    signature = row.blob(13) ?? []
  }

  init(
    after head: SealHead,
    leafHashes: [UInt8],
    treeRoot: [UInt8],
    schema: SchemaPrint,
    sealer: String,
    sealedAt: String
  ) {
    count = Int64(leafHashes.count / 32)
    firstSeq = head.lastSeq + 1
    lastSeq = head.lastSeq + count
    databaseID = head.databaseID
    previousHash = head.hash
    self.leafHashes = leafHashes
    self.treeRoot = treeRoot
    schemaHash = schema.hash
    schemaVersion = schema.version
    publicKey = []
    self.sealer = sealer
    self.sealedAt = sealedAt
  }

  /// Inserts it; the schema refuses it unless it follows the last seal.
  func insert(_ connection: Connection) throws(SQLiteError) {
    try connection.run(
      """
      INSERT INTO ledger_seals(first_seq, last_seq, count, database_id, previous_hash, leaf_hashes,
        tree_root, schema_hash, schema_version, public_key, sealer, sealed_at, hash, signature)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      firstSeq,
      lastSeq,
      count,
      databaseID,
      previousHash,
      leafHashes,
      treeRoot,
      schemaHash,
      schemaVersion,
      publicKey,
      sealer,
      sealedAt,
      hash,
      signature
    )
  }
}

/// Where the next seal begins.
struct SealHead: Sendable, Hashable {
  let databaseID: String
  /// The last sealed entry, in an archive if not here; 0 where none is.
  let lastSeq: Int64
  let hash: [UInt8]

  init(_ connection: Connection) throws(SQLiteError) {
    let id = try connection.first("SELECT id FROM database_info") { $0.text(0) } ?? nil
    let last = try connection.first(
      "SELECT last_seq, hash FROM ledger_seals ORDER BY first_seq DESC LIMIT 1"
    ) { ($0.int(0) ?? 0, $0.blob(1) ?? []) }
    databaseID = id ?? ""
    // Where no seal is here, the last one may be in an archive.
    let start = try LedgerStart(connection)
    lastSeq = last?.0 ?? start.firstSeq - 1
    hash = last?.1 ?? start.previousHash
  }
}

/// The schema as a seal sees it.
struct SchemaPrint: Sendable, Hashable {
  let hash: [UInt8]
  /// A hint alone: SQLite counts it up with every change of the schema.
  let version: Int64

  init(hash: [UInt8], version: Int64) {
    self.hash = hash
    self.version = version
  }

  init(_ connection: Connection) throws(SQLiteError) {
    version = try connection.first("PRAGMA schema_version") { $0.int(0) ?? 0 } ?? 0
    var canonical = CanonicalBytes(tag: "goalledger-schema-v1\n")
    try connection.forEach(
      """
      SELECT type, name, tbl_name, sql
      FROM sqlite_schema
      WHERE name NOT GLOB 'sqlite_*'
      ORDER BY name, type
      """
    ) { row throws(SQLiteError) in
      for column in 0..<4 { canonical.append(column, of: row) }
      return true
    }
    hash = canonical.hash
  }
}
