// What makes a graph sound, and what follows from its edges.
import Execution
import Testing

@Suite("Task graphs")
struct TaskGraphTests {
  @Test(
    "A graph that is not sound is refused with a sentence that names what is wrong",
    arguments: [
      (
        [task(0, after: [2]), task(1, after: [0]), task(2, after: [1]), task(3)],
        "the tasks depend on each other in a circle: 0 -> 2 -> 1 -> 0"
      ),
      ([task(4, after: [4])], "the tasks depend on each other in a circle: 4 -> 4"),
      (
        [task(0, after: [1]), task(1, after: [2]), task(2, after: [1])],
        "the tasks depend on each other in a circle: 1 -> 2 -> 1"
      ),
      ([task(0), task(1, after: [5])], "task 1 depends on task 5, which is not in the graph"),
      ([task(3), task(3)], "two tasks have the number 3"),
      ([task(-1)], "task -1 has a negative number"),
      (
        [TaskNode(number: 0, action: "work", timeout: .zero)],
        "task 0 has a timeout that is not positive"
      ),
    ]
  )
  func refusals(nodes: [TaskNode], what: String) {
    let error = #expect(throws: ExecutionError.self) { try TaskGraph(nodes) }
    #expect(error?.message == "the task graph is not sound: \(what)")
    #expect(error?.isRetryable == false)
  }

  @Test("An empty graph is sound")
  func empty() throws {
    #expect(try TaskGraph([]).topologicalOrder == [])
  }

  @Test("The order puts each task after its dependencies, and lower numbers first among equals")
  func order() throws {
    let graph = try TaskGraph([task(9), task(3, after: [9]), task(5), task(1, after: [3, 3, 5])])
    #expect(graph.topologicalOrder == [5, 9, 3, 1])
    #expect(graph[3]?.dependencies == [9])
    #expect(graph[4] == nil)
    #expect(graph.dependents(of: 9) == [3])
    #expect(graph.dependents(of: 4) == [])
  }

  @Test("The critical path from a task counts the longest chain that starts with it")
  func criticalPath() throws {
    let graph = try TaskGraph([
      task(0), task(1, after: [0]), task(2, after: [1]), task(3, after: [0]),
    ])
    #expect([0, 1, 2, 3].map { graph.criticalPathLength(from: $0) } == [3, 2, 1, 1])
    #expect(graph.criticalPathLength(from: 4) == nil)
  }

  @Test("The reduction drops what other edges imply")
  func reduction() throws {
    let graph = try TaskGraph([
      task(0), task(1, after: [0]), task(2, after: [0, 1]), task(3, after: [0, 1, 2]),
    ]).transitivelyReduced()
    #expect([1, 2, 3].map { graph[$0]?.dependencies } == [[0], [1], [2]])
  }

  @Test("The reduction keeps the edges into a task that answers failures by itself")
  func reductionAndPolicies() throws {
    let graph = try TaskGraph([
      task(0), task(1, after: [0]), task(2, after: [0, 1], .continueIfAny),
    ]).transitivelyReduced()
    #expect(graph[2]?.dependencies == [0, 1])
  }

  @Test(
    "The reduction of a random graph reaches what the graph reached, and no edge of it is implied"
  )
  func reductionOfRandomGraphs() throws {
    var random = SplitMix(11)
    for _ in 0..<50 {
      let nodes = (0..<12).map { number in
        task(number, after: (0..<number).filter { _ in Int.random(in: 0..<3, using: &random) == 0 })
      }
      let graph = try TaskGraph(nodes)
      let reduced = graph.transitivelyReduced()
      for number in 0..<12 {
        #expect(reachable(from: number, in: graph) == reachable(from: number, in: reduced))
        let direct = reduced[number]?.dependencies ?? []
        for edge in direct {
          #expect(
            !direct.contains { $0 != edge && reachable(from: $0, in: reduced).contains(edge) }
          )
        }
      }
    }
  }

  private func reachable(from number: Int, in graph: TaskGraph) -> Set<Int> {
    var found: Set<Int> = []
    var work = graph[number]?.dependencies ?? []
    while let next = work.popLast() {
      guard found.insert(next).inserted else { continue }
      work += graph[next]?.dependencies ?? []
    }
    return found
  }
}
