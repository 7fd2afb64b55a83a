import GoalLedger

/// Goals as a table, one a line.
enum GoalTable {
  static func text(_ goals: [Goal], for terminal: Terminal) -> String {
    let heading = ["ID", "STATE", "SCORE", "ATTEMPTS", "CREATED", "GOAL"]
    let rows = goals.map { goal in
      [
        String(goal.id), goal.state.rawValue, Length.score(goal.score),
        "\(goal.attempts)/\(goal.maxAttempts)", String(goal.createdAt.description.prefix(19)) + "Z",
        Columns.oneLine(goal.text, 80),
      ]
    }
    let lines = Columns.table([heading] + rows)
    var text = terminal.paint(lines.first ?? "", .quiet) + "\n"
    for (line, goal) in zip(lines.dropFirst(), goals) {
      text += terminal.paint(line, Colour(goal.state)) + "\n"
    }
    return text
  }
}

extension Terminal {
  /// The text in a colour, or as it is where there is none.
  func paint(_ text: String, _ colour: Colour?) -> String {
    guard let colour else { return text }
    return paint(text, colour)
  }
}

extension Colour {
  /// The colour of a goal's state; nil for states nobody need look at.
  init?(_ state: GoalState) {
    switch state {
    case .satisfied: self = .good
    case .failed: self = .bad
    case .executing: self = .busy
    case .abandoned: self = .quiet
    case .proposed, .adopted: return nil
    }
  }
}
