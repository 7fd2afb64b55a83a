// The verifier accepts what is a plan and says what is wrong with what is none.

import HTN
import Testing

@Suite("Verifying plans")
struct VerifierTests {
  private func files(_ count: Int = 3) throws -> (Problem, Plan) {
    let problem = try Fixtures.files(count)
    return (problem, try #require(Planner(problem).plan().outcome.plan))
  }

  private func kinds(_ problem: Problem, _ plan: Plan) -> Set<Violation.Kind> {
    Set(PlanVerifier(problem).violations(in: plan).map(\.kind))
  }

  @Test("A dropped step, a foreign step and a doubled number break the tree")
  func tree() throws {
    let (problem, plan) = try files()
    for index in plan.steps.indices {
      var steps = plan.steps
      steps.remove(at: index)
      #expect(kinds(problem, plan.ordered(steps)) == [.tree])
    }
    let foreign = Plan.Step(id: 99, action: "run_tests", arguments: [])
    #expect(kinds(problem, plan.ordered(plan.steps + [foreign])) == [.tree])
    #expect(kinds(problem, plan.ordered(plan.steps + [plan.steps[0]])) == [.tree])
  }

  @Test("Swapped arguments are no instance of the method")
  func arguments() throws {
    let (problem, plan) = try files()
    var steps = plan.steps
    steps[0] = Plan.Step(id: steps[0].id, action: "edit_file", arguments: ["f1"])
    let violations = PlanVerifier(problem).violations(in: plan.ordered(steps))
    #expect(violations.map(\.kind) == [.task])
    #expect(
      violations[0].sentence
        == "the step (edit_file f1) stands where the method edit has (edit_file f0)"
    )
    steps[0] = Plan.Step(id: steps[0].id, action: "edit_file", arguments: ["nobody"])
    #expect(kinds(problem, plan.ordered(steps)) == [.task, .object])
    steps[0] = Plan.Step(id: steps[0].id, action: "destroy", arguments: ["f0"])
    #expect(kinds(problem, plan.ordered(steps)) == [.task])
  }

