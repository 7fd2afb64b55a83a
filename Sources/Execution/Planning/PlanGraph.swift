// From a plan's actions and the orderings that matter to the task graph the engine executes: how long
// a task may take, how often it is tried, what it needs for itself. What the orderings already see
// to needs no lock: nothing writes while the tests run, because every change comes before them.

import HTN

/// Turns plans into task graphs.
struct PlanGraph: Sendable {
  let domain: CodingDomain
  let bindings: BindingTable
  let policy: WorkspacePolicy?
  let metrics: [SuccessMetric]
  /// What a task may take, and a command when the policy does not say.
  let taskTimeout: Duration

  /// The resource that every task running a command holds: two commands of one attempt never run
  /// at the same time, since both may leave files behind that have to be put back.
  static let commandResource = "commands"
  /// What a task may take besides its command, so that the command's own limit comes first and its
  /// output is kept.
  static let grace = Duration.seconds(10)

  /// The graph of a plan's steps.
  ///
  /// - Parameter orderings: pairs of step ids, the earlier one first.
  /// - Throws: `.internal` if an action is not the domain's; what `TaskGraph` refuses.
  func graph(
    of steps: [Plan.Step],
    orderings: [(Int, Int)]
  ) throws(ExecutionError) -> TaskGraph {
    var needs: [Int: [Int]] = [:]
    for (before, after) in orderings { needs[after, default: []].append(before) }
    var nodes: [TaskNode] = []
    nodes.reserveCapacity(steps.count)
    for step in steps { nodes.append(try node(of: step, dependencies: needs[step.id] ?? [])) }
    return try TaskGraph(nodes)
  }

  private func node(
    of step: Plan.Step,
    dependencies: [Int]
  ) throws(ExecutionError) -> TaskNode {
    guard let profile = domain.profile(of: step.action) else {
      throw ExecutionError(.internal, "the plan has the action \(step.action), the domain does not")
    }
    let commands = commands(of: step, profile)
    var node = TaskNode(
      number: step.id,
      action: step.action,
      arguments: step.arguments,
      dependencies: dependencies,
      timeout: taskTimeout,
      observing: profile.observes
    )
    guard !commands.isEmpty else { return node }
    node.timeout = commands.reduce(Self.grace) { sum, command in
      sum + (command.timeoutMS.map { .milliseconds($0) } ?? taskTimeout)
    }
    node.retry.retriesTimeouts = false
    node.resources = [Self.commandResource]
    return node
  }

  /// The commands a step runs.
  private func commands(of step: Plan.Step, _ profile: ActionProfile) -> [CommandSpec] {
    guard let policy else { return [] }
    let name = profile.command ?? step.arguments.first.map(bindings.name(of:)) ?? ""
    switch profile.executor {
    case .runTests, .proveBaseline, .seeTestsFail:
      return policy.tests[name].map { [$0] } ?? []
    case .runCommand:
      return policy.commands[name].map { [$0] } ?? []
    case .validate, .validateCommand:
      return metrics.compactMap { metric in
        guard case .command(let name) = metric else { return nil }
        return policy.commands[name]
      }
    default: return []
    }
  }
}
