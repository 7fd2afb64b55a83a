// A plan as it is kept in `plans.body`: steps, orderings, the decomposition tree, and what was
// considered and why it was passed over. It holds symbols only, so that goals of the same shape share
// one row; its SHA-256 is the row's key. What must stay true: the same plan gives the same bytes.

import Crypto
import GoalLedger
import HTN

/// A plan as a JSON document, with its digest.
struct PlanBody: Sendable {
  /// The document, keys sorted, on one line.
  let json: String
  /// The SHA-256 of `json`, in lower-case hexadecimal digits.
  let digest: String

  /// The document of a plan for a task.
  init(task: String, plan: Plan, orderings: [(Int, Int)]) {
    let steps = plan.steps.map { step in
      JSONValue.object([
        "id": JSONValue(step.id), "action": .string(step.action),
        "arguments": names(step.arguments),
      ])
    }
    let tree = plan.decompositions.map { node in
      JSONValue.object([
        "id": JSONValue(node.id), "task": .string(node.task), "arguments": names(node.arguments),
        "method": .string(node.method),
        "children": .array(node.children.map { JSONValue($0) }),
      ])
    }
    let tasks = Dictionary(
      plan.decompositions.map { ($0.id, $0.task) },
      uniquingKeysWith: { first, _ in first }
    )
    let considered = plan.considered.flatMap { choice in
      choice.rejected.map { rejected in
        JSONValue.object([
          "task": .string(tasks[choice.decomposition] ?? ""), "method": .string(rejected.method),
          "why": .string(rejected.reason.sentence),
        ])
      }
    }
    let edges = orderings.map { JSONValue.array([JSONValue($0.0), JSONValue($0.1)]) }
    json =
      JSONValue.object([
        "task": .string(task), "steps": .array(steps), "orderings": .array(edges),
        "decomposition": .array(tree), "considered": .array(considered),
      ]).text
    digest = hexadecimal(SHA256.hash(data: Array(json.utf8)))
  }
}

private func names(_ symbols: [String]) -> JSONValue { .array(symbols.map(JSONValue.string)) }

extension Plan.Rejection.Reason {
  /// Why a method was passed over, for an auditor.
  fileprivate var sentence: String {
    switch self {
    case .notApplicable(let condition):
      condition.isEmpty ? "its conditions do not hold" : "it does not hold: \(condition)"
    case .deadEnd(let bindings):
      "it was tried \(bindings == 1 ? "once" : "\(bindings) times") and led to no plan"
    }
  }
}
