// Domain and problem files, section by section. The result is not checked yet: names may be
// undeclared, which is what allows a file that extends another domain.

/// What a domain file declares, as written.
struct DomainParts: Sendable {
  var name: Symbol
  var requirements: [String] = []
  var types: [(name: Symbol, parents: [Symbol], position: SourcePosition?)] = []
  var constants: [TypedObject] = []
  var predicates: [Predicate] = []
  var tasks: [CompoundTask] = []
  var actions: [Action] = []
  var methods: [Method] = []
  var warnings: [HDDLWarning] = []
}

/// What a problem file declares, as written.
struct ProblemParts: Sendable {
  var name: Symbol
  var domain: Symbol = ""
  var domainPosition: SourcePosition?
  var objects: [TypedObject] = []
  var facts: [Atom] = []
  var parameters: [Parameter] = []
  var network = TaskNetwork([])
  var goal = Formula.always
}

private func definition(
  _ text: String,
  file: String,
  of kind: String
) throws(HDDLError) -> (name: Symbol, sections: ArraySlice<SExpression>, list: SExpression) {
  let list = try SExpression.read(text, file: file)
  let items = try list.items("'(define ...)'")
  guard let first = items.first, first.isKeyword("define") else {
    throw missing("'define'", at: 0, of: items, in: list)
  }
  guard items.count > 1, let title = items[1].list, title.count == 2, title[0].isKeyword(kind)
  else {
    throw missing("'(\(kind) NAME)'", at: 1, of: items, in: list)
  }
  return (try title[1].name("the \(kind)'s name"), items.dropFirst(2), list)
}

extension DomainParts {
  /// Reads a domain file.
  init(reading text: String, file: String) throws(HDDLError) {
    let (name, sections, _) = try definition(text, file: file, of: "domain")
    self.init(name: name)
    for section in sections {
      try read(section)
    }
  }

  private mutating func read(_ section: SExpression) throws(HDDLError) {
    let items = try section.items("a section such as (:action ...)")
    switch section.head {
    case ":requirements":
      for item in items.dropFirst() {
        guard let word = item.word, word.hasPrefix(":") else {
          throw .found(item.found, at: item.position, expected: "a requirement such as :typing")
        }
        requirements.append(word.lowercased())
      }
    case ":types":
      types += try typedList(items.dropFirst(), end: section.end) {
        (item, parent) throws(HDDLError) in
        (try item.name("a type"), parent.names, item.position)
      }
    case ":constants":
      constants += try typedObjects(section)
    case ":predicates":
      var before = section.leading
      for item in items.dropFirst() {
        let parts = try item.items("a predicate such as (on ?a ?b - block)")
        guard let first = parts.first else {
          throw missing("a predicate's name", at: 0, of: parts, in: item)
        }
        predicates.append(
          Predicate(
            try first.name("a predicate's name"),
            try parameters(parts.dropFirst(), end: item.end),
            annotations: before + item.annotations,
            position: item.position
          )
        )
        before = []
      }
      stray(section.trailing, section.end)
      return
    case ":functions":
      break
    case ":task":
      let (name, sections) = try declaration(section, allowed: [":parameters"])
      tasks.append(
        CompoundTask(
          name,
          try sections.parameters(),
          annotations: section.annotations,
          position: section.position
        )
      )
      return
    case ":action":
      let allowed = [":parameters", ":precondition", ":effect"]
      let (name, sections) = try declaration(section, allowed: allowed)
      var cost = 0
      let effects = try sections[":effect"].map { node throws(HDDLError) in
        try effect(node, cost: &cost)
      }
      let condition = try sections.condition(":precondition")
      actions.append(
        Action(
          name,
          try sections.parameters(),
          precondition: condition,
          effect: effects ?? .none,
          cost: cost,
          annotations: section.annotations,
          position: section.position
        )
      )
      return
    case ":method":
      try readMethod(section)
      return
    default:
      throw .found(
        section.found,
        at: section.position,
        expected: "(:requirements, (:types, (:constants, (:predicates, (:functions, (:task, "
          + "(:action or (:method"
      )
    }
    stray(section.annotations, section.position)
  }

