// Methods laid out flat, with the order in which their variables are bound: whatever the task's
// arguments decide is checked first, then the atom with the fewest expected matches is matched, and
// only what no atom binds is tried object by object.

/// A condition of a method while the order of binding is found.
private struct Conjunct {
  let formula: Formula
  let variables: Set<Symbol>
}

extension Encoding {
  /// The objects each of a method's variables may be: they must fit its own type and those of all
  /// tasks it is passed to.
  mutating func variableSets(_ method: Method) -> [Symbol: Int32] {
    var result: [Symbol: Int32] = [:]
    for parameter in method.parameters { result[parameter.name] = sets.set(of: parameter.type) }
    var calls = method.network.subtasks.map { ($0.task, $0.arguments) }
    calls.append((method.task, method.arguments))
    for (task, arguments) in calls {
      guard let index = taskIndices[task] else { continue }
      for (argument, parameter) in zip(arguments, parameters(ofTask: Int(index))) {
        guard case .variable(let name) = argument, let known = result[name] else { continue }
        result[name] = sets.intersection(known, sets.set(of: parameter.type))
      }
    }
    for constraint in method.network.constraints.conjuncts + method.precondition.conjuncts {
      switch constraint {
      case .equal(.variable(let name), .constant(let object)),
        .equal(.constant(let object), .variable(let name)):
        guard let known = result[name], let index = objectIndices[object] else { continue }
        result[name] = sets.intersection(known, sets.single(index))
      case .sort(.variable(let name), let type):
        guard let known = result[name] else { continue }
        result[name] = sets.intersection(known, sets.set(of: type))
      default: continue
      }
    }
    return result
  }

  /// Encodes a method, to be used only where `extra` conditions hold as well as its own.
  mutating func encode(_ method: Method, source: Int, extra: [Formula]) {
    let slots = Slots(method.parameters)
    slotCount = max(slotCount, Int(slots.next))
    let variables = variableSets(method)
    let argumentStart = codes.count
    codes += method.arguments.map { encode($0, slots) }
    var conjuncts: [Conjunct] = []
    var bound: Set<Symbol> = []
    for formula in method.precondition.conjuncts + method.network.constraints.conjuncts + extra {
      conjuncts.append(Conjunct(formula: formula, variables: formula.freeVariables))
    }
    for case .variable(let name) in method.arguments { bound.insert(name) }
    let checks = takeChecks(&conjuncts, bound, slots)
    let firstStep = steps.count
    while bound.count < method.parameters.count {
      addStep(method.parameters, &conjuncts, &bound, variables, slots)
    }
    let firstSubtask = subtasks.count
    let network = method.network
    let order = network.sequenceOrder ?? Array(network.subtasks.indices)
    for index in order {
      let subtask = network.subtasks[index]
      let start = Int32(codes.count)
      codes += subtask.arguments.map { encode($0, slots) }
      subtasks.append(
        EncodedSubtask(
          task: taskIndices[subtask.task] ?? 0,
          start: start,
          count: Int32(subtask.arguments.count),
          source: index
        )
      )
    }
    var waiting = [Int32](repeating: 0, count: order.count)
    var successors = [[Int32]](repeating: [], count: order.count)
    for edge in Set(network.ordering).sorted(by: { ($0.before, $0.after) < ($1.before, $1.after) })
    {
      waiting[edge.after] += 1
      successors[edge.before].append(Int32(edge.after))
    }
    methods.append(
      EncodedMethod(
        source: source,
        parameterCount: method.parameters.count,
        argumentStart: argumentStart,
        argumentCount: method.arguments.count,
        sets: method.parameters.map { variables[$0.name] ?? 0 },
        checks: checks,
        steps: firstStep..<steps.count,
        subtasks: firstSubtask..<subtasks.count,
        isTotallyOrdered: network.sequenceOrder != nil,
        waiting: waiting,
        successors: successors
      )
    )
  }

