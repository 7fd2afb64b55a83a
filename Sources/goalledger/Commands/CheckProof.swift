import ArgumentParser
import GoalLedger
import Worker

/// `goalledger check-proof`: checks a proof without a database.
struct CheckProof: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a proof that 'goalledger prove' wrote; needs no database.",
    discussion: """
      Of an entry's proof it prints the bytes that are proven: its columns, each with its class and \
      its length. A consistency proof needs the older checkpoint. The exit status is 1 when the \
      proof does not hold.

      Examples:
        goalledger check-proof 17.tlog-proof --key goals.key
        goalledger check-proof 100-200.proof --from old.checkpoint --key goals.key
      """
  )

  @Argument(help: ArgumentHelp("The proof.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("The older checkpoint, of a consistency proof.", valueName: "file"))
  var from: String?

  @Option(help: KeyArgument.help("The ledger's public key"))
  var key: [KeyArgument] = []

  func validate() throws {
    if key.isEmpty { throw ValidationError("Name the ledger's public key with --key.") }
  }

  func run() async throws {
    let keys = try KeyArgument.publicKeys(key)
    let text = try TextFile.read(file)
    let holds: Bool
    if let from {
      let old = try Checkpoint(text: try TextFile.read(from), file: from)
      guard let proof = ConsistencyProof(text: text) else { throw noProof("of consistency") }
      holds = proof.holds(since: old, for: keys)
      if holds {
        Terminal.output.line(
          "\(proof.checkpoint.origin): the ledger of \(proof.checkpoint.size) entries begins with that "
            + "of \(old.size)"
        )
      }
    } else {
      guard let proof = EntryProof(text: text) else { throw noProof("of an entry") }
      holds = proof.holds(for: keys)
      if holds {
        Terminal.output.line("\(proof.checkpoint.origin): entry \(proof.index + 1) is on the ledger:")
        Terminal.output.line(String(decoding: proof.entry, as: UTF8.self))
      }
    }
    guard holds else {
      Invocation.say("\(file) proves nothing to whoever trusts this key", hint: nil)
      throw ExitCode(1)
    }
  }

  private func noProof(_ kind: String) -> LedgerError {
    LedgerError(
      .invalid,
      "\(file) holds no proof \(kind)",
      hint: "one of consistency needs --from, and one of an entry takes none"
    )
  }
}

/// A public key on the command line: 64 hexadecimal digits, or a file.
struct KeyArgument: ExpressibleByArgument {
  let text: String

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    text = argument
  }

  /// The help of an option that takes one.
  static func help(_ what: String) -> ArgumentHelp {
    ArgumentHelp(
      "\(what): 64 hexadecimal digits, or a file with them or a verifier key.",
      valueName: "key"
    )
  }

  /// The keys, 32 bytes each.
  static func publicKeys(_ arguments: [KeyArgument]) throws(LedgerError) -> Set<[UInt8]> {
    var keys: Set<[UInt8]> = []
    for argument in arguments { keys.insert(try argument.publicKey()) }
    return keys
  }

  private func publicKey() throws(LedgerError) -> [UInt8] {
    if let key = Self.key(text[...]) { return key }
    let words = try TextFile.read(text).split(whereSeparator: \.isWhitespace)
    guard words.count == 1, let key = Self.key(words[0]) else {
      throw LedgerError(
        .invalid,
        "\(text) holds no public key",
        hint: "'goalledger checkpoint --verifier-key' prints one"
      )
    }
    return key
  }

  private static func key(_ text: Substring) -> [UInt8]? {
    if let key = VerifierKey(text: String(text)) { return key.publicKey }
    let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard text.utf8.count == 64, digits.count == 64 else { return nil }
    return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
