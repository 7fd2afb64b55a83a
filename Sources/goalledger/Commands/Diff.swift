import ArgumentParser
import GoalLedger
import Worker

/// `goalledger diff`: what a goal changed.
struct Diff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a goal changed, as a patch.",
    discussion: """
      The change stays on the goal's branch until a person merges it.

      Examples:
        goalledger diff 4
        goalledger diff 4 | git apply --check
      """
  )

  @Argument(help: ArgumentHelp("The goal's number.", valueName: "id"))
  var id: Int64

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var settings: ConfigurationOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    let configuration = try settings.load(database: database)
    let store = try await database.open(settings)
    let text = try await ChangeText.read(
      of: id,
      store: store,
      configuration: configuration,
      environment: Variables.ofConfiguration
    )
    guard output.json else {
      Terminal.error.line("# \(text.change.branch) in \(text.change.workspace)")
      Terminal.output.write(text.patch)
      return
    }
    let document: JSONValue = [
      "goal": .integer(id),
      "attempt": JSONValue(text.attempt),
      "workspace": .string(text.change.workspace),
      "branch": .string(text.change.branch),
      "base_commit": .string(text.change.baseCommit),
      "head_commit": JSONValue(text.change.headCommit),
      "files": GoalJSON.embedded(text.change.files),
      "patch": .string(text.patch),
    ]
    Terminal.output.line(document.prettyText)
  }
}
