// Decompositions that came to nothing still say something: their method's precondition held at some
// point. Which point that was decides what may be moved across it.

/// Where in a plan's sequence the decompositions without steps may be thought to happen: as early as
/// their preconditions and the orderings allow, as the verifier does.
struct EmptyDecompositions {
  private(set) var positions: [(id: Int, position: Int)] = []

  init(
    _ plan: Plan,
    _ problem: Problem,
    _ decompositions: [Int: Plan.Decomposition],
    _ timeline: Timeline
  ) {
    var waiting = timeline.order.filter { timeline.spans[$0] == nil }
    guard !waiting.isEmpty else { return }
    var world = World(problem)
    var happened: Set<Int> = []
    for position in 0...plan.steps.count {
      var progress = true
      while progress {
        progress = false
        for id in waiting where (timeline.earliest[id] ?? 0) <= position {
          guard let decomposition = decompositions[id],
            let method = problem.domain.method(decomposition.method),
            (timeline.after[id] ?? []).allSatisfy({
              happened.contains($0) || decompositions[$0] == nil
            })
          else { continue }
          let needed = Formula.and([method.precondition, method.network.constraints])
          let bindings = TreeCheck.bindings(decomposition)
          guard world.instance(of: method.parameters, bindings, satisfying: needed) != nil else {
            continue
          }
          happened.insert(id)
          positions.append((id, position))
          progress = true
        }
        waiting.removeAll { happened.contains($0) }
      }
      guard position < plan.steps.count, !waiting.isEmpty else { break }
      let step = plan.steps[position]
      guard let action = problem.domain.action(step.action) else { continue }
      world.apply(world.change(action.effect, bind(action.parameters, to: step.arguments)))
    }
  }
}
