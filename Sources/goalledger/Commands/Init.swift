import ArgumentParser
import GoalLedger
import Worker

/// `goalledger init`: makes a database and its configuration.
struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a database and, in a git repository, a configuration that fits it.",
    discussion: """
      Recognises SwiftPM, npm, Cargo, Go, pytest, unittest and make, and writes goalledger.json \
      beside the database with commands that build and test. It never overwrites one, and changes \
      nothing else in the repository.

      Examples:
        goalledger init
        goalledger init --db ~/goals/app.db --repository ~/src/app
      """
  )

  @Option(help: ArgumentHelp("The repository. (default: the one you are in)", valueName: "folder"))
  var repository: String?

  @Option(
    help: ArgumentHelp("The workspace's name. (default: the repository's)", valueName: "name")
  )
  var workspace: String?

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var settings: ConfigurationOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    let result = try await Initialisation.run(
      database: database.path,
      file: settings.file,
      repository: repository,
      workspace: workspace,
      workingFolder: PathText.workingFolder
    ) { (path) async throws(LedgerError) in
      _ = try await SQLiteGoalStore.open(path: path, .create)
    }
    if output.json {
      Terminal.output.line(InitialisationReport.json(result).prettyText)
    } else {
      Terminal.output.write(InitialisationReport.text(result))
    }
  }
}