  @Test("Steps in an order that a method forbids are refused, and free ones may be swapped")
  func ordering() throws {
    let (problem, plan) = try files()
    var swapped = plan.steps
    swapped.swapAt(0, 2)
    #expect(kinds(problem, plan.ordered(swapped)) == [])
    swapped = plan.steps
    swapped.swapAt(2, 3)
    #expect(kinds(problem, plan.ordered(swapped)) == [.ordering, .actionPrecondition])
    let violations = PlanVerifier(problem).violations(in: plan.ordered(swapped))
    #expect(
      violations.contains {
        $0.sentence == "step 4 (validate) needs (tests_pass), which does not hold"
      }
    )
  }

  @Test("Orderings, methods and bindings of the record must be the domain's")
  func records() throws {
    let (problem, plan) = try files()
    func changed(_ change: (Plan.Decomposition) -> Plan.Decomposition) -> Plan {
      var decompositions = plan.decompositions
      decompositions[0] = change(decompositions[0])
      return Plan(
        steps: plan.steps,
        decompositions: decompositions,
        root: plan.root,
        rootOrdering: plan.rootOrdering
      )
    }
    let unordered = changed {
      Plan.Decomposition(
        id: $0.id,
        task: $0.task,
        arguments: $0.arguments,
        method: $0.method,
        bindings: $0.bindings,
        children: $0.children,
        ordering: []
      )
    }
    #expect(kinds(problem, unordered).contains(.tree))
    let renamed = changed {
      Plan.Decomposition(
        id: $0.id,
        task: $0.task,
        arguments: $0.arguments,
        method: "edit",
        bindings: $0.bindings,
        children: $0.children,
        ordering: $0.ordering
      )
    }
    #expect(kinds(problem, renamed).contains(.task))
    let rebound = changed {
      Plan.Decomposition(
        id: $0.id,
        task: $0.task,
        arguments: $0.arguments,
        method: $0.method,
        bindings: [Binding("?f", "f1")],
        children: $0.children,
        ordering: $0.ordering
      )
    }
    #expect(kinds(problem, rebound).contains(.task))
  }

  @Test("A method's precondition must hold right before the first action of its decomposition")
  func methodPreconditions() throws {
    let domain = """
      (define (domain d) (:predicates (p) (q)) (:task t)
        (:method m :task (t) :precondition (p) :ordered-subtasks (and (a) (b)))
        (:action a :effect (q)) (:action b :precondition (q))
        (:action spoil :effect (not (p))))
      """
    let problem = try Fixtures.problem(
      domain,
      "(define (problem x) (:domain d) (:htn :subtasks (and (t) (spoil))) (:init (p)))"
    )
    let plan = try #require(Planner(problem).plan().outcome.plan)
    #expect(kinds(problem, plan) == [])
    let byAction = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.action, $0) })
    func order(_ names: String...) -> Plan { plan.ordered(names.compactMap { byAction[$0] }) }
    #expect(kinds(problem, order("a", "spoil", "b")) == [])
    let late = PlanVerifier(problem).violations(in: order("spoil", "a", "b"))
    #expect(
      late.map(\.sentence) == [
        "the method m of the task (t) needs (p), which does not hold before (a)"
      ]
    )
  }

  @Test("An empty decomposition may happen anywhere between its neighbours, and nowhere else")
  func emptyDecompositions() throws {
    let domain = """
      (define (domain d) (:predicates (p)) (:task t)
        (:method m :task (t) :precondition (p) :subtasks ())
        (:action on :effect (p)) (:action off :effect (not (p))) (:action end))
      """
    func check(_ ordering: String, _ steps: [String]) throws -> Set<Violation.Kind> {
      let problem = try Fixtures.problem(
        domain,
        """
        (define (problem x) (:domain d) (:init)
          (:htn :subtasks (and (a (on)) (b (off)) (c (t)) (d (end))) :ordering (and \(ordering))))
        """
      )
      let numbers = ["on": 0, "off": 1, "end": 2]
      let plan = Plan(
        steps: steps.map { Plan.Step(id: numbers[$0] ?? 9, action: $0, arguments: []) },
        decompositions: [
          Plan.Decomposition(
            id: 3,
            task: "t",
            arguments: [],
            method: "m",
            bindings: [],
            children: [],
            ordering: []
          )
        ],
        root: [0, 1, 3, 2],
        rootOrdering: problem.network.ordering
      )
      return kinds(problem, plan)
    }
    #expect(try check("", ["on", "off", "end"]) == [])
    #expect(try check("(< c d)", ["on", "off", "end"]) == [])
    #expect(try check("(< b c)", ["on", "off", "end"]) == [.methodPrecondition])
    #expect(try check("(< b c)", ["off", "on", "end"]) == [])
    #expect(try check("(< c a)", ["on", "off", "end"]) == [.methodPrecondition])
    // Ordered through the empty task: off, then t, then end.
    #expect(try check("(< b c) (< c d)", ["on", "end", "off"]).contains(.ordering))
  }

  @Test("The goal is checked in the end")
  func goal() throws {
    let problem = try Fixtures.problem(Fixtures.doors, Fixtures.doorsProblem)
    let plan = try #require(Planner(problem).plan().outcome.plan)
    let harder = try Fixtures.problem(
      Fixtures.doors,
      Fixtures.doorsProblem.replacing("(passed right)", with: "(passed right) (open left)")
    )
    #expect(
      PlanVerifier(harder).violations(in: plan).map(\.sentence) == [
        "the goal (open left) does not hold in the end"
      ]
    )
  }

  @Test("What was seen between steps counts as further effects")
  func observations() throws {
    let (problem, plan) = try files()
    let verifier = PlanVerifier(problem)
    let id = plan.steps[0].id
    let harmless = Observation(
      added: [Fact("present", ["f9"])],
      objects: [
        TypedObject("f9", TypeExpression("file"))
      ]
    )
    #expect(verifier.violations(in: plan, observations: [id: harmless]) == [])
    let vanished = Observation(deleted: [Fact("present", ["f1"])])
    let violations = verifier.violations(in: plan, observations: [id: vanished])
    #expect(Set(violations.map(\.kind)) == [.methodPrecondition, .actionPrecondition])
    let grown = Observation(
      added: [Fact("todo", ["f9"])],
      objects: [TypedObject("f9", TypeExpression("file"))]
    )
    #expect(
      verifier.violations(in: plan, observations: [id: grown]).map(\.kind)
        == [.actionPrecondition]
    )
  }

  @Test("A plan survives the competition's format, with its tree and its orderings")
  func format() throws {
    for problem in [
      try Fixtures.files(4), try Fixtures.problem(Fixtures.trucks, Fixtures.trucksProblem),
      try Fixtures.problem(Fixtures.lamps, Fixtures.lampsProblem),
    ] {
      let plan = try #require(Planner(problem).plan(.init(nodes: 100_000)).outcome.plan)
      let read = try Plan(competitionFormat: plan.competitionFormat, problem: problem)
      #expect(read.steps == plan.steps)
      #expect(read.root == plan.root)
      #expect(read.decompositions.map(\.children) == plan.decompositions.map(\.children))
      #expect(PlanVerifier(problem).violations(in: read) == [])
    }
  }

  @Test("Subtasks listed in another order are found again")
  func shuffledFormat() throws {
    let (problem, plan) = try files(2)
    let text = plan.competitionFormat
    let line = try #require(text.split(separator: "\n").first { $0.contains("-> straight") })
    let words = line.split(separator: " ")
    let arrow = try #require(words.firstIndex(of: "->"))
    let reversed = (words[...(arrow + 1)] + words[(arrow + 2)...].reversed())
      .joined(separator: " ")
    let read = try Plan(
      competitionFormat: text.replacing(line, with: reversed),
      problem: problem
    )
    #expect(PlanVerifier(problem).violations(in: read) == [])
  }

  @Test(
    "A text that is no plan is refused with its line",
    arguments: [
      ("0 commit\n", "2:1: found the end of the text where the line '==>' was expected"),
      ("==>\n0 commit\n", "3:1: found the end of the text where the line '<==' was expected"),
      ("==>\nx commit\n<==\n", "2:1: found 'x' where a number and a task was expected"),
      ("==>\nroot a\n<==\n", "2:1: found 'a' where the number of a task was expected"),
      (
        "==>\n0 fix_bug ->\nroot 0\n<==\n",
        "2:1: found '->' where a task, '->' and a method was "
          + "expected"
      ),
      ("==>\n0 fix_bug -> strait\nroot 0\n<==\n", "2:1: the domain has no method 'strait'"),
      (
        "==>\n0 fix_bug -> straight\nroot 0\n<==\n",
        "2:1: the method 'straight' does not "
          + "decompose (fix_bug) into these tasks"
      ),
      ("==>\n0 commit\nroot 0\n<==\n", "3:1: the problem's own tasks are others"),
      (
        "==>\n0 commit\n<==\n",
        "found no line 'root' where 'root' and the numbers of its tasks "
          + "was expected"
      ),
    ]
  )
  func badFormat(_ text: String, _ message: String) throws {
    let problem = try Fixtures.files(1)
    let error = #expect(throws: HDDLError.self) {
      try Plan(competitionFormat: text, problem: problem)
    }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }
}
