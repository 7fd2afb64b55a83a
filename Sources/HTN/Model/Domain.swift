// A domain: everything declared in one or several HDDL files, checked to fit together. What must
// stay true: whoever holds a `Domain` can look up every name that occurs in it, every argument list
// has the right length, and no ordering is cyclic.

/// A planning domain whose declarations have been checked against each other.
public struct Domain: Sendable {
  /// Its name.
  public let name: Symbol
  /// The requirements it states, lower-cased; nothing depends on them.
  public let requirements: [String]
  /// The type hierarchy.
  public let types: TypeTable
  /// The objects every problem has.
  public let constants: [TypedObject]
  /// The predicates, in the order of their declaration.
  public let predicates: [Predicate]
  /// The compound tasks, in the order of their declaration.
  public let tasks: [CompoundTask]
  /// The actions, in the order of their declaration.
  public let actions: [Action]
  /// The methods, in the order of their declaration.
  public let methods: [Method]
  /// What is allowed and yet probably a mistake.
  public let warnings: [HDDLWarning]

  private let predicateIndices: [Symbol: Int]
  private let taskIndices: [Symbol: Int]
  private let actionIndices: [Symbol: Int]
  private let methodIndices: [Symbol: Int]
  private let methodsOfTask: [Symbol: [Int]]

  /// Reads a domain from HDDL text; `file` is what errors call it.
  ///
  /// - Throws: `HDDLError` at the first mistake, with line and column.
  public init(hddl text: String, file: String = "") throws(HDDLError) {
    try self.init(DomainParts(reading: text, file: file))
  }

  /// Builds a domain in memory.
  ///
  /// - Throws: `HDDLError` if the declarations do not fit together.
  public init(
    name: Symbol,
    types: [(name: Symbol, parents: [Symbol])] = [],
    constants: [TypedObject] = [],
    predicates: [Predicate] = [],
    tasks: [CompoundTask] = [],
    actions: [Action] = [],
    methods: [Method] = []
  ) throws(HDDLError) {
    var parts = DomainParts(name: name)
    parts.types = types.map { ($0.name, $0.parents, nil) }
    parts.constants = constants
    parts.predicates = predicates
    parts.tasks = tasks
    parts.actions = actions
    parts.methods = methods
    try self.init(parts)
  }

  init(_ parts: DomainParts) throws(HDDLError) {
    name = parts.name
    requirements = parts.requirements
    var table = TypeTable(parts.types)
    try table.close()
    types = table
    constants = parts.constants
    predicates = parts.predicates
    tasks = parts.tasks
    actions = parts.actions
    methods = parts.methods
    predicateIndices = try indexed(
      predicates.map { ($0.name, $0.position) },
      as: "predicate"
    )
    let taskNames = tasks.map { ($0.name, $0.position) }
    let actionNames = actions.map { ($0.name, $0.position) }
    taskIndices = try indexed(taskNames, as: "task")
    actionIndices = try indexed(actionNames, as: "action")
    _ = try indexed(taskNames + actionNames, as: "task or action")
    methodIndices = try indexed(methods.map { ($0.name, $0.position) }, as: "method")
    _ = try indexed(constants.map { ($0.name, $0.position) }, as: "constant")
    methodsOfTask = Dictionary(grouping: methods.indices) { [methods] in methods[$0].task }
    warnings =
      parts.warnings
      + tasks.filter { [methodsOfTask] in methodsOfTask[$0.name] == nil }.map {
        HDDLWarning(
          position: $0.position,
          sentence: "no method decomposes the task '\($0.name)', so no plan can contain it"
        )
      }
    try check()
  }

  private func check() throws(HDDLError) {
    let checker = Checker(domain: self, objects: constants)
    for constant in constants { try checker.check(constant.type, at: constant.position) }
    for predicate in predicates { _ = try checker.scope(predicate.parameters) }
    for task in tasks { _ = try checker.scope(task.parameters) }
    for action in actions {
      let scope = try checker.scope(action.parameters)
      try checker.check(action.precondition, scope, at: action.position)
      try checker.check(action.effect, scope, at: action.position)
    }
    for method in methods { try checker.check(method) }
  }

