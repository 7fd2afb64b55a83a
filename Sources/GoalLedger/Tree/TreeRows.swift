// The tree in the database: one row of `ledger_tree` for each seal, with the hashes that became
// complete with its entries, in their order.
//
// What must stay true: a row is inserted in the transaction of its seal; reading a hash reads one
// row; rows stay when seals and entries are archived, so that what was once proven can be proven.
import SQLite

/// A row of `ledger_tree`.
struct TreeRow: Sendable, Hashable {
  let firstSeq: Int64
  let lastSeq: Int64
  let hashes: [UInt8]

  static let columns = "first_seq, last_seq, hashes"

  init(firstSeq: Int64, lastSeq: Int64, hashes: [UInt8]) {
    self.firstSeq = firstSeq
    self.lastSeq = lastSeq
    self.hashes = hashes
  }

  /// Reads a row of `columns`.
  init(_ row: borrowing Row) {
    firstSeq = row.int(0) ?? 0
    lastSeq = row.int(1) ?? 0
    hashes = row.blob(2) ?? []
  }

  /// Inserts it; the schema refuses it unless it follows the last row and its seal is there.
  func insert(_ connection: Connection) throws(SQLiteError) {
    try connection.run(
      "INSERT INTO ledger_tree(first_seq, last_seq, hashes) VALUES (?, ?, ?)",
      firstSeq,
      lastSeq,
      hashes
    )
  }

  /// The hashes of its leaves, 32 bytes each, if it has them all; what is not as long as it should
  /// be has none.
  var leafHashes: [UInt8]? {
    guard firstSeq >= 1, lastSeq >= firstSeq, lastSeq < Int64.max / 128,
      hashes.count == 32 * Int(MerkleTree.keptCount(lastSeq) - MerkleTree.keptCount(firstSeq - 1))
    else { return nil }
    var leaves: [UInt8] = []
    var place = 0
    for seq in firstSeq...lastSeq {
      leaves += hashes[place..<place + 32]
      place += 32 * Int(MerkleTree.keptCount(seq) - MerkleTree.keptCount(seq - 1))
    }
    return leaves
  }
}

extension Connection {
  /// The ledger's tree as it is kept.
  var tree: TreeView<SQLiteError> {
    TreeView { (subtree: Subtree) throws(SQLiteError) -> [UInt8] in try self.treeHash(subtree) }
  }

  /// How many leaves the kept tree has.
  func treeSize() throws(SQLiteError) -> Int64 {
    try first("SELECT last_seq FROM ledger_tree ORDER BY first_seq DESC LIMIT 1") {
      $0.int(0) ?? 0
    } ?? 0
  }

  private func treeHash(_ subtree: Subtree) throws(SQLiteError) -> [UInt8] {
    let found = try first(
      """
      SELECT first_seq, hashes
      FROM ledger_tree
      WHERE first_seq <= ?
      ORDER BY first_seq DESC
      LIMIT 1
      """,
      subtree.lastSeq
    ) { row -> [UInt8]? in
      let place = subtree.place - MerkleTree.keptCount((row.int(0) ?? 1) - 1)
      return row.withBytes(1) { bytes in
        guard place >= 0, place < Int64(bytes.byteCount / 32) else { return nil }
        return unsafe bytes.withUnsafeBytes {
          unsafe Array($0[32 * Int(place)..<32 * Int(place) + 32])
        }
      }
    }
    guard case let hash?? = found else {
      throw SQLiteError(
        .corrupt,
        "the ledger's tree lacks a hash that became complete with entry \(subtree.lastSeq)",
        hint: "run: goalledger verify"
      )
    }
    return hash
  }
}
