// What a text means: types, networks, structured comments, merging.

import HTN
import Testing

@Suite("Reading HDDL")
struct ReadingTests {
  @Test("Structured comments stay with the declaration that follows them")
  func annotations() throws {
    let domain = try Domain(
      hddl: """
        (define (domain d)
          ; an ordinary comment
          (:predicates
            ;@ says "{0} exists"
            ;@ denies "{0} does not exist"
            (present ?f)
            (todo ?f))
          ;@ default
          (:task t :parameters ())
          ;@ executor file.create  # 3
          (:action a
            ;@ cost 2
            :parameters (?f))
          ;@ prior 0.5
          (:method m :task (t) :subtasks ()))
        """
    )
    #expect(
      domain.predicate("present")?.annotations == [
        Annotation(key: "says", value: "{0} exists"),
        Annotation(key: "denies", value: "{0} does not exist"),
      ]
    )
    #expect(domain.predicate("todo")?.annotations == [])
    #expect(domain.task("t")?.annotations == [Annotation(key: "default", value: "")])
    #expect(
      domain.action("a")?.annotations == [
        Annotation(key: "executor", value: "file.create  # 3"), Annotation(key: "cost", value: "2"),
      ]
    )
    #expect(domain.method("m")?.annotations == [Annotation(key: "prior", value: "0.5")])
    #expect(domain.warnings.isEmpty)
  }

  @Test("A structured comment before no declaration and a task without method are warned of")
  func warnings() throws {
    let domain = try Domain(
      hddl: """
        (define (domain d)
          ;@ says lost
          (:types a)
          (:task t :parameters ()))
        """,
      file: "d.hddl"
    )
    #expect(
      domain.warnings.map(\.description) == [
        "d.hddl:3:3: the structured comment ';@ says' stands before no declaration",
        "d.hddl:4:3: no method decomposes the task 't', so no plan can contain it",
      ]
    )
  }

  @Test("A type may have several supertypes, listed or as (either ...)")
  func types() throws {
    let domain = try Domain(
      hddl: """
        (define (domain d)
          (:types amphibian - car amphibian - boat car boat - vehicle raft - (either boat thing))
          (:predicates (p ?x - (either car thing))))
        """
    )
    let types = domain.types
    #expect(types.isSubtype("amphibian", of: "car"))
    #expect(types.isSubtype("amphibian", of: "boat"))
    #expect(types.isSubtype("amphibian", of: "vehicle"))
    #expect(types.isSubtype("raft", of: "vehicle"))
    #expect(types.isSubtype("raft", of: "object"))
    #expect(!types.isSubtype("car", of: "boat"))
    #expect(types.overlap(TypeExpression("car"), TypeExpression("boat")))
    #expect(!types.overlap(TypeExpression("car"), TypeExpression("thing")))
    #expect(domain.predicate("p")?.parameters.first?.type.names == ["car", "thing"])
  }

  @Test(
    "All spellings of a sequence mean the same",
    arguments: [
      ":ordered-subtasks (and (a) (b))", ":ordered-tasks (and (a) (b))",
      ":subtasks (and (x (a)) (y (b))) :ordering (and (< x y))",
      ":tasks (and (x (a)) (y (b))) :ordering (< x y)",
      ":SUBTASKS (AND (x (a)) (y (b))) :Ordering (< x y)",
    ]
  )
  func networks(_ text: String) throws {
    let domain = try Domain(
      hddl: "(define (domain d) (:task t) (:action a) (:action b) (:method m :task (t) \(text)))"
    )
    let network = try #require(domain.method("m")?.network)
    #expect(network.subtasks.map(\.task) == ["a", "b"])
    #expect(network.ordering == [Ordering(0, 1)])
  }

  @Test("Costs are kept and functions ignored")
  func costs() throws {
    let domain = try Domain(
      hddl: """
        (define (domain d) (:requirements :action-costs) (:predicates (p))
          (:functions (total-cost) - number)
          (:action a :effect (and (p) (increase (total-cost) 7))))
        """
    )
    #expect(domain.action("a")?.cost == 7)
    let problem = try Problem(
      hddl: """
        (define (problem p) (:domain d) (:init (= (total-cost) 0) (not (p)))
          (:htn :tasks (a)) (:metric minimize (total-cost)))
        """,
      domain: domain
    )
    #expect(problem.facts.isEmpty)
    #expect(Planner(problem).plan().outcome.plan?.steps.map(\.action) == ["a"])
  }

  @Test("Names that differ in case only are different")
  func cases() throws {
    let domain = try Domain(hddl: "(define (domain d) (:predicates (p) (P)))")
    #expect(domain.predicates.count == 2)
  }

  @Test("An operator's file extends the built-in domain and may use its names")
  func merging() throws {
    let base = try Domain(hddl: Fixtures.files, file: "base.hddl")
    let extended = try base.merging(
      hddl: """
        (define (domain more)
          (:action rename :parameters (?f ?g - file) :precondition (present ?f)
            :effect (and (not (present ?f)) (present ?g)))
          (:method by_rename :parameters (?f ?g - file) :task (change ?f)
            :precondition (present ?g) :subtasks (rename ?g ?f)))
        """,
      file: "more.hddl"
    )
    #expect(extended.name == "files")
    #expect(extended.methods(of: "change").map(\.name) == ["edit", "create", "by_rename"])
    let again = try base.merging(
      try Domain(name: "x", predicates: [Predicate("extra")])
    )
    #expect(again.predicate("extra") != nil)
  }

  @Test(
    "A name that both files declare is an error that names both places",
    arguments: [
      ("(:types file)", "the type 'file'", "2:11", "3:11"),
      ("(:predicates (todo ?f - file))", "the predicate 'todo'", "2:16", "6:5"),
      ("(:task change :parameters ())", "the task 'change'", "2:3", "17:3"),
      ("(:action commit)", "the action 'commit'", "2:3", "59:3"),
      ("(:method edit :task (fix_bug) :subtasks ())", "the method 'edit'", "2:3", "33:3"),
    ]
  )
  func duplicates(_ text: String, _ what: String, _ second: String, _ first: String) throws {
    let base = try Domain(hddl: Fixtures.files, file: "base.hddl")
    let error = #expect(throws: HDDLError.self) {
      try base.merging(hddl: "(define (domain more)\n  \(text))", file: "more.hddl")
    }
    #expect(error?.code == .duplicateName)
    #expect(
      error?.description == "more.hddl:\(second): \(what) is declared twice, "
        + "first at base.hddl:\(first) (rename one of them)"
    )
  }
}