  /// The predicate of that name.
  public func predicate(_ name: Symbol) -> Predicate? {
    predicateIndices[name].map { predicates[$0] }
  }

  /// The compound task of that name.
  public func task(_ name: Symbol) -> CompoundTask? { taskIndices[name].map { tasks[$0] } }

  /// The action of that name.
  public func action(_ name: Symbol) -> Action? { actionIndices[name].map { actions[$0] } }

  /// The method of that name.
  public func method(_ name: Symbol) -> Method? { methodIndices[name].map { methods[$0] } }

  /// The methods that decompose a compound task, in the order of their declaration.
  public func methods(of task: Symbol) -> [Method] {
    methodsOfTask[task]?.map { methods[$0] } ?? []
  }

  /// The parameters of the compound task or action of that name.
  func parameters(ofTask name: Symbol) -> [Parameter]? {
    task(name)?.parameters ?? action(name)?.parameters
  }

  /// The domain with the declarations of another one after its own.
  ///
  /// - Throws: `HDDLError` with code `duplicateName`, naming both places, if both declare a name.
  public func merging(_ other: Domain) throws(HDDLError) -> Domain {
    try merging(other.parts)
  }

  /// The domain with the declarations of a file after its own; the file may use its names.
  ///
  /// - Throws: `HDDLError` at the first mistake; code `duplicateName`, naming both places, if both
  ///   declare a name.
  public func merging(hddl text: String, file: String) throws(HDDLError) -> Domain {
    try merging(DomainParts(reading: text, file: file))
  }

  private func merging(_ other: DomainParts) throws(HDDLError) -> Domain {
    var merged = parts
    for type in other.types where types.contains(type.name) && type.name != "object" {
      guard types.positions[type.name] != nil else { continue }
      throw .duplicate("type", type.name, at: type.position, first: types.positions[type.name])
    }
    merged.requirements += other.requirements.filter { !requirements.contains($0) }
    merged.types += other.types
    merged.constants += other.constants
    merged.predicates += other.predicates
    merged.tasks += other.tasks
    merged.actions += other.actions
    merged.methods += other.methods
    merged.warnings += other.warnings
    return try Domain(merged)
  }

  private var parts: DomainParts {
    DomainParts(
      name: name,
      requirements: requirements,
      types: types.declarations,
      constants: constants,
      predicates: predicates,
      tasks: tasks,
      actions: actions,
      methods: methods,
      warnings: warnings.filter { !$0.sentence.hasPrefix("no method decomposes") }
    )
  }
}

extension HDDLError {
  /// The error of a name declared twice, naming both places.
  static func duplicate(
    _ kind: String,
    _ name: Symbol,
    at position: SourcePosition?,
    first: SourcePosition?
  ) -> HDDLError {
    let place = first.map { ", first at \($0)" } ?? ""
    return HDDLError(
      .duplicateName,
      at: position,
      "the \(kind) '\(name)' is declared twice\(place)",
      hint: "rename one of them"
    )
  }
}

/// The indices of names, or the error that one occurs twice.
func indexed(
  _ names: [(name: Symbol, position: SourcePosition?)],
  as kind: String
) throws(HDDLError) -> [Symbol: Int] {
  var result: [Symbol: Int] = [:]
  for (index, entry) in names.enumerated() {
    if let first = result.updateValue(index, forKey: entry.name) {
      let places = [names[first].position, entry.position]
      // Kinds of declarations are listed one after another; the text may have them the other way.
      let isReversed =
        if let one = places[0], let other = places[1], one.file == other.file {
          (one.line, one.column) > (other.line, other.column)
        } else {
          false
        }
      throw .duplicate(
        kind,
        entry.name,
        at: places[isReversed ? 0 : 1],
        first: places[isReversed ? 1 : 0]
      )
    }
  }
  return result
}
