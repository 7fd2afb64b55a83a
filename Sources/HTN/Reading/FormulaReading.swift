// Conditions, effects and networks of subtasks, from lists to the model. Names are not looked up
// here: `Domain` and `Problem` check them once everything is read.

/// Reads a condition; `()` always holds.
func formula(_ node: SExpression) throws(HDDLError) -> Formula {
  let items = try node.items("a condition")
  guard let first = items.first else { return .always }
  let arguments = items.dropFirst()
  switch node.head {
  case "and", "or":
    var parts: [Formula] = []
    for item in arguments { parts.append(try formula(item)) }
    return node.head == "and" ? .and(parts) : .or(parts)
  case "not":
    return .not(try formula(try only(1, of: node, "one condition")[1]))
  case "imply":
    let both = try only(2, of: node, "a pair of conditions")
    return .imply(try formula(both[1]), try formula(both[2]))
  case "forall", "exists":
    let both = try only(2, of: node, "parameters with a condition")
    let bound = try parameters(both[1])
    let inner = try formula(both[2])
    return node.head == "forall" ? .forall(bound, inner) : .exists(bound, inner)
  case "=":
    let both = try only(2, of: node, "a pair of terms")
    return .equal(try both[1].term(), try both[2].term())
  case "sortof":
    let parts = try only(3, of: node, "a term, '-' and a type")
    guard parts[2].word == "-" else {
      throw .found(parts[2].found, at: parts[2].position, expected: "'-' and a type")
    }
    return .sort(try parts[1].term(), try parts[3].type())
  default:
    return .atom(try atom(first, arguments, position: node.position))
  }
}

private func only(
  _ count: Int,
  of node: SExpression,
  _ expected: String
) throws(HDDLError) -> [SExpression] {
  let items = try node.items(expected)
  guard items.count == count + 1 else {
    throw missing(
      items.count > count + 1 ? "')'" : expected,
      at: count + 1,
      of: items,
      in: node
    )
  }
  return items
}

private func atom(
  _ name: SExpression,
  _ arguments: ArraySlice<SExpression>,
  position: SourcePosition
) throws(HDDLError) -> Atom {
  let predicate = try name.name("a predicate")
  var terms: [Term] = []
  for item in arguments { terms.append(try item.term()) }
  return Atom(predicate, terms, position: position)
}

/// Reads an effect and what it adds to the cost; `()` changes nothing.
func effect(_ node: SExpression, cost: inout Int) throws(HDDLError) -> Effect {
  let items = try node.items("an effect")
  guard let first = items.first else { return .none }
  switch node.head {
  case "and":
    var parts: [Effect] = []
    for item in items.dropFirst() { parts.append(try effect(item, cost: &cost)) }
    return .and(parts)
  case "not":
    let both = try only(1, of: node, "an atom")
    let inner = try both[1].items("an atom")
    guard let predicate = inner.first else { throw missing("an atom", at: 1, of: items, in: node) }
    return .delete(try atom(predicate, inner.dropFirst(), position: both[1].position))
  case "forall":
    let both = try only(2, of: node, "parameters with an effect")
    return .forall(try parameters(both[1]), try effect(both[2], cost: &cost))
  case "when":
    let both = try only(2, of: node, "a condition with an effect")
    return .when(try formula(both[1]), try effect(both[2], cost: &cost))
  case "increase":
    if let number = items.last?.word.flatMap({ Int($0) }) { cost += number }
    return .none
  case "decrease", "assign", "scale-up", "scale-down":
    throw HDDLError(
      .unsupported,
      at: node.position,
      "'\(first.word ?? "")' changes a number",
      hint: "only (increase (total-cost) N) is read"
    )
  default:
    return .add(try atom(first, items.dropFirst(), position: node.position))
  }
}

