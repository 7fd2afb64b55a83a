// The static half of verification: every number occurs once and is reached from the problem's tasks,
// every task is what its parent's method says, objects fit types, constraints hold. Variables that a
// plan leaves open (competition files do not list them) count as existentially quantified.

struct TreeCheck {
  private let problem: Problem
  private let plan: Plan
  private(set) var violations: [Violation] = []
  private(set) var decompositions: [Int: Plan.Decomposition] = [:]
  private var steps: [Int: Plan.Step] = [:]
  /// Whether the rest of verification makes sense.
  private(set) var isSound = true
  private var world: World

  init(_ problem: Problem, _ plan: Plan, _ observations: [Int: Observation]) {
    self.problem = problem
    self.plan = plan
    world = World(problem)
    for step in plan.steps { observations[step.id]?.objects.forEach { world.add($0) } }
    checkNumbers()
    guard isSound else { return }
    for step in plan.steps { check(step) }
    checkRoot()
    for decomposition in plan.decompositions { check(decomposition) }
    isSound = !violations.contains { $0.kind == .task || $0.kind == .tree }
  }

  /// What an error calls a node.
  func name(_ id: Int) -> String {
    if let step = steps[id] { return "the step \(step)" }
    guard let decomposition = decompositions[id] else { return "number \(id)" }
    return "the task \(Fact(decomposition.task, decomposition.arguments))"
  }

  func isDecomposition(_ id: Int) -> Bool { decompositions[id] != nil }

  private mutating func note(_ kind: Violation.Kind, _ id: Int?, _ sentence: String) {
    violations.append(Violation(kind: kind, id: id, sentence: sentence))
  }

  private mutating func checkNumbers() {
    for step in plan.steps where steps.updateValue(step, forKey: step.id) != nil {
      note(.tree, step.id, "the number \(step.id) is used twice")
    }
    for decomposition in plan.decompositions {
      if decompositions.updateValue(decomposition, forKey: decomposition.id) != nil
        || steps[decomposition.id] != nil
      {
        note(.tree, decomposition.id, "the number \(decomposition.id) is used twice")
      }
    }
    var reached: Set<Int> = []
    var open = plan.root
    while let id = open.popLast() {
      if !reached.insert(id).inserted {
        note(.tree, id, "\(name(id)) is part of two decompositions")
      } else if let decomposition = decompositions[id] {
        open += decomposition.children
      } else if steps[id] == nil {
        note(.tree, id, "the number \(id) is part of a decomposition and does not exist")
      }
    }
    for id in plan.steps.map(\.id) + plan.decompositions.map(\.id) where !reached.contains(id) {
      note(.tree, id, "\(name(id)) is part of no decomposition")
    }
    isSound = violations.isEmpty
  }

  private mutating func check(_ step: Plan.Step) {
    guard let action = problem.domain.action(step.action) else {
      note(.task, step.id, "\(name(step.id)) is of no action of the domain")
      return
    }
    check(step.arguments, action.parameters, step.id)
  }

  private mutating func check(_ arguments: [Symbol], _ parameters: [Parameter], _ id: Int) {
    guard arguments.count == parameters.count else {
      note(.task, id, "\(name(id)) has \(arguments.count) arguments instead of \(parameters.count)")
      return
    }
    for (argument, parameter) in zip(arguments, parameters)
    where !world.fits(argument, parameter.type) {
      note(.object, id, "\(name(id)): '\(argument)' is no \(parameter.type)")
    }
  }

  private mutating func checkRoot() {
    let bindings = Dictionary(
      plan.rootBindings.map { ($0.variable, $0.object) },
      uniquingKeysWith: { $1 }
    )
    checkOrdering(plan.rootOrdering, problem.network, nil, "the problem")
    check(plan.root, against: problem.network, bindings, nil, "the problem")
    for parameter in problem.parameters {
      guard let object = bindings[parameter.name] else { continue }
      if !world.fits(object, parameter.type) {
        note(.object, nil, "'\(object)', bound to \(parameter.name), is no \(parameter.type)")
      }
    }
    let constraints = problem.network.constraints
    if world.instance(of: problem.parameters, bindings, satisfying: constraints) == nil {
      note(.constraint, nil, "the problem's constraint \(constraints.grounded(bindings)) fails")
    }
  }

