// The planner's face: what it is asked, what bounds it, and what it answers. It holds no clock and no
// randomness: the same problem with the same node budget gives the same plan.

/// Finds plans for one problem.
public struct Planner: Sendable {
  /// How good it is to decompose by a method under bindings of its variables; higher comes first, and
  /// equal ones stay in the order of declaration.
  public typealias Preference = @Sendable (_ method: Method, _ bindings: [Symbol: Symbol]) -> Double

  /// What bounds a search.
  public struct Limits: Sendable {
    /// The most decompositions and actions tried, at least 1.
    public var nodes: Int
    /// Asked every few nodes whether time is up.
    public var isPastDeadline: @Sendable () -> Bool
    /// Asked every few nodes whether the plan is still wanted.
    public var isCancelled: @Sendable () -> Bool

    /// Bounds on nodes, time and patience; none is set by default.
    public init(
      nodes: Int = .max,
      isPastDeadline: @escaping @Sendable () -> Bool = { false },
      isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
      self.nodes = nodes
      self.isPastDeadline = isPastDeadline
      self.isCancelled = isCancelled
    }
  }

  /// What became of a search.
  public enum Outcome: Sendable {
    /// A plan.
    case plan(Plan)
    /// There is none: everything was tried.
    case unsolvable
    /// The node budget ran out.
    case outOfNodes
    /// The deadline passed.
    case timedOut
    /// It was cancelled.
    case cancelled

    /// The plan, if there is one.
    public var plan: Plan? {
      guard case .plan(let plan) = self else { return nil }
      return plan
    }
  }

  /// An answer with what it cost.
  public struct Result: Sendable {
    /// What became of the search.
    public let outcome: Outcome
    /// Decompositions and actions tried.
    public let nodes: Int
  }

  /// The most bindings of one method that are compared when methods are ordered by preference.
  public static let rankedBindings = 4096
  /// The most choices of a plan for which it is recorded what else was considered.
  public static let consideredChoices = 200

  /// The most nodes spent on trying a partially ordered problem as a sequence.
  public static let linearisedNodes = 250_000

  /// The problem.
  public let problem: Problem
  private let preference: Preference?
  /// The problem with every network taken as a sequence, which those of many problems are anyway.
  private let sequential: Encoding
  private let isTotallyOrdered: Bool

  /// A planner for a problem; without a preference, methods are tried in the order of declaration.
  public init(_ problem: Problem, preference: Preference? = nil) {
    self.problem = problem
    self.preference = preference
    let networks = problem.domain.methods.map(\.network) + [problem.network]
    isTotallyOrdered = networks.allSatisfy { $0.sequenceOrder != nil }
    sequential = Encoding(problem, pullingUp: true, linearised: true)
  }

  /// Searches for a plan.
  ///
  /// A partially ordered problem is tried as a sequence first, with a quarter of the node budget and
  /// at most `linearisedNodes`: most have such a plan, and more is known of what comes before what. Only
  /// the whole search can prove that there is no plan.
  public func plan(_ limits: Limits = Limits()) -> Result {
    if isTotallyOrdered { return search(sequential, limits) }
    let first = search(
      sequential,
      Limits(
        nodes: min(limits.nodes / 4, Planner.linearisedNodes),
        isPastDeadline: limits.isPastDeadline,
        isCancelled: limits.isCancelled
      )
    )
    switch first.outcome {
    case .plan, .timedOut, .cancelled: return first
    case .unsolvable, .outOfNodes: break
    }
    var rest = limits
    rest.nodes -= first.nodes
    let result = search(Encoding(problem, pullingUp: true), rest)
    return Result(outcome: result.outcome, nodes: result.nodes + first.nodes)
  }

  /// Left recursion that changes nothing is not followed at first; only if that leaves a problem
  /// without plan is it allowed once, twice, four times and so on. So the search ends where the tasks
  /// that can be reached are finite, and else is ended by its limits.
  private func search(_ encoding: Encoding, _ limits: Limits) -> Result {
    var nodes = 0
    var recursion = 0
    while true {
      var search = Search(encoding, recursionLimit: recursion, preference: preference)
      let result = search.run(nodeLimit: limits.nodes - nodes) {
        limits.isCancelled() || limits.isPastDeadline()
      }
      nodes += search.nodes
      switch result {
      case .found:
        return Result(outcome: .plan(search.plan()), nodes: nodes)
      case .exhausted:
        if !search.wasCut { return Result(outcome: .unsolvable, nodes: nodes) }
        recursion = max(1, recursion * 2)
      case .stopped:
        if nodes > limits.nodes { return Result(outcome: .outOfNodes, nodes: limits.nodes) }
        return Result(outcome: limits.isCancelled() ? .cancelled : .timedOut, nodes: nodes)
      }
    }
  }
}
