// Every mistake in a file is named with its line and column, what was found and what would be right.

import HTN
import Testing

struct Mistake: CustomTestStringConvertible, Sendable {
  let text: String
  let line: Int
  let column: Int
  let code: HDDLError.Code
  let sentence: String
  var hint = ""

  var testDescription: String { sentence }
}

@Suite("Errors in HDDL texts")
struct ReadingErrorTests {
  static let domainMistakes: [Mistake] = [
    Mistake(
      text: "",
      line: 1,
      column: 1,
      code: .syntax,
      sentence: "found the end of the text where '(define ...)' was expected"
    ),
    Mistake(
      text: "(define (domain d)\n  (:types a b)",
      line: 2,
      column: 15,
      code: .syntax,
      sentence: "found the end of the text where ')' was expected",
      hint: "the list opened at 1:1 is not closed"
    ),
    Mistake(
      text: "(define (domain d)))",
      line: 1,
      column: 20,
      code: .syntax,
      sentence: "found ')' where the end of the text was expected",
      hint: "the definition is complete; is there a ')' too many?"
    ),
    Mistake(
      text: "(define (domain d)\n (:types \"a\"))",
      line: 2,
      column: 10,
      code: .syntax,
      sentence: "found '\"' where a name was expected",
      hint: "HDDL has no strings; they may stand in structured comments only"
    ),
    Mistake(
      text: "(define (problem p))",
      line: 1,
      column: 9,
      code: .syntax,
      sentence: "found '(problem ...)' where '(domain NAME)' was expected"
    ),
    Mistake(
      text: "(define (domain d)\n  (:acton a))",
      line: 2,
      column: 3,
      code: .syntax,
      sentence: "found '(:acton ...)' where (:requirements, (:types, (:constants, (:predicates, "
        + "(:functions, (:task, (:action or (:method was expected"
    ),
    Mistake(
      text: "(define (domain d)\n (:types a - ))",
      line: 2,
      column: 14,
      code: .syntax,
      sentence: "found ')' where a type was expected"
    ),
    Mistake(
      text: "(define (domain d)\n (:types - a))",
      line: 2,
      column: 10,
      code: .syntax,
      sentence: "found '-' where a name before the type was expected"
    ),
    Mistake(
      text: "(define (domain d)\n (:predicates (p x)))",
      line: 2,
      column: 18,
      code: .syntax,
      sentence: "found 'x' where a variable such as ?x was expected"
    ),
    Mistake(
      text: "(define (domain d)\n (:action a :parameters () :efect ()))",
      line: 2,
      column: 28,
      code: .syntax,
      sentence: "found ':efect' where one of :parameters, :precondition, :effect was expected"
    ),
    Mistake(
      text: "(define (domain d)\n (:action a :effect))",
      line: 2,
      column: 20,
      code: .syntax,
      sentence: "found ')' where what follows :effect was expected"
    ),
    Mistake(
      text: "(define (domain d)\n (:action a :effect () :effect ()))",
      line: 2,
      column: 24,
      code: .duplicateName,
      sentence: "':effect' is given twice",
      hint: "join the two parts"
    ),
    Mistake(
      text: "(define (domain d) (:predicates (p))\n (:action a :precondition (not (p) (p))))",
      line: 2,
      column: 36,
      code: .syntax,
      sentence: "found '(p ...)' where ')' was expected"
    ),
    Mistake(
      text: "(define (domain d) (:predicates (p))\n (:action a :precondition (imply (p))))",
      line: 2,
      column: 37,
      code: .syntax,
      sentence: "found ')' where a pair of conditions was expected"
    ),
    Mistake(
      text: "(define (domain d) (:predicates (p))\n (:action a :effect (decrease (f) 1)))",
      line: 2,
      column: 21,
      code: .unsupported,
      sentence: "'decrease' changes a number",
      hint: "only (increase (total-cost) N) is read"
    ),
    Mistake(
      text: "(define (domain d) (:task t)\n (:method m :subtasks ()))",
      line: 2,
      column: 25,
      code: .syntax,
      sentence: "found ')' where :task and what the method decomposes was expected"
    ),
    Mistake(
      text: "(define (domain d) (:task t)\n (:method m :task (t) :tasks () :subtasks ()))",
      line: 2,
      column: 33,
      code: .duplicateName,
      sentence: "both ':tasks' and ':subtasks' are given",
      hint: "they mean the same network; keep one"
    ),
    Mistake(
      text:
        "(define (domain d) (:task t) (:action a)\n (:method m :task (t) :subtasks (and (x (a)) "
        + "(x (a)))))",
      line: 2,
      column: 49,
      code: .duplicateName,
      sentence: "the label 'x' is used twice",
      hint: "give each subtask a label of its own"
    ),
    Mistake(
      text:
        "(define (domain d) (:task t) (:action a)\n (:method m :task (t)\n  :subtasks (and (one "
        + "(a)) (two (a)))\n  :ordering (< one too)))",
      line: 4,
      column: 20,
      code: .unknownName,
      sentence: "no subtask is labelled 'too'",
      hint: "did you mean 'two'?"
    ),
    Mistake(
      text: "(define (domain d) (:task t) (:action a)\n (:method m :task (t)\n  :subtasks (and (x "
        + "(a)) (y (a)))\n  :ordering (and (< x y) (< y x))))",
      line: 4,
      column: 13,
      code: .cycle,
      sentence: "the orderings of the subtasks form a cycle",
      hint: "no task can come before itself"
    ),
    Mistake(
      text: "(define (domain d)\n (:types a - b\n  b - a))",
      line: 2,
      column: 10,
      code: .cycle,
      sentence: "type 'a' is declared to be above itself",
      hint: "remove one of the declarations between 'a' and 'a'"
    ),
    Mistake(
      text: "(define (domain d) (:types block)\n (:predicates (on ?x - blok)))",
      line: 2,
      column: 19,
      code: .unknownName,
      sentence: "the type 'blok' is not declared",
      hint: "did you mean 'block'?"
    ),
    Mistake(
      text: "(define (domain d) (:predicates (clear ?x))\n (:action a :parameters (?x)\n"
        + "  :precondition (and (claer ?x))))",
      line: 3,
      column: 22,
      code: .unknownName,
      sentence: "the predicate 'claer' is not declared",
      hint: "did you mean 'clear'?"
    ),
    Mistake(
      text: "(define (domain d) (:predicates (clear ?x))\n (:action a :parameters (?x)\n"
        + "  :effect (clear ?y)))",
      line: 3,
      column: 11,
      code: .unknownName,
      sentence: "the variable '?y' is not declared here",
      hint: "did you mean '?x'?"
    ),
    Mistake(
      text: "(define (domain d) (:predicates (clear ?x))\n (:action a :parameters (?x)\n"
        + "  :effect (clear x)))",
      line: 3,
      column: 11,
      code: .unknownName,
      sentence: "the object 'x' is not declared",
      hint: "did you mean '?x'?"
    ),
    Mistake(
      text: "(define (domain d) (:predicates (on ?x ?y))\n (:action a :parameters (?x)\n"
        + "  :precondition (on ?x)))",
      line: 3,
      column: 17,
      code: .arity,
      sentence: "the predicate 'on' takes 2 arguments, not 1",
      hint: "it takes ?x - object ?y - object"
    ),
    Mistake(
      text: "(define (domain d) (:types a b) (:predicates (p ?x - a))\n"
        + " (:action act :parameters (?y - b) :effect (p ?y)))",
      line: 2,
      column: 44,
      code: .type,
      sentence: "'?y' is of type b, and the argument '?x' of the predicate 'p' of type a",
      hint: "no object is of both types"
    ),
    Mistake(
      text: "(define (domain d) (:task t)\n (:method m :task (u) :subtasks ()))",
      line: 2,
      column: 2,
      code: .unknownName,
      sentence: "the method 'm' decomposes the task 'u', which is not declared",
      hint: ""
    ),
    Mistake(
      text: "(define (domain d) (:action a)\n (:method m :task (a) :subtasks ()))",
      line: 2,
      column: 2,
      code: .type,
      sentence: "the method 'm' decomposes 'a', which is an action",
      hint: "only compound tasks are decomposed"
    ),
    Mistake(
      text: "(define (domain d) (:task t)\n (:method m :task (t)\n  :subtasks (and (run))))",
      line: 3,
      column: 18,
      code: .unknownName,
      sentence: "the task or action 'run' is not declared"
    ),
    Mistake(
      text: "(define (domain d) (:action a)\n (:action a))",
      line: 2,
      column: 2,
      code: .duplicateName,
      sentence: "the action 'a' is declared twice, first at d.hddl:1:20",
      hint: "rename one of them"
    ),
    Mistake(
      text: "(define (domain d) (:action a)\n (:task a))",
      line: 2,
      column: 2,
      code: .duplicateName,
      sentence: "the task or action 'a' is declared twice, first at d.hddl:1:20",
      hint: "rename one of them"
    ),
    Mistake(
      text: "(define (domain d) (:predicates (p) (q))\n (:task t) (:method m :task (t)\n"
        + "  :constraints (p)))",
      line: 3,
      column: 16,
      code: .unsupported,
      sentence: "found (p) among the constraints",
      hint: "constraints are made of =, not, and, or and sortof; put the rest in :precondition"
    ),
    Mistake(
      text: "(define (domain d) (:action ü :parameters (?x ?x)))",
      line: 1,
      column: 47,
      code: .duplicateName,
      sentence: "the variable '?x' is declared twice",
      hint: "rename one of them"
    ),
  ]

  @Test("A mistake in a domain is named with its place", arguments: domainMistakes)
  func domain(_ mistake: Mistake) {
    let error = #expect(throws: HDDLError.self) { try Domain(hddl: mistake.text, file: "d.hddl") }
    #expect(
      error?.position
        == SourcePosition(
          file: "d.hddl",
          line: mistake.line,
          column: mistake.column
        )
    )
    #expect(error?.code == mistake.code)
    #expect(error?.sentence == mistake.sentence)
    #expect(error?.hint == mistake.hint)
  }

  @Test("A text nested without end is refused before it can exhaust the stack")
  func nesting() {
    let text = String(repeating: "(", count: 100_000)
    let error = #expect(throws: HDDLError.self) { try Domain(hddl: text) }
    #expect(error?.code == .nesting)
    #expect(error?.position?.column == 201)
  }
}
