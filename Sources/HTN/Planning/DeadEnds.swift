// The furthest point at which a search had to turn back, for the explanation of a failure: most
// actions done, then most methods chosen, then met first, so that it is the same on every run.

/// A task that could not be gone on with.
struct StuckTask: Hashable, Sendable {
  let task: Symbol
  let arguments: [Symbol]
  /// The tasks it came from, outermost first.
  let path: [Fact]
  /// The method it is a subtask of; empty if it stands in the problem's own network.
  let method: Symbol
}

/// Where a search had to turn back.
struct DeadEnd: Sendable {
  /// The tasks that could have come next; empty if everything was done and the goal did not hold.
  let tasks: [StuckTask]
  /// What was true there.
  let facts: [Fact]
  /// The actions done before, with their arguments.
  let actions: [Fact]
  /// What the variables of the problem's own network were bound to.
  let parameters: [Symbol: Symbol]
}

/// The furthest dead end so far.
struct DeadEndRecord {
  fileprivate(set) var actions = -1
  fileprivate(set) var steps = -1
  fileprivate(set) var deadEnd: DeadEnd?
}

extension Search {
  /// Whether a dead end here would be the furthest.
  private mutating func isFurthest() -> Bool {
    guard let record = deadEnds else { return false }
    let actions = trace.count(where: \.isAction)
    guard (actions, trace.count) > (record.actions, record.steps) else { return false }
    deadEnds?.actions = actions
    deadEnds?.steps = trace.count
    return true
  }

  /// Records a choice at which nothing applied.
  mutating func noteDeadEnd(_ choice: Choice) {
    guard isFurthest() else { return }
    var tasks: [StuckTask] = []
    for number in 0..<choice.candidateCount {
      let frame = tree.frames[Int(arena[choice.candidates + 2 * number])]
      let slot = Int(arena[choice.candidates + 2 * number + 1])
      let subtask = encoding.subtasks[
        encoding.methods[Int(frame.method)].subtasks.lowerBound + slot
      ]
      let arguments = (0..<Int(subtask.count)).map { offset in
        let term = encoding.codes[Int(subtask.start) + offset]
        return name(term >= 0 ? arena[Int(frame.binding) + Int(term)] : -1 - term)
      }
      tasks.append(
        StuckTask(
          task: taskName(subtask.task),
          arguments: arguments,
          path: path(frame.trace),
          method: methodName(frame.method)
        )
      )
    }
    record(tasks)
  }

  /// Records that everything was done and the goal did not hold.
  mutating func noteMissedGoal() {
    if isFurthest() { record([]) }
  }

  private mutating func record(_ tasks: [StuckTask]) {
    let actions = trace.filter(\.isAction).map { item in
      Fact(taskName(item.index), names(item.arguments, encoding.arities[Int(item.index)]))
    }
    var parameters: [Symbol: Symbol] = [:]
    if let root = trace.first {
      let values = names(root.arguments, encoding.problem.parameters.count)
      for (parameter, value) in zip(encoding.problem.parameters, values) {
        parameters[parameter.name] = value
      }
    }
    deadEnds?.deadEnd = DeadEnd(
      tasks: tasks,
      facts: state.facts.map { state.fact($0) },
      actions: actions,
      parameters: parameters
    )
  }

  /// The decomposed tasks from the outermost to the one a trace item decomposed.
  private func path(_ item: Int32) -> [Fact] {
    var result: [Fact] = []
    var current = item
    while current >= 0 {
      let record = trace[Int(current)]
      let source = encoding.methods[Int(record.index)].source
      if source >= 0 {
        let method = encoding.problem.domain.methods[source]
        let values = names(record.arguments, method.parameters.count)
        let binding = Dictionary(
          zip(method.parameters.map(\.name), values),
          uniquingKeysWith: { first, _ in first }
        )
        result.append(
          Fact(
            method.task,
            method.arguments.map { term in
              if case .variable(let name) = term {
                binding[name] ?? name
              } else {
                term.description
              }
            }
          )
        )
      }
      current = record.parent
    }
    return result.reversed()
  }

  /// The name of an object.
  func name(_ object: Int32) -> Symbol {
    object >= 0 ? encoding.problem.objects[Int(object)].name : "?"
  }

  /// The names of objects in the arena.
  func names(_ start: Int32, _ count: Int) -> [Symbol] {
    (0..<count).map { name(arena[Int(start) + $0]) }
  }

  func taskName(_ task: Int32) -> Symbol {
    let domain = encoding.problem.domain
    return Int(task) < encoding.actionCount
      ? domain.actions[Int(task)].name : domain.tasks[Int(task) - encoding.actionCount].name
  }

  func methodName(_ method: Int32) -> Symbol {
    let source = encoding.methods[Int(method)].source
    return source >= 0 ? encoding.problem.domain.methods[source].name : ""
  }
}
