// Where the parts of a plan lie in its sequence of steps: for each task, the first and last step that
// came of it, and what its network's orderings leave as its room. What must stay true: an ordering
// binds through tasks that came to nothing, so `a < e < b` puts a before b even if e is empty.

/// The positions of a plan's tasks. Only plans whose tree is sound have one.
struct Timeline {
  /// First and last position of the steps below a node; nil if there are none.
  private(set) var spans: [Int: ClosedRange<Int>] = [:]
  /// The decomposition that a node is a child of; none for the problem's own tasks.
  private(set) var parents: [Int: Int] = [:]
  /// The earliest position a node may start at, by the orderings around it.
  private(set) var earliest: [Int: Int] = [:]
  /// The latest position a node that came to nothing may be thought to happen before.
  private(set) var latest: [Int: Int] = [:]
  /// For nodes that came to nothing: those of that kind that must happen no later.
  private(set) var after: [Int: [Int]] = [:]
  /// Decompositions, outer before inner.
  private(set) var order: [Int] = []
  /// Pairs of nodes that the orderings put one way and the steps another.
  private(set) var breaches: [(before: Int, after: Int)] = []

  init(_ plan: Plan, _ decompositions: [Int: Plan.Decomposition]) {
    for (position, step) in plan.steps.enumerated() { spans[step.id] = position...position }
    var open = Array(plan.root.reversed())
    while let id = open.popLast() {
      guard let decomposition = decompositions[id] else { continue }
      order.append(id)
      for child in decomposition.children { parents[child] = id }
      open.append(contentsOf: decomposition.children.reversed())
    }
    for id in order.reversed() {
      for child in decompositions[id]?.children ?? [] {
        guard let span = spans[child] else { continue }
        spans[id] =
          spans[id].map {
            min($0.lowerBound, span.lowerBound)...max($0.upperBound, span.upperBound)
          } ?? span
      }
    }
    settle(
      plan.root,
      plan.rootOrdering,
      parent: nil,
      room: 0...plan.steps.count,
      decompositions
    )
    for id in order {
      guard let decomposition = decompositions[id] else { continue }
      // What comes to nothing is bound by orderings only, not by when its siblings begin.
      let start = earliest[id] ?? 0
      let end = latest[id] ?? plan.steps.count
      settle(
        decomposition.children,
        decomposition.ordering,
        parent: id,
        room: min(start, end)...end,
        decompositions
      )
    }
  }

  /// Finds the room of each task of a network.
  private mutating func settle(
    _ children: [Int],
    _ ordering: [Ordering],
    parent: Int?,
    room: ClosedRange<Int>,
    _ decompositions: [Int: Plan.Decomposition]
  ) {
    let network = TaskNetwork(children.map { _ in Subtask("") }, ordering: ordering)
    guard let sorted = network.sorted else { return }
    var before = [[Int]](repeating: [], count: children.count)
    for edge in Set(ordering) { before[edge.after].append(edge.before) }
    var start = [Int](repeating: room.lowerBound, count: children.count)
    var last = [Int?](repeating: nil, count: children.count)
    for index in sorted {
      for other in before[index] {
        let end = spans[children[other]].map { $0.upperBound + 1 } ?? 0
        if max(start[other], end) > start[index] {
          start[index] = max(start[other], end)
          last[index] = end >= start[other] ? children[other] : last[other]
        }
      }
      earliest[children[index]] = start[index]
      if let span = spans[children[index]], span.lowerBound < start[index], let first = last[index]
      {
        breaches.append((first, children[index]))
      }
      guard spans[children[index]] == nil else { continue }
      // Came to nothing: it follows its parent and what is ordered before it, if they did as well.
      var events = parent.flatMap { spans[$0] == nil ? [$0] : nil } ?? []
      for other in before[index] where spans[children[other]] == nil {
        events += nodes(below: children[other], decompositions)
        events += after[children[other]] ?? []
      }
      after[children[index]] = events
    }
    var end = [Int](repeating: room.upperBound, count: children.count)
    for index in sorted.reversed() {
      latest[children[index]] = end[index]
      let limit = min(end[index], spans[children[index]]?.lowerBound ?? end[index])
      for other in before[index] { end[other] = min(end[other], limit) }
    }
  }

  private func nodes(below id: Int, _ decompositions: [Int: Plan.Decomposition]) -> [Int] {
    var result: [Int] = []
    var open = [id]
    while let next = open.popLast() {
      result.append(next)
      open.append(contentsOf: decompositions[next]?.children ?? [])
    }
    return result
  }
}
