// What is ready to run, best first. Tasks of one kind (same action, same resources) can start under
// the same conditions, so they wait in one heap: a kind that may not start now is passed over as a
// whole, however many of its tasks wait.

/// What decides, besides order, whether a task may start: its action and what it needs for itself.
struct TaskKind: Hashable {
  var action: String
  var resources: [String]

  init(_ node: TaskNode) {
    action = node.action
    resources = node.resources.count > 1 ? Set(node.resources).sorted() : node.resources
  }
}

/// The ready tasks of a run, by priority, then by the length of the chain that waits for them, then
/// in the graph's order.
struct ReadyQueue {
  private struct Entry: Comparable {
    var priority: Int
    var chain: Int
    var place: Int

    static func < (left: Entry, right: Entry) -> Bool {
      (right.priority, right.chain, left.place) < (left.priority, left.chain, right.place)
    }
  }

  private var kinds: [(kind: TaskKind, waiting: Heap<Entry>)] = []
  private var indices: [TaskKind: Int] = [:]

  /// Adds the task at a place of the graph.
  mutating func insert(_ place: Int, of graph: TaskGraph) {
    let node = graph.nodes[place]
    let kind = TaskKind(node)
    let entry = Entry(priority: node.priority, chain: graph.chainLengths[place], place: place)
    if let index = indices[kind] {
      kinds[index].waiting.insert(entry)
    } else {
      var waiting = Heap<Entry>()
      waiting.insert(entry)
      indices[kind] = kinds.count
      kinds.append((kind, waiting))
    }
  }

  /// Removes and returns the place of the best task whose kind may start now.
  mutating func popFirst(where mayStart: (TaskKind) -> Bool) -> (place: Int, kind: TaskKind)? {
    var best: (entry: Entry, index: Int)?
    for (index, (kind, waiting)) in kinds.enumerated() {
      guard let first = waiting.first, best.map({ first < $0.entry }) ?? true, mayStart(kind)
      else { continue }
      best = (first, index)
    }
    guard let best else { return nil }
    _ = kinds[best.index].waiting.popFirst()
    return (best.entry.place, kinds[best.index].kind)
  }
}
