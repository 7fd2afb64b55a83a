import ArgumentParser
import GoalLedger
import Worker

/// `goalledger show`: everything about one goal.
struct Show: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a goal: its attempts, plans, tasks with states and times, and changes.",
    discussion: """
      Examples:
        goalledger show 4
        goalledger show 4 --json
      """
  )

  @Argument(help: ArgumentHelp("The goal's number.", valueName: "id"))
  var id: Int64

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    let store = try await database.open()
    let history = try await GoalHistory.read(id, from: store)
    if output.json {
      Terminal.output.line(history.json.prettyText)
    } else {
      Terminal.output.write(GoalReport.text(history, for: .output))
    }
  }
}
