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
  func error(_ problem: Problem) -> ExecutionError {
    let found = Explanation.of(
      problem,
      shouldStop: { Task.isCancelled },
      name: bindings.name(of:)
    )
    let message = "no method of \(task) applies"
    guard let found else { return ExecutionError(.noPlan, message) }
    let facts = Set(problem.facts)
    var reasons: [String] = []
    for failure in found.failures {
      let reason = reason(failure, facts)
      if !reasons.contains(reason) { reasons.append(reason) }
    }
    return ExecutionError(
      .noPlan,
      "\(message): \(reasons.isEmpty ? found.sentence : reasons.joined(separator: "; "))"
    )
  }

  /// What kept one method from applying, and why it was the one to take.
  private func reason(_ failure: Explanation.Failure, _ facts: Set<Fact>) -> String {
    guard let missing = fact(failure.condition), let symbol = missing.arguments.first else {
      return failure.sentence
    }
    if missing.predicate == "edits_match", let why = dryRun(of: symbol) { return why }
    guard let purpose = purpose(of: failure, symbol, facts) else { return failure.sentence }
    // "a is to be edited" and "a does not exist" make one sentence about a.
    let subject = bindings.name(of: symbol) + " "
    let ending =
      failure.sentence.hasPrefix(subject)
      ? String(failure.sentence.dropFirst(subject.count)) : failure.sentence
    return "\(purpose) but \(ending)"
  }

  /// What the applier said of a file that cannot be edited.
  private func dryRun(of symbol: String) -> String? {
    guard let index = bindings[symbol]?.fileIndex, seen.indices.contains(index) else { return nil }
    return seen[index].reason
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
