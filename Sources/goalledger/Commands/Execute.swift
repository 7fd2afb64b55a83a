import ArgumentParser
import GoalLedger
import Worker

/// `goalledger execute`: adopts a goal and executes it here.
struct Execute: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adopt a goal and execute it here, to its end.",
    discussion: """
      Takes a goal's number, or the text of a new goal. Shows progress on standard error and the \
      goal as it ended on standard output. The exit status is 0 when the goal is satisfied, and 1 \
      when it failed, was abandoned, or did not end in time.

      Examples:
        goalledger execute 4
        goalledger execute 'fix the parser' --task fix_bug --context @fix.json
        goalledger execute record --context '{"note":"just a note"}'
      """
  )

  @Argument(help: ArgumentHelp("A goal's number, or what is wanted.", valueName: "id|text"))
  var goal: String

  @OptionGroup(title: "A new goal") var asked: GoalOptions
  @OptionGroup var actor: ActorOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var settings: ConfigurationOptions
  @OptionGroup var output: JSONOptions

  private var id: Int64? { goal.utf8.allSatisfy { (48...57).contains($0) } ? Int64(goal) : nil }

  func validate() throws {
    guard id != nil else { return }
    var rest = asked
    rest.timeout = nil
    guard rest.areEmpty else {
      throw ValidationError(
        "Goal \(goal) is there already: only --timeout can be said of it here."
      )
    }
  }

  func run() async throws {
    let configuration = try settings.load(database: database)
    let draft = try id == nil ? asked.draft(goal) : nil
    if let task = asked.task { try configuration.checkTask(task) }
    let store = try await database.open(settings, durability: configuration.durability)
    let adopted = try await adopt(draft, in: store)
    await Notes.unseenFiles(of: adopted, configuration)
    let worker = GoalWorker(
      store: store,
      configuration: configuration,
      watch: ProgressLine.show
    )
    let timeout = asked.timeout.map { Duration.milliseconds($0.milliseconds) }
    let ended = try await Signals.stopping { (stop) async throws(LedgerError) in
      try await worker.execute(adopted.id, timeout: timeout, stop: stop)
    }
    if output.json {
      Terminal.output.line(try await GoalHistory.read(ended.id, from: store).json.prettyText)
    } else {
      Terminal.output.line("goal \(ended.id) \(ended.state.rawValue)")
    }
    if ended.state != .satisfied { throw ExitCode(1) }
  }

  /// Inserts the goal where it is new, and adopts it where it is not adopted yet.
  private func adopt(
    _ draft: GoalDraft?,
    in store: SQLiteGoalStore
  ) async throws(LedgerError) -> Goal {
    let name = actor.name
    if var draft {
      draft.adopt = true
      let asked = draft
      return try await store.recordingRefusals(of: nil, actor: name) {
        () async throws(LedgerError) in try await store.add(asked, actor: name)
      }
    }
    guard let id, let goal = try await store.goal(id) else { throw LedgerError.noGoal(id ?? 0) }
    guard goal.state != .adopted else { return goal }
    guard goal.state == .proposed || goal.state == .failed else {
      let error = LedgerError(
        .refused,
        "goal \(id) is \(goal.state.rawValue) and cannot be executed"
      )
      return try await store.recordingRefusals(of: id, actor: name) {
        () async throws(LedgerError) in throw error
      }
    }
    return try await store.recordingRefusals(of: id, actor: name) {
      () async throws(LedgerError) in try await store.adopt(id, actor: name, reason: nil)
    }
  }
}
