import ArgumentParser
import GoalLedger
import Worker

/// `goalledger plan`: shows how a goal would be executed.
struct Plan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how a goal would be executed: its decomposition and task graph.",
    discussion: """
      Plans against the commit an attempt would start from now; executes and records nothing.

      Examples:
        goalledger plan 4
        goalledger plan 4 --json
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
    guard let goal = try await store.goal(id) else { throw LedgerError.noGoal(id) }
    let planned = try await configuration.preview(
      goal,
      store: store,
      environment: Variables.ofConfiguration
    )
    await Notes.unseenFiles(of: goal, configuration)
    if output.json {
      Terminal.output.line(PlanReport.json(planned).prettyText)
    } else {
      Terminal.output.write(PlanReport.text(planned))
    }
  }
}
