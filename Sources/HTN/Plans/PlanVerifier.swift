// Whether something that claims to be a plan is one: a legal decomposition of the problem's tasks
// whose steps can be done in the given order. It trusts nothing the planner says and shares no code
// with the search. A method's precondition must hold in the state before the first action of the
// decomposition; a decomposition without actions may be thought to happen anywhere between what is
// ordered before and after it.

/// One thing that is wrong with a plan.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
  /// The kind of mistake.
  public enum Kind: String, Hashable, Sendable {
    /// The tree of decompositions is not one: numbers missing, used twice or not reached.
    case tree
    /// A task, action or method that the domain does not have, or that does not fit its place.
    case task
    /// An object that does not exist or is of the wrong type.
    case object
    /// A constraint of a method does not hold.
    case constraint
    /// Steps come in an order that a method or the problem forbids.
    case ordering
    /// A method's precondition does not hold.
    case methodPrecondition
    /// An action's precondition does not hold.
    case actionPrecondition
    /// The goal does not hold in the end.
    case goal
  }

  /// The kind of mistake.
  public let kind: Kind
  /// The number of the step or decomposition it is about; nil if it is about the whole.
  public let id: Int?
  /// What is wrong.
  public let sentence: String

  /// The sentence.
  public var description: String { sentence }
}

/// What a step was seen to change beyond its declared effects.
public struct Observation: Hashable, Sendable {
  /// Facts that became true.
  public let added: [Fact]
  /// Facts that became false.
  public let deleted: [Fact]
  /// Objects that were not known before.
  public let objects: [TypedObject]

  /// Changes seen after a step.
  public init(added: [Fact] = [], deleted: [Fact] = [], objects: [TypedObject] = []) {
    self.added = added
    self.deleted = deleted
    self.objects = objects
  }
}

/// Checks plans against a problem.
public struct PlanVerifier: Sendable {
  let problem: Problem

  /// A verifier for plans of a problem.
  public init(_ problem: Problem) { self.problem = problem }

  /// What is wrong with a plan; empty if nothing is.
  ///
  /// - Parameter observations: by a step's number, what was seen to change right after it.
  public func violations(in plan: Plan, observations: [Int: Observation] = [:]) -> [Violation] {
    let tree = TreeCheck(problem, plan, observations)
    guard tree.isSound else { return tree.violations }
    var found = tree.violations
    let timeline = Timeline(plan, tree.decompositions)
    for breach in timeline.breaches {
      found.append(
        Violation(
          kind: .ordering,
          id: breach.after,
          sentence: "\(tree.name(breach.after)) begins before \(tree.name(breach.before)) is done, "
            + "which is ordered before it"
        )
      )
    }
    return found + execute(plan, tree, timeline, observations)
  }

  /// Goes through the steps and checks conditions in the states between them.
  private func execute(
    _ plan: Plan,
    _ tree: TreeCheck,
    _ timeline: Timeline,
    _ observations: [Int: Observation]
  ) -> [Violation] {
    var world = World(problem)
    // Objects seen on the way count from the start for types; facts about them come with their step.
    for step in plan.steps { observations[step.id]?.objects.forEach { world.add($0) } }
    var found: [Violation] = []
    var starting: [Int: [Int]] = [:]
    var waiting: [Int] = []
    for id in timeline.order {
      if let span = timeline.spans[id] {
        starting[span.lowerBound, default: []].append(id)
      } else {
        waiting.append(id)
      }
    }
    var happened: Set<Int> = []
    for position in 0...plan.steps.count {
      for id in starting[position] ?? [] where !tree.mayApply(id, &world) {
        found.append(tree.precondition(id, &world, before: plan.steps[position].description))
      }
      settleEmpty(&waiting, &happened, &found, position, &world, tree, timeline)
      guard position < plan.steps.count else { break }
      let step = plan.steps[position]
      guard let action = problem.domain.action(step.action) else { continue }
      let bindings = bind(action.parameters, to: step.arguments)
      if !world.holds(action.precondition, bindings) {
        let missing = action.precondition.conjuncts.first { !world.holds($0, bindings) }
        found.append(
          Violation(
            kind: .actionPrecondition,
            id: step.id,
            sentence: "step \(position) \(step) needs "
              + "\((missing ?? action.precondition).grounded(bindings)), which does not hold"
          )
        )
      }
      world.apply(world.change(action.effect, bindings))
      if let seen = observations[step.id] {
        world.apply(Change(added: Set(seen.added), deleted: Set(seen.deleted)))
      }
    }
    let bindings = Bindings(
      plan.rootBindings.map { ($0.variable, $0.object) },
      uniquingKeysWith: { $1 }
    )
    for conjunct in problem.goal.conjuncts where !world.holds(conjunct, bindings) {
      found.append(
        Violation(
          kind: .goal,
          id: nil,
          sentence: "the goal \(conjunct.grounded(bindings)) does not hold in the end"
        )
      )
    }
    return found
  }

  /// Lets decompositions without actions happen as early as they can.
  private func settleEmpty(
    _ waiting: inout [Int],
    _ happened: inout Set<Int>,
    _ found: inout [Violation],
    _ position: Int,
    _ world: inout World,
    _ tree: TreeCheck,
    _ timeline: Timeline
  ) {
    guard !waiting.isEmpty else { return }
    var left = waiting
    var progress = true
    while progress {
      progress = false
      var still: [Int] = []
      for id in left {
        let isDue =
          (timeline.earliest[id] ?? 0) <= position
          && (timeline.after[id] ?? []).allSatisfy { other in
            happened.contains(other) || !tree.isDecomposition(other)
          }
        if isDue, tree.mayApply(id, &world) {
          happened.insert(id)
          progress = true
        } else {
          still.append(id)
        }
      }
      left = still
    }
    waiting = []
    for id in left {
      if (timeline.latest[id] ?? 0) <= position {
        // What depends on it is not reported as well.
        happened.insert(id)
        found.append(tree.precondition(id, &world, before: "what is ordered after it"))
      } else {
        waiting.append(id)
      }
    }
  }
}

extension Formula {
  /// The condition with objects for its bound variables.
  func grounded(_ bindings: [Symbol: Symbol]) -> Formula {
    func term(_ term: Term) -> Term {
      if case .variable(let name) = term, let object = bindings[name] {
        .constant(object)
      } else {
        term
      }
    }
    func inside(_ parameters: [Parameter]) -> [Symbol: Symbol] {
      bindings.filter { binding in !parameters.contains { $0.name == binding.key } }
    }
    switch self {
    case .atom(let atom):
      return .atom(Atom(atom.predicate, atom.arguments.map(term), position: atom.position))
    case .equal(let left, let right): return .equal(term(left), term(right))
    case .sort(let inner, let type): return .sort(term(inner), type)
    case .not(let inner): return .not(inner.grounded(bindings))
    case .and(let parts): return .and(parts.map { $0.grounded(bindings) })
    case .or(let parts): return .or(parts.map { $0.grounded(bindings) })
    case .imply(let left, let right):
      return .imply(left.grounded(bindings), right.grounded(bindings))
    case .forall(let parameters, let inner):
      return .forall(parameters, inner.grounded(inside(parameters)))
    case .exists(let parameters, let inner):
      return .exists(parameters, inner.grounded(inside(parameters)))
    }
  }
}
