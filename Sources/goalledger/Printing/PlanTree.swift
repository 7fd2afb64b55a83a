import GoalLedger

/// A plan's decomposition as a tree: each compound task with the method that was chosen for it, and
/// the actions at the leaves with their numbers.
enum PlanTree {
  /// The tree's lines, of a plan's body as `plans.body` holds it.
  static func lines(_ plan: JSONValue, names: [String: String]) -> [String] {
    let nodes = plan.decomposition?.array ?? []
    let steps = plan.steps?.array ?? []
    var byID: [JSONValue: JSONValue] = [:]
    for node in steps + nodes { if let id = node.id { byID[id] = node } }
    let children = Set(nodes.flatMap { $0.children?.array ?? [] })
    let roots = nodes.filter { $0.id.map { !children.contains($0) } ?? true }
    var lines: [String] = []
    for root in roots {
      lines.append(title(root, names))
      branch(root, byID, names, indent: "", depth: 0, into: &lines)
    }
    return lines.isEmpty ? steps.map { title($0, names) } : lines
  }

  private static func branch(
    _ node: JSONValue,
    _ byID: [JSONValue: JSONValue],
    _ names: [String: String],
    indent: String,
    depth: Int,
    into lines: inout [String]
  ) {
    // A record that a stranger wrote may go round in circles.
    guard depth < 200 else { return }
    let children = (node.children?.array ?? []).compactMap { child in
      child.object == nil ? byID[child] : child
    }
    for (place, child) in children.enumerated() {
      let isLast = place == children.count - 1
      lines.append(indent + (isLast ? "└─ " : "├─ ") + title(child, names))
      branch(
        child,
        byID,
        names,
        indent: indent + (isLast ? "   " : "│  "),
        depth: depth + 1,
        into: &lines
      )
    }
  }

  private static func title(_ node: JSONValue, _ names: [String: String]) -> String {
    let name = node.action?.string ?? node.task?.string ?? "?"
    let title = TaskTitle.text(action: name, arguments: node.arguments?.array ?? [], names: names)
    if let method = node.method?.string { return "\(title)  by \(method)" }
    guard node.action != nil, let number = node.id?.integer else { return title }
    return "#\(number) \(title)"
  }
}