/// Reads the subtasks, orderings and constraints of a method or of a problem.
func network(_ sections: KeywordSections) throws(HDDLError) -> TaskNetwork {
  let tasks = try sections.one(of: networkKeywords)
  let ordered = tasks?.keyword.hasPrefix(":ordered") ?? false
  var subtasks: [Subtask] = []
  if let value = tasks?.value {
    for item in try conjunction(value, "subtasks") {
      subtasks.append(try subtask(item, index: subtasks.count))
    }
  }
  var indices: [Symbol: Int] = [:]
  for (index, subtask) in subtasks.enumerated() {
    guard indices.updateValue(index, forKey: subtask.label) == nil else {
      throw HDDLError(
        .duplicateName,
        at: subtask.position,
        "the label '\(subtask.label)' is used twice",
        hint: "give each subtask a label of its own"
      )
    }
  }
  var ordering: [Ordering] = []
  if ordered { ordering = subtasks.indices.dropFirst().map { Ordering($0 - 1, $0) } }
  if let value = sections[":ordering"] ?? sections[":order"] {
    for item in try conjunction(value, "orderings") {
      ordering.append(try edge(item, indices))
    }
  }
  let constraints = try sections[":constraints"].map { node throws(HDDLError) in
    let result = try formula(node)
    try checkConstraint(result, at: node.position)
    return result
  }
  let result = TaskNetwork(subtasks, ordering: ordering, constraints: constraints ?? .always)
  guard result.sorted != nil else {
    throw HDDLError(
      .cycle,
      at: sections[":ordering"]?.position ?? tasks?.value.position,
      "the orderings of the subtasks form a cycle",
      hint: "no task can come before itself"
    )
  }
  return result
}

/// The keywords that introduce the tasks of a network.
let networkKeywords = [":subtasks", ":tasks", ":ordered-subtasks", ":ordered-tasks"]

/// The elements of `(and ...)`, of a single element, or of `()`.
private func conjunction(_ node: SExpression, _ what: String) throws(HDDLError) -> [SExpression] {
  let items = try node.items(what)
  if items.isEmpty { return [] }
  return node.head == "and" ? Array(items.dropFirst()) : [node]
}

private func subtask(_ node: SExpression, index: Int) throws(HDDLError) -> Subtask {
  let items = try node.items("a subtask")
  guard let first = items.first else { throw missing("a task", at: 0, of: items, in: node) }
  if items.count == 2, let inner = items[1].list {
    let label = try first.name("a label")
    guard let task = inner.first else { throw missing("a task", at: 0, of: inner, in: items[1]) }
    return try Subtask(
      task.name("a task"),
      terms(inner.dropFirst()),
      label: label,
      position: items[1].position
    )
  }
  // A label no text can contain, so that it meets no other.
  return try Subtask(
    first.name("a task"),
    terms(items.dropFirst()),
    label: "(\(index))",
    position: node.position
  )
}

private func terms(_ items: ArraySlice<SExpression>) throws(HDDLError) -> [Term] {
  var result: [Term] = []
  for item in items { result.append(try item.term()) }
  return result
}

private func edge(_ node: SExpression, _ indices: [Symbol: Int]) throws(HDDLError) -> Ordering {
  let items = try node.items("an ordering such as (< a b)")
  guard items.count == 3, items[0].word == "<" else {
    throw .found(node.found, at: node.position, expected: "an ordering such as (< a b)")
  }
  var ends: [Int] = []
  for item in items.dropFirst() {
    let label = try item.name("a subtask's label")
    guard let index = indices[label] else {
      throw HDDLError(
        .unknownName,
        at: item.position,
        "no subtask is labelled '\(label)'",
        hint: nearest(label, in: indices.keys.filter { !$0.hasPrefix("(") })
      )
    }
    ends.append(index)
  }
  return Ordering(ends[0], ends[1])
}

private func checkConstraint(_ formula: Formula, at position: SourcePosition) throws(HDDLError) {
  switch formula {
  case .equal, .sort: return
  case .not(let inner): try checkConstraint(inner, at: position)
  case .and(let parts), .or(let parts):
    for part in parts { try checkConstraint(part, at: position) }
  case .atom, .imply, .forall, .exists:
    throw HDDLError(
      .unsupported,
      at: position,
      "found \(formula) among the constraints",
      hint: "constraints are made of =, not, and, or and sortof; put the rest in :precondition"
    )
  }
}
