// The state of the world during the search: which atoms are true, how to take changes back, and how
// conditions and effects are evaluated under a binding. What must stay true: after `undo(to:)` the
// state and its hash are exactly what they were at the mark.

struct SearchState {
  let encoding: Encoding
  private(set) var atoms: AtomTable
  private(set) var isTrue: [Bool] = []
  /// Changes with the set of true atoms, whatever their order.
  private(set) var hash: UInt64 = 0
  /// The atoms changed, in order.
  private(set) var trail: [Int32] = []
  /// The binding in use: parameters first, then quantified variables.
  var binding: [Int32]
  private var key: [Int32]
  private var added: [Int32] = []
  private var deleted: [Int32] = []

  init(_ encoding: Encoding) {
    self.encoding = encoding
    atoms = encoding.atoms
    binding = Array(repeating: -1, count: encoding.slotCount)
    let arity = encoding.problem.domain.predicates.map(\.parameters.count).max() ?? 0
    key = Array(repeating: 0, count: max(arity, 1))
    isTrue = Array(repeating: false, count: atoms.count)
    for atom in encoding.initial { flip(atom) }
    trail = []
  }

  private mutating func flip(_ atom: Int32) {
    isTrue[Int(atom)].toggle()
    hash ^= spread(UInt64(truncatingIfNeeded: atom))
  }

  mutating func undo(to mark: Int) {
    while trail.count > mark {
      if let atom = trail.popLast() { flip(atom) }
    }
  }

  /// What a term stands for under the binding in use.
  func value(_ term: Int32) -> Int32 { term >= 0 ? binding[Int(term)] : -1 - term }

  /// Whether a node holds under the binding in use.
  mutating func holds(_ index: Int32) -> Bool {
    let node = encoding.nodes[Int(index)]
    switch node.kind {
    case .atom:
      let start = Int(node.start)
      for offset in 0..<Int(node.count) { key[offset] = value(encoding.codes[start + offset]) }
      let atom = atoms.find(node.first, key)
      return atom >= 0 && isTrue[Int(atom)]
    case .equal: return value(node.first) == value(node.second)
    case .member: return encoding.sets.contains[Int(node.second)][Int(value(node.first))]
    case .not: return !holds(node.first)
    case .and:
      for offset in 0..<node.count where !holds(encoding.codes[Int(node.start + offset)]) {
        return false
      }
      return true
    case .or:
      for offset in 0..<node.count where holds(encoding.codes[Int(node.start + offset)]) {
        return true
      }
      return false
    case .forall, .exists:
      let wanted = node.kind == .exists
      for object in encoding.sets.members[Int(node.second)] {
        binding[Int(node.first)] = object
        if holds(node.start) == wanted { return wanted }
      }
      return !wanted
    }
  }

  /// Whether all nodes listed in a range of `codes` hold.
  mutating func holdAll(_ range: Range<Int>) -> Bool {
    for index in range where !holds(encoding.codes[index]) { return false }
    return true
  }

  /// Applies an action whose arguments are the binding in use, if its precondition holds.
  mutating func apply(_ action: Int) -> Bool {
    let encoded = encoding.actions[action]
    guard holds(encoded.precondition) else { return false }
    added.removeAll(keepingCapacity: true)
    deleted.removeAll(keepingCapacity: true)
    for index in encoded.effects { collect(encoding.effects[index], quantifier: 0) }
    for atom in deleted where isTrue[Int(atom)] {
      flip(atom)
      trail.append(atom)
    }
    for atom in added where !isTrue[Int(atom)] {
      flip(atom)
      trail.append(atom)
    }
    return true
  }

  private mutating func collect(_ effect: EncodedEffect, quantifier: Int32) {
    if quantifier < effect.quantifierCount {
      let place = Int(effect.quantifiers + 2 * quantifier)
      let slot = Int(encoding.codes[place])
      for object in encoding.sets.members[Int(encoding.codes[place + 1])] {
        binding[slot] = object
        collect(effect, quantifier: quantifier + 1)
      }
      return
    }
    if effect.condition >= 0 {
      guard holds(effect.condition) else { return }
    }
    let start = Int(effect.start)
    for offset in 0..<Int(effect.count) { key[offset] = value(encoding.codes[start + offset]) }
    if effect.adds {
      let atom = atoms.intern(effect.predicate, key)
      if Int(atom) == isTrue.count { isTrue.append(false) }
      added.append(atom)
    } else {
      let atom = atoms.find(effect.predicate, key)
      if atom >= 0 { deleted.append(atom) }
    }
  }

  /// The list of atoms that a matching step should run through, as an index: of predicates if not
  /// negative, else of arguments after `-1 -`.
  func shortestList(_ step: BindingStep) -> Int {
    var best = Int(step.predicate)
    var size = atoms.byPredicate[best].count
    for position in 0..<Int(step.count) {
      let place = Int(step.start) + 2 * position
      guard encoding.codes[place + 1] == Treatment.known else { continue }
      let list = atoms.list(
        Int(step.predicate),
        position: position,
        object: value(encoding.codes[place])
      )
      let count = atoms.byArgument[list].count
      if count < size {
        size = count
        best = -1 - list
      }
    }
    return best
  }

  /// The next entry of the list from `cursor` on that is true and agrees with the binding, which it
  /// extends; the cursor after it, or -1 if there is none.
  mutating func match(_ step: BindingStep, list: Int, from cursor: Int, sets: [Int32]) -> Int {
    var index = cursor
    let count = list >= 0 ? atoms.byPredicate[list].count : atoms.byArgument[-1 - list].count
    while index < count {
      let atom = list >= 0 ? atoms.byPredicate[list][index] : atoms.byArgument[-1 - list][index]
      index += 1
      guard isTrue[Int(atom)] else { continue }
      if agree(step, Int(atoms.starts[Int(atom)]), sets) { return index }
    }
    return -1
  }

  private mutating func agree(_ step: BindingStep, _ start: Int, _ sets: [Int32]) -> Bool {
    for position in 0..<Int(step.count) {
      let term = encoding.codes[Int(step.start) + 2 * position]
      let object = atoms.arguments[start + position]
      if encoding.codes[Int(step.start) + 2 * position + 1] == Treatment.bind {
        guard encoding.sets.contains[Int(sets[Int(term)])][Int(object)] else { return false }
        binding[Int(term)] = object
      } else {
        guard value(term) == object else { return false }
      }
    }
    return true
  }

  /// The atoms true now, in the order they were first met.
  var facts: [Int32] { isTrue.indices.filter { isTrue[$0] }.map { Int32($0) } }

  /// The fact an atom stands for.
  func fact(_ atom: Int32) -> Fact {
    let problem = encoding.problem
    let predicate = problem.domain.predicates[Int(atoms.predicates[Int(atom)])]
    let start = Int(atoms.starts[Int(atom)])
    let arguments = atoms.arguments[start..<start + predicate.parameters.count]
    return Fact(predicate.name, arguments.map { problem.objects[Int($0)].name })
  }
}
