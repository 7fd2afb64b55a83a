// What a domain declares: predicates, compound tasks, actions, methods and the networks of subtasks
// they consist of. Plain values; `Domain` checks that they fit together.

/// A predicate with the types of its arguments.
public struct Predicate: Sendable {
  /// Its name.
  public let name: Symbol
  /// Its arguments.
  public let parameters: [Parameter]
  /// The structured comments before it.
  public let annotations: [Annotation]
  /// Where it was declared; nil if built in memory.
  public let position: SourcePosition?

  /// A predicate.
  public init(
    _ name: Symbol,
    _ parameters: [Parameter] = [],
    annotations: [Annotation] = [],
    position: SourcePosition? = nil
  ) {
    self.name = name
    self.parameters = parameters
    self.annotations = annotations
    self.position = position
  }
}

/// A task to be decomposed by methods.
public struct CompoundTask: Sendable {
  /// Its name, shared by no action.
  public let name: Symbol
  /// Its arguments.
  public let parameters: [Parameter]
  /// The structured comments before or inside it.
  public let annotations: [Annotation]
  /// Where it was declared; nil if built in memory.
  public let position: SourcePosition?

  /// A compound task.
  public init(
    _ name: Symbol,
    _ parameters: [Parameter] = [],
    annotations: [Annotation] = [],
    position: SourcePosition? = nil
  ) {
    self.name = name
    self.parameters = parameters
    self.annotations = annotations
    self.position = position
  }
}

/// A primitive task: something that can be done.
public struct Action: Sendable {
  /// Its name, shared by no compound task.
  public let name: Symbol
  /// Its arguments.
  public let parameters: [Parameter]
  /// What must hold before it.
  public let precondition: Formula
  /// What it changes.
  public let effect: Effect
  /// What it adds to `total-cost`; 0 if it says nothing or not a plain number.
  public let cost: Int
  /// The structured comments before or inside it.
  public let annotations: [Annotation]
  /// Where it was declared; nil if built in memory.
  public let position: SourcePosition?

  /// An action.
  public init(
    _ name: Symbol,
    _ parameters: [Parameter] = [],
    precondition: Formula = .always,
    effect: Effect = .none,
    cost: Int = 0,
    annotations: [Annotation] = [],
    position: SourcePosition? = nil
  ) {
    self.name = name
    self.parameters = parameters
    self.precondition = precondition
    self.effect = effect
    self.cost = cost
    self.annotations = annotations
    self.position = position
  }
}

/// A task of a network: the name of a compound task or action, applied to terms.
public struct Subtask: Sendable {
  /// What orderings call it; made up if the text gave no label.
  public let label: Symbol
  /// The compound task or action.
  public let task: Symbol
  /// Its arguments.
  public let arguments: [Term]
  /// Where it stands; nil if built in memory.
  public let position: SourcePosition?

  /// A task applied to terms.
  public init(
    _ task: Symbol,
    _ arguments: [Term] = [],
    label: Symbol = "",
    position: SourcePosition? = nil
  ) {
    self.label = label
    self.task = task
    self.arguments = arguments
    self.position = position
  }
}

/// One subtask comes wholly before another; both are indices into the network's subtasks.
public struct Ordering: Hashable, Sendable {
  /// The index of the subtask that comes first.
  public let before: Int
  /// The index of the subtask that comes later.
  public let after: Int

  /// `before` comes wholly before `after`.
  public init(_ before: Int, _ after: Int) {
    self.before = before
    self.after = after
  }
}

/// A partially ordered set of tasks.
public struct TaskNetwork: Sendable {
  /// The tasks.
  public let subtasks: [Subtask]
  /// The declared orderings, acyclic.
  public let ordering: [Ordering]
  /// What must hold of the bindings: equalities, inequalities and sorts.
  public let constraints: Formula

  /// A network.
  public init(_ subtasks: [Subtask], ordering: [Ordering] = [], constraints: Formula = .always) {
    self.subtasks = subtasks
    self.ordering = ordering
    self.constraints = constraints
  }

  /// A network whose tasks follow each other.
  public static func sequence(_ subtasks: [Subtask], constraints: Formula = .always) -> TaskNetwork
  {
    let ordering = subtasks.indices.dropFirst().map { Ordering($0 - 1, $0) }
    return TaskNetwork(subtasks, ordering: ordering, constraints: constraints)
  }

  /// The subtasks' indices in an order that respects the orderings, earliest declared first; nil if
  /// they are cyclic.
  public var sorted: [Int]? {
    var waiting = [Int](repeating: 0, count: subtasks.count)
    var successors = [[Int]](repeating: [], count: subtasks.count)
    for edge in ordering {
      waiting[edge.after] += 1
      successors[edge.before].append(edge.after)
    }
    var result: [Int] = []
    var ready = Heap(waiting.indices.filter { waiting[$0] == 0 })
    while let next = ready.popSmallest() {
      result.append(next)
      for successor in successors[next] {
        waiting[successor] -= 1
        if waiting[successor] == 0 { ready.insert(successor) }
      }
    }
    return result.count == subtasks.count ? result : nil
  }
}

/// One way to decompose a compound task.
public struct Method: Sendable {
  /// Its name.
  public let name: Symbol
  /// Its variables.
  public let parameters: [Parameter]
  /// The compound task it decomposes.
  public let task: Symbol
  /// The task's arguments, in the method's variables.
  public let arguments: [Term]
  /// What must hold in the state before the first action of the decomposition.
  public let precondition: Formula
  /// What the task becomes.
  public let network: TaskNetwork
  /// The structured comments before or inside it.
  public let annotations: [Annotation]
  /// Where it was declared; nil if built in memory.
  public let position: SourcePosition?

  /// A method.
  public init(
    _ name: Symbol,
    _ parameters: [Parameter] = [],
    task: Symbol,
    arguments: [Term] = [],
    precondition: Formula = .always,
    network: TaskNetwork,
    annotations: [Annotation] = [],
    position: SourcePosition? = nil
  ) {
    self.name = name
    self.parameters = parameters
    self.task = task
    self.arguments = arguments
    self.precondition = precondition
    self.network = network
    self.annotations = annotations
    self.position = position
  }
}

/// A binary heap of integers, smallest first: what keeps sorting deterministic and fast.
struct Heap {
  private var items: [Int] = []

  init(_ initial: some Sequence<Int>) {
    for item in initial { insert(item) }
  }

  mutating func insert(_ item: Int) {
    items.append(item)
    var index = items.count - 1
    while index > 0, items[(index - 1) / 2] > items[index] {
      items.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func popSmallest() -> Int? {
    guard let first = items.first, let last = items.popLast() else { return nil }
    guard !items.isEmpty else { return first }
    items[0] = last
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < items.count {
        if items[child] < items[least] { least = child }
      }
      if least == index { return first }
      items.swapAt(index, least)
      index = least
    }
  }
}
