import ArgumentParser
import GoalLedger

/// `goalledger prove`: proofs that anyone can check offline.
struct Prove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write proofs that anyone with the ledger's key can check offline.",
    discussion: """
      A proof shows what it is about and nothing else of the ledger. 'goalledger check-proof' checks \
      one, as does whatever knows C2SP's tlog-proof and tlog-witness formats.

      Examples:
        goalledger prove entry 17 > 17.tlog-proof
        goalledger prove consistency 100 200 > 100-200.proof
        goalledger check-proof 17.tlog-proof --key goals.key
      """,
    subcommands: [Entry.self, Consistency.self]
  )

  /// `goalledger prove entry`.
  struct Entry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prove that an entry is on the ledger, just as it stands in the proof.",
      discussion: """
        The proof holds the entry whole, so give it only to whom the entry may be shown.

        Examples:
          goalledger prove entry 17 > 17.tlog-proof
        """
    )

    @Argument(help: ArgumentHelp("The entry's number.", valueName: "seq"))
    var seq: Int64

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let store = try await database.open()
      let proof = try await store.proveEntry(seq, key: try await store.ledgerKey())
      Terminal.output.write(proof.text)
    }
  }

  /// `goalledger prove consistency`.
  struct Consistency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prove that the ledger only grew between two sizes.",
      discussion: """
        Whoever holds a checkpoint of the first size learns that nothing it speaks for was altered \
        since; the proof ends with a checkpoint of the second.

        Examples:
          goalledger prove consistency 100 200 > 100-200.proof
          goalledger check-proof 100-200.proof --from old.checkpoint --key goals.key
        """
    )

    @Argument(help: ArgumentHelp("How many entries there were.", valueName: "size"))
    var from: Int64

    @Argument(help: ArgumentHelp("How many there were later.", valueName: "size"))
    var to: Int64

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let store = try await database.open()
      let key = try await store.ledgerKey()
      Terminal.output.write(try await store.proveConsistency(from: from, to: to, key: key).text)
    }
  }
}
