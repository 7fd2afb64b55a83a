// Conditions and effects as written, with variables. They are small trees: the reader refuses texts
// nested deeper than `SExpression.deepest`, so walking them by recursion is safe.

/// A predicate applied to terms.
public struct Atom: Hashable, Sendable, CustomStringConvertible {
  /// The predicate's name.
  public let predicate: Symbol
  /// Its arguments.
  public let arguments: [Term]
  /// Where it stands; nil if built in memory.
  public let position: SourcePosition?

  /// A predicate applied to terms.
  public init(_ predicate: Symbol, _ arguments: [Term], position: SourcePosition? = nil) {
    self.predicate = predicate
    self.arguments = arguments
    self.position = position
  }

  /// Whether predicate and arguments are the same, wherever they stand.
  public static func == (left: Atom, right: Atom) -> Bool {
    left.predicate == right.predicate && left.arguments == right.arguments
  }

  /// Hashes predicate and arguments.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(predicate)
    hasher.combine(arguments)
  }

  /// As HDDL spells it.
  public var description: String {
    "(" + ([predicate] + arguments.map(\.description)).joined(separator: " ") + ")"
  }
}

/// A ground atom: something that can be true in a state.
public struct Fact: Hashable, Sendable, CustomStringConvertible {
  /// The predicate's name.
  public let predicate: Symbol
  /// The objects it is said of.
  public let arguments: [Symbol]

  /// A predicate said of objects.
  public init(_ predicate: Symbol, _ arguments: [Symbol] = []) {
    self.predicate = predicate
    self.arguments = arguments
  }

  /// As HDDL spells it.
  public var description: String {
    "(" + ([predicate] + arguments).joined(separator: " ") + ")"
  }
}

/// A condition on a state and on what its variables are bound to.
public indirect enum Formula: Hashable, Sendable, CustomStringConvertible {
  /// The atom is true in the state.
  case atom(Atom)
  /// Both terms are the same object.
  case equal(Term, Term)
  /// The term is of the type (`sortof`).
  case sort(Term, TypeExpression)
  /// The condition does not hold.
  case not(Formula)
  /// All hold; true if empty.
  case and([Formula])
  /// One holds; false if empty.
  case or([Formula])
  /// The second holds if the first does.
  case imply(Formula, Formula)
  /// Holds for every binding of the parameters.
  case forall([Parameter], Formula)
  /// Holds for some binding of the parameters.
  case exists([Parameter], Formula)

  /// The condition that always holds.
  public static let always = Formula.and([])

  /// The conjuncts of the condition, nested conjunctions flattened.
  public var conjuncts: [Formula] {
    guard case .and(let parts) = self else { return [self] }
    return parts.flatMap(\.conjuncts)
  }

  /// As HDDL spells it.
  public var description: String {
    switch self {
    case .atom(let atom): atom.description
    case .equal(let left, let right): "(= \(left) \(right))"
    case .sort(let term, let type): "(sortof \(term) - \(type))"
    case .not(let inner): "(not \(inner))"
    case .and(let parts): "(" + (["and"] + parts.map(\.description)).joined(separator: " ") + ")"
    case .or(let parts): "(" + (["or"] + parts.map(\.description)).joined(separator: " ") + ")"
    case .imply(let left, let right): "(imply \(left) \(right))"
    case .forall(let parameters, let inner): "(forall (\(spelled(parameters))) \(inner))"
    case .exists(let parameters, let inner): "(exists (\(spelled(parameters))) \(inner))"
    }
  }
}

/// What an action changes.
public indirect enum Effect: Hashable, Sendable {
  /// The atom becomes true.
  case add(Atom)
  /// The atom becomes false, unless the same action adds it.
  case delete(Atom)
  /// All of them, at once.
  case and([Effect])
  /// The effect for every binding of the parameters.
  case forall([Parameter], Effect)
  /// The effect, if the condition holds before the action.
  case when(Formula, Effect)

  /// No change at all.
  public static let none = Effect.and([])
}

/// Parameters as HDDL spells them, without parentheses.
func spelled(_ parameters: [Parameter]) -> String {
  parameters.map { "\($0.name) - \($0.type)" }.joined(separator: " ")
}
