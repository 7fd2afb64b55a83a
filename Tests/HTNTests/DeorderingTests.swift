// What is left of a plan's order, and that every order it allows is a plan.

import HTN
import Testing

@Suite("Deordering plans")
struct DeorderingTests {
  static let problems: [(String, String)] = [
    (Fixtures.doors, Fixtures.doorsProblem), (Fixtures.lamps, Fixtures.lampsProblem),
    (Fixtures.trucks, Fixtures.trucksProblem), (conditional, conditionalProblem),
    (preconditions, preconditionsProblem),
  ]

  /// Effects that depend on what other free steps write.
  static let conditional = """
    (define (domain conditional)
      (:types item)
      (:predicates (wet ?i - item) (clean ?i - item) (water) (alarm))
      (:task wash :parameters (?i - item))
      (:method m :parameters (?i - item) :task (wash ?i) :subtasks (and (rinse ?i) (rub ?i)))
      (:action rinse :parameters (?i - item)
        :effect (and (when (water) (wet ?i)) (when (not (water)) (alarm))))
      (:action rub :parameters (?i - item)
        :effect (and (when (wet ?i) (clean ?i)) (not (wet ?i))))
      (:action tap :precondition (forall (?i - item) (not (wet ?i))) :effect (water))
      (:action close :precondition (exists (?i - item) (clean ?i)) :effect (not (water))))
    """
  static let conditionalProblem = """
    (define (problem p) (:domain conditional) (:objects a b c - item)
      (:htn :subtasks (and (wash a) (wash b) (wash c) (tap) (close))) (:init)
      (:goal (and (clean a) (clean b) (clean c) (not (alarm)))))
    """

  /// Preconditions of methods that the method's own steps and others destroy.
  static let preconditions = """
    (define (domain preconditions)
      (:types thing)
      (:predicates (ready) (has ?t - thing) (idle))
      (:task use :parameters (?t - thing))
      (:task wait)
      (:method by_hand :parameters (?t - thing) :task (use ?t) :precondition (ready)
        :subtasks (and (take ?t) (drop ?t) (wait)))
      (:method rest :task (wait) :precondition (idle) :subtasks ())
      (:action take :parameters (?t - thing) :effect (and (has ?t) (not (ready))))
      (:action drop :parameters (?t - thing) :effect (not (idle)))
      (:action prepare :effect (ready))
      (:action relax :effect (idle)))
    """
  static let preconditionsProblem = """
    (define (problem p) (:domain preconditions) (:objects x y z - thing)
      (:htn :subtasks (and (a (use x)) (b (use y)) (c (use z)) (d (prepare)) (e (prepare))
        (f (prepare)) (g (relax)) (h (relax)))
        :ordering (< a b)) (:init))
    """

  /// An order of the steps that respects the edges, picked at random.
  private func linearised(
    _ plan: Plan,
    _ deordering: Deordering,
    _ random: inout Seeded
  ) -> [Plan.Step] {
    var waiting = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.id, 0) })
    for edge in deordering.edges { waiting[edge.after, default: 0] += 1 }
    var left = plan.steps
    var result: [Plan.Step] = []
    while !left.isEmpty {
      let ready = left.indices.filter { waiting[left[$0].id] == 0 }
      guard let pick = ready.randomElement(using: &random) else { return result }
      let step = left.remove(at: pick)
      result.append(step)
      for edge in deordering.edges where edge.before == step.id {
        waiting[edge.after, default: 0] -= 1
      }
    }
    return result
  }

  @Test("Every order that the deordering allows is a plan", arguments: problems.indices)
  func property(_ index: Int) throws {
    let (domain, text) = Self.problems[index]
    let problem = try Fixtures.problem(domain, text)
    let plan = try #require(Planner(problem).plan(.init(nodes: 300_000)).outcome.plan)
    let verifier = PlanVerifier(problem)
    #expect(verifier.violations(in: plan) == [])
    let deordering = Deordering(plan, of: problem)
    var random = Seeded(UInt64(index))
    var seen: Set<[Int]> = []
    for _ in 0..<200 {
      let steps = linearised(plan, deordering, &random)
      #expect(steps.count == plan.steps.count)
      guard seen.insert(steps.map(\.id)).inserted else { continue }
      let violations = verifier.violations(in: plan.ordered(steps))
      #expect(violations == [], "\(steps)")
    }
  }

  @Test("Of file changes remains: each change before the tests, the tests before the rest")
  func files() throws {
    let problem = try Fixtures.files(6)
    let plan = try #require(Planner(problem).plan().outcome.plan)
    let edges = Deordering(plan, of: problem).edges
    let expected =
      (0..<6).map { Deordering.Edge(before: $0, after: 6) }
      + [Deordering.Edge(before: 6, after: 7), Deordering.Edge(before: 7, after: 8)]
    #expect(Set(edges) == Set(expected))
    #expect(edges.count == expected.count)
    var random = Seeded(7)
    let verifier = PlanVerifier(problem)
    for _ in 0..<50 {
      let steps = linearised(plan, Deordering(plan, of: problem), &random)
      #expect(verifier.violations(in: plan.ordered(steps)) == [])
    }
  }

  @Test("Declared orderings pass to all descendants, though nothing else asks for them")
  func declared() throws {
    let problem = try Fixtures.problem(
      """
      (define (domain d) (:task pair)
        (:method m :task (pair) :subtasks (and (a) (b)))
        (:action a) (:action b))
      """,
      """
      (define (problem p) (:domain d) (:init)
        (:htn :ordered-subtasks (and (pair) (pair))))
      """
    )
    let plan = try #require(Planner(problem).plan().outcome.plan)
    let edges = Deordering(plan, of: problem).edges
    #expect(
      Set(edges)
        == Set(
          [0, 1].flatMap { before in
            [2, 3].map { Deordering.Edge(before: before, after: $0) }
          }
        )
    )
  }

  @Test("Many files are deordered without a quadratic number of edges")
  func manyFiles() throws {
    let problem = try Fixtures.files(300)
    let plan = try #require(Planner(problem).plan().outcome.plan)
    #expect(Deordering(plan, of: problem).edges.count == 302)
  }
}
