// A goal's planning problem as HDDL text, for people who want to look at it or to ask another planner.
// The text holds symbols only; the bindings tell what they stand for, as comments.

import HTN

extension PlannedGoal {
  /// The problem this goal's plan solves, as an HDDL problem file of the coding domain.
  public var problemText: String {
    let domain = problem.domain
    let constants = Set(domain.constants.map(\.name))
    var text = "; \(task)\n(define (problem \(problem.name))\n  (:domain \(domain.name))\n"
    text += "  (:objects\n"
    for object in problem.objects where !constants.contains(object.name) {
      // A path cannot hold a line break, but a command's name could.
      let name = bindings.name(of: object.name).split(whereSeparator: \.isNewline)
        .joined(separator: " ")
      text += "    \(object.name) - \(object.type) ; \(name)\n"
    }
    text += "  )\n  (:htn :ordered-subtasks (and"
    for subtask in problem.network.subtasks {
      let words = [subtask.task] + subtask.arguments.map(\.description)
      text += " (\(words.joined(separator: " ")))"
    }
    text += "))\n  (:init\n"
    for fact in problem.facts { text += "    \(fact)\n" }
    return text + "  )\n)\n"
  }
}
