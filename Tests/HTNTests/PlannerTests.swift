// What the search finds, and what it refuses to find. Every plan goes through the verifier, which
// shares no code with it.

import HTN
import Testing

@Suite("Planning")
struct PlannerTests {
  /// The plan of a problem, once the verifier has accepted it.
  private func plan(_ problem: Problem, nodes: Int = 200_000) throws -> Plan {
    let result = Planner(problem).plan(.init(nodes: nodes))
    let plan = try #require(result.outcome.plan, "\(result.outcome)")
    #expect(PlanVerifier(problem).violations(in: plan) == [])
    return plan
  }

  private func spelled(_ plan: Plan) -> [String] { plan.steps.map(\.description) }

  @Test("Files are changed one by one, then tested, validated and committed")
  func files() throws {
    let plan = try plan(Fixtures.files(3))
    #expect(
      spelled(plan) == [
        "(edit_file f0)", "(edit_file f1)", "(create_file f2)", "(run_tests)", "(validate)",
        "(commit)",
      ]
    )
    let top = try #require(plan.decompositions.first)
    #expect(top.method == "straight")
    #expect(top.bindings == [Binding("?f", "f0")])
    #expect(top.children.count == 4)
    #expect(top.ordering == [Ordering(0, 1), Ordering(1, 2), Ordering(2, 3)])
    #expect(plan.root == [top.id])
  }

  @Test("A chain of a thousand files is planned without search and without deep recursion")
  func longChain() throws {
    let result = Planner(try Fixtures.files(1_000)).plan(.init(nodes: 13_000))
    #expect(result.outcome.plan?.steps.count == 1_003)
  }

  @Test("Two tasks are interleaved where neither can be done alone")
  func interleaving() throws {
    let problem = try Fixtures.problem(Fixtures.doors, Fixtures.doorsProblem)
    let plan = try plan(problem)
    #expect(plan.steps.count == 4)
    #expect(plan.steps[0].action == "unlock" && plan.steps[1].action == "unlock")
  }

  @Test("A sequence of the same two tasks has no plan, and that is proved")
  func noInterleaving() throws {
    let domain = try Domain(hddl: Fixtures.doors)
    let problem = try Problem(
      name: "p",
      domain: domain,
      objects: ["left", "right"].map { TypedObject($0, TypeExpression("side")) },
      facts: [Fact("other", ["left", "right"]), Fact("other", ["right", "left"])],
      tasks: ["left", "right"].map { Subtask("pass", [.constant($0)]) }
    )
    guard case .unsolvable = Planner(problem).plan().outcome else {
      Issue.record("expected a proof that there is no plan")
      return
    }
  }

  @Test("Quantified and conditional conditions and effects mean what PDDL says")
  func quantifiers() throws {
    let problem = try Fixtures.problem(Fixtures.lamps, Fixtures.lampsProblem)
    let plan = try plan(problem)
    #expect(
      spelled(plan) == [
        "(flip hall)", "(check hall)", "(repair c)", "(flip cellar)", "(check cellar)",
      ] || plan.steps.count == 5
    )
    #expect(plan.steps.contains { $0.action == "repair" })
  }

  @Test("The goal rules out plans that only do the tasks")
  func goal() throws {
    let text = Fixtures.lampsProblem.replacing(
      "(not (on b))",
      with: "(forall (?l - lamp) (on ?l))"
    )
    let problem = try Fixtures.problem(Fixtures.lamps, text)
    guard case .unsolvable = Planner(problem).plan().outcome else {
      Issue.record("b stays broken when the hall is lit by a, and d in the cellar")
      return
    }
  }

  @Test("Partially ordered deliveries share trucks, and find the idle one for an empty method")
  func trucks() throws {
    let plan = try plan(Fixtures.problem(Fixtures.trucks, Fixtures.trucksProblem))
    #expect(plan.decompositions.contains { $0.method == "there_already" })
    #expect(plan.steps.count { $0.action == "unload" } == 3)
  }

  @Test("Left recursion ends, and is followed as often as a plan needs it")
  func leftRecursion() throws {
    let domain = """
      (define (domain count)
        (:types number)
        (:predicates (at ?n - number) (next ?n ?m - number))
        (:task many)
        (:method more :task (many) :ordered-subtasks (and (many) (step)))
        (:method done :task (many) :subtasks ())
        (:task step)
        (:method up :parameters (?n ?m - number) :task (step)
          :precondition (and (at ?n) (next ?n ?m)) :subtasks (increment ?n ?m))
        (:action increment :parameters (?n ?m - number)
          :precondition (at ?n) :effect (and (not (at ?n)) (at ?m))))
      """
    func problem(_ goal: String) throws -> Problem {
      try Fixtures.problem(
        domain,
        """
        (define (problem p) (:domain count) (:objects n0 n1 n2 n3 n4 n5 - number)
          (:htn :subtasks (many)) (:goal (at \(goal)))
          (:init (at n0) (next n0 n1) (next n1 n2) (next n2 n3) (next n3 n4) (next n4 n5)))
        """
      )
    }
    #expect(try plan(problem("n0")).steps.isEmpty)
    #expect(try plan(problem("n5")).steps.count == 5)
  }

  @Test("A method that calls itself without end and without effect is no plan")
  func endlessRecursion() throws {
    let problem = try Fixtures.problem(
      """
      (define (domain d) (:predicates (p)) (:task t)
        (:method again :task (t) :ordered-subtasks (and (nop) (t)))
        (:action nop))
      """,
      "(define (problem p) (:domain d) (:htn :subtasks (t)) (:init))"
    )
    guard case .unsolvable = Planner(problem).plan().outcome else {
      Issue.record("expected no plan")
      return
    }
  }

  @Test("Constraints and sorts restrict bindings")
  func constraints() throws {
    let domain = """
      (define (domain d) (:types small - size size) (:predicates (p ?x ?y - size)) (:task t)
        (:method m :parameters (?x ?y - size) :task (t) :subtasks (act ?x ?y)
          :constraints (and (not (= ?x ?y)) (sortof ?y - small)))
        (:action act :parameters (?x ?y - size)))
      """
    let problem = try Fixtures.problem(
      domain,
      "(define (problem p) (:domain d) (:objects a - small b - size) (:htn :subtasks (t)) (:init))"
    )
    #expect(try spelled(plan(problem)) == ["(act b a)"])
  }

  @Test("Variables of the problem's own network are bound with it")
  func rootParameters() throws {
    let domain = try Domain(hddl: Fixtures.trucks)
    let problem = try Problem(
      hddl: """
        (define (problem p) (:domain trucks)
          (:objects t1 t2 - truck k - package x y - place)
          (:init (at t1 y) (at t2 x) (free t1) (at k x) (road x y) (road y x))
          (:htn :parameters (?t - truck)
            :ordered-subtasks (and (bring ?t x) (load k ?t x))
            :constraints (not (= ?t t2))))
        """,
      domain: domain
    )
    let plan = try plan(problem)
    #expect(plan.rootBindings == [Binding("?t", "t1")])
    #expect(spelled(plan) == ["(drive t1 y x)", "(load k t1 x)"])
  }

  @Test("A preference decides the order of methods, and ties stay as declared")
  func preference() throws {
    let domain = """
      (define (domain d) (:task t) (:action one) (:action two) (:action three)
        (:method a :task (t) :subtasks (one)) (:method b :task (t) :subtasks (two))
        (:method c :task (t) :subtasks (three)))
      """
    let problem = try Fixtures.problem(
      domain,
      "(define (problem p) (:domain d) (:htn :subtasks (t)) (:init))"
    )
    let liked = Planner(problem, preference: { method, _ in method.name == "a" ? 0 : 1 }).plan()
    #expect(liked.outcome.plan?.steps.map(\.action) == ["two"])
    let equal = Planner(problem, preference: { _, _ in 0 }).plan()
    #expect(equal.outcome.plan?.steps.map(\.action) == ["one"])
  }

  @Test("A preference sees the bindings")
  func preferredBinding() throws {
    let problem = try Fixtures.problem(Fixtures.trucks, Fixtures.trucksProblem)
    let planner = Planner(problem, preference: { _, binding in binding["?t"] == "t2" ? 1 : 0 })
    let plan = try #require(planner.plan(.init(nodes: 100_000)).outcome.plan)
    #expect(PlanVerifier(problem).violations(in: plan) == [])
    #expect(plan.steps.first { $0.action == "load" }?.arguments[1] == "t2")
    let other = try #require(Planner(problem).plan(.init(nodes: 100_000)).outcome.plan)
    #expect(other.steps.first { $0.action == "load" }?.arguments[1] == "t1")
  }

  @Test("What was considered says which methods were passed over, and why")
  func considered() throws {
    let plan = try plan(Fixtures.files(3))
    let last = try #require(plan.decompositions.last { $0.method == "create" })
    let choice = try #require(plan.considered.first { $0.decomposition == last.id })
    #expect(choice.rejected.map(\.method) == ["edit"])
    let top = plan.considered.compactMap { choice in
      plan.decompositions.first { $0.id == choice.decomposition }
    }
    #expect(top.contains { $0.method == "and_next" })
  }

  @Test("The node budget, the deadline and cancellation each end a search with their name")
  func limits() throws {
    let problem = try Fixtures.files(500)
    let planner = Planner(problem)
    guard case .outOfNodes = planner.plan(.init(nodes: 100)).outcome else {
      Issue.record("expected the budget to end it")
      return
    }
    guard case .timedOut = planner.plan(.init(isPastDeadline: { true })).outcome else {
      Issue.record("expected the deadline to end it")
      return
    }
    guard case .cancelled = planner.plan(.init(isCancelled: { true })).outcome else {
      Issue.record("expected cancellation to end it")
      return
    }
  }

  @Test("The same problem gives the same plan, to the last number")
  func determinism() throws {
    let problem = try Fixtures.problem(Fixtures.trucks, Fixtures.trucksProblem)
    let first = try plan(problem)
    for _ in 0..<3 { #expect(try plan(problem) == first) }
  }
}
