import ArgumentParser
import GoalLedger
import Worker

/// With whose key a request is signed.
struct SigningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Sign it: with the key of that identity, or in a file named with a slash, such as ./id_ed25519.",
      valueName: "name|file"
    )
  )
  var sign: String?

  func validate() throws {
    if sign?.isEmpty == true { throw ValidationError("--sign must name an identity or a file.") }
  }

  /// The key to sign with; nil where nothing is to be signed.
  /// - throws: `unavailable` where there is no such key, `invalid` where the file holds none.
  func key(_ store: SQLiteGoalStore) async throws(LedgerError) -> SealingKey? {
    guard let sign else { return nil }
    guard !sign.contains("/") else {
      let text = try TextFile.read(sign)
      if text.hasPrefix("ssh-") {
        throw LedgerError(
          .invalid,
          "the key file \(sign) holds a public key",
          hint: "name the private one, which lies beside it without .pub"
        )
      }
      if text.hasPrefix("-----BEGIN") { return try SealingKey(openSSH: text, name: sign) }
      return try Self.required(KeyFile(path: sign), sign)
    }
    let file = KeyFile.ofPerson(
      sign,
      database: try await store.databaseID(),
      environment: Variables.ofConfiguration
    )
    guard let file else {
      throw LedgerError(
        .invalid,
        "there can be no key of '\(sign)' here: a name with a key is of letters, digits and ._@+-",
        hint: "name the key's file: --sign ./FILE"
      )
    }
    return try Self.required(file, sign)
  }

  private static func required(_ file: KeyFile, _ name: String) throws(LedgerError) -> SealingKey {
    guard let key = try file.read() else {
      throw LedgerError(
        .unavailable,
        "there is no key of '\(name)': \(file.path) does not exist",
        hint: "make one: goalledger identity new \(name) --kind person; or name a key's file"
      )
    }
    return key
  }
}
