import ArgumentParser
import GoalLedger

/// `goalledger request`: the bytes that whoever asks signs.
struct Request: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what is to be signed to ask for a goal, or for its adoption.",
    discussion: """
      The bytes name the database, the goal, its version and all that decides what is executed, and \
      end without a line feed. Who has an identity here signs them with OpenSSH, hardware and agents \
      included, as long as the key is an Ed25519 one; 'adopt --signature' takes the signature, and so \
      does the table goal_signatures.

      Examples:
        goalledger request 4 --adopt | ssh-keygen -Y sign -n goal-ledger -f ~/.ssh/id_ed25519 > 4.sig
        goalledger adopt 4 --signature 4.sig
      """
  )

  @Argument(help: ArgumentHelp("The goal's number.", valueName: "id"))
  var id: Int64

  @Flag(help: "That it be adopted; unsaid, that it was added.")
  var adopt = false

  @OptionGroup var database: DatabaseOptions

  func run() async throws {
    let bytes = try await database.open().request(adopt ? .adopt : .add, of: id)
    Terminal.output.write(bytes)
  }
}
