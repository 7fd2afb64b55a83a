// A problem: objects, what is true at first, what is to be done and what must hold in the end. Either
// read from HDDL or built in memory, and checked against its domain in both cases.

/// A planning problem whose parts have been checked against its domain.
public struct Problem: Sendable {
  /// Its name.
  public private(set) var name: Symbol
  /// The domain it belongs to.
  public let domain: Domain
  /// The domain's constants and its own objects.
  public let objects: [TypedObject]
  /// What is true at first, without repetitions, in the order given.
  public let facts: [Fact]
  /// The variables of the initial network, bound by the planner.
  public let parameters: [Parameter]
  /// What is to be done.
  public let network: TaskNetwork
  /// What must hold in the end.
  public let goal: Formula
  /// What is allowed and yet probably a mistake.
  public let warnings: [HDDLWarning]

  /// Reads a problem from HDDL text; `file` is what errors call it.
  ///
  /// - Throws: `HDDLError` at the first mistake, with line and column.
  public init(hddl text: String, file: String = "", domain: Domain) throws(HDDLError) {
    let parts = try ProblemParts(reading: text, file: file)
    var warnings: [HDDLWarning] = []
    if parts.domain.lowercased() != domain.name.lowercased() {
      warnings.append(
        HDDLWarning(
          position: parts.domainPosition,
          sentence: "the problem is for the domain '\(parts.domain)', and is read with "
            + "'\(domain.name)'"
        )
      )
    }
    try self.init(parts, domain: domain, warnings: warnings)
  }

  /// Builds a problem in memory.
  ///
  ///     try Problem(name: "p", domain: d, objects: [TypedObject("f1", TypeExpression("file"))],
  ///       facts: [Fact("present", ["f1"])], tasks: [Subtask("edit", [.constant("f1")])])
  ///
  /// - Parameters:
  ///   - objects: its own objects; the domain's constants are there anyway.
  ///   - ordering: indices into `tasks`; nil if the tasks follow each other as given.
  /// - Throws: `HDDLError` if a part does not fit the domain.
  public init(
    name: Symbol,
    domain: Domain,
    objects: [TypedObject],
    facts: [Fact],
    tasks: [Subtask],
    ordering: [Ordering]? = nil,
    parameters: [Parameter] = [],
    constraints: Formula = .always,
    goal: Formula = .always
  ) throws(HDDLError) {
    var parts = ProblemParts(name: name)
    parts.objects = objects
    parts.facts = facts.map { Atom($0.predicate, $0.arguments.map { .constant($0) }) }
    parts.parameters = parameters
    parts.network =
      if let ordering {
        TaskNetwork(tasks, ordering: ordering, constraints: constraints)
      } else {
        .sequence(tasks, constraints: constraints)
      }
    parts.goal = goal
    try self.init(parts, domain: domain, warnings: [])
  }

  /// The same problem by another name.
  public func named(_ name: Symbol) -> Problem {
    var problem = self
    problem.name = name
    return problem
  }

  private init(
    _ parts: ProblemParts,
    domain: Domain,
    warnings: [HDDLWarning]
  ) throws(HDDLError) {
    name = parts.name
    self.domain = domain
    self.warnings = warnings
    // The competition's problems repeat constants among their objects; the same type is no conflict.
    objects = domain.constants + parts.objects.filter { !domain.constants.contains($0) }
    parameters = parts.parameters
    network = parts.network
    goal = parts.goal
    _ = try indexed(objects.map { ($0.name, $0.position) }, as: "object")
    let checker = Checker(domain: domain, objects: objects)
    for object in parts.objects { try checker.check(object.type, at: object.position) }
    var seen: Set<Fact> = []
    var distinct: [Fact] = []
    for atom in parts.facts {
      try checker.check(.atom(atom), [:], at: atom.position)
      let fact = Fact(atom.predicate, atom.arguments.map(\.description))
      if seen.insert(fact).inserted { distinct.append(fact) }
    }
    facts = distinct
    let scope = try checker.scope(parts.parameters)
    try checker.check(network, scope, at: nil)
    try checker.check(goal, scope, at: nil)
  }
}
