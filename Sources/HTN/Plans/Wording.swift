// Conditions in words. A predicate's structured comments say how: `;@ says "{0} exists"` and
// `;@ denies "{0} does not exist"`, with the arguments by position. Without them, HDDL's own spelling
// has to do. A caller's function replaces generated symbols by what people call them.

struct Wording {
  let domain: Domain
  let name: (Symbol) -> String

  /// Says that a fact holds, or that it does not.
  func sentence(_ fact: Fact, holds: Bool) -> String {
    let key = holds ? "says" : "denies"
    if let predicate = domain.predicate(fact.predicate),
      let template = predicate.annotations.first(where: { $0.key == key })?.value
    {
      return filled(template, fact.arguments)
    }
    let spelled = ([fact.predicate] + fact.arguments.map(name)).joined(separator: " ")
    return "(\(spelled)) \(holds ? "holds" : "does not hold")"
  }

  private func filled(_ template: String, _ arguments: [Symbol]) -> String {
    var result = ""
    var rest = template[...]
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      rest = rest[open...]
      guard let close = rest.firstIndex(of: "}") else { break }
      let inside = rest[rest.index(after: open)..<close]
      if let index = Int(inside), arguments.indices.contains(index) {
        result += name(arguments[index])
      } else {
        result += rest[...close]
      }
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }

  /// Says why a condition that does not hold does not: the first part that fails, in words.
  func denial(of formula: Formula, _ bindings: Bindings, in world: inout World) -> String {
    switch formula {
    case .atom(let atom): return sentence(World.fact(atom, bindings), holds: false)
    case .not(.atom(let atom)): return sentence(World.fact(atom, bindings), holds: true)
    case .and(let parts):
      for part in parts where !world.holds(part, bindings) {
        return denial(of: part, bindings, in: &world)
      }
    case .imply(_, let right):
      return denial(of: right, bindings, in: &world)
    case .forall(let parameters, let inner):
      let found = world.firstInstance(of: parameters[...], bindings) { !$0.holds(inner, $1) }
      if let found { return denial(of: inner, found, in: &world) }
    case .equal(let left, let right):
      return "\(name(World.value(left, bindings))) is not \(name(World.value(right, bindings)))"
    case .not(.equal(let left, _)):
      return "\(name(World.value(left, bindings))) is the same on both sides"
    case .sort(let term, let type):
      return "\(name(World.value(term, bindings))) is no \(type)"
    default: break
    }
    let renamed = formula.grounded(bindings.mapValues(name))
    return "\(renamed) does not hold"
  }
}
