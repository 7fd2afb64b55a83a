// Why there is no plan, for a person to act on. A second, budgeted search goes through the domain as
// declared (no literal pulled up, nothing cut but repetitions) and notes the furthest point at which
// it had to turn back; this file says in words what was missing there.

/// What was missing at the furthest point that planning reached.
public struct Explanation: Hashable, Sendable, CustomStringConvertible {
  /// Why one method did not apply.
  public struct Failure: Hashable, Sendable {
    /// The method; for an action that could not be done, the method it is a subtask of.
    public let method: Symbol
    /// What its variables stood for, in the order of their declaration.
    public let bindings: [Binding]
    /// The condition that did not hold, with objects for variables.
    public let condition: String
    /// The same in words.
    public let sentence: String
  }

  /// The task that could not be gone on with; nil if all was done and the goal did not hold.
  public let task: Fact?
  /// The tasks it came from, outermost first.
  public let path: [Fact]
  /// The actions that had been done before.
  public let done: [Fact]
  /// Why each method whose unchanging conditions hold did not apply.
  public let failures: [Failure]
  /// All of it in one sentence.
  public let sentence: String

  /// The sentence.
  public var description: String { sentence }

  /// Explains why a problem has no plan; nil if a plan turned up or nothing was in the way.
  ///
  /// - Parameters:
  ///   - nodes: the most decompositions and actions tried.
  ///   - shouldStop: asked every few nodes whether to do with what is known.
  ///   - name: what people call an object; by default its symbol.
  public static func of(
    _ problem: Problem,
    nodes: Int = 20_000,
    shouldStop: () -> Bool = { false },
    name: (Symbol) -> String = { $0 }
  ) -> Explanation? {
    withoutActuallyEscaping(name) { name in
      var search = Search(
        Encoding(problem, pullingUp: false),
        recursionLimit: 0,
        preference: nil,
        recordsDeadEnds: true
      )
      if search.run(nodeLimit: nodes, stop: shouldStop) == .found { return nil }
      guard let deadEnd = search.deadEnds?.deadEnd else { return nil }
      return Explanation(deadEnd, problem, Wording(domain: problem.domain, name: name))
    }
  }

  private init(_ deadEnd: DeadEnd, _ problem: Problem, _ wording: Wording) {
    var world = World(problem, facts: deadEnd.facts)
    done = deadEnd.actions
    guard let stuck = deadEnd.tasks.first else {
      task = nil
      path = []
      let missing = problem.goal.conjuncts.filter { !world.holds($0, deadEnd.parameters) }
      let reasons = missing.map { wording.denial(of: $0, deadEnd.parameters, in: &world) }
      failures = zip(missing, reasons).map { part, reason in
        Failure(
          method: "",
          bindings: [],
          condition: part.grounded(deadEnd.parameters).description,
          sentence: reason
        )
      }
      sentence = "all tasks can be done, but in the end " + reasons.joined(separator: ", and ")
      return
    }
    task = Fact(stuck.task, stuck.arguments)
    path = stuck.path
    if let action = problem.domain.action(stuck.task) {
      let bindings = bind(action.parameters, to: stuck.arguments)
      let missing = action.precondition.conjuncts.first { !world.holds($0, bindings) }
      let reason =
        missing.map { wording.denial(of: $0, bindings, in: &world) }
        ?? "an argument is of the wrong type"
      failures = [
        Failure(
          method: stuck.method,
          bindings: action.parameters.map { Binding($0.name, bindings[$0.name] ?? "") },
          condition: (missing ?? .always).grounded(bindings).description,
          sentence: reason
        )
      ]
      let origin = stuck.path.last.map { " of \($0.predicate) by \(stuck.method)" } ?? ""
      sentence = "\(stuck.task)\(origin) cannot be done: \(reason)"
      return
    }
    (failures, sentence) = Explanation.methods(stuck, problem, wording, &world)
  }

  /// What kept each method of a compound task from applying.
  private static func methods(
    _ stuck: StuckTask,
    _ problem: Problem,
    _ wording: Wording,
    _ world: inout World
  ) -> ([Failure], String) {
    let changeable = problem.domain.changeable
    var failures: [Failure] = []
    var ruledOut: [Failure] = []
    for method in problem.domain.methods(of: stuck.task) {
      let diagnosis = MethodDiagnosis(
        method,
        of: stuck.arguments,
        in: &world,
        changeable: changeable,
        budget: 5_000
      )
      guard let condition = diagnosis.condition, let bindings = diagnosis.bindings else { continue }
      let failure = Failure(
        method: method.name,
        bindings: method.parameters.compactMap { parameter in
          bindings[parameter.name].map { Binding(parameter.name, $0) }
        },
        condition: condition.grounded(bindings).description,
        sentence: wording.denial(of: condition, bindings, in: &world)
      )
      if diagnosis.isRuledOut { ruledOut.append(failure) } else { failures.append(failure) }
    }
    // Methods that could never have applied are named only if there is no other.
    let named = failures.isEmpty ? ruledOut : failures
    let arguments = stuck.arguments.map(wording.name)
    let what = arguments.isEmpty ? "" : " to " + arguments.joined(separator: ", ")
    let beginning = "no method of \(stuck.task) applies"
    switch named.count {
    case 0: return (named, "\(beginning)\(what)")
    case 1: return (named, "\(beginning): \(named[0].sentence)")
    default:
      let reasons = named.map { "\($0.method): \($0.sentence)" }
      return (named, "\(beginning)\(what): " + reasons.joined(separator: "; "))
    }
  }
}
