import ArgumentParser
import GoalLedger

/// `goalledger migrate`: brings a database to this program's schema.
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring the database to this program's schema.",
    discussion: """
      Each migration is one transaction: after a failure the database is as it was before it. Back \
      it up first.

      Examples:
        goalledger backup before.db && goalledger migrate
      """
  )

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    try database.beThere()
    let applied = try await SQLiteGoalStore.migrate(path: database.path)
    if output.json {
      Terminal.output.line(
        JSONValue.object(["applied": .array(applied.map(JSONValue.string))]).prettyText
      )
    } else if applied.isEmpty {
      Terminal.output.line("\(database.path) is up to date")
    } else {
      for name in applied { Terminal.output.line("applied \(name)") }
    }
  }
}
