// The task graph: what the engine executes. A graph that exists is sound: its numbers are unique,
// every dependency is in it and there is no cycle, so nothing that reads it need check again. All
// work here is linear in nodes and edges, save the transitive reduction, which says its cost.

/// A directed acyclic graph of tasks, in one fixed topological order.
public struct TaskGraph: Sendable {
  /// The nodes, each after all its dependencies; what is unordered stands by number.
  public let nodes: [TaskNode]
  /// For each node the places in `nodes` of what it depends on, without repetition.
  let dependencies: [[Int]]
  /// For each node the places in `nodes` of what depends on it, ascending.
  let dependents: [[Int]]
  /// For each node the number of tasks on the longest chain that starts with it, at least 1.
  let chainLengths: [Int]
  private let places: [Int: Int]

  /// Makes a graph of nodes given in any order. No nodes make an empty graph, which is sound.
  ///
  /// - Throws: `ExecutionError` for a negative or repeated number, a dependency that is not in the
  ///   graph, or a cycle, which it names; for a timeout that is not positive.
  public init(_ given: [TaskNode]) throws(ExecutionError) {
    let sorted = given.sorted { $0.number < $1.number }
    var found: [Int: Int] = [:]
    found.reserveCapacity(sorted.count)
    for (place, node) in sorted.enumerated() {
      guard node.number >= 0 else {
        throw .invalidGraph("task \(node.number) has a negative number")
      }
      guard found.updateValue(place, forKey: node.number) == nil else {
        throw .invalidGraph("two tasks have the number \(node.number)")
      }
      guard node.timeout > .zero else {
        throw .invalidGraph("task \(node.number) has a timeout that is not positive")
      }
    }
    var needs: [[Int]] = []
    needs.reserveCapacity(sorted.count)
    for node in sorted {
      var own: [Int] = []
      own.reserveCapacity(node.dependencies.count)
      for number in node.dependencies {
        guard let place = found[number] else {
          throw .invalidGraph(
            "task \(node.number) depends on task \(number), which is not in the graph"
          )
        }
        own.append(place)
      }
      needs.append(own.count > 1 ? Array(Set(own)).sorted() : own)
    }
    let order = Self.order(needs)
    guard order.count == sorted.count else {
      let cycle = Self.cycle(in: needs, outside: order).map { String(sorted[$0].number) }
      throw .invalidGraph(
        "the tasks depend on each other in a circle: " + cycle.joined(separator: " -> ")
      )
    }
    var place = [Int](repeating: 0, count: order.count)
    for (new, old) in order.enumerated() { place[old] = new }
    var dependents = [[Int]](repeating: [], count: order.count)
    let dependencies = order.map { old in needs[old].map { place[$0] }.sorted() }
    for (own, needed) in dependencies.enumerated() {
      for other in needed { dependents[other].append(own) }
    }
    var lengths = [Int](repeating: 1, count: order.count)
    for own in lengths.indices.reversed() {
      for next in dependents[own] { lengths[own] = max(lengths[own], lengths[next] + 1) }
    }
    nodes = order.map { sorted[$0] }
    places = found.mapValues { place[$0] }
    self.dependencies = dependencies
    self.dependents = dependents
    chainLengths = lengths
  }

  /// The tasks' numbers, each after all its dependencies.
  public var topologicalOrder: [Int] { nodes.map(\.number) }

  /// The node of a number, if the graph has one.
  public subscript(number: Int) -> TaskNode? { places[number].map { nodes[$0] } }

  /// The number of tasks on the longest chain that starts with a task; nil for an unknown number.
  /// What the engine prefers among tasks of equal priority.
  public func criticalPathLength(from number: Int) -> Int? {
    places[number].map { chainLengths[$0] }
  }

  /// The numbers of the tasks that depend on a task directly.
  public func dependents(of number: Int) -> [Int] {
    guard let place = places[number] else { return [] }
    return dependents[place].map { nodes[$0].number }
  }

  /// The same graph without the dependencies that others imply. Nothing may start earlier or later
  /// than before, as long as every policy is `abort`; edges into a task of another policy are kept,
  /// since they say whose failure it answers. Costs at most nodes times edges.
  public func transitivelyReduced() -> TaskGraph {
    var reduced = nodes
    var mark = [Int](repeating: -1, count: nodes.count)
    for (own, needed) in dependencies.enumerated()
    where needed.count > 1 && nodes[own].dependencyPolicy == .abort {
      var stack = needed.flatMap { dependencies[$0] }
      while let next = stack.popLast() {
        guard mark[next] != own else { continue }
        mark[next] = own
        stack.append(contentsOf: dependencies[next])
      }
      reduced[own].dependencies = needed.filter { mark[$0] != own }.map { nodes[$0].number }
    }
    // Fewer edges between the same nodes cannot make an unsound graph.
    return (try? TaskGraph(reduced)) ?? self
  }

  /// Kahn's algorithm, lowest place first. Shorter than its argument if there is a cycle.
  private static func order(_ needs: [[Int]]) -> [Int] {
    var waiting = needs.map(\.count)
    var next = [[Int]](repeating: [], count: needs.count)
    for (own, needed) in needs.enumerated() {
      for other in needed { next[other].append(own) }
    }
    var free = Heap<Int>()
    for own in needs.indices where waiting[own] == 0 { free.insert(own) }
    var order: [Int] = []
    order.reserveCapacity(needs.count)
    while let own = free.popFirst() {
      order.append(own)
      for other in next[own] {
        waiting[other] -= 1
        if waiting[other] == 0 { free.insert(other) }
      }
    }
    return order
  }

  /// One cycle among the places that no order could be found for, from its lowest place back to it.
  private static func cycle(in needs: [[Int]], outside order: [Int]) -> [Int] {
    let ordered = Set(order)
    guard var own = needs.indices.first(where: { !ordered.contains($0) }) else { return [] }
    var path: [Int] = []
    var seen: [Int: Int] = [:]
    while seen[own] == nil {
      seen[own] = path.count
      path.append(own)
      guard let next = needs[own].first(where: { !ordered.contains($0) }) else { return path }
      own = next
    }
    var cycle = Array(path[(seen[own] ?? 0)...])
    if let lowest = cycle.indices.min(by: { cycle[$0] < cycle[$1] }) {
      cycle = Array(cycle[lowest...] + cycle[..<lowest])
    }
    return cycle + cycle.prefix(1)
  }
}
