import ArgumentParser
import GoalLedger
import Worker

/// What `adopt`, `abandon` and `retry` share: goals by number, and why.
struct TransitionOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The goals' numbers.", valueName: "id"))
  var ids: [Int64]

  @Option(help: ArgumentHelp("Why, for the ledger.", valueName: "text"))
  var reason: String?

  @OptionGroup var actor: ActorOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var settings: ConfigurationOptions
  @OptionGroup var output: JSONOptions

  /// Moves each goal by itself: one that is refused does not keep the others back, and the status
  /// is that of the first refusal.
  func move(
    _ body: (SQLiteGoalStore, Goal.ID, String, String?) async throws(LedgerError) -> Goal
  ) async throws {
    let store = try await database.open(settings)
    var failure: LedgerError?
    var moved: [Goal] = []
    for id in ids {
      do throws(LedgerError) {
        let goal = try await store.recordingRefusals(of: id, actor: actor.name) {
          () async throws(LedgerError) in try await body(store, id, actor.name, reason)
        }
        moved.append(goal)
        if !output.json { Terminal.output.line("goal \(goal.id) \(goal.state.rawValue)") }
      } catch {
        Invocation.say(error.message, hint: error.hint)
        failure = failure ?? error
      }
    }
    if output.json {
      Terminal.output.line(JSONValue.array(moved.map(GoalJSON.value)).prettyText)
    }
    if let failure { throw ExitCode(failure.code.exitStatus) }
  }
}

/// `goalledger adopt`: lets a worker have goals.
struct Adopt: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adopt goals: a worker will execute them.",
    discussion: """
      Examples:
        goalledger adopt 4
        goalledger adopt 4 5 6 --reason 'reviewed'
        goalledger adopt 4 --sign ann
      """
  )

  @OptionGroup var goals: TransitionOptions
  @OptionGroup var signing: SigningOptions

  @Option(
    help: ArgumentHelp(
      "A signature of what 'request ID --adopt' prints, by ssh-keygen -Y sign.",
      valueName: "file"
    )
  )
  var signature: String?

  func validate() throws {
    guard signature != nil else { return }
    if signing.sign != nil { throw ValidationError("--signature takes no --sign.") }
    if goals.ids.count > 1 { throw ValidationError("--signature speaks for one goal.") }
  }

  func run() async throws {
    let given = try signature.map { file throws(LedgerError) in try TextFile.read(file) }
    try await goals.move { (store, id, actor, reason) async throws(LedgerError) in
      let made = try await signing.key(store).map(RequestSignature.key)
      guard let signature = made ?? given.map(RequestSignature.armored) else {
        return try await store.adopt(id, actor: actor, reason: reason)
      }
      return try await store.adopt(id, actor: actor, reason: reason, signed: signature)
    }
  }
}

/// `goalledger abandon`: gives goals up.
struct Abandon: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Abandon goals: for good, and at once where they execute.",
    discussion: """
      A goal that executes is stopped within a second, and what it did is rolled back.

      Examples:
        goalledger abandon 4 --reason 'no longer wanted'
      """
  )

  @OptionGroup var goals: TransitionOptions

  func run() async throws {
    try await goals.move { (store, id, actor, reason) async throws(LedgerError) in
      try await store.abandon(id, actor: actor, reason: reason)
    }
  }
}

/// `goalledger retry`: adopts failed goals anew.
struct Retry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adopt failed goals anew, with all their attempts.",
    discussion: """
      Examples:
        goalledger retry 4 --reason 'the test server is back'
      """
  )

  @OptionGroup var goals: TransitionOptions

  func run() async throws {
    try await goals.move { (store, id, actor, reason) async throws(LedgerError) in
      if let goal = try await store.goal(id), goal.state != .failed {
        throw LedgerError(
          .refused,
          "goal \(id) is \(goal.state.rawValue): only a failed goal can be retried",
          hint: goal.state == .proposed ? "adopt it: goalledger adopt \(id)" : nil
        )
      }
      return try await store.adopt(id, actor: actor, reason: reason)
    }
  }
}
