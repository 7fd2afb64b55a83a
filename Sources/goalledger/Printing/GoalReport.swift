import GoalLedger
import Worker

/// One goal for people: what was asked, where it stands, and each attempt with its plan, tasks and
/// change.
enum GoalReport {
  static func text(_ history: GoalHistory, for terminal: Terminal) -> String {
    let goal = history.goal
    var lines = ["goal \(goal.id): \(Columns.oneLine(goal.text, 200))"]
    lines += facts(history, terminal).map { "  \(Columns.padded($0.0, 11))  \($0.1)" }
    for part in history.attempts {
      lines.append("")
      lines += attempt(part, terminal)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func facts(
    _ history: GoalHistory,
    _ terminal: Terminal
  ) -> [(String, String)] {
    let goal = history.goal
    let state = terminal.paint(goal.state.rawValue, Colour(goal.state))
    var facts: [(String, String)] = [("state", "\(state), version \(goal.version)")]
    if let reason = outcome(goal.result) { facts.append(("reason", reason)) }
    if let obstacle = history.obstacle { facts.append(("waits for", obstacle)) }
    if let task = goal.task { facts.append(("task", task)) }
    if let workspace = goal.workspace { facts.append(("workspace", workspace)) }
    if let category = goal.category { facts.append(("category", category)) }
    let length = Length.text(milliseconds: goal.timeoutMilliseconds)
    facts.append(("attempts", "\(goal.attempts) of \(goal.maxAttempts), \(length) each at most"))
    facts.append(
      (
        "score",
        Length.score(goal.score) + " (value \(Length.score(goal.value)), effort "
          + "\(Length.score(goal.effort)), risk \(Length.score(goal.risk)))"
      )
    )
    facts.append(("created", "\(goal.createdAt) by \(goal.source)"))
    let times = [
      ("not before", goal.notBefore), ("retry at", goal.retryAt), ("deadline", goal.deadline),
    ]
    for (name, time) in times { if let time { facts.append((name, time.description)) } }
    if let key = goal.idempotencyKey { facts.append(("key", key)) }
    let documents = [
      ("context", goal.context), ("metrics", goal.successMetrics), ("metadata", goal.metadata),
    ]
    for (name, text) in documents where text != "{}" && text != "[]" {
      facts.append((name, Columns.oneLine(text, 160)))
    }
    return facts
  }

  private static func attempt(_ part: GoalHistory.Part, _ terminal: Terminal) -> [String] {
    let attempt = part.attempt
    var first = "attempt \(attempt.number): \(attempt.state.rawValue), by \(attempt.worker)"
    first += ", \(attempt.startedAt)"
    if let end = attempt.endedAt {
      first += ", \(Length.text(milliseconds: end - attempt.startedAt))"
    }
    var lines = [first]
    if let reason = outcome(attempt.outcome) { lines.append("  reason: \(reason)") }
    if let change = part.change {
      let files = GoalJSON.embedded(change.files).array?.count ?? 0
      lines.append(
        "  change: \(change.state), branch \(change.branch) in \(change.workspace), "
          + "\(files) \(files == 1 ? "file" : "files"), from \(change.baseCommit.prefix(12))"
          + (change.headCommit.map { " to \($0.prefix(12))" } ?? "")
      )
    }
    if let plan = part.plan.flatMap({ try? JSONValue.parse($0) }) {
      lines.append("  plan:")
      lines += PlanTree.lines(plan, names: part.bindings).map { "    \($0)" }
    }
    if !part.tasks.isEmpty {
      lines.append("  tasks:")
      lines += TaskTimeline.lines(part, terminal).map { "    \($0)" }
    }
    return lines
  }

  /// The reason in an outcome, wherever the worker put its sentence.
  private static func outcome(_ text: String?) -> String? {
    guard let text, let value = try? JSONValue.parse(text) else { return nil }
    let reason = value.error?.message?.string ?? value.reason?.string ?? value.note?.string
    return reason.map { Columns.oneLine($0, 400) }
  }
}