  private mutating func checkOrdering(
    _ ordering: [Ordering],
    _ network: TaskNetwork,
    _ id: Int?,
    _ what: String
  ) {
    if Set(ordering) != Set(network.ordering) {
      note(.tree, id, "the orderings recorded for \(what) are not those it declares")
    }
  }

  private mutating func check(
    _ children: [Int],
    against network: TaskNetwork,
    _ bindings: Bindings,
    _ id: Int?,
    _ what: String
  ) {
    guard children.count == network.subtasks.count else {
      note(.task, id, "\(what) has \(network.subtasks.count) subtasks, not \(children.count)")
      return
    }
    for (child, subtask) in zip(children, network.subtasks) {
      let wanted = Fact(subtask.task, subtask.arguments.map { World.value($0, bindings) })
      let found =
        steps[child].map { Fact($0.action, $0.arguments) }
        ?? decompositions[child].map { Fact($0.task, $0.arguments) }
      if found != wanted {
        note(.task, child, "\(name(child)) stands where \(what) has \(wanted)")
      }
    }
  }

  private mutating func check(_ decomposition: Plan.Decomposition) {
    let id = decomposition.id
    guard let method = problem.domain.method(decomposition.method),
      let task = problem.domain.task(decomposition.task), method.task == task.name
    else {
      note(.task, id, "\(name(id)) is decomposed by no method of its own")
      return
    }
    check(decomposition.arguments, task.parameters, id)
    let bindings = TreeCheck.bindings(decomposition)
    let what = "the method \(method.name)"
    let arguments = method.arguments.map { World.value($0, bindings) }
    if arguments != decomposition.arguments {
      note(.task, id, "\(what) decomposes \(Fact(method.task, arguments)), not \(name(id))")
    }
    for parameter in method.parameters {
      guard let object = bindings[parameter.name] else { continue }
      if !world.fits(object, parameter.type) {
        note(
          .object,
          id,
          "\(what): '\(object)', bound to \(parameter.name), is no \(parameter.type)"
        )
      }
    }
    checkOrdering(decomposition.ordering, method.network, id, what)
    check(decomposition.children, against: method.network, bindings, id, what)
    let constraints = method.network.constraints
    if world.instance(of: method.parameters, bindings, satisfying: constraints) == nil {
      note(
        .constraint,
        id,
        "\(what) decomposes \(name(id)) against its constraint \(constraints.grounded(bindings))"
      )
    }
  }

  static func bindings(_ decomposition: Plan.Decomposition) -> Bindings {
    Dictionary(
      decomposition.bindings.map { ($0.variable, $0.object) },
      uniquingKeysWith: { $1 }
    )
  }

  /// What must hold for the method of a decomposition to apply, and under which bindings.
  private func condition(_ id: Int) -> (method: Method, bindings: Bindings)? {
    guard let decomposition = decompositions[id],
      let method = problem.domain.method(decomposition.method)
    else { return nil }
    return (method, TreeCheck.bindings(decomposition))
  }

  /// Whether the method of a decomposition may be chosen in a state.
  func mayApply(_ id: Int, _ world: inout World) -> Bool {
    guard let (method, bindings) = condition(id) else { return false }
    let needed = Formula.and([method.precondition, method.network.constraints])
    return world.instance(of: method.parameters, bindings, satisfying: needed) != nil
  }

  /// The violation of a method's precondition.
  func precondition(_ id: Int, _ world: inout World, before: String) -> Violation {
    guard let (method, bindings) = condition(id) else {
      return Violation(kind: .methodPrecondition, id: id, sentence: "\(name(id)) has no method")
    }
    var missing = method.precondition
    for part in method.precondition.conjuncts
    where world.instance(of: method.parameters, bindings, satisfying: part) == nil {
      missing = part
      break
    }
    return Violation(
      kind: .methodPrecondition,
      id: id,
      sentence: "the method \(method.name) of \(name(id)) needs \(missing.grounded(bindings)), "
        + "which does not hold before \(before)"
    )
  }
}

extension World {
  /// Bindings of the parameters that extend the given ones and satisfy a condition.
  mutating func instance(
    of parameters: [Parameter],
    _ bindings: Bindings,
    satisfying condition: Formula
  ) -> Bindings? {
    let mentioned = condition.freeVariables
    let open = parameters.filter { bindings[$0.name] == nil && mentioned.contains($0.name) }
    return firstInstance(of: open[...], bindings) { $0.holds(condition, $1) }
  }
}
