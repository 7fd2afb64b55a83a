// From a goal to a task graph: choose the task, validate the context, ask policy and workspace, let
// the planner find a plan, have the verifier check it, and keep of its order only what matters. What
// fails here fails for good, with the reason: no retry changes a context, a policy or a domain.

import GoalLedger
import HTN

/// What is to be planned.
public struct PlanRequest: Sendable {
  /// The goal.
  public var goalID: Int64
  /// The compound task the goal names; nil if it names none.
  public var task: String?
  /// The goal's text; it may be a task's name.
  public var text: String
  /// The goal's `context`, JSON.
  public var contextJSON: String
  /// The goal's `success_metrics`, JSON.
  public var successMetricsJSON: String
  /// The rules of the goal's workspace; nil for a goal without one.
  public var policy: WorkspacePolicy?
  /// The files of the commit the attempt starts from; nil for a goal without a workspace.
  public var source: (any FileSource)?
  /// The symbolic names of the active beliefs that have one.
  public var beliefs: [String]

  /// What is to be planned.
  public init(
    goalID: Int64 = 0,
    task: String? = nil,
    text: String,
    contextJSON: String = "{}",
    successMetricsJSON: String = "[]",
    policy: WorkspacePolicy? = nil,
    source: (any FileSource)? = nil,
    beliefs: [String] = []
  ) {
    self.goalID = goalID
    self.task = task
    self.text = text
    self.contextJSON = contextJSON
    self.successMetricsJSON = successMetricsJSON
    self.policy = policy
    self.source = source
    self.beliefs = beliefs
  }
}

/// A plan that is ready to be kept and executed.
public struct PlannedGoal: Sendable {
  /// The compound task that was decomposed.
  public let task: String
  /// The plan, accepted by the verifier.
  public let plan: Plan
  /// The problem it solves.
  public let problem: Problem
  /// What its symbols stand for.
  public let bindings: BindingTable
  /// The task graph: the plan's steps under the orderings that matter.
  public let graph: TaskGraph
  /// The plan as it is kept in `plans.body`.
  public let bodyJSON: String
  /// The SHA-256 of `bodyJSON`, in lower-case hexadecimal digits.
  public let digest: String
  /// The goal's context, validated.
  public let context: GoalContext
  /// The goal's success metrics, validated.
  public let metrics: [SuccessMetric]
  /// The workspace's rules, with the commands that the context brings where they allow that.
  public let policy: WorkspacePolicy?
  /// Decompositions and actions that the search tried.
  public let nodes: Int
}

/// Plans goals in one domain.
public struct GoalPlanner: Sendable {
  /// What bounds the search.
  public struct Limits: Sendable, Hashable {
    /// The most decompositions and actions tried, at least 1.
    public var nodes: Int
    /// The longest it may search.
    public var time: Duration

    /// Bounds; without arguments half a million nodes and 20 seconds.
    public init(nodes: Int = 500_000, time: Duration = .seconds(20)) {
      self.nodes = nodes
      self.time = time
    }
  }

  /// The domain goals are planned in.
  public let domain: CodingDomain

  /// How long one try of a task, or one command without a timeout of its own, may take.
  public let taskTimeout: Duration

  private let cache = PlanCache()

  /// A planner for goals.
  public init(domain: CodingDomain, taskTimeout: Duration = .seconds(60)) {
    self.domain = domain
    self.taskTimeout = taskTimeout
  }

  /// Plans a goal.
  ///
  /// - Throws: `.invalidContext` for an unknown task, a context or success metrics that do not
  ///   validate, or a missing workspace; `.refused` or `.tooLarge` for what the policy does not
  ///   allow; `.conflict` for a file that is not as the context expects; `.noPlan`, with the reason,
  ///   where no method applies; `.timedOut` and `.cancelled`.
  public func plan(
    _ request: PlanRequest,
    limits: Limits = Limits()
  ) async throws(ExecutionError) -> PlannedGoal {
    let task = try task(named: request.task, text: request.text)
    let context = try GoalContext(json: request.contextJSON, task: task)
    let metrics = try SuccessMetric.read(json: request.successMetricsJSON)
    var request = request
    request.policy = try request.policy?.including(context)
    let seen = try await look(at: request, task: task, context, metrics)
    let facts = GoalFacts(
      context: context,
      seen: seen,
      hasTests: request.policy?.tests[context.tests] != nil,
      redGreen: request.policy?.redGreen ?? false,
      beliefs: request.beliefs,
      domain: domain
    )
    let bindings = BindingTable(facts.bindings)
    let found = try search(request, task: task, facts, bindings, seen, limits)
    let graph = try PlanGraph(
      domain: domain,
      bindings: bindings,
      policy: request.policy,
      metrics: metrics,
      taskTimeout: taskTimeout
    ).graph(of: found.plan.steps, orderings: found.orderings)
    try requireWorkspace(request, task, graph)
    try requireValidation(metrics, task, graph)
    return PlannedGoal(
      task: task,
      plan: found.plan,
      problem: found.problem.named(Self.name(of: request)),
      bindings: bindings,
      graph: graph,
      bodyJSON: found.body.json,
      digest: found.body.digest,
      context: context,
      metrics: metrics,
      policy: request.policy,
      nodes: found.nodes
    )
  }

