// What the ledger's key signs for a worker: that this key is the worker's, in this database.
//
// A voucher is Ed25519 over the tag "goalledger-voucher-v1\n" and the canonical values (said in
// CanonicalEntry.swift) of database_id, name, kind, public_key, in this order: TEXT, TEXT, TEXT and
// BLOB.
//
// What must stay true: whoever trusts the ledger's key needs to trust nothing in the file to know
// which keys are its workers'; a voucher for one database, name or kind is none for another.
import Crypto
import SQLite

/// What a voucher says.
struct Voucher: Sendable, Hashable {
  let database: String
  let name: String
  let kind: Identity.Kind
  let publicKey: [UInt8]

  /// The ledger's key's signature, 64 bytes.
  func signature(by key: SealingKey) throws(LedgerError) -> [UInt8] {
    do {
      return Array(try key.key.signature(for: signedBytes))
    } catch {
      throw LedgerError(.internal, "the worker's key could not be vouched for: \(error)")
    }
  }

  /// Whether a signature is that of one of these keys.
  func isSigned(_ signature: [UInt8], by keys: Set<[UInt8]>) -> Bool {
    keys.contains { key in
      guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else {
        return false
      }
      return key.isValidSignature(signature, for: signedBytes)
    }
  }

  private var signedBytes: [UInt8] {
    var canonical = CanonicalBytes(tag: "goalledger-voucher-v1\n")
    canonical.append(.text(database))
    canonical.append(.text(name))
    canonical.append(.text(kind.rawValue))
    canonical.append(.blob(publicKey))
    return canonical.bytes
  }
}
