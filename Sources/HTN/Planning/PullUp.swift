// What must already hold when a method is chosen because something it leads to will need it: literals
// are pulled up from subtasks into the method, as far as nothing that may happen before can bring
// them about. What must stay true: a pulled-up literal holds in every state in which the method can
// lead to a plan, so that checking it loses no plan.

/// A predicate that must be true, or false, of terms.
private struct Literal: Hashable {
  let holds: Bool
  let predicate: Symbol
  let arguments: [Term]

  var formula: Formula {
    let atom = Formula.atom(Atom(predicate, arguments))
    return holds ? atom : .not(atom)
  }
}

/// The atoms that an effect may change, as the sets its arguments are from.
private struct EffectPattern: Hashable {
  let adds: Bool
  let predicate: Symbol
  let sets: [Int32]
}

/// Computes the literals that methods need from below.
struct PullUp {
  private var encoding: Encoding
  private let domain: Domain
  /// By task: what must hold when it begins; nil while nothing restricts it, or no method ends it.
  private var needs: [Set<Literal>?]
  /// By task: what doing it may change.
  private var patterns: [[EffectPattern]] = []
  private var everything: [EffectPattern] = []
  /// By method, the problem's own network last: what must hold besides its own conditions.
  private var extra: [[Formula]]
  private let methods: [Method]

  /// The object sets, with those that were added here.
  var sets: ObjectSets { encoding.sets }

  /// Prepares for the methods of a problem, its own network last.
  init(encoding: Encoding, methods: [Method]) {
    self.encoding = encoding
    self.methods = methods
    domain = encoding.problem.domain
    needs = Array(repeating: nil, count: domain.actions.count + domain.tasks.count)
    extra = Array(repeating: [], count: methods.count)
  }

  /// The conditions found for a method.
  func conditions(ofMethod index: Int) -> [Formula] { extra[index] }

  mutating func compute() {
    findPatterns()
    for (index, action) in domain.actions.enumerated() {
      needs[index] = Set(literals(action.precondition))
    }
    var variables: [[Symbol: Int32]] = []
    for method in methods { variables.append(encoding.variableSets(method)) }
    var changed = true
    var pulled: [Set<Literal>?] = []
    while changed {
      changed = false
      pulled = methods.indices.map { pull(methods[$0], variables[$0]) }
      for (offset, task) in domain.tasks.enumerated() {
        let index = domain.actions.count + offset
        var common: Set<Literal>?
        for (number, method) in domain.methods.enumerated() where method.task == task.name {
          guard let own = pulled[number] else { continue }
          let projected = project(own, method, task)
          common = common?.intersection(projected) ?? projected
        }
        if common != needs[index] {
          needs[index] = common
          changed = true
        }
      }
    }
    for (index, method) in methods.enumerated() {
      guard let found = pulled[index] else {
        // Some subtask can never be done.
        extra[index] = [.or([])]
        continue
      }
      let own = Set(literals(method.precondition))
      extra[index] = found.subtracting(own).map(\.formula).sorted {
        $0.description < $1.description
      }
    }
  }

  /// The literals a condition is a conjunction of, as far as it is.
  private func literals(_ formula: Formula) -> [Literal] {
    formula.conjuncts.compactMap { conjunct in
      switch conjunct {
      case .atom(let atom):
        Literal(holds: true, predicate: atom.predicate, arguments: atom.arguments)
      case .not(.atom(let atom)):
        Literal(holds: false, predicate: atom.predicate, arguments: atom.arguments)
      default: nil
      }
    }
  }

  /// What must hold when a method is chosen; nil if a subtask is not restricted yet.
  private func pull(_ method: Method, _ variables: [Symbol: Int32]) -> Set<Literal>? {
    var result = Set(literals(method.precondition))
    var before: [EffectPattern] = encoding.isTotallyOrdered ? [] : everything
    let network = method.network
    for index in network.sorted ?? [] {
      let subtask = network.subtasks[index]
      guard let task = encoding.taskIndices[subtask.task], let needed = needs[Int(task)] else {
        return nil
      }
      let parameters = encoding.parameters(ofTask: Int(task)).map(\.name)
      let values = Dictionary(
        zip(parameters, subtask.arguments),
        uniquingKeysWith: { first, _ in first }
      )
      for literal in needed {
        let arguments = literal.arguments.map { term in
          if case .variable(let name) = term { values[name] ?? term } else { term }
        }
        let moved = Literal(
          holds: literal.holds,
          predicate: literal.predicate,
          arguments: arguments
        )
        if result.contains(moved) { continue }
        if !before.contains(where: { mayBring($0, moved, variables) }) { result.insert(moved) }
      }
      if encoding.isTotallyOrdered { before += patterns[Int(task)] }
    }
    return result
  }