  /// The task of a goal: the one it names, else the one its text is, else the domain's default.
  ///
  /// - Throws: `.invalidContext`, listing the known tasks, if it names one that there is not.
  public func task(named name: String?, text: String) throws(ExecutionError) -> String {
    let known = domain.taskNames
    guard let name else { return known.contains(text) ? text : domain.defaultTask }
    guard !known.contains(name) else { return name }
    let ranked = known.map { (distance(name, $0), $0) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
    throw ExecutionError(
      .invalidContext,
      "there is no task called \(JSONValue.string(String(name.prefix(80)))); "
        + "the tasks are \(listed(ranked, "and"))",
      hint: "name one of them, or none for \(domain.defaultTask)"
    )
  }

  /// What is seen of the context's files.
  private func look(
    at request: PlanRequest,
    task: String,
    _ context: GoalContext,
    _ metrics: [SuccessMetric]
  ) async throws(ExecutionError) -> [SeenFile] {
    guard let policy = request.policy, let source = request.source else {
      guard context.files.isEmpty, context.command == nil, metrics.isEmpty else {
        throw noWorkspace(task)
      }
      return []
    }
    let form = ContextForm(task: task)
    return try await WorkspaceLook(policy: policy, source: source).look(
      context,
      metrics: metrics,
      runsTests: form.required.contains("files")
    )
  }

  private func requireWorkspace(
    _ request: PlanRequest,
    _ task: String,
    _ graph: TaskGraph
  ) throws(ExecutionError) {
    guard request.policy == nil else { return }
    let needs = graph.nodes.contains { domain.profile(of: $0.action)?.executor != .recordNote }
    if needs { throw noWorkspace(task) }
  }

  /// Success metrics that nothing would check are refused, not forgotten.
  private func requireValidation(
    _ metrics: [SuccessMetric],
    _ task: String,
    _ graph: TaskGraph
  ) throws(ExecutionError) {
    guard !metrics.isEmpty else { return }
    let validates = graph.nodes.contains { node in
      let executor = domain.profile(of: node.action)?.executor
      return executor == .validate || executor == .validateCommand
    }
    guard validates else {
      throw ExecutionError(
        .invalidContext,
        "\(task) takes no success metrics: nothing in its plan validates a result",
        hint: "leave the goal's 'success_metrics' empty"
      )
    }
  }

  private func noWorkspace(_ task: String) -> ExecutionError {
    ExecutionError(
      .invalidContext,
      "\(task) needs a workspace, and the goal names none",
      hint: "set the goal's 'workspace' to one of those the operator configured"
    )
  }

  private static func name(of request: PlanRequest) -> String { "goal-\(request.goalID)" }

  /// The plan of these facts: one that was found before, or one that is searched for now.
  private func search(
    _ request: PlanRequest,
    task: String,
    _ facts: GoalFacts,
    _ bindings: BindingTable,
    _ seen: [SeenFile],
    _ limits: Limits
  ) throws(ExecutionError) -> PlanCache.Entry {
    let key = PlanCache.key(task: task, facts)
    if let entry = cache.entry(key) { return entry }
    let problem = try problem(request, task: task, facts)
    let (plan, nodes) = try search(
      problem,
      limits,
      PlanFailure(task: task, domain: domain, bindings: bindings, seen: seen)
    )
    try verify(plan, problem)
    let orderings = Deordering(plan, of: problem).edges.map { ($0.before, $0.after) }
    let entry = PlanCache.Entry(
      problem: problem,
      plan: plan,
      orderings: orderings,
      body: PlanBody(task: task, plan: plan, orderings: orderings),
      nodes: nodes
    )
    cache.keep(entry, as: key)
    return entry
  }

  private func problem(
    _ request: PlanRequest,
    task: String,
    _ facts: GoalFacts
  ) throws(ExecutionError) -> Problem {
    do throws(HDDLError) {
      return try Problem(
        name: Self.name(of: request),
        domain: domain.domain,
        objects: facts.objects,
        facts: facts.facts,
        tasks: [Subtask(task)]
      )
    } catch {
      throw ExecutionError(.internal, "the goal's facts do not fit the domain: \(error)")
    }
  }

  private func search(
    _ problem: Problem,
    _ limits: Limits,
    _ failure: PlanFailure
  ) throws(ExecutionError) -> (Plan, Int) {
    let clock = ContinuousClock()
    let end = clock.now + limits.time
    let result = Planner(problem).plan(
      Planner.Limits(
        nodes: limits.nodes,
        isPastDeadline: { clock.now > end },
        isCancelled: { Task.isCancelled }
      )
    )
    switch result.outcome {
    case .plan(let plan): return (plan, result.nodes)
    case .unsolvable: throw failure.error(problem)
    case .outOfNodes: throw failure.error(problem, gaveUpAfter: limits.nodes)
    case .timedOut:
      throw ExecutionError(
        .timedOut,
        "no plan for \(failure.task) was found within \(limits.time)"
      )
    case .cancelled: throw ExecutionError(.cancelled, "planning was stopped")
    }
  }

  /// Belts and braces: the search and the verifier share no code.
  private func verify(_ plan: Plan, _ problem: Problem) throws(ExecutionError) {
    guard let violation = PlanVerifier(problem).violations(in: plan).first else { return }
    throw ExecutionError(
      .internal,
      "the planner made a plan that its verifier does not accept: \(violation)"
    )
  }
}
