// The competition's plan format, read and written:
//
//     ==>
//     1 drive t1 a b          one line for each action, in the plan's order
//     root 0                  the numbers of the problem's own tasks
//     0 get-to t1 b -> m 1    task, method, and the numbers of its subtasks in any order
//     <==
//
// The format names neither the bindings of methods nor which subtask a number stands for. Reading
// finds both again: it looks for an assignment of numbers to subtasks that agrees in names, arguments
// and, where it can, the declared orderings. What no subtask mentions stays unbound.

extension Plan {
  /// The plan in the competition's format, with a line feed after each line.
  public var competitionFormat: String {
    var lines = ["==>"]
    for step in steps {
      lines.append(([String(step.id), step.action] + step.arguments).joined(separator: " "))
    }
    lines.append((["root"] + root.map(String.init)).joined(separator: " "))
    for decomposition in decompositions {
      let words =
        [String(decomposition.id), decomposition.task] + decomposition.arguments
        + ["->", decomposition.method] + decomposition.children.map(String.init)
      lines.append(words.joined(separator: " "))
    }
    lines.append("<==")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Reads a plan in the competition's format; `file` is what errors call it.
  ///
  /// - Throws: `HDDLError` if the text is not in that format, names what the problem's domain does not
  ///   have, or gives a method subtasks that it does not declare. Whether the plan works is for
  ///   `PlanVerifier` to say.
  public init(competitionFormat text: String, file: String = "", problem: Problem) throws(HDDLError)
  {
    var reader = PlanReader(problem: problem, file: file)
    try reader.read(text)
    self = try reader.plan()
  }
}

/// A line of a plan, split into words.
private struct PlanReader {
  let problem: Problem
  let file: String
  private var steps: [Plan.Step] = []
  private var root: [Int]?
  private var lines: [(id: Int, task: Fact, method: Symbol, children: [Int], line: Int)] = []
  private var rootLine = 0

  init(problem: Problem, file: String) {
    self.problem = problem
    self.file = file
  }

  private func place(_ line: Int) -> SourcePosition {
    SourcePosition(file: file, line: line, column: 1)
  }

  mutating func read(_ text: String) throws(HDDLError) {
    var isInside = false
    var number = 0
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = words.first else { continue }
      if first == "==>" {
        isInside = true
        continue
      }
      guard isInside else { continue }
      if first == "<==" { return }
      if first == "root" {
        root = try numbers(words.dropFirst(), number)
        rootLine = number
        continue
      }
      try read(words, number)
    }
    throw .found(
      "the end of the text",
      at: place(number),
      expected: isInside ? "the line '<=='" : "the line '==>'"
    )
  }

  private mutating func read(_ words: [String], _ line: Int) throws(HDDLError) {
    guard let id = Int(words[0]), id >= 0, words.count > 1 else {
      throw .found("'\(words[0])'", at: place(line), expected: "a number and a task")
    }
    guard let arrow = words.firstIndex(of: "->") else {
      steps.append(Plan.Step(id: id, action: words[1], arguments: Array(words.dropFirst(2))))
      return
    }
    guard arrow >= 2, arrow + 1 < words.count else {
      throw .found("'->'", at: place(line), expected: "a task, '->' and a method")
    }
    lines.append(
      (
        id, Fact(words[1], Array(words[2..<arrow])), words[arrow + 1],
        try numbers(words[(arrow + 2)...], line), line
      )
    )
  }

  private func numbers(
    _ words: ArraySlice<String>,
    _ line: Int
  ) throws(HDDLError) -> [Int] {
    var result: [Int] = []
    for word in words {
      guard let number = Int(word) else {
        throw .found("'\(word)'", at: place(line), expected: "the number of a task")
      }
      result.append(number)
    }
    return result
  }

  func plan() throws(HDDLError) -> Plan {
    guard let root else {
      throw .found("no line 'root'", at: nil, expected: "'root' and the numbers of its tasks")
    }
    var tasks: [Int: Fact] = [:]
    for step in steps { tasks[step.id] = Fact(step.action, step.arguments) }
    for line in lines { tasks[line.id] = line.task }
    let spans = spans()
    var decompositions: [Plan.Decomposition] = []
    for line in lines {
      guard let method = problem.domain.method(line.method) else {
        throw HDDLError(
          .mismatch,
          at: place(line.line),
          "the domain has no method '\(line.method)'",
          hint: nearest(line.method, in: problem.domain.methods.map(\.name))
        )
      }
      var bindings: Bindings = [:]
      var match = SubtaskMatch(
        network: method.network,
        children: line.children,
        tasks: tasks,
        spans: spans
      )
      guard
        SubtaskMatch.unify(method.arguments, line.task.arguments, &bindings),
        let children = match.find(&bindings)
      else {
        throw HDDLError(
          .mismatch,
          at: place(line.line),
          "the method '\(line.method)' does not decompose \(line.task) into these tasks",
          hint: "its subtasks are \(method.network.subtasks.map(\.task).joined(separator: ", "))"
        )
      }
      decompositions.append(
        Plan.Decomposition(
          id: line.id,
          task: line.task.predicate,
          arguments: line.task.arguments,
          method: method.name,
          bindings: listed(bindings, method.parameters),
          children: children,
          ordering: method.network.ordering
        )
      )
    }
    var bindings: Bindings = [:]
    var match = SubtaskMatch(
      network: problem.network,
      children: root,
      tasks: tasks,
      spans: spans
    )
    guard let children = match.find(&bindings) else {
      throw HDDLError(
        .mismatch,
        at: place(rootLine),
        "the problem's own tasks are others",
        hint: "they are \(problem.network.subtasks.map(\.task).joined(separator: ", "))"
      )
    }
    return Plan(
      steps: steps,
      decompositions: decompositions,
      root: children,
      rootOrdering: problem.network.ordering,
      rootBindings: listed(bindings, problem.parameters)
    )
  }

