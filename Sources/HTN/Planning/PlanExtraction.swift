// From the trace of a successful search to a plan: numbers are given, steps first, and each method
// finds its children again by the subtasks they came from.

extension Search {
  /// The plan on the branch the search is on.
  func plan() -> Plan {
    var ids = [Int](repeating: -1, count: trace.count)
    var next = 0
    for (index, item) in trace.enumerated() where item.isAction {
      ids[index] = next
      next += 1
    }
    for (index, item) in trace.enumerated() where !item.isAction && item.parent >= 0 {
      ids[index] = next
      next += 1
    }
    var children: [[Int]] = trace.map { item in
      item.isAction
        ? [] : [Int](repeating: -1, count: encoding.methods[Int(item.index)].subtasks.count)
    }
    for (index, item) in trace.enumerated() where item.parent >= 0 {
      let method = encoding.methods[Int(trace[Int(item.parent)].index)]
      let subtask = encoding.subtasks[method.subtasks.lowerBound + Int(item.slot)]
      children[Int(item.parent)][subtask.source] = ids[index]
    }
    let domain = encoding.problem.domain
    var steps: [Plan.Step] = []
    var decompositions: [Plan.Decomposition] = []
    for (index, item) in trace.enumerated() {
      if item.isAction {
        let action = domain.actions[Int(item.index)]
        steps.append(
          Plan.Step(
            id: ids[index], action: action.name,
            arguments: names(item.arguments, action.parameters.count)))
      } else if item.parent >= 0 {
        decompositions.append(
          decomposition(
            domain.methods[encoding.methods[Int(item.index)].source], item, id: ids[index],
            children: children[index]))
      }
    }
    let problem = encoding.problem
    let rootValues = trace.first.map { names($0.arguments, problem.parameters.count) } ?? []
    return Plan(
      steps: steps, decompositions: decompositions, root: children.first ?? [],
      rootOrdering: problem.network.ordering,
      rootBindings: zip(problem.parameters, rootValues).map { Binding($0.name, $1) },
      considered: considerations(ids))
  }

  private func decomposition(
    _ method: Method, _ item: TraceItem, id: Int, children: [Int]
  ) -> Plan.Decomposition {
    let values = names(item.arguments, method.parameters.count)
    let bindings = zip(method.parameters, values).map { Binding($0.name, $1) }
    let byName = Dictionary(
      bindings.map { ($0.variable, $0.object) }, uniquingKeysWith: { first, _ in first })
    return Plan.Decomposition(
      id: id, task: method.task,
      arguments: method.arguments.map { byName[$0.description] ?? $0.description },
      method: method.name, bindings: bindings, children: children,
      ordering: method.network.ordering)
  }

  /// What was passed over at the choices of the branch, first choices first.
  private func considerations(_ ids: [Int]) -> [Plan.Consideration] {
    var result: [Plan.Consideration] = []
    for choice in choices where choice.frame >= 0 && choice.position >= 0 {
      guard result.count < Planner.consideredChoices else { break }
      let chosen = choice.traceMark
      let methods = encoding.methodsOfTask[Int(choice.task)]
      let counters = choice.arguments + encoding.arities[Int(choice.task)]
      var rejected: [Plan.Rejection] = []
      let last = preference == nil ? choice.position : methods.count
      for position in 0..<last where position != choice.position {
        let tried = Int(arena[counters + position])
        let isRanked = choice.ranked.contains { $0.position == position }
        if tried == 0 && isRanked { continue }
        rejected.append(
          Plan.Rejection(
            method: methodName(methods[position]),
            reason: tried == 0 ? .notApplicable("") : .deadEnd(bindings: tried)))
      }
      if !rejected.isEmpty {
        result.append(Plan.Consideration(decomposition: ids[chosen], rejected: rejected))
      }
    }
    return result
  }
}
