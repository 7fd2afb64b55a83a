// Whose a public key is: a row of `identities`, and what is asked for to add one.
//
// What must stay true: an identity is what the ledger says it is; a key stands for one for good, and
// a private key is no part of it.

/// Whose a public key is, and for how long.
public struct Identity: Sendable, Hashable, Identifiable {
  /// What an identity stands for.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case person, agent, worker
  }

  /// Its number.
  public let id: Int64
  /// What it is called; of a name one identity is live at a time.
  public let name: String
  /// What it stands for.
  public let kind: Kind
  /// Its Ed25519 public key, 32 bytes.
  public let publicKey: [UInt8]
  /// When it was added.
  public let since: Timestamp
  /// When it was revoked; nil where it is live.
  public let until: Timestamp?
  /// A worker's: the ledger's key's signature, 64 bytes, of what ``Voucher`` says.
  public let voucher: [UInt8]?

  /// Whether it has not been revoked.
  public var isLive: Bool { until == nil }
}

/// An identity that is to be added.
public struct NewIdentity: Sendable, Hashable {
  /// What it is to be called: 1 to 200 characters on one line.
  public let name: String
  /// What it stands for.
  public let kind: Identity.Kind
  /// Its Ed25519 public key, 32 bytes.
  public let publicKey: [UInt8]
  /// A worker's voucher, 64 bytes; nil for any other.
  public let voucher: [UInt8]?

  /// A person's or an agent's.
  public init(name: String, kind: Identity.Kind, publicKey: [UInt8]) {
    self.name = name
    self.kind = kind
    self.publicKey = publicKey
    voucher = nil
  }

  /// A worker's, vouched for by the ledger's key.
  /// - Parameter database: the database's own identity.
  /// - throws: `internal` where it could not be signed.
  public init(
    worker name: String,
    publicKey: [UInt8],
    database: String,
    ledgerKey: SealingKey
  ) throws(LedgerError) {
    self.name = name
    self.publicKey = publicKey
    kind = .worker
    voucher = try Voucher(database: database, name: name, kind: kind, publicKey: publicKey)
      .signature(by: ledgerKey)
  }
}
