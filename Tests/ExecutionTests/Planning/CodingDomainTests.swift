import GoalLedger
import HTN
import Testing

@testable import Execution

@Suite("The coding domain")
struct CodingDomainTests {
  @Test("is read without a warning and offers its tasks")
  func reads() throws {
    let domain = try CodingDomain()
    #expect(domain.domain.warnings.map(\.description) == [])
    #expect(
      domain.taskNames == [
        "implement_feature", "fix_bug", "refactor_code", "add_tests", "run_command", "record",
      ]
    )
    #expect(domain.defaultTask == "implement_feature")
  }

  @Test("gives every action an executor, and every executor an action")
  func executors() throws {
    let domain = try CodingDomain()
    let used = Set(domain.actionNames.compactMap { domain.profile(of: $0)?.executor })
    #expect(used == Set(ExecutorKind.allCases))
    #expect(
      domain.actionNames.filter { domain.profile(of: $0)?.commits == true } == [
        "create_file", "replace_file", "edit_file", "delete_file",
      ]
    )
  }

  @Test("says every predicate as a sentence, and denies it")
  func sentences() throws {
    let domain = try CodingDomain()
    let table = BindingTable(["f1": SymbolBinding(kind: .file, name: "src/a.py")])
    for predicate in domain.domain.predicates {
      #expect(predicate.annotations.has("says") && predicate.annotations.has("denies"))
    }
    #expect(
      domain.sentence(Fact("present", ["f1"]), holds: false, bindings: table)
        == "src/a.py does not exist"
    )
    #expect(
      domain.sentence(Fact("next", ["all", "f1", "f1"]), holds: true, bindings: table)
        == "src/a.py follows src/a.py among the all files"
    )
  }

  @Test("makes every change of a file take the evidence back")
  func evidence() throws {
    let domain = try CodingDomain()
    for name in ["create_file", "replace_file", "edit_file", "delete_file"] {
      let action = try #require(domain.domain.action(name))
      guard case .and(let parts) = action.effect else {
        Issue.record("\(name) has one effect only")
        continue
      }
      for predicate in ["tests_pass", "validated", "clean"] {
        #expect(parts.contains(.delete(Atom(predicate, []))), "\(name), \(predicate)")
      }
    }
  }

  @Test("takes an operator's tasks after its own")
  func merges() async throws {
    let domain = try CodingDomain(
      operatorText: """
        (define (domain coding)
          (:predicates (linted))
          ;@ task
          (:task tidy :parameters ())
          (:method tidy_up :parameters () :task (tidy) :ordered-subtasks (and (lint)))
          ;@ executor run_command
          ;@ command lint
          (:action lint :parameters () :effect (linted)))
        """
    )
    #expect(domain.taskNames.last == "tidy")
    let goal = try await GoalPlanner(domain: domain).plan(
      PlanRequest(
        text: "tidy",
        policy: testPolicy(),
        source: MemoryFiles(files: [:])
      )
    )
    #expect(goal.spoken == ["lint"])
    #expect(goal.graph.nodes.first?.timeout == .seconds(70))
  }

  @Test(
    "refuses an operator's file that would weaken it",
    arguments: [
      (
        ";@ executor run_command\n;@ command lint\n(:action cheat :parameters () :effect (tests_pass))",
        "must not change 'tests_pass'"
      ),
      (
        ";@ executor run_command\n;@ command lint\n(:action cheat :parameters (?f - file) "
          + ":effect (forall (?g - file) (not (todo ?g))))",
        "must not change 'todo'"
      ),
      (
        ";@ executor validate\n(:action cheat :parameters ())",
        "cannot have the executor 'validate'"
      ),
      (";@ executor run_command\n(:action cheat :parameters ())", "does not say which command"),
      ("(:action cheat :parameters ())", "has no executor"),
      (
        ";@ executor record_note\n(:action validate :parameters ())",
        "'validate' is declared twice"
      ),
      ("(:action", "domain.hddl:1:"),
    ]
  )
  func weakening(text: String, expected: String) async throws {
    let error = await failure { () throws(ExecutionError) in
      _ = try CodingDomain(operatorText: "(define (domain mine) \(text))")
    }
    #expect(error?.code == .refused)
    #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
  }
}