  private func listed(_ bindings: Bindings, _ parameters: [Parameter]) -> [Binding] {
    parameters.compactMap { parameter in
      bindings[parameter.name].map { Binding(parameter.name, $0) }
    }
  }

  /// First and last position of the steps below each number, as far as the tree is sound.
  private func spans() -> [Int: ClosedRange<Int>] {
    var result: [Int: ClosedRange<Int>] = [:]
    for (position, step) in steps.enumerated() { result[step.id] = position...position }
    let children = Dictionary(
      lines.map { ($0.id, $0.children) },
      uniquingKeysWith: { first, _ in first }
    )
    var parents: [Int: Int] = [:]
    for (id, list) in children { for child in list { parents[child] = id } }
    for (position, step) in steps.enumerated() {
      var current = parents[step.id]
      // No sound tree is deeper than it has lines.
      for _ in 0...lines.count {
        guard let id = current else { break }
        let known = result[id] ?? position...position
        result[id] = min(known.lowerBound, position)...max(known.upperBound, position)
        current = parents[id]
      }
    }
    return result
  }
}

/// Finds which number stands for which subtask.
private struct SubtaskMatch {
  let network: TaskNetwork
  let children: [Int]
  let tasks: [Int: Fact]
  let spans: [Int: ClosedRange<Int>]
  /// Assignments still looked at before orderings are given up on.
  private var patience = 10_000

  init(
    network: TaskNetwork,
    children: [Int],
    tasks: [Int: Fact],
    spans: [Int: ClosedRange<Int>]
  ) {
    self.network = network
    self.children = children
    self.tasks = tasks
    self.spans = spans
  }

  /// Binds the variables of terms to objects, if they agree.
  static func unify(_ terms: [Term], _ objects: [Symbol], _ bindings: inout Bindings) -> Bool {
    guard terms.count == objects.count else { return false }
    for (term, object) in zip(terms, objects) {
      switch term {
      case .constant(let name):
        if name != object { return false }
      case .variable(let name):
        if let known = bindings[name], known != object { return false }
        bindings[name] = object
      }
    }
    return true
  }

  /// The children in the order of the declared subtasks: an assignment that respects the orderings,
  /// or else the first that agrees in names and arguments.
  mutating func find(_ bindings: inout Bindings) -> [Int]? {
    guard children.count == network.subtasks.count else { return nil }
    var any: (children: [Int], bindings: Bindings)?
    var chosen: [Int] = []
    var used = [Bool](repeating: false, count: children.count)
    if let result = extend(&chosen, &used, bindings, &any) {
      bindings = result
      return chosen
    }
    guard let any else { return nil }
    bindings = any.bindings
    return any.children
  }

  private mutating func extend(
    _ chosen: inout [Int],
    _ used: inout [Bool],
    _ bindings: Bindings,
    _ any: inout (children: [Int], bindings: Bindings)?
  ) -> Bindings? {
    patience -= 1
    guard patience > 0 else { return nil }
    let next = chosen.count
    guard next < children.count else {
      if any == nil { any = (chosen, bindings) }
      return respectsOrdering(chosen) ? bindings : nil
    }
    let subtask = network.subtasks[next]
    // The number at the same place first: most planners list subtasks as declared.
    let places = [next] + children.indices.filter { $0 != next }
    for place in places where !used[place] {
      guard let task = tasks[children[place]], task.predicate == subtask.task else { continue }
      var extended = bindings
      guard SubtaskMatch.unify(subtask.arguments, task.arguments, &extended) else { continue }
      used[place] = true
      chosen.append(children[place])
      if let result = extend(&chosen, &used, extended, &any) { return result }
      chosen.removeLast()
      used[place] = false
    }
    return nil
  }

  private func respectsOrdering(_ chosen: [Int]) -> Bool {
    network.ordering.allSatisfy { edge in
      guard let before = spans[chosen[edge.before]], let after = spans[chosen[edge.after]] else {
        return true
      }
      return before.upperBound < after.lowerBound
    }
  }
}
