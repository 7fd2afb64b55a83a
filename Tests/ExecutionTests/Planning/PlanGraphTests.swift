import GoalLedger
import HTN
import Testing

@testable import Execution

@Suite("Task graphs of plans")
struct PlanGraphTests {
  /// The edges of a graph in words: `create_file a -> run_tests default`.
  private func edges(_ goal: PlannedGoal) -> Set<String> {
    var edges: Set<String> = []
    func spoken(_ node: TaskNode) -> String {
      ([node.action] + node.arguments.map(goal.bindings.name(of:))).joined(separator: " ")
    }
    for node in goal.graph.nodes {
      for number in node.dependencies {
        guard let before = goal.graph[number] else { continue }
        edges.insert("\(spoken(before)) -> \(spoken(node))")
      }
    }
    return edges
  }

  @Test(
    "leave n changes unordered before the tests",
    arguments: [1, 2, 5, 40]
  )
  func shape(count: Int) async throws {
    let files = (1...count).map { content("f\($0)") }
    let goal = try await planned("implement_feature", files)
    let changes = (1...count).map { "create_file f\($0) -> run_tests default" }
    #expect(
      edges(goal)
        == Set(changes + ["run_tests default -> validate green", "validate green -> commit"])
    )
    #expect(goal.graph.nodes.count == count + 3)
  }

  @Test("of red-green have the tests seen to fail between tests and sources")
  func redGreen() async throws {
    let goal = try await planned(
      "fix_bug",
      [content("tests/a.py"), content("tests/b.py"), content("c.py"), content("d.py")],
      redGreen: true
    )
    #expect(
      edges(goal) == [
        "create_file tests/a.py -> see_tests_fail default",
        "create_file tests/b.py -> see_tests_fail default",
        "see_tests_fail default -> create_file c.py",
        "see_tests_fail default -> create_file d.py",
        "create_file c.py -> run_tests default", "create_file d.py -> run_tests default",
        "run_tests default -> validate red", "validate red -> commit",
      ]
    )
  }

  @Test("of a refactoring have the baseline before every change")
  func refactoring() async throws {
    let goal = try await planned("refactor_code", [content("a"), content("b")])
    #expect(
      edges(goal) == [
        "prove_baseline default -> create_file a", "prove_baseline default -> create_file b",
        "create_file a -> run_tests default", "create_file b -> run_tests default",
        "run_tests default -> validate baseline", "validate baseline -> commit",
      ]
    )
  }

  @Test("order what makes room before what needs it")
  func room() async throws {
    let goal = try await planned(
      "implement_feature",
      [content("a/b"), deletion("a"), content("c")],
      over: ["a": "1"]
    )
    let found = edges(goal)
    #expect(found.contains("delete_file a -> create_file a/b"))
    #expect(!found.contains { $0.hasSuffix("-> delete_file a") })
    #expect(!found.contains("delete_file a -> create_file c"))
  }

  @Test("are plans in every order that they allow")
  func linearisations() async throws {
    let present = ["b": "1", "c": "1", "d": "same", "x": "1"]
    let pool = [
      content("tests/a"), edit("b", "1", "2"), deletion("c"), content("d", "same"), content("x/y"),
      deletion("x"),
    ]
    var tried = 0
    for task in ["implement_feature", "fix_bug", "refactor_code"] {
      for count in 1...5 {
        let files = Array(pool.prefix(count - 1)) + (count < 5 ? [pool[3]] : Array(pool.suffix(2)))
        var seen: Set<String> = []
        let unique = files.filter { seen.insert($0.path?.string ?? "").inserted }
        let goal = try await planned(task, unique, over: present, redGreen: true)
        let verifier = PlanVerifier(goal.problem)
        for steps in orders(of: goal) {
          tried += 1
          #expect(verifier.violations(in: goal.plan.ordered(steps)) == [])
        }
      }
    }
    #expect(tried > 400)
  }

  /// All orders of a goal's steps that its graph allows.
  private func orders(of goal: PlannedGoal) -> [[Plan.Step]] {
    let steps = Dictionary(
      goal.plan.steps.map { ($0.id, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    var found: [[Plan.Step]] = []
    func extend(_ order: [Plan.Step], _ done: Set<Int>) {
      if order.count == steps.count { found.append(order) }
      for node in goal.graph.nodes where !done.contains(node.number) {
        guard done.isSuperset(of: node.dependencies), let step = steps[node.number] else {
          continue
        }
        extend(order + [step], done.union([node.number]))
      }
    }
    extend([], [])
    return found
  }

  @Test("give commands their time and keep them apart; changes need nothing for themselves")
  func scheduling() async throws {
    let goal = try await planned(
      "implement_feature",
      [content("a")],
      metrics: #"[{"kind":"command","name":"lint"}]"#
    )
    let nodes = Dictionary(
      goal.graph.nodes.map { ($0.action, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    let tests = try #require(nodes["run_tests"])
    #expect(tests.timeout == .seconds(100))
    #expect(tests.resources == ["commands"] && tests.observing && !tests.retry.retriesTimeouts)
    let change = try #require(nodes["create_file"])
    #expect(change.timeout == .seconds(60))
    #expect(change.resources == [] && !change.observing && change.retry.maxTries == 3)
    #expect(nodes["validate"]?.timeout == .seconds(70))
    #expect(nodes["validate"]?.resources == ["commands"])
  }
}
