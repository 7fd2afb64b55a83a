// Why a method does not apply in a state: among the bindings for which everything holds that no action
// can change, the one for which the fewest other conditions fail, and the first of these. Conditions
// that no action changes say which bindings are meant at all; what else is false is the reason.

struct MethodDiagnosis {
  /// The bindings looked at.
  private(set) var bindings: Bindings?
  /// The condition that is false under them; nil if all hold.
  private(set) var condition: Formula?
  /// Whether conditions that no action changes already rule the method out.
  private(set) var isRuledOut = false

  private let parameters: [Parameter]
  private let fixed: [Formula]
  private let changing: [Formula]
  private var fewest = Int.max
  private var budget: Int

  /// Looks at up to `budget` partial bindings.
  init(
    _ method: Method,
    of arguments: [Symbol],
    in world: inout World,
    changeable: Set<Symbol>,
    budget: Int
  ) {
    parameters = method.parameters
    self.budget = budget
    let conjuncts = (method.network.constraints.conjuncts + method.precondition.conjuncts)
    fixed = conjuncts.filter { $0.predicates.isDisjoint(with: changeable) }
    changing = conjuncts.filter { !$0.predicates.isDisjoint(with: changeable) }
    var start: Bindings = [:]
    for (term, object) in zip(method.arguments, arguments) {
      switch term {
      case .constant(let name): if name != object { isRuledOut = true }
      case .variable(let name):
        if start[name].map({ $0 != object }) ?? false { isRuledOut = true }
        start[name] = object
      }
    }
    for parameter in parameters {
      if let object = start[parameter.name], !world.fits(object, parameter.type) {
        isRuledOut = true
      }
    }
    if isRuledOut { return }
    look(parameters.filter { start[$0.name] == nil }[...], start, &world)
    if bindings == nil {
      isRuledOut = true
      bindings = start
      condition = fixed.first { world.instance(of: parameters, start, satisfying: $0) == nil }
    }
  }

  private mutating func look(
    _ open: ArraySlice<Parameter>,
    _ bindings: Bindings,
    _ world: inout World
  ) {
    guard budget > 0, fewest > 1 else { return }
    budget -= 1
    for part in fixed where part.freeVariables.allSatisfy({ bindings[$0] != nil }) {
      guard world.holds(part, bindings) else { return }
    }
    if let next = open.first {
      for object in world.all(next.type) {
        var extended = bindings
        extended[next.name] = object
        look(open.dropFirst(), extended, &world)
      }
      return
    }
    let failing = changing.filter { !world.holds($0, bindings) }
    guard failing.count < fewest else { return }
    fewest = failing.count
    self.bindings = bindings
    condition = failing.first
  }
}

extension Formula {
  /// The predicates it mentions.
  var predicates: Set<Symbol> {
    switch self {
    case .atom(let atom): [atom.predicate]
    case .equal, .sort: []
    case .not(let inner), .forall(_, let inner), .exists(_, let inner): inner.predicates
    case .and(let parts), .or(let parts):
      parts.reduce(into: []) { $0.formUnion($1.predicates) }
    case .imply(let left, let right): left.predicates.union(right.predicates)
    }
  }
}

extension Effect {
  /// The predicates it changes.
  var predicates: Set<Symbol> {
    switch self {
    case .add(let atom), .delete(let atom): [atom.predicate]
    case .and(let parts): parts.reduce(into: []) { $0.formUnion($1.predicates) }
    case .forall(_, let inner), .when(_, let inner): inner.predicates
    }
  }
}

extension Domain {
  /// The predicates that some action changes.
  var changeable: Set<Symbol> {
    actions.reduce(into: []) { $0.formUnion($1.effect.predicates) }
  }
}
