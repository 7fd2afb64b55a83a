// Whether names, numbers of arguments and types fit. A variable may be of a wider type than the
// argument it is passed as (the binding then has to fit both); it is a mistake only if no object
// could ever fit.

/// The variables that may be used at some place, with their types.
typealias Scope = [Symbol: TypeExpression]

/// Checks formulas, effects and networks against a domain's declarations and a set of objects.
struct Checker {
  let domain: Domain
  private let objects: [Symbol: TypeExpression]

  init(domain: Domain, objects: [TypedObject]) {
    self.domain = domain
    self.objects = Dictionary(objects.map { ($0.name, $0.type) }, uniquingKeysWith: { $1 })
  }

  /// Checks that a type is declared.
  func check(_ type: TypeExpression, at position: SourcePosition?) throws(HDDLError) {
    for name in type.names where !domain.types.contains(name) {
      throw HDDLError(
        .unknownName,
        at: position,
        "the type '\(name)' is not declared",
        hint: nearest(name, in: domain.types.names)
      )
    }
  }

  /// The variables that parameters introduce, on top of those around them.
  func scope(_ parameters: [Parameter], in outer: Scope = [:]) throws(HDDLError) -> Scope {
    var result = outer
    var seen: Set<Symbol> = []
    for parameter in parameters {
      try check(parameter.type, at: parameter.position)
      guard seen.insert(parameter.name).inserted else {
        throw HDDLError(
          .duplicateName,
          at: parameter.position,
          "the variable '\(parameter.name)' is declared twice",
          hint: "rename one of them"
        )
      }
      result[parameter.name] = parameter.type
    }
    return result
  }

  /// Checks a condition whose nearest known place is `position`.
  func check(
    _ formula: Formula,
    _ scope: Scope,
    at position: SourcePosition?
  ) throws(HDDLError) {
    switch formula {
    case .atom(let atom): try check(atom, scope)
    case .equal(let left, let right):
      for term in [left, right] { _ = try type(of: term, scope, at: position) }
    case .sort(let term, let type):
      _ = try self.type(of: term, scope, at: position)
      try check(type, at: position)
    case .not(let inner): try check(inner, scope, at: position)
    case .and(let parts), .or(let parts):
      for part in parts { try check(part, scope, at: position) }
    case .imply(let left, let right):
      try check(left, scope, at: position)
      try check(right, scope, at: position)
    case .forall(let parameters, let inner), .exists(let parameters, let inner):
      try check(inner, self.scope(parameters, in: scope), at: position)
    }
  }

  /// Checks an effect whose nearest known place is `position`.
  func check(_ effect: Effect, _ scope: Scope, at position: SourcePosition?) throws(HDDLError) {
    switch effect {
    case .add(let atom), .delete(let atom): try check(atom, scope)
    case .and(let parts):
      for part in parts { try check(part, scope, at: position) }
    case .forall(let parameters, let inner):
      try check(inner, self.scope(parameters, in: scope), at: position)
    case .when(let condition, let inner):
      try check(condition, scope, at: position)
      try check(inner, scope, at: position)
    }
  }

  /// Checks a method.
  func check(_ method: Method) throws(HDDLError) {
    let scope = try scope(method.parameters)
    guard let task = domain.task(method.task) else {
      if domain.action(method.task) != nil {
        throw HDDLError(
          .type,
          at: method.position,
          "the method '\(method.name)' decomposes '\(method.task)', which is an action",
          hint: "only compound tasks are decomposed"
        )
      }
      throw HDDLError(
        .unknownName,
        at: method.position,
        "the method '\(method.name)' decomposes the task '\(method.task)', which is not declared",
        hint: nearest(method.task, in: domain.tasks.map(\.name))
      )
    }
    try check(
      method.arguments,
      against: task.parameters,
      of: "task '\(task.name)'",
      scope,
      at: method.position
    )
    try check(method.precondition, scope, at: method.position)
    try check(method.network, scope, at: method.position)
  }

  /// Checks a network whose nearest known place is `position`.
  func check(
    _ network: TaskNetwork,
    _ scope: Scope,
    at position: SourcePosition?
  ) throws(HDDLError) {
    for subtask in network.subtasks {
      guard let parameters = domain.parameters(ofTask: subtask.task) else {
        let names = domain.tasks.map(\.name) + domain.actions.map(\.name)
        throw HDDLError(
          .unknownName,
          at: subtask.position ?? position,
          "the task or action '\(subtask.task)' is not declared",
          hint: nearest(subtask.task, in: names)
        )
      }
      try check(
        subtask.arguments,
        against: parameters,
        of: "task '\(subtask.task)'",
        scope,
        at: subtask.position ?? position
      )
    }
    for edge in network.ordering {
      guard network.subtasks.indices.contains(edge.before),
        network.subtasks.indices.contains(edge.after)
      else {
        throw HDDLError(
          .unknownName,
          at: position,
          "an ordering names subtask \(max(edge.before, edge.after)) of \(network.subtasks.count)",
          hint: "subtasks are counted from 0"
        )
      }
    }
    guard network.sorted != nil else {
      throw HDDLError(
        .cycle,
        at: position,
        "the orderings of the subtasks form a cycle",
        hint: "no task can come before itself"
      )
    }
    try check(network.constraints, scope, at: position)
  }

  private func check(_ atom: Atom, _ scope: Scope) throws(HDDLError) {
    guard let predicate = domain.predicate(atom.predicate) else {
      throw HDDLError(
        .unknownName,
        at: atom.position,
        "the predicate '\(atom.predicate)' is not declared",
        hint: nearest(atom.predicate, in: domain.predicates.map(\.name))
      )
    }
    try check(
      atom.arguments,
      against: predicate.parameters,
      of: "predicate '\(atom.predicate)'",
      scope,
      at: atom.position
    )
  }

  private func type(
    of term: Term,
    _ scope: Scope,
    at position: SourcePosition?
  ) throws(HDDLError) -> TypeExpression {
    switch term {
    case .variable(let name):
      guard let type = scope[name] else {
        throw HDDLError(
          .unknownName,
          at: position,
          "the variable '\(name)' is not declared here",
          hint: nearest(name, in: scope.keys.sorted())
        )
      }
      return type
    case .constant(let name):
      guard let type = objects[name] else {
        throw HDDLError(
          .unknownName,
          at: position,
          "the object '\(name)' is not declared",
          hint: scope["?\(name)"] != nil
            ? "did you mean '?\(name)'?" : nearest(name, in: objects.keys.sorted())
        )
      }
      return type
    }
  }

  private func check(
    _ arguments: [Term],
    against parameters: [Parameter],
    of what: String,
    _ scope: Scope,
    at position: SourcePosition?
  ) throws(HDDLError) {
    guard arguments.count == parameters.count else {
      throw HDDLError(
        .arity,
        at: position,
        "the \(what) takes \(parameters.count) \(parameters.count == 1 ? "argument" : "arguments"), "
          + "not \(arguments.count)",
        hint: parameters.isEmpty ? "it takes none" : "it takes \(spelled(parameters))"
      )
    }
    for (argument, parameter) in zip(arguments, parameters) {
      let type = try type(of: argument, scope, at: position)
      let fits =
        if case .constant = argument { domain.types.isSubtype(type, of: parameter.type) } else {
          domain.types.overlap(type, parameter.type)
        }
      guard fits else {
        throw HDDLError(
          .type,
          at: position,
          "'\(argument)' is of type \(type), and the argument '\(parameter.name)' of the \(what) "
            + "of type \(parameter.type)",
          hint: "no object is of both types"
        )
      }
    }
  }
}
