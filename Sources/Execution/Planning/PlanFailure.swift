// Why there is no plan, in a sentence for the goal's asker: which condition of which method is false,
// with paths in the place of symbols, and what made that method the one to take: "no method of
// fix_bug applies: src/a.py is to be edited but does not exist". The library's explanation finds
// the condition; this file knows what the coding domain's conditions are about.

import HTN

/// Explains that a goal has no plan.
struct PlanFailure: Sendable {
  let task: String
  let domain: CodingDomain
  let bindings: BindingTable
  let seen: [SeenFile]

  /// The error of a goal without a plan.
  ///
  /// - Parameter limit: the nodes after which the search was given up; nil if it tried everything.
  func error(_ problem: Problem, gaveUpAfter limit: Int? = nil) -> ExecutionError {
    let message =
      limit.map { "no plan for \(task) was found within \($0) steps of search" }
      ?? "no method of \(task) applies"
    let found = Explanation.of(
      problem,
      shouldStop: { Task.isCancelled },
      name: bindings.name(of:)
    )
    guard let found else { return ExecutionError(.noPlan, message) }
    let facts = Set(problem.facts)
    var reasons: [String] = []
    for failure in found.failures {
      for reason in self.reasons(failure, facts) where !reasons.contains(reason) {
        reasons.append(reason)
      }
    }
    let why = reasons.isEmpty ? found.sentence : reasons.prefix(20).joined(separator: "; ")
    let more = reasons.count > 20 ? "; and \(reasons.count - 20) more" : ""
    return ExecutionError(.noPlan, "\(message): \(why)\(more)")
  }

  /// What kept one method from applying, and why it was the one to take.
  private func reasons(_ failure: Explanation.Failure, _ facts: Set<Fact>) -> [String] {
    guard let missing = fact(failure.condition), let symbol = missing.arguments.first else {
      let isAboutEdits = failure.condition.contains("(edits_match ")
      let edits = isAboutEdits ? impossibleEdits(facts) : []
      return edits.isEmpty ? [failure.sentence] : edits
    }
    guard let purpose = purpose(of: failure, symbol, facts) else { return [failure.sentence] }
    return [joined(purpose, failure.sentence, about: symbol)]
  }

  /// What is wrong with each file whose edits cannot be made, all of them at once.
  private func impossibleEdits(_ facts: Set<Fact>) -> [String] {
    seen.indices.compactMap { index in
      let symbol = GoalFacts.symbol(ofFile: index)
      let wanted = Fact("wants_edits", [symbol])
      guard facts.contains(wanted), !seen[index].matches else { return nil }
      let missing = Fact(seen[index].present ? "edits_match" : "present", [symbol])
      if seen[index].present, let reason = seen[index].reason { return reason }
      return joined(
        domain.sentence(wanted, holds: true, bindings: bindings),
        domain.sentence(missing, holds: false, bindings: bindings),
        about: symbol
      )
    }
  }

  /// "a is to be edited" and "a does not exist" make one sentence about a.
  private func joined(_ purpose: String, _ obstacle: String, about symbol: String) -> String {
    let subject = bindings.name(of: symbol) + " "
    let ending =
      obstacle.hasPrefix(subject) ? String(obstacle.dropFirst(subject.count)) : obstacle
    return "\(purpose) but \(ending)"
  }

  /// What is wanted of the object: the method's condition about it that no action changes.
  private func purpose(
    of failure: Explanation.Failure,
    _ symbol: String,
    _ facts: Set<Fact>
  ) -> String? {
    guard let method = domain.domain.method(failure.method) else { return nil }
    let objects = Dictionary(
      failure.bindings.map { ($0.variable, $0.object) },
      uniquingKeysWith: { first, _ in first }
    )
    for case .atom(let atom) in method.precondition.conjuncts {
      let isGuarded = domain.domain.predicate(atom.predicate)?.annotations.has("guarded") ?? true
      let arguments = atom.arguments.map { objects[$0.description] ?? $0.description }
      let fact = Fact(atom.predicate, arguments)
      guard !isGuarded, arguments.first == symbol, facts.contains(fact) else { continue }
      return domain.sentence(fact, holds: true, bindings: bindings)
    }
    return nil
  }

  /// The fact that a condition such as `(present f1)` asks for; nil if it is no single fact.
  private func fact(_ condition: String) -> Fact? {
    guard condition.hasPrefix("("), condition.hasSuffix(")") else { return nil }
    let inside = condition.dropFirst().dropLast()
    guard !inside.contains(where: { $0 == "(" || $0 == ")" }) else { return nil }
    let words = inside.split(separator: " ").map(String.init)
    guard let predicate = words.first, domain.domain.predicate(predicate) != nil else { return nil }
    return Fact(predicate, Array(words.dropFirst()))
  }
}
