import GoalLedger
import Worker

/// An attempt's task graph as a table: states, tries, times, and what each task waits for; below a
/// task that failed, its error and the end of its output.
enum TaskTimeline {
  static func lines(_ part: GoalHistory.Part, _ terminal: Terminal) -> [String] {
    let heading = ["#", "STATE", "TRIES", "START", "TIME", "AFTER", "TASK"]
    let rows = part.tasks.map { task in
      [
        String(task.number), task.state.rawValue, String(task.tries),
        task.startedAt.map { "+" + Length.text(milliseconds: $0 - part.attempt.startedAt) } ?? "-",
        time(task, part), task.dependsOn.map(String.init).joined(separator: ","),
        TaskTitle.text(action: task.action, arguments: task.arguments, names: part.bindings),
      ]
      .map { $0.isEmpty ? "-" : $0 }
    }
    let table = Columns.table([heading] + rows)
    var lines = [terminal.paint(table.first ?? "", .quiet)]
    for (line, task) in zip(table.dropFirst(), part.tasks) {
      lines.append(terminal.paint(line, Colour(task.state)))
      guard task.state != .succeeded, let run = part.runs[task.number]?.last else { continue }
      lines += failure(run).map { "   \($0)" }
    }
    return lines
  }

  private static func time(_ task: TaskRecord, _ part: GoalHistory.Part) -> String {
    let runs = part.runs[task.number] ?? []
    guard !runs.isEmpty else { return "-" }
    return Length.text(milliseconds: runs.reduce(0) { $0 + $1.durationMilliseconds })
  }

  private static func failure(_ run: TaskRunRecord) -> [String] {
    var lines: [String] = []
    if let message = run.message {
      lines.append("! " + (run.errorClass.map { "\($0): " } ?? "") + Columns.oneLine(message, 300))
    }
    let output = run.outputTail.isEmpty ? run.outputHead : run.outputTail
    let tail = Columns.lines(output).filter { !$0.isEmpty }.suffix(8)
    return lines + tail.map { "| \($0)" }
  }
}

/// A task as people read it: the action with what its symbols stand for.
enum TaskTitle {
  static func text(action: String, arguments: String, names: [String: String]) -> String {
    let arguments = (try? JSONValue.parse(arguments))?.array ?? []
    return text(action: action, arguments: arguments, names: names)
  }

  static func text(action: String, arguments: [JSONValue], names: [String: String]) -> String {
    let words = arguments.map { argument in
      argument.string.map { names[$0] ?? $0 } ?? argument.text
    }
    return Columns.oneLine(([action] + words).joined(separator: " "), 160)
  }
}
