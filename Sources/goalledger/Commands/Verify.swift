import ArgumentParser
import GoalLedger
import Worker

/// `goalledger verify`: proves the ledger, or says what is wrong with it.
struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the ledger against its seals, and the tables against the ledger.",
    discussion: """
      Recomputes the hash of every entry, follows the chain of seals and their signatures, compares \
      the schema with this version's and every table with what the ledger says of it, and names \
      what is wrong, first things first. Changes nothing. The exit status is 1 when something is \
      wrong. Schema/audit/verify.sql does the same, but for the signatures and the tree, in the stock \
      sqlite3 shell.

      A seal must be signed with the key of a worker that the ledger names, and that was not revoked \
      before. Who can write to the file can also make a whole new chain of seals, and register a key \
      of their own: name the ledger's key with --key, and only seals count whose worker it vouches \
      for. And they can cut off the end, or put an older copy in its place: keep a checkpoint \
      elsewhere, and name it; the ledger must extend it. Its signature is checked with --key, else \
      with the ledger's key on this machine.

      Examples:
        goalledger verify
        goalledger verify --key /media/safe/goals.key
        goalledger verify --archive goals.archive.db
        goalledger verify --checkpoint goals.checkpoint --key goals.key
        goalledger verify --json | jq '.findings[0]'
      """
  )

  @Option(
    help: ArgumentHelp(
      "A checkpoint that the ledger must extend: a signed note, or lines 'Ledger-Checkpoint: ...'.",
      valueName: "file"
    )
  )
  var checkpoint: [String] = []

  @Option(
    help: KeyArgument.help(
      "The ledger's key: it must have vouched for whoever signed a seal, and signed the checkpoints; "
        + "or a key that seals may be signed with; no other than those named counts"
    )
  )
  var key: [KeyArgument] = []

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
    demands.archives = archive
    if !key.isEmpty { demands.publicKeys = try KeyArgument.publicKeys(key) }
    if !checkpoint.isEmpty {
      let keys = try await checkpointKeys(store)
      for file in checkpoint {
        let kept = try Checkpoint(text: try TextFile.read(file), file: file)
        demands.checkpoints.append(CheckpointDemand(kept, publicKeys: keys))
      }
    }
    let verification = try await store.verify(demands)
    if output.json {
      Terminal.output.line(VerificationReport.json(verification).prettyText)
    } else {
      Terminal.output.write(VerificationReport.text(verification))
    }
    if !verification.isSound { throw ExitCode(1) }
  }

  /// The keys that are named; where none is, the ledger's own on this machine.
  private func checkpointKeys(_ store: SQLiteGoalStore) async throws(LedgerError) -> Set<[UInt8]> {
    guard key.isEmpty else { return try KeyArgument.publicKeys(key) }
    let file = try await store.ledgerKeyFile()
    guard let own = try file.read() else {
      throw LedgerError(
        .usage,
        "the checkpoint's signature cannot be checked: there is no ledger's key at \(file.path)",
        hint: "name its public key with --key"
      )
    }
    return [own.publicKey]
  }
}
