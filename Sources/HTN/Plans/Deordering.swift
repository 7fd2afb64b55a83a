// From a sequence of steps to the orderings that matter. Kept are: what methods and problem declare
// (it passes to all descendants), and the order of any two parts of which one reads a fact that the
// other writes, or which write it in opposite ways. Whatever is left unordered commutes, so every
// order of the steps that respects the result leads through states in which the same conditions hold.
//
// A method's precondition is read in the state before the first action of its decomposition, whichever
// that turns out to be: whoever wrote what it reads comes before all its steps, and whoever writes
// that later, from outside, comes after the step that was first. A decomposition without steps is a
// step of its own here, which reads only.

/// The partial order of a plan's steps.
public struct Deordering: Hashable, Sendable {
  /// Two steps, by their numbers, of which the first must be done before the second begins.
  public struct Edge: Hashable, Sendable {
    /// The number of the step that comes first.
    public let before: Int
    /// The number of the step that comes later.
    public let after: Int

    /// One step comes before another.
    public init(before: Int, after: Int) {
      self.before = before
      self.after = after
    }
  }

  /// The orderings, without those that follow from others, by the plan's order of both ends.
  public let edges: [Edge]

  /// Finds the partial order of a plan that its verifier accepts.
  public init(_ plan: Plan, of problem: Problem) {
    var builder = DeorderingBuilder(plan, problem)
    builder.addDeclared()
    builder.addConflicts()
    edges = builder.graph.reduced(to: plan.steps.count).map { before, after in
      Edge(before: plan.steps[before].id, after: plan.steps[after].id)
    }
  }
}

/// Collects orderings over the positions of steps and, after them, two marks for each task that is not
/// a step: one before all its steps and one after.
private struct DeorderingBuilder {
  private let plan: Plan
  private let problem: Problem
  private let decompositions: [Int: Plan.Decomposition]
  private let timeline: Timeline
  private var startMarks: [Int: Int] = [:]
  private var endMarks: [Int: Int] = [:]
  var graph: OrderGraph

  init(_ plan: Plan, _ problem: Problem) {
    self.plan = plan
    self.problem = problem
    decompositions = Dictionary(
      plan.decompositions.map { ($0.id, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    timeline = Timeline(plan, decompositions)
    for (position, step) in plan.steps.enumerated() {
      startMarks[step.id] = position
      endMarks[step.id] = position
    }
    var next = plan.steps.count
    for id in timeline.order {
      startMarks[id] = next
      endMarks[id] = next + 1
      next += 2
    }
    graph = OrderGraph(count: next)
  }

  private mutating func add(_ before: Int?, _ after: Int?) {
    if let before, let after, before != after { graph.add(before, after) }
  }

  /// The orderings that methods and problem declare.
  mutating func addDeclared() {
    addNetwork(plan.root, plan.rootOrdering, parent: nil)
    for id in timeline.order {
      guard let decomposition = decompositions[id] else { continue }
      add(startMarks[id], endMarks[id])
      addNetwork(decomposition.children, decomposition.ordering, parent: id)
    }
  }

  private mutating func addNetwork(_ children: [Int], _ ordering: [Ordering], parent: Int?) {
    for edge in ordering {
      add(endMarks[children[edge.before]], startMarks[children[edge.after]])
    }
    guard let parent else { return }
    for child in children {
      add(startMarks[parent], startMarks[child])
      add(endMarks[child], endMarks[parent])
    }
  }

  /// Something that reads or writes facts, in the order of the plan.
  private struct Access {
    /// What must come after whoever wrote what it reads.
    let entry: Int
    /// What whoever writes that later must come after.
    let exit: Int
    /// A decomposition whose own steps may write what it reads, or nil.
    let owner: Int?
    let reads: Set<Fact>
    let change: Change
  }

  /// The orderings between readers and writers of a fact.
  mutating func addConflicts() {
    var ledger: [Fact: FactHistory] = [:]
    for access in accesses() {
      for fact in access.reads {
        let history = ledger[fact] ?? FactHistory()
        for writer in history.writers { add(writer, access.entry) }
        ledger[fact, default: FactHistory()].readers.append((access.exit, access.owner))
      }
      for (facts, adds) in [(access.change.deleted, false), (access.change.added, true)] {
        for fact in facts { write(fact, adds, access.exit, &ledger) }
      }
    }
  }

  /// Who last wrote a fact, and who has read it since and before.
  private struct FactHistory {
    /// Writers that agree, with nobody in between who writes otherwise.
    var writers: [Int] = []
    var adds = false
    /// Readers since the writers.
    var readers: [(exit: Int, owner: Int?)] = []
    /// What the writers come after: whoever joins them must come after it too.
    var before: [(exit: Int, owner: Int?)] = []
  }

  private mutating func write(
    _ fact: Fact,
    _ adds: Bool,
    _ step: Int,
    _ ledger: inout [Fact: FactHistory]
  ) {
    var history = ledger[fact] ?? FactHistory()
    if history.writers.isEmpty || history.adds != adds || !history.readers.isEmpty {
      // The same step may have read the fact just before: it does not come after itself.
      history.before =
        history.readers
        + (history.adds != adds ? history.writers.map { (exit: $0, owner: nil) } : [])
      history.writers = []
      history.readers = []
      history.adds = adds
    }
    for (exit, owner) in history.before where owner.map({ !contains($0, step) }) ?? true {
      add(exit, step)
    }
    history.writers.append(step)
    ledger[fact] = history
  }

  /// Whether a step came of a decomposition.
  private func contains(_ id: Int, _ position: Int) -> Bool {
    var current: Int? = plan.steps[position].id
    while let node = current {
      if node == id { return true }
      current = timeline.parents[node]
    }
    return false
  }

  private func accesses() -> [Access] {
    var world = World(problem)
    var result: [Access] = []
    var starting: [Int: [Int]] = [:]
    for (id, position) in EmptyDecompositions(plan, problem, decompositions, timeline).positions {
      starting[position, default: []].append(id)
    }
    for id in timeline.order {
      if let span = timeline.spans[id] { starting[span.lowerBound, default: []].append(id) }
    }
    for position in 0...plan.steps.count {
      for id in (starting[position] ?? []).sorted() {
        guard let decomposition = decompositions[id], let start = startMarks[id],
          let method = problem.domain.method(decomposition.method)
        else { continue }
        // What the plan leaves open is bound as it can be: these are the facts that make it hold.
        let needed = Formula.and([method.precondition, method.network.constraints])
        let known = TreeCheck.bindings(decomposition)
        let bindings =
          world.instance(of: method.parameters, known, satisfying: needed) ?? known
        let reads = world.reads(method.precondition, bindings)
        let isEmpty = timeline.spans[id] == nil
        result.append(
          Access(
            entry: start,
            exit: isEmpty ? start : position,
            owner: isEmpty ? nil : id,
            reads: reads,
            change: Change()
          )
        )
      }
      guard position < plan.steps.count else { break }
      let step = plan.steps[position]
      guard let action = problem.domain.action(step.action) else { continue }
      let bindings = bind(action.parameters, to: step.arguments)
      let change = world.change(action.effect, bindings)
      result.append(
        Access(
          entry: position,
          exit: position,
          owner: nil,
          reads: world.reads(action.precondition, bindings)
            .union(world.reads(action.effect, bindings)),
          change: change
        )
      )
      world.apply(change)
    }
    return result
  }
}
