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
            id: ids[index],
            action: action.name,
            arguments: names(item.arguments, action.parameters.count)
          )
        )
      } else if item.parent >= 0 {
        decompositions.append(
          decomposition(
            domain.methods[encoding.methods[Int(item.index)].source],
            item,
            id: ids[index],
            children: children[index]
          )
        )
      }
    }
    let problem = encoding.problem
    let rootValues = trace.first.map { names($0.arguments, problem.parameters.count) } ?? []
    return Plan(
      steps: steps,
      decompositions: decompositions,
      root: children.first ?? [],
      rootOrdering: problem.network.ordering,
      rootBindings: zip(problem.parameters, rootValues).map { Binding($0.name, $1) },
      considered: considerations(ids)
    )
  }

  private func decomposition(
    _ method: Method,
    _ item: TraceItem,
    id: Int,
    children: [Int]
  ) -> Plan.Decomposition {
    let values = names(item.arguments, method.parameters.count)
    let bindings = zip(method.parameters, values).map { Binding($0.name, $1) }
    let byName = Dictionary(
      bindings.map { ($0.variable, $0.object) },
      uniquingKeysWith: { first, _ in first }
    )
    return Plan.Decomposition(
      id: id,
      task: method.task,
      arguments: method.arguments.map { byName[$0.description] ?? $0.description },
      method: method.name,
      bindings: bindings,
      children: children,
      ordering: method.network.ordering
    )
  }

  /// What was passed over at the choices of the branch, first choices first.
  private func considerations(_ ids: [Int]) -> [Plan.Consideration] {
    var result: [Plan.Consideration] = []
    var reasons = RejectionReasons(self)
    for choice in choices where choice.frame >= 0 && choice.position >= 0 {
      guard result.count < Planner.consideredChoices else { break }
      let methods = encoding.methodsOfTask[Int(choice.task)]
      let arity = encoding.arities[Int(choice.task)]
      let arguments = names(Int32(choice.arguments), arity)
      var rejected: [Plan.Rejection] = []
      let last = preference == nil ? choice.position : methods.count
      for position in 0..<last where position != choice.position {
        let tried = Int(arena[choice.arguments + arity + position])
        // Ranked after the one that was chosen: it was never tried.
        if tried == 0 && choice.ranked.contains(where: { $0.position == position }) { continue }
        let method = encoding.problem.domain.methods[
          encoding.methods[Int(methods[position])].source
        ]
        rejected.append(
          Plan.Rejection(
            method: method.name,
            reason: tried > 0
              ? .deadEnd(bindings: tried)
              : .notApplicable(reasons.sentence(method, arguments, at: choice.traceMark))
          )
        )
      }
      if !rejected.isEmpty {
        result.append(
          Plan.Consideration(decomposition: ids[choice.traceMark], rejected: rejected)
        )
      }
    }
    return result
  }
}

/// Says why methods did not apply, going through the states of a plan once.
private struct RejectionReasons {
  private let search: Search
  private let changeable: Set<Symbol>
  private let wording: Wording
  private var world: World
  private var position = 0

  init(_ search: Search) {
    self.search = search
    let problem = search.encoding.problem
    changeable = problem.domain.changeable
    wording = Wording(domain: problem.domain, name: { $0 })
    world = World(problem)
  }

  /// The condition that kept a method from applying when the trace was at a mark. Marks must not
  /// decrease.
  mutating func sentence(_ method: Method, _ arguments: [Symbol], at mark: Int) -> String {
    while position < mark {
      let item = search.trace[position]
      if item.isAction {
        let action = search.encoding.problem.domain.actions[Int(item.index)]
        let values = search.names(item.arguments, action.parameters.count)
        world.apply(world.change(action.effect, bind(action.parameters, to: values)))
      }
      position += 1
    }
    let diagnosis = MethodDiagnosis(
      method,
      of: arguments,
      in: &world,
      changeable: changeable,
      budget: 500
    )
    guard let condition = diagnosis.condition, let bindings = diagnosis.bindings else { return "" }
    return wording.denial(of: condition, bindings, in: &world)
  }
}
