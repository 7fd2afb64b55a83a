// Whose keys seals may be signed with: the workers that the ledger names, by its entries identity.*.
//
// What must stay true: it is judged by the ledger, whose entries are hashed and sealed, and not by
// when a row says something was; that a key was revoked counts from the entry's place, not its time.
// Who trusts certain keys needs to trust nothing here: a voucher proves itself. In an archive, where
// the entry that added a key may be elsewhere, the rows of identities stand in for it.
import SQLite

/// The keys of workers as the ledger has them, and which of them whoever verifies trusts.
struct SealerKeys: Sendable {
  private struct Standing {
    var name: String
    var kind: String
    var voucher: [UInt8]?
    /// The entry by which it was revoked, 0 for one that is no longer here; nil while it is live.
    var revokedAt: Int64?
  }

  private let database: String
  private let trusted: Set<[UInt8]>?
  private var standings: [[UInt8]: Standing] = [:]
  private var hasWorkers: Bool { standings.values.contains { $0.kind == "worker" } }

  init(
    _ connection: Connection,
    database: String,
    trusted: Set<[UInt8]>?
  ) throws(SQLiteError) {
    self.database = database
    self.trusted = trusted
    try connection.forEach(
      """
      SELECT public_key, name, kind, voucher
      FROM identities
      WHERE EXISTS (SELECT 1 FROM archive_file)
      """
    ) { row throws(SQLiteError) in
      standings[row.blob(0) ?? []] = Standing(
        name: row.text(1) ?? "",
        kind: row.text(2) ?? "",
        voucher: row.blob(3)
      )
      return true
    }
    let entries = try connection.query(
      """
      SELECT seq, event, detail
      FROM identity_ledger
      WHERE goal_id IS NULL AND json_extract(detail, '$.subject') >= 'identity:'
        AND json_extract(detail, '$.subject') < 'identity;'
      """
    ) { ($0.int(0) ?? 0, $0.text(1) ?? "", $0.text(2) ?? "") }
    for (seq, event, detail) in entries.sorted(by: { $0.0 < $1.0 }) {
      take(seq, event, try? JSONValue.parse(detail))
    }
  }

  private mutating func take(_ seq: Int64, _ event: String, _ detail: JSONValue?) {
    guard ["identity.added", "identity.revoked", "identity.carried"].contains(event),
      let key = bytesOfHexadecimal(detail?["public_key"]?.string ?? "")
    else { return }
    var standing = Standing(
      name: detail?["name"]?.string ?? "",
      kind: detail?["kind"]?.string ?? "",
      voucher: detail?["voucher"]?.string.flatMap { bytesOfHexadecimal($0) },
      revokedAt: standings[key]?.revokedAt
    )
    if detail?["until"]?.string != nil, standing.revokedAt == nil {
      standing.revokedAt = event == "identity.revoked" ? seq : 0
    }
    standings[key] = standing
  }

  /// What a key's identity is called; nil where it has none.
  func name(of key: [UInt8]) -> String? { standings[key]?.name }

  /// What is wrong with the key of a seal, or to be noted of it.
  /// - Parameter isFirst: whether no seal before it has this key, and whether one has another.
  func findings(_ seal: Seal, isFirst: Bool, followsOther: Bool) -> [Verification.Finding] {
    let (standing, key) = (standings[seal.publicKey], hexadecimal(seal.publicKey))
    var findings: [Verification.Finding] = []
    if isFirst {
      if let trusted {
        if !trusted.contains(seal.publicKey), !isVouchedFor(seal.publicKey, by: trusted) {
          findings.append(
            .wrong(
              seal.name,
              "is signed with \(key), which is not a key you named, nor one that such a key vouches for"
            )
          )
        }
      } else if hasWorkers, standing?.kind != "worker" {
        let whose = standing.map { "is \($0.name)'s, and no worker's" } ?? "is no worker's"
        findings.append(.wrong(seal.name, "is signed with \(key), which \(whose)"))
      } else if !hasWorkers, followsOther {
        findings.append(.note(seal.name, "is the first one signed with the key \(key)"))
      }
    }
    if let revokedAt = standing?.revokedAt, revokedAt < seal.firstSeq {
      let entry = revokedAt > 0 ? " by entry \(revokedAt)" : ""
      findings.append(
        .wrong(
          seal.name,
          "is signed with \(key), which was revoked\(entry), before its first entry"
        )
      )
    }
    return findings
  }

  private func isVouchedFor(_ key: [UInt8], by trusted: Set<[UInt8]>) -> Bool {
    guard let standing = standings[key], standing.kind == "worker",
      let signature = standing.voucher
    else { return false }
    let voucher = Voucher(database: database, name: standing.name, kind: .worker, publicKey: key)
    return voucher.isSigned(signature, by: trusted)
  }
}
