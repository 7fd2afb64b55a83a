import ArgumentParser
import GoalLedger
import Worker

/// `goalledger add`: inserts a goal.
struct Add: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Insert a goal.",
    discussion: """
      Prints the new goal's number. A goal waits as proposed until somebody adopts it.

      Examples:
        goalledger add 'a parser' --task implement_feature --context @parser.json
        goalledger add record --context '{"note":"just a note"}' --adopt
        goalledger add 'release' --depends-on 4 --depends-on 5 --deadline +2d
        goalledger add 'a fix' --task fix_bug --context @fix.json --adopt --sign ann
      """
  )

  @Argument(help: "What is wanted, or a task's name.")
  var text: String

  @Flag(help: "Adopt it at once.")
  var adopt = false

  @OptionGroup var signing: SigningOptions
  @OptionGroup(title: "The goal") var goal: GoalOptions
  @OptionGroup var actor: ActorOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var settings: ConfigurationOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    var draft = try goal.draft(text)
    draft.adopt = adopt
    let asked = draft
    if let task = goal.task { try settings.load(database: database).checkTask(task) }
    let store = try await database.open(settings)
    let key = try await signing.key(store)
    let added = try await store.recordingRefusals(of: nil, actor: actor.name) {
      () async throws(LedgerError) in
      guard let key else { return try await store.add(asked, actor: actor.name) }
      return try await store.add(asked, actor: actor.name, signedBy: key)
    }
    if output.json {
      Terminal.output.line(GoalJSON.value(added).prettyText)
    } else {
      Terminal.output.line("goal \(added.id) \(added.state.rawValue)")
    }
  }
}
