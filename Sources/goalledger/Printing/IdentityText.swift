import GoalLedger

/// What `identity` prints.
enum IdentityText {
  /// One identity and how it stands.
  static func line(_ identity: Identity) -> String {
    let standing =
      identity.until.map { "was revoked at \($0)" } ?? "is known since \(identity.since)"
    return "\(identity.kind.rawValue) \(Columns.oneLine(identity.name, 200)) \(standing)"
  }

  /// All of them, a line each.
  static func table(_ identities: [Identity]) -> String {
    guard !identities.isEmpty else { return "no identities\n" }
    let rows = identities.map { identity in
      [
        Columns.oneLine(identity.name, 60), identity.kind.rawValue, identity.since.description,
        identity.until?.description ?? "live", hexadecimal(identity.publicKey),
      ]
    }
    return Columns.table([["NAME", "KIND", "SINCE", "UNTIL", "PUBLIC KEY"]] + rows)
      .map { $0 + "\n" }.joined()
  }

  /// One as a document.
  static func json(_ identity: Identity) -> JSONValue {
    [
      "name": .string(identity.name),
      "kind": .string(identity.kind.rawValue),
      "public_key": .string(hexadecimal(identity.publicKey)),
      "since": .string(identity.since.description),
      "until": JSONValue(identity.until?.description),
      "voucher": JSONValue(identity.voucher.map { hexadecimal($0) }),
    ]
  }
}
