// Where a file's part of the ledger begins: at entry 1, after what was archived, or, for an archive,
// where it continues another one.
import SQLite

/// The row of `ledger_start`.
struct LedgerStart: Sendable, Hashable {
  /// The first entry that the file is to hold.
  let firstSeq: Int64
  /// The hash that its first seal is to name.
  let previousHash: [UInt8]

  init(_ connection: Connection) throws(SQLiteError) {
    let row = try connection.first("SELECT first_seq, previous_hash FROM ledger_start") {
      ($0.int(0) ?? 1, $0.blob(1) ?? Seal.noHash)
    }
    firstSeq = row?.0 ?? 1
    previousHash = row?.1 ?? Seal.noHash
  }
}
