// Why there is no plan, in words that a person can act on.

import HTN
import Testing

@Suite("Explaining failures")
struct ExplanationTests {
  @Test("The condition that is false is said in the predicate's own words, with people's names")
  func sentences() throws {
    let problem = try Fixtures.files(3, missing: [1])
    #expect(Planner(problem).plan().outcome.plan == nil)
    let explanation = try #require(
      Explanation.of(problem, name: { $0 == "f1" ? "src/a.py" : $0 })
    )
    #expect(
      explanation.sentence
        == "no method of change applies: src/a.py is to be edited but does not exist"
    )
    #expect(explanation.task == Fact("change", ["f1"]))
    #expect(explanation.path.first == Fact("fix_bug"))
    #expect(explanation.failures.map(\.method) == ["edit"])
    #expect(explanation.failures.first?.condition == "(present f1)")
    #expect(explanation.failures.first?.bindings == [Binding("?f", "f1")])
  }

  @Test("The furthest dead end is reported, and is the same on every run")
  func furthest() throws {
    let problem = try Fixtures.files(9, missing: [1, 6])
    let first = try #require(Explanation.of(problem))
    #expect(first.task == Fact("change", ["f6"]) || first.done.count >= 1)
    for _ in 0..<3 { #expect(Explanation.of(problem) == first) }
  }

  @Test("An action that cannot be done is named with its method")
  func action() throws {
    let problem = try Fixtures.problem(
      """
      (define (domain d) (:predicates
          ;@ denies "the door is shut"
          (open)) (:task leave)
        (:method by_door :task (leave) :ordered-subtasks (and (stand_up) (walk_out)))
        (:action stand_up) (:action walk_out :precondition (open)))
      """,
      "(define (problem p) (:domain d) (:htn :subtasks (leave)) (:init))"
    )
    let explanation = try #require(Explanation.of(problem))
    #expect(
      explanation.sentence
        == "walk_out of leave by by_door cannot be done: the door is shut"
    )
    #expect(explanation.done == [Fact("stand_up")])
  }

  @Test("Several methods are each given their reason")
  func several() throws {
    let problem = try Fixtures.problem(
      """
      (define (domain d) (:types room) (:predicates (warm ?r - room) (lit ?r - room) (big ?r - room))
        (:task sit :parameters (?r - room))
        (:method reading :parameters (?r - room) :task (sit ?r) :precondition (lit ?r)
          :subtasks (rest))
        (:method dozing :parameters (?r - room) :task (sit ?r) :precondition (not (warm ?r))
          :subtasks (rest))
        (:method dancing :parameters (?r - room) :task (sit ?r)
          :precondition (and (big ?r) (lit ?r)) :subtasks (rest))
        (:action rest)
        (:action heat :parameters (?r - room) :effect (and (warm ?r) (lit ?r))))
      """,
      """
      (define (problem p) (:domain d) (:objects hall - room) (:htn :subtasks (sit hall))
        (:init (warm hall)))
      """
    )
    let explanation = try #require(Explanation.of(problem))
    // `dancing` needs a big room, which nothing can change: it is not even mentioned.
    #expect(
      explanation.sentence == "no method of sit applies to hall: "
        + "reading: (lit hall) does not hold; dozing: (warm hall) holds"
    )
  }

  @Test("A goal that is missed is said to be")
  func goal() throws {
    let problem = try Fixtures.problem(
      """
      (define (domain d) (:predicates
          ;@ denies "the house is not painted"
          (painted)) (:action nap))
      """,
      "(define (problem p) (:domain d) (:htn :subtasks (nap)) (:init) (:goal (painted)))"
    )
    #expect(
      Explanation.of(problem)?.sentence
        == "all tasks can be done, but in the end the house is not painted"
    )
  }

  @Test("A condition over all objects is explained by one that breaks it")
  func quantified() throws {
    let domain = try Domain(hddl: Fixtures.files)
    let problem = try Problem(
      name: "p",
      domain: domain,
      objects: ["f0", "f1"].map { TypedObject($0, TypeExpression("file")) },
      facts: [Fact("todo", ["f1"])],
      tasks: [Subtask("run_tests"), Subtask("validate")]
    )
    #expect(
      Explanation.of(problem)?.sentence
        == "validate cannot be done: f1 is still to be changed"
    )
  }

  @Test("Where there is a plan there is nothing to explain")
  func none() throws {
    #expect(Explanation.of(try Fixtures.files(2)) == nil)
  }
}
