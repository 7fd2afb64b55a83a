// Mistakes in problems, read or built in memory, are named as precisely as those in domains.

import HTN
import Testing

@Suite("Errors in problems")
struct ProblemErrorTests {
  static let problemMistakes: [Mistake] = [
    Mistake(
      text: "(define (problem p) (:objects a - file))",
      line: 1,
      column: 40,
      code: .syntax,
      sentence: "found ')' where (:domain NAME) was expected"
    ),
    Mistake(
      text: "(define (problem p) (:domain files)\n (:objects a - fil))",
      line: 2,
      column: 12,
      code: .unknownName,
      sentence: "the type 'fil' is not declared",
      hint: "did you mean 'file'?"
    ),
    Mistake(
      text: "(define (problem p) (:domain files)\n (:objects a a - file))",
      line: 2,
      column: 14,
      code: .duplicateName,
      sentence: "the object 'a' is declared twice, first at p.hddl:2:12",
      hint: "rename one of them"
    ),
    Mistake(
      text: "(define (problem p) (:domain files) (:objects a - file)\n (:init (todo a) (todo b)))",
      line: 2,
      column: 18,
      code: .unknownName,
      sentence: "the object 'b' is not declared"
    ),
    Mistake(
      text: "(define (problem p) (:domain files) (:objects a - file)\n (:init (or (todo a))))",
      line: 2,
      column: 9,
      code: .syntax,
      sentence: "found '(or ...)' where a fact was expected"
    ),
    Mistake(
      text: "(define (problem p) (:domain files)\n (:htn :subtasks (change)))",
      line: 2,
      column: 18,
      code: .arity,
      sentence: "the task 'change' takes 1 argument, not 0",
      hint: "it takes ?f - file"
    ),
    Mistake(
      text: "(define (problem p) (:domain files)\n (:goal (todo ?f)))",
      line: 2,
      column: 9,
      code: .unknownName,
      sentence: "the variable '?f' is not declared here"
    ),
    Mistake(
      text: "(define (problem p) (:domain files)\n (:gaol (validated)))",
      line: 2,
      column: 2,
      code: .syntax,
      sentence: "found '(:gaol ...)' where (:domain, (:objects, (:init, (:htn, (:goal or (:metric "
        + "was expected"
    ),
  ]

  @Test("A mistake in a problem is named with its place", arguments: problemMistakes)
  func problem(_ mistake: Mistake) throws {
    let domain = try Domain(hddl: Fixtures.files)
    let error = #expect(throws: HDDLError.self) {
      try Problem(hddl: mistake.text, file: "p.hddl", domain: domain)
    }
    #expect(
      error?.position
        == SourcePosition(
          file: "p.hddl",
          line: mistake.line,
          column: mistake.column
        )
    )
    #expect(error?.code == mistake.code)
    #expect(error?.sentence == mistake.sentence)
    #expect(error?.hint == mistake.hint)
  }

  @Test("A problem built in memory is checked like one that was read")
  func inMemory() throws {
    let domain = try Domain(hddl: Fixtures.files)
    let file = TypedObject("f", TypeExpression("file"))
    let wrongObject = #expect(throws: HDDLError.self) {
      try Problem(
        name: "p",
        domain: domain,
        objects: [file],
        facts: [Fact("todo", ["g"])],
        tasks: []
      )
    }
    #expect(wrongObject?.code == .unknownName)
    #expect(wrongObject?.position == nil)
    let wrongTask = #expect(throws: HDDLError.self) {
      try Problem(
        name: "p",
        domain: domain,
        objects: [],
        facts: [],
        tasks: [Subtask("fix_bgu")]
      )
    }
    #expect(
      wrongTask?.description
        == "the task or action 'fix_bgu' is not declared (did you mean 'fix_bug'?)"
    )
    let cycle = #expect(throws: HDDLError.self) {
      try Problem(
        name: "p",
        domain: domain,
        objects: [],
        facts: [],
        tasks: [Subtask("fix_bug"), Subtask("fix_bug")],
        ordering: [Ordering(0, 1), Ordering(1, 0)]
      )
    }
    #expect(cycle?.code == .cycle)
    let outside = #expect(throws: HDDLError.self) {
      try Problem(
        name: "p",
        domain: domain,
        objects: [],
        facts: [],
        tasks: [Subtask("fix_bug")],
        ordering: [Ordering(0, 1)]
      )
    }
    #expect(outside?.code == .unknownName)
  }
}