  private func mayBring(
    _ pattern: EffectPattern,
    _ literal: Literal,
    _ variables: [Symbol: Int32]
  ) -> Bool {
    guard pattern.adds == literal.holds, pattern.predicate == literal.predicate else {
      return false
    }
    for (set, argument) in zip(pattern.sets, literal.arguments) {
      switch argument {
      case .variable(let name):
        guard let own = variables[name], encoding.sets.overlap(set, own) else { return false }
      case .constant(let name):
        guard let object = encoding.objectIndices[name],
          encoding.sets.contains[Int(set)][Int(object)]
        else { return false }
      }
    }
    return true
  }

  /// A method's literals in the parameters of its task.
  private func project(
    _ literals: Set<Literal>,
    _ method: Method,
    _ task: CompoundTask
  ) -> Set<Literal> {
    var names: [Symbol: Symbol] = [:]
    for (argument, parameter) in zip(method.arguments, task.parameters) {
      if case .variable(let name) = argument, names[name] == nil { names[name] = parameter.name }
    }
    var result: Set<Literal> = []
    for literal in literals {
      var arguments: [Term] = []
      for term in literal.arguments {
        switch term {
        case .constant: arguments.append(term)
        case .variable(let name):
          if let mapped = names[name] { arguments.append(.variable(mapped)) }
        }
      }
      guard arguments.count == literal.arguments.count else { continue }
      result.insert(
        Literal(holds: literal.holds, predicate: literal.predicate, arguments: arguments)
      )
    }
    return result
  }

  /// What each task may change: the effects of all actions it can lead to.
  private mutating func findPatterns() {
    let count = needs.count
    var own: [[EffectPattern]] = []
    for action in domain.actions {
      var variables: [Symbol: Int32] = [:]
      for parameter in action.parameters {
        variables[parameter.name] = encoding.sets.set(of: parameter.type)
      }
      var found: [EffectPattern] = []
      collect(action.effect, variables, into: &found)
      own.append(found)
    }
    var reached = [Set<Int>](repeating: [], count: count)
    for index in domain.actions.indices { reached[index] = [index] }
    var changed = true
    while changed {
      changed = false
      for method in domain.methods {
        guard let task = encoding.taskIndices[method.task] else { continue }
        let size = reached[Int(task)].count
        for subtask in method.network.subtasks {
          guard let inner = encoding.taskIndices[subtask.task] else { continue }
          reached[Int(task)].formUnion(reached[Int(inner)])
        }
        if reached[Int(task)].count != size { changed = true }
      }
    }
    patterns = reached.map { actions in
      var seen: Set<EffectPattern> = []
      return actions.sorted().flatMap { own[$0] }.filter { seen.insert($0).inserted }
    }
    var seen: Set<EffectPattern> = []
    everything = own.flatMap { $0 }.filter { seen.insert($0).inserted }
  }

  private mutating func collect(
    _ effect: Effect,
    _ variables: [Symbol: Int32],
    into found: inout [EffectPattern]
  ) {
    switch effect {
    case .add(let atom): found.append(pattern(atom, true, variables))
    case .delete(let atom): found.append(pattern(atom, false, variables))
    case .and(let parts):
      for part in parts { collect(part, variables, into: &found) }
    case .when(_, let inner): collect(inner, variables, into: &found)
    case .forall(let parameters, let inner):
      var inside = variables
      for parameter in parameters {
        inside[parameter.name] = encoding.sets.set(of: parameter.type)
      }
      collect(inner, inside, into: &found)
    }
  }

  private mutating func pattern(
    _ atom: Atom,
    _ adds: Bool,
    _ variables: [Symbol: Int32]
  ) -> EffectPattern {
    let all = encoding.sets.set(of: .object)
    var result: [Int32] = []
    for argument in atom.arguments {
      switch argument {
      case .variable(let name): result.append(variables[name] ?? all)
      case .constant(let name):
        result.append(encoding.objectIndices[name].map { encoding.sets.single($0) } ?? all)
      }
    }
    return EffectPattern(adds: adds, predicate: atom.predicate, sets: result)
  }
}
