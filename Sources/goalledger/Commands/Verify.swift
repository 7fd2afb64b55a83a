import ArgumentParser
import GoalLedger

/// `goalledger verify`: proves the ledger, or says what is wrong with it.
struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the ledger against its seals, and the tables against the ledger.",
    discussion: """
      Recomputes the hash of every entry, follows the chain of seals and their signatures, compares \
      the schema with this version's and every table with what the ledger says of it, and names \
      what is wrong, first things first. Changes nothing. The exit status is 1 when something is \
      wrong. Schema/audit/verify.sql does the same, but for the signatures, in the stock sqlite3 \
      shell.

      Who can write to the file can also make a whole new chain of seals with a key of their own: \
      keep the public key elsewhere, and name it.

      Examples:
        goalledger verify
        goalledger verify --key 6f1c...
        goalledger verify --archive goals.archive.db
        goalledger verify --json | jq '.findings[0]'
      """
  )

  @Option(
    help: ArgumentHelp(
      "A public key, in hexadecimal, that seals may be signed with, and no other than those named.",
      valueName: "hex"
    )
  )
  var key: [PublicKeyArgument] = []

  @Option(
    help: ArgumentHelp(
      "An archive, to check it as well, by itself and together with the database.",
      valueName: "file"
    )
  )
  var archive: [String] = []

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    let store = try await database.open()
    var demands = VerificationDemands()
    if !key.isEmpty { demands.publicKeys = Set(key.map(\.bytes)) }
    demands.archives = archive
    let verification = try await store.verify(demands)
    if output.json {
      Terminal.output.line(VerificationReport.json(verification).prettyText)
    } else {
      Terminal.output.write(VerificationReport.text(verification))
    }
    if !verification.isSound { throw ExitCode(1) }
  }
}

/// A public key on the command line.
struct PublicKeyArgument: ExpressibleByArgument {
  let bytes: [UInt8]

  init?(argument: String) {
    let digits = argument.compactMap(\.hexDigitValue)
    guard argument.count == 64, digits.count == 64 else { return nil }
    bytes = stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
