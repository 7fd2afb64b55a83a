import ArgumentParser
import GoalLedger
import Worker

/// What can be said of a new goal.
struct GoalOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The task to decompose, such as fix_bug.", valueName: "task"))
  var task: String?

  @Option(
    help: ArgumentHelp(
      "The task's arguments: a JSON object, @FILE, or - for standard input.",
      valueName: "json"
    )
  )
  var context: String?

  @Option(help: ArgumentHelp("The workspace it may change.", valueName: "name"))
  var workspace: String?

  @Option(help: ArgumentHelp("A word for grouping.", valueName: "word"))
  var category: String?

  @Option(help: ArgumentHelp("Its worth, from 0 to 1. (default: 0.5)", valueName: "number"))
  var value: Double?

  @Option(help: ArgumentHelp("Its effort, from 0 to 1. (default: 0.5)", valueName: "number"))
  var effort: Double?

  @Option(help: ArgumentHelp("Its risk, from 0 to 1. (default: 0.5)", valueName: "number"))
  var risk: Double?

  @Option(
    help: ArgumentHelp("Not before: 2026-12-01, 2026-12-01T08:00Z or +90m.", valueName: "time")
  )
  var notBefore: TimeArgument?

  @Option(help: ArgumentHelp("When it is wanted by; written the same way.", valueName: "time"))
  var deadline: TimeArgument?

  @Option(
    help: ArgumentHelp("A goal that must be satisfied first; can be repeated.", valueName: "id")
  )
  var dependsOn: [Int64] = []

  @Option(help: ArgumentHelp("How many attempts there may be. (default: 3)", valueName: "number"))
  var maxAttempts: Int?

  @Option(
    help: ArgumentHelp("How long an attempt may take: 90s, 10m. (default: 10m)", valueName: "time")
  )
  var timeout: DurationArgument?

  @Option(
    help: ArgumentHelp("A key under which a second goal is refused.", valueName: "key")
  )
  var idempotencyKey: String?

  @Option(
    help: ArgumentHelp("Conditions checked before satisfied: a JSON array.", valueName: "json")
  )
  var successMetrics: String?

  @Option(help: ArgumentHelp("Anything to keep with it: a JSON object.", valueName: "json"))
  var metadata: String?

  /// Whether anything was said.
  var areEmpty: Bool {
    let texts = [task, context, workspace, category, idempotencyKey, successMetrics, metadata]
    return texts.allSatisfy { $0 == nil } && [value, effort, risk].allSatisfy { $0 == nil }
      && notBefore == nil && deadline == nil && dependsOn.isEmpty && maxAttempts == nil
      && timeout == nil
  }

  /// The goal to be inserted.
  /// - throws: `.invalid` where the context, metadata or metrics are not JSON of their kind.
  func draft(_ text: String) throws(LedgerError) -> GoalDraft {
    var draft = GoalDraft(text: text)
    draft.task = task
    draft.context = try context.map { given throws(LedgerError) in
      try JSONArgument.object(given, "the context")
    }
    draft.workspace = workspace
    draft.category = category
    draft.value = value
    draft.effort = effort
    draft.risk = risk
    draft.notBefore = notBefore?.time.description
    draft.deadline = deadline?.time.description
    draft.dependsOn = dependsOn
    draft.maxAttempts = maxAttempts
    draft.timeoutMilliseconds = timeout?.milliseconds
    draft.idempotencyKey = idempotencyKey
    draft.successMetrics = try successMetrics.map { given throws(LedgerError) in
      try JSONArgument.array(given, "the success metrics")
    }
    draft.metadata = try metadata.map { given throws(LedgerError) in
      try JSONArgument.object(given, "the metadata")
    }
    return draft
  }
}
