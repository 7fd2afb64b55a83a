// A state as a set of facts, with conditions and effects evaluated straight from the model. It shares
// no code with the search, on purpose: the verifier, the deordering and the explanation stand on it,
// and an error in the one would not be repeated by the other. Clarity goes before speed here.

/// What variables stand for.
typealias Bindings = [Symbol: Symbol]

/// What a step changes.
struct Change: Hashable, Sendable {
  var added: Set<Fact> = []
  var deleted: Set<Fact> = []
}

struct World {
  private let types: TypeTable
  private(set) var facts: Set<Fact>
  private var objectTypes: [Symbol: TypeExpression] = [:]
  private var objects: [TypedObject] = []
  private var members: [TypeExpression: [Symbol]] = [:]

  /// The world of a problem, with its initial facts or with others.
  init(_ problem: Problem, facts: [Fact]? = nil) {
    types = problem.domain.types
    self.facts = Set(facts ?? problem.facts)
    for object in problem.objects { add(object) }
  }

  mutating func add(_ object: TypedObject) {
    guard objectTypes.updateValue(object.type, forKey: object.name) == nil else { return }
    objects.append(object)
    members = [:]
  }

  /// Whether an object exists and fits a type.
  func fits(_ object: Symbol, _ type: TypeExpression) -> Bool {
    guard let own = objectTypes[object] else { return false }
    return types.isSubtype(own, of: type)
  }

  /// The objects that fit a type, in the order of their declaration.
  mutating func all(_ type: TypeExpression) -> [Symbol] {
    if let known = members[type] { return known }
    let result = objects.filter { types.isSubtype($0.type, of: type) }.map(\.name)
    members[type] = result
    return result
  }

  static func value(_ term: Term, _ bindings: Bindings) -> Symbol {
    switch term {
    case .constant(let name): name
    case .variable(let name): bindings[name] ?? name
    }
  }

  static func fact(_ atom: Atom, _ bindings: Bindings) -> Fact {
    Fact(atom.predicate, atom.arguments.map { value($0, bindings) })
  }

  /// Whether a condition holds.
  mutating func holds(_ formula: Formula, _ bindings: Bindings) -> Bool {
    switch formula {
    case .atom(let atom): return facts.contains(World.fact(atom, bindings))
    case .equal(let left, let right):
      return World.value(left, bindings) == World.value(right, bindings)
    case .sort(let term, let type): return fits(World.value(term, bindings), type)
    case .not(let inner): return !holds(inner, bindings)
    case .and(let parts):
      for part in parts where !holds(part, bindings) { return false }
      return true
    case .or(let parts):
      for part in parts where holds(part, bindings) { return true }
      return false
    case .imply(let left, let right): return !holds(left, bindings) || holds(right, bindings)
    case .forall(let parameters, let inner):
      return firstInstance(of: parameters[...], bindings) { !$0.holds(inner, $1) } == nil
    case .exists(let parameters, let inner):
      return firstInstance(of: parameters[...], bindings) { $0.holds(inner, $1) } != nil
    }
  }

  /// The first way to bind the parameters for which `accept` says yes.
  mutating func firstInstance(
    of parameters: ArraySlice<Parameter>,
    _ bindings: Bindings,
    _ accept: (inout World, Bindings) -> Bool
  ) -> Bindings? {
    guard let first = parameters.first else { return accept(&self, bindings) ? bindings : nil }
    for object in all(first.type) {
      var extended = bindings
      extended[first.name] = object
      if let found = firstInstance(of: parameters.dropFirst(), extended, accept) { return found }
    }
    return nil
  }

  /// What an effect would change in this world.
  mutating func change(_ effect: Effect, _ bindings: Bindings) -> Change {
    var result = Change()
    collect(effect, bindings, into: &result)
    result.deleted.subtract(result.added)
    return result
  }

  private mutating func collect(
    _ effect: Effect,
    _ bindings: Bindings,
    into change: inout Change
  ) {
    switch effect {
    case .add(let atom): change.added.insert(World.fact(atom, bindings))
    case .delete(let atom): change.deleted.insert(World.fact(atom, bindings))
    case .and(let parts):
      for part in parts { collect(part, bindings, into: &change) }
    case .when(let condition, let inner):
      if holds(condition, bindings) { collect(inner, bindings, into: &change) }
    case .forall(let parameters, let inner):
      var found = change
      _ = firstInstance(of: parameters[...], bindings) { world, extended in
        world.collect(inner, extended, into: &found)
        return false
      }
      change = found
    }
  }

  mutating func apply(_ change: Change) {
    facts.subtract(change.deleted)
    facts.formUnion(change.added)
  }

  /// All facts whose truth a condition may ask for.
  mutating func reads(_ formula: Formula, _ bindings: Bindings) -> Set<Fact> {
    var result: Set<Fact> = []
    collectReads(formula, bindings, into: &result)
    return result
  }

  private mutating func collectReads(
    _ formula: Formula,
    _ bindings: Bindings,
    into reads: inout Set<Fact>
  ) {
    switch formula {
    case .atom(let atom): reads.insert(World.fact(atom, bindings))
    case .equal, .sort: break
    case .not(let inner): collectReads(inner, bindings, into: &reads)
    case .and(let parts), .or(let parts):
      for part in parts { collectReads(part, bindings, into: &reads) }
    case .imply(let left, let right):
      collectReads(left, bindings, into: &reads)
      collectReads(right, bindings, into: &reads)
    case .forall(let parameters, let inner), .exists(let parameters, let inner):
      var found = reads
      reads = []
      _ = firstInstance(of: parameters[...], bindings) { world, extended in
        world.collectReads(inner, extended, into: &found)
        return false
      }
      reads = found
    }
  }

  /// All facts whose truth decides what an effect changes.
  mutating func reads(_ effect: Effect, _ bindings: Bindings) -> Set<Fact> {
    switch effect {
    case .add, .delete: return []
    case .and(let parts):
      var result: Set<Fact> = []
      for part in parts { result.formUnion(reads(part, bindings)) }
      return result
    case .when(let condition, let inner):
      return reads(condition, bindings).union(reads(inner, bindings))
    case .forall(let parameters, let inner):
      var result: Set<Fact> = []
      _ = firstInstance(of: parameters[...], bindings) { world, extended in
        result.formUnion(world.reads(inner, extended))
        return false
      }
      return result
    }
  }
}

/// What a list of parameters stands for, given arguments.
func bind(_ parameters: [Parameter], to arguments: [Symbol]) -> Bindings {
  Dictionary(
    zip(parameters.map(\.name), arguments),
    uniquingKeysWith: { first, _ in first }
  )
}