  /// Encodes and removes the conjuncts that the bound variables decide.
  private mutating func takeChecks(
    _ conjuncts: inout [Conjunct],
    _ bound: Set<Symbol>,
    _ slots: Slots
  ) -> Range<Int> {
    var nodes: [Int32] = []
    for conjunct in conjuncts where conjunct.variables.isSubset(of: bound) {
      nodes.append(encode(conjunct.formula, slots))
    }
    conjuncts.removeAll { $0.variables.isSubset(of: bound) }
    let start = codes.count
    codes += nodes
    return start..<codes.count
  }

  private mutating func addStep(
    _ parameters: [Parameter],
    _ conjuncts: inout [Conjunct],
    _ bound: inout Set<Symbol>,
    _ variables: [Symbol: Int32],
    _ slots: Slots
  ) {
    var best: (cost: Double, index: Int, atom: Atom)?
    for (index, conjunct) in conjuncts.enumerated() {
      guard case .atom(let atom) = conjunct.formula else { continue }
      let cost = expectedMatches(atom, bound, variables)
      if best.map({ cost < $0.cost }) ?? true { best = (cost, index, atom) }
    }
    guard let best else {
      let open = parameters.filter { !bound.contains($0.name) }
      let sizes = open.map { sets.members[Int(variables[$0.name] ?? 0)].count }
      guard let smallest = open.indices.min(by: { sizes[$0] < sizes[$1] }) else { return }
      let name = open[smallest].name
      bound.insert(name)
      let checks = takeChecks(&conjuncts, bound, slots)
      steps.append(
        BindingStep(
          predicate: -1,
          slot: slots.byName[name] ?? 0,
          set: variables[name] ?? 0,
          start: 0,
          count: 0,
          checks: checks
        )
      )
      return
    }
    conjuncts.remove(at: best.index)
    var terms: [Int32] = []
    var fresh: Set<Symbol> = []
    for argument in best.atom.arguments {
      var treatment = Treatment.known
      if case .variable(let name) = argument, !bound.contains(name) {
        treatment = fresh.insert(name).inserted ? Treatment.bind : Treatment.compare
      }
      terms += [encode(argument, slots), treatment]
    }
    bound.formUnion(fresh)
    let start = codes.count
    codes += terms
    let checks = takeChecks(&conjuncts, bound, slots)
    steps.append(
      BindingStep(
        predicate: predicateIndices[best.atom.predicate] ?? 0,
        slot: 0,
        set: 0,
        start: Int32(start),
        count: Int32(best.atom.arguments.count),
        checks: checks
      )
    )
  }

  /// How many matches an atom is expected to have, from the facts true at first.
  private func expectedMatches(
    _ atom: Atom,
    _ bound: Set<Symbol>,
    _ variables: [Symbol: Int32]
  ) -> Double {
    guard let predicate = predicateIndices[atom.predicate] else { return 0 }
    let facts = atoms.byPredicate[Int(predicate)]
    var result = Double(max(facts.count, 1))
    for (position, argument) in atom.arguments.enumerated() {
      if case .variable(let name) = argument, !bound.contains(name) { continue }
      let distinct = Set(
        facts.map { atoms.arguments[Int(atoms.starts[Int($0)]) + position] }
      )
      result /= Double(max(distinct.count, 1))
    }
    return result
  }
}

extension Formula {
  /// The variables it does not bind itself.
  var freeVariables: Set<Symbol> {
    func names(_ terms: [Term]) -> Set<Symbol> {
      var result: Set<Symbol> = []
      for case .variable(let name) in terms { result.insert(name) }
      return result
    }
    switch self {
    case .atom(let atom): return names(atom.arguments)
    case .equal(let left, let right): return names([left, right])
    case .sort(let term, _): return names([term])
    case .not(let inner): return inner.freeVariables
    case .and(let parts), .or(let parts):
      return parts.reduce(into: []) { $0.formUnion($1.freeVariables) }
    case .imply(let left, let right): return left.freeVariables.union(right.freeVariables)
    case .forall(let parameters, let inner), .exists(let parameters, let inner):
      return inner.freeVariables.subtracting(parameters.map(\.name))
    }
  }
}
