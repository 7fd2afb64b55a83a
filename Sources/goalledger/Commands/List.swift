import ArgumentParser
import GoalLedger

/// `goalledger list`: goals, newest first.
struct List: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List goals, newest first.",
    discussion: """
      Examples:
        goalledger list
        goalledger list --state failed --limit 10
        goalledger list --json | jq '.[].id'
      """
  )

  @Option(help: "Only goals in this state.")
  var state: GoalState?

  @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
  var limit = 50

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: JSONOptions

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit must be at least 1.") }
  }

  func run() async throws {
    let store = try await database.open()
    let goals = try await store.goals(state: state, limit: limit)
    if output.json {
      Terminal.output.line(JSONValue.array(goals.map(GoalJSON.value)).prettyText)
    } else if goals.isEmpty {
      Terminal.error.line(state.map { "no goal is \($0.rawValue)" } ?? "there are no goals")
    } else {
      Terminal.output.write(GoalTable.text(goals, for: .output))
    }
  }
}

extension GoalState: ExpressibleByArgument {}