  private mutating func stray(_ annotations: [Annotation], _ position: SourcePosition) {
    guard let first = annotations.first else { return }
    warnings.append(
      HDDLWarning(
        position: position,
        sentence: "the structured comment ';@ \(first.key)' stands before no declaration"
      )
    )
  }

  private mutating func readMethod(_ section: SExpression) throws(HDDLError) {
    let (name, sections) = try declaration(
      section,
      allowed: [":parameters", ":task", ":precondition"] + networkKeywords + [
        ":ordering", ":order", ":constraints",
      ]
    )
    guard let task = sections[":task"] else {
      throw .found("')'", at: section.end, expected: ":task and what the method decomposes")
    }
    let items = try task.items("a task such as (move ?a)")
    guard let first = items.first else { throw missing("a task", at: 0, of: items, in: task) }
    var arguments: [Term] = []
    for item in items.dropFirst() { arguments.append(try item.term()) }
    methods.append(
      Method(
        name,
        try sections.parameters(),
        task: try first.name("a task"),
        arguments: arguments,
        precondition: try sections.condition(":precondition"),
        network: try network(sections),
        annotations: section.annotations,
        position: section.position
      )
    )
  }

  private func declaration(
    _ section: SExpression,
    allowed: [String]
  ) throws(HDDLError) -> (Symbol, KeywordSections) {
    let items = try section.items("a declaration")
    guard items.count > 1 else { throw missing("a name", at: 1, of: items, in: section) }
    let name = try items[1].name("a name")
    return (name, try KeywordSections(items.dropFirst(2), of: section, allowed: allowed))
  }
}

extension KeywordSections {
  fileprivate func parameters() throws(HDDLError) -> [Parameter] {
    guard let list = self[":parameters"] else { return [] }
    return try HTN.parameters(list)
  }

  fileprivate func condition(_ keyword: String) throws(HDDLError) -> Formula {
    guard let node = self[keyword] else { return .always }
    return try formula(node)
  }
}

extension ProblemParts {
  /// Reads a problem file.
  init(reading text: String, file: String) throws(HDDLError) {
    let (name, sections, list) = try definition(text, file: file, of: "problem")
    self.init(name: name)
    for section in sections {
      try read(section)
    }
    guard domainPosition != nil else {
      throw .found("')'", at: list.end, expected: "(:domain NAME)")
    }
  }

  private mutating func read(_ section: SExpression) throws(HDDLError) {
    let items = try section.items("a section such as (:init ...)")
    switch section.head {
    case ":domain":
      guard items.count == 2 else {
        throw missing("the domain's name", at: 1, of: items, in: section)
      }
      domain = try items[1].name("the domain's name")
      domainPosition = items[1].position
    case ":objects":
      objects += try typedObjects(section)
    case ":init":
      // Initial costs such as (= (total-cost) 0) are skipped.
      for item in items.dropFirst() where !(item.head == "=" && item.list?.count == 3) {
        switch try formula(item) {
        case .atom(let atom): facts.append(atom)
        // What is said to be false is false already.
        case .not(.atom): break
        default: throw .found(item.found, at: item.position, expected: "a fact")
        }
      }
    case ":htn":
      let keywords = [":parameters"] + networkKeywords + [":ordering", ":order", ":constraints"]
      let sections = try KeywordSections(items.dropFirst(), of: section, allowed: keywords)
      parameters = try sections.parameters()
      network = try HTN.network(sections)
    case ":goal":
      guard items.count == 2 else { throw missing("a condition", at: 1, of: items, in: section) }
      goal = try formula(items[1])
    case ":requirements", ":metric":
      break
    default:
      throw .found(
        section.found,
        at: section.position,
        expected: "(:domain, (:objects, (:init, (:htn, (:goal or (:metric"
      )
    }
  }
}
