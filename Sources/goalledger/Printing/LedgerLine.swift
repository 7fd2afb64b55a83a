import GoalLedger

/// Ledger entries, a line each: when, which, who, what, and why.
enum LedgerLine {
  static func text(_ entry: LedgerEntry, for terminal: Terminal) -> String {
    var parts = [
      terminal.paint(entry.at, .quiet), Columns.padded("#\(entry.seq)", 6),
      Columns.padded(entry.actor, 12), Columns.padded(entry.event, 18),
    ]
    if let goal = entry.goalID { parts.append("goal \(goal)") }
    if let attempt = entry.attemptID { parts.append("attempt \(attempt)") }
    if let task = entry.taskID { parts.append("task \(task)") }
    if let to = entry.toState { parts.append(entry.fromState.map { "\($0) -> \(to)" } ?? to) }
    if entry.event.hasPrefix("identity."), let detail = try? JSONValue.parse(entry.detail) {
      let words = ["kind", "name"].compactMap { detail[$0]?.string }
      parts.append(Columns.oneLine(words.joined(separator: " "), 200))
    }
    if let reason = entry.reason { parts.append("\"\(Columns.oneLine(reason, 200))\"") }
    return parts.joined(separator: "  ")
  }
}

/// Ledger entries as JSON: the columns' own names.
enum EntryJSON {
  static func value(_ entry: LedgerEntry) -> JSONValue {
    [
      "seq": .integer(entry.seq),
      "at": .string(entry.at),
      "actor": .string(entry.actor),
      "assurance": .string(entry.assurance),
      "event": .string(entry.event),
      "goal_id": JSONValue(entry.goalID),
      "goal_version": JSONValue(entry.goalVersion),
      "attempt_id": JSONValue(entry.attemptID),
      "task_id": JSONValue(entry.taskID),
      "from_state": JSONValue(entry.fromState),
      "to_state": JSONValue(entry.toState),
      "reason": JSONValue(entry.reason),
      "detail": GoalJSON.embedded(entry.detail),
    ]
  }
}
