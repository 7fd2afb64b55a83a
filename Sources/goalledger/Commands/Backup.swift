import ArgumentParser
import GoalLedger

/// `goalledger backup`: copies the database while it is in use.
struct Backup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy the database, as it is at one moment, while it is in use.",
    discussion: """
      The copy is a database of its own, complete in one file.

      Examples:
        goalledger backup goals-2026-12-01.db
      """
  )

  @Argument(help: ArgumentHelp("The copy, which must not exist yet.", valueName: "file"))
  var file: String

  @OptionGroup var database: DatabaseOptions

  func run() async throws {
    let store = try await database.open()
    try await store.backup(to: file)
    Terminal.output.line("copied \(database.path) to \(file)")
  }
}
