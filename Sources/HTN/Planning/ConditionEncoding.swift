// Conditions and effects laid out flat. Quantified variables get slots after the parameters, one for
// each nesting, so that a binding is one array of integers.

/// The slots of the variables in scope.
struct Slots {
  var byName: [Symbol: Int32] = [:]
  var next: Int32 = 0

  init(_ parameters: [Parameter] = []) {
    for parameter in parameters { add(parameter.name) }
  }

  @discardableResult
  mutating func add(_ name: Symbol) -> Int32 {
    byName[name] = next
    next += 1
    return next - 1
  }
}

extension Encoding {
  /// The term as an integer.
  func encode(_ term: Term, _ slots: Slots) -> Int32 {
    switch term {
    case .variable(let name): slots.byName[name] ?? 0
    case .constant(let name): -1 - (objectIndices[name] ?? 0)
    }
  }

  private mutating func add(_ node: Condition) -> Int32 {
    nodes.append(node)
    return Int32(nodes.count - 1)
  }

  private mutating func add(
    _ kind: Condition.Kind,
    first: Int32 = 0,
    second: Int32 = 0,
    items: [Int32] = []
  ) -> Int32 {
    let start = Int32(codes.count)
    codes += items
    return add(
      Condition(kind: kind, first: first, second: second, start: start, count: Int32(items.count))
    )
  }

  /// Encodes a condition; the result is its node.
  mutating func encode(_ formula: Formula, _ slots: Slots) -> Int32 {
    slotCount = max(slotCount, Int(slots.next))
    switch formula {
    case .atom(let atom):
      return add(
        .atom,
        first: predicateIndices[atom.predicate] ?? 0,
        items: atom.arguments.map { encode($0, slots) }
      )
    case .equal(let left, let right):
      return add(.equal, first: encode(left, slots), second: encode(right, slots))
    case .sort(let term, let type):
      return add(.member, first: encode(term, slots), second: sets.set(of: type))
    case .not(let inner):
      return add(.not, first: encode(inner, slots))
    case .and(let parts):
      return add(.and, items: encode(parts, slots))
    case .or(let parts):
      return add(.or, items: encode(parts, slots))
    case .imply(let left, let right):
      let negated = add(.not, first: encode(left, slots))
      return add(.or, items: [negated, encode(right, slots)])
    case .forall(let parameters, let inner):
      return encode(.forall, parameters[...], inner, slots)
    case .exists(let parameters, let inner):
      return encode(.exists, parameters[...], inner, slots)
    }
  }

  private mutating func encode(_ parts: [Formula], _ slots: Slots) -> [Int32] {
    var result: [Int32] = []
    for part in parts { result.append(encode(part, slots)) }
    return result
  }

  private mutating func encode(
    _ kind: Condition.Kind,
    _ parameters: ArraySlice<Parameter>,
    _ inner: Formula,
    _ slots: Slots
  ) -> Int32 {
    guard let parameter = parameters.first else { return encode(inner, slots) }
    var inside = slots
    let slot = inside.add(parameter.name)
    let node = encode(kind, parameters.dropFirst(), inner, inside)
    let set = sets.set(of: parameter.type)
    return add(Condition(kind: kind, first: slot, second: set, start: node, count: 1))
  }

  /// Encodes the next action.
  mutating func encode(_ action: Action) {
    let slots = Slots(action.parameters)
    slotCount = max(slotCount, Int(slots.next))
    let precondition = encode(action.precondition, slots)
    let first = effects.count
    encode(action.effect, slots, condition: nil, quantifiers: [])
    var parameters: [Int32] = []
    for parameter in action.parameters { parameters.append(sets.set(of: parameter.type)) }
    actions.append(
      EncodedAction(
        precondition: precondition,
        effects: first..<effects.count,
        parameters: parameters
      )
    )
  }

  private mutating func encode(
    _ effect: Effect,
    _ slots: Slots,
    condition: Formula?,
    quantifiers: [Int32]
  ) {
    slotCount = max(slotCount, Int(slots.next))
    switch effect {
    case .add(let atom): encode(atom, adds: true, slots, condition, quantifiers)
    case .delete(let atom): encode(atom, adds: false, slots, condition, quantifiers)
    case .and(let parts):
      for part in parts {
        encode(part, slots, condition: condition, quantifiers: quantifiers)
      }
    case .when(let inner, let part):
      let both = condition.map { Formula.and([$0, inner]) } ?? inner
      encode(part, slots, condition: both, quantifiers: quantifiers)
    case .forall(let parameters, let part):
      var inside = slots
      var pairs = quantifiers
      for parameter in parameters {
        pairs += [inside.add(parameter.name), sets.set(of: parameter.type)]
      }
      encode(part, inside, condition: condition, quantifiers: pairs)
    }
  }

  private mutating func encode(
    _ atom: Atom,
    adds: Bool,
    _ slots: Slots,
    _ condition: Formula?,
    _ quantifiers: [Int32]
  ) {
    let node = condition.map { encode($0, slots) } ?? -1
    let start = Int32(codes.count)
    codes += atom.arguments.map { encode($0, slots) }
    let pairs = Int32(codes.count)
    codes += quantifiers
    effects.append(
      EncodedEffect(
        adds: adds,
        predicate: predicateIndices[atom.predicate] ?? 0,
        start: start,
        count: Int32(atom.arguments.count),
        condition: node,
        quantifiers: pairs,
        quantifierCount: Int32(quantifiers.count / 2)
      )
    )
  }

  /// Encodes the goal, whose variables are those of the problem's own network.
  mutating func encodeGoal() -> Int32 {
    encode(problem.goal, Slots(problem.parameters))
  }
}
