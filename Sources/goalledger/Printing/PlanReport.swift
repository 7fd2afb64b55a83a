import Execution
import GoalLedger

/// A plan that nobody has executed yet: the decomposition, and each task with what it waits for.
enum PlanReport {
  static func text(_ planned: PlannedGoal) -> String {
    let names = planned.bindings.bindings.mapValues(\.name)
    let body = GoalJSON.embedded(planned.bodyJSON)
    var lines = PlanTree.lines(body, names: names)
    lines.append("")
    let rows = planned.graph.nodes.map { node in
      [
        String(node.number),
        node.dependencies.isEmpty
          ? "-" : node.dependencies.map { String($0) }.joined(separator: ","),
        TaskTitle.text(
          action: node.action,
          arguments: node.arguments.map(JSONValue.string),
          names: names
        ),
      ]
    }
    lines += Columns.table([["#", "AFTER", "TASK"]] + rows)
    let passed = (body.considered?.array ?? []).map { choice in
      "passed over \(choice.method?.string ?? "?") of \(choice.task?.string ?? "?"): "
        + named(choice.why?.string ?? "?", names)
    }
    if !passed.isEmpty { lines += [""] + passed }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The sentence with each symbol replaced by what it stands for.
  private static func named(_ sentence: String, _ names: [String: String]) -> String {
    sentence.split(separator: " ", omittingEmptySubsequences: false)
      .map { names[String($0)] ?? String($0) }
      .joined(separator: " ")
  }

  static func json(_ planned: PlannedGoal) -> JSONValue {
    [
      "task": .string(planned.task),
      "digest": .string(planned.digest),
      "plan": GoalJSON.embedded(planned.bodyJSON),
      "bindings": GoalJSON.embedded(planned.bindings.json),
      "searched": JSONValue(planned.nodes),
    ]
  }
}
