import ArgumentParser
import GoalLedger

/// `goalledger checkpoint`: the signed head of the ledger, to keep elsewhere.
struct PrintCheckpoint: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Print a checkpoint: the signed head of the ledger, to keep elsewhere.",
    discussion: """
      A checkpoint speaks for every sealed entry, in one hash. Keep it where nobody who can write to \
      the database can write, and 'goalledger verify --checkpoint' finds whatever was altered \
      before it was made, cut off or replaced, even if every seal was forged anew. It is a C2SP \
      tlog-checkpoint, signed with the ledger's key; 'checkpoints' in goalledger.json lets workers \
      write them on their own.

      Examples:
        goalledger checkpoint > /media/safe/goals.checkpoint
        goalledger checkpoint --verifier-key > /media/safe/goals.key
        goalledger verify --checkpoint /media/safe/goals.checkpoint --key /media/safe/goals.key
      """
  )

  @Flag(help: "Print the key that checkpoints and proofs are checked with.")
  var verifierKey = false

  @Option(help: ArgumentHelp("As it was when so many entries were sealed.", valueName: "entries"))
  var size: Int64?

  @OptionGroup var database: DatabaseOptions

  func validate() throws {
    if let size, size < 1 { throw ValidationError("--size must be at least 1.") }
    if verifierKey, size != nil { throw ValidationError("--verifier-key takes no --size.") }
  }

  func run() async throws {
    let store = try await database.open()
    let key = try await store.ledgerKey()
    if verifierKey {
      let origin = Checkpoint.origin(of: try await store.databaseID())
      Terminal.output.line(VerifierKey(name: origin, publicKey: key.publicKey).text)
    } else {
      Terminal.output.write(try Checkpoint(await store.treeHead(size: size), key: key).text)
    }
  }
}

extension SQLiteGoalStore {
  /// Where the ledger's key is kept.
  func ledgerKeyFile() async throws(LedgerError) -> KeyFile {
    KeyFile.ofLedger(database: try await databaseID(), environment: Variables.ofConfiguration)
  }

  /// The ledger's key, made where there is none yet.
  func ledgerKey() async throws(LedgerError) -> SealingKey { try await ledgerKeyFile().obtain() }
}
