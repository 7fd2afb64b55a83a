// The competition's domains and problems, read from outside the repository (their licences differ):
// the folder named by GOALLEDGER_HTN, or `shared/htn` beside the checkout. Without it these tests are
// skipped.

import FoundationEssentials
import HTN
import Testing

/// One line of instances.csv.
struct Instance: CustomTestStringConvertible, Sendable {
  let folder: String
  let domain: String
  let problem: String
  let tier: String

  var testDescription: String { "\(folder)/\(problem)" }
}

enum Competition {
  /// The folder, if it is there.
  static let root: String? = {
    let here = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let named = ProcessInfo.processInfo.environment["GOALLEDGER_HTN"]
    return ([named].compactMap { $0 } + ["/\(here)/shared/htn"]).first {
      FileManager.default.fileExists(atPath: "\($0)/instances.csv")
    }
  }()

  static let isThere = root != nil

  static func text(_ path: String) throws -> String {
    let data = try Data(contentsOf: URL(filePath: "\(root ?? "")/\(path)"))
    return String(decoding: data, as: UTF8.self)
  }

  static let instances: [Instance] = {
    guard let table = try? text("instances.csv") else { return [] }
    return table.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard cells.count > 4 else { return nil }
      return Instance(
        folder: "\(cells[0])/\(cells[1])",
        domain: cells[2],
        problem: cells[3],
        tier: cells[4]
      )
    }
  }()

  static func problem(_ instance: Instance) throws -> Problem {
    let domain = try Domain(
      hddl: text("\(instance.folder)/\(instance.domain)"),
      file: instance.domain
    )
    return try Problem(
      hddl: text("\(instance.folder)/\(instance.problem)"),
      file: instance.problem,
      domain: domain
    )
  }

  static let features = [
    "abort-iteration", "arguments", "constants", "empty-methods-empty-plan", "forall", "forall2",
    "only-primitive", "sortof", "synonymes",
  ]

  static func feature(_ name: String) throws -> Problem {
    try Problem(
      hddl: text("feature-tests/\(name).hddl"),
      file: name,
      domain: try Domain(hddl: text("feature-tests/\(name)-domain.hddl"), file: name)
    )
  }
}

@Suite(
  "The competition's problems",
  .enabled(if: Competition.isThere, "the folder of competition problems is not there")
)
struct CompetitionTests {
  @Test("Every domain and problem is read")
  func reading() throws {
    #expect(Competition.instances.count == 105)
    for instance in Competition.instances {
      #expect(throws: Never.self, "\(instance)") { try Competition.problem(instance) }
    }
    _ = try Domain(hddl: Competition.text("feature-tests/empty-methods2-domain.hddl"))
  }

  @Test("Every feature test is planned and verified", arguments: Competition.features)
  func features(_ name: String) throws {
    let problem = try Competition.feature(name)
    let plan = try #require(Planner(problem).plan(.init(nodes: 10_000)).outcome.plan)
    #expect(PlanVerifier(problem).violations(in: plan) == [])
  }

  @Test(
    "The feature tests' own plans are accepted",
    arguments: [
      ("empty-methods-empty-plan", "empty-methods-empty-plan.plan"), ("forall", "forall.plan"),
      ("only-primitive", "only-primitive.plan"), ("sortof", "sortof.hddl"),
    ]
  )
  func givenPlans(_ name: String, _ file: String) throws {
    let problem = try Competition.feature(name)
    let plan = try Plan(
      competitionFormat: Competition.text("feature-tests/plans/\(file)"),
      file: file,
      problem: problem
    )
    #expect(PlanVerifier(problem).violations(in: plan) == [])
  }

  @Test("Easy problems are solved within a node budget, and every plan is accepted")
  func easy() throws {
    var solved: [String] = []
    let easy = Competition.instances.filter { $0.tier == "easy" }
    for instance in easy {
      let problem = try Competition.problem(instance)
      guard let plan = Planner(problem).plan(.init(nodes: 10_000)).outcome.plan else { continue }
      solved.append("\(instance)")
      let verifier = PlanVerifier(problem)
      #expect(verifier.violations(in: plan) == [], "\(instance)")
      let read = try Plan(competitionFormat: plan.competitionFormat, problem: problem)
      #expect(verifier.violations(in: read) == [], "\(instance), read again")
      mutate(plan, verifier, instance)
    }
    #expect(solved.count >= 30, "\(solved.count) of \(easy.count)")
  }

  /// A plan with a step too few, in the wrong order or with other objects is none.
  private func mutate(_ plan: Plan, _ verifier: PlanVerifier, _ instance: Instance) {
    guard let middle = plan.steps.indices.dropFirst(plan.steps.count / 2).first else { return }
    var dropped = plan.steps
    dropped.remove(at: middle)
    #expect(!verifier.violations(in: plan.ordered(dropped)).isEmpty, "\(instance), one dropped")
    let step = plan.steps[middle]
    if Set(step.arguments).count > 1 {
      var swapped = plan.steps
      swapped[middle] = Plan.Step(
        id: step.id,
        action: step.action,
        arguments: step.arguments.reversed()
      )
      if swapped[middle].arguments != step.arguments {
        #expect(
          !verifier.violations(in: plan.ordered(swapped)).isEmpty,
          "\(instance), objects swapped"
        )
      }
    }
    if plan.steps.count > 2, instance.folder.hasPrefix("total-order") {
      #expect(
        !verifier.violations(in: plan.ordered(plan.steps.reversed())).isEmpty,
        "\(instance), reversed"
      )
    }
  }

  @Test("Every order that the deordering allows is a plan of a partially ordered problem")
  func deordering() throws {
    for instance in Competition.instances
    where instance.folder.hasPrefix("partial-order") && instance.tier == "easy" {
      let problem = try Competition.problem(instance)
      guard let plan = Planner(problem).plan(.init(nodes: 5_000)).outcome.plan else { continue }
      let edges = Deordering(plan, of: problem).edges
      let verifier = PlanVerifier(problem)
      var random = Seeded(UInt64(plan.steps.count))
      for _ in 0..<10 {
        var left = plan.steps
        var order: [Plan.Step] = []
        while !left.isEmpty {
          let open = Set(left.map(\.id))
          let blocked = Set(edges.filter { open.contains($0.before) }.map(\.after))
          let ready = left.indices.filter { !blocked.contains(left[$0].id) }
          guard let pick = ready.randomElement(using: &random) else { break }
          order.append(left.remove(at: pick))
        }
        #expect(verifier.violations(in: plan.ordered(order)) == [], "\(instance)")
      }
    }
  }
}
