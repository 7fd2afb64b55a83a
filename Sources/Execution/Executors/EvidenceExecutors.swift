// The last two actions of every change. `validate` asks for what makes a result believable: the
// tests passed on the very tree that is at the branch's head, nothing but the goal's files changed,
// and the success metrics hold. `commit` changes nothing any more: it sums up what there is.

import GoalLedger

/// Checks the evidence and the success metrics.
struct Validate: Executor {
  let action: String
  let scene: AttemptScene
  /// Whether the goal's plan has tests, so that there must be a tree on which they passed.
  let testsRan: Bool

  func admit(_ task: TaskNode) throws(ExecutionError) {
    let policy = try scene.workspace(for: task).policy
    for case .command(let name) in scene.metrics { _ = try policy.command(named: name) }
  }

  func execute(_ context: ExecutionContext) async throws(ExecutionError) -> TaskResult {
    let workspace = try scene.workspace(for: context.task)
    guard let summary = try await workspace.summary() else {
      throw ExecutionError(.internal, "there is nothing to validate: no worktree was made")
    }
    let tree = summary.tree.text
    if testsRan { try requireTested(tree) }
    let asked = Set(scene.context.files.map { Array($0.path.text.utf8) })
    let others = summary.files.map(\.path).filter { !asked.contains(Array($0.utf8)) }
    guard others.isEmpty else {
      throw ExecutionError(
        .conflict,
        "files changed that the goal does not name: \(listed(others.sorted(), "and"))",
        hint: "something else wrote to the attempt's branch; queue the goal anew"
      )
    }
    var checked: [String] = []
    for metric in scene.metrics {
      try await check(metric, workspace, context)
      checked.append(metric.sentence)
    }
    var result = TaskResult(tree: tree)
    if !checked.isEmpty {
      result.detail["checked"] = JSONValue.array(checked.map(JSONValue.string)).text
    }
    return result
  }

  /// Throws unless the tests passed on the tree.
  private func requireTested(_ tree: String) throws(ExecutionError) {
    guard let tested = scene.evidence.testedTree else {
      throw ExecutionError(.internal, "no tests have passed in this attempt")
    }
    guard tested == tree else {
      throw ExecutionError(
        .conflict,
        "the tests passed on tree \(tested), but the branch is at tree \(tree)",
        hint: "something else wrote to the attempt's branch; queue the goal anew"
      )
    }
  }

  private func check(
    _ metric: SuccessMetric,
    _ workspace: AttemptWorkspace,
    _ context: ExecutionContext
  ) async throws(ExecutionError) {
    switch metric {
    case .filePresent(let path):
      guard try await entry(path, workspace) != .absent else { throw unmet(metric) }
    case .fileAbsent(let path):
      guard try await entry(path, workspace) == .absent else { throw unmet(metric) }
    case .fileContains(let path, let text):
      guard case .file(let bytes) = try await entry(path, workspace),
        contains(bytes, Array(text.utf8))
      else { throw unmet(metric) }
    case .command(let name):
      let command = try workspace.policy.command(named: name)
      let result = try await workspace.result(of: command, for: context)
      let what = "the command \(name) (\(command.spoken))"
      try result.refuseUnfinished(what)
      guard result.exitCode == 0 else {
        throw unmet(metric, "; it ended with \(result.spokenExit)\(result.lastLines)")
      }
    }
  }

  private func unmet(_ metric: SuccessMetric, _ more: String = "") -> ExecutionError {
    ExecutionError(
      .testsFailed,
      "the success metric does not hold that \(metric.sentence)\(more)",
      hint: "the goal's 'success_metrics' ask for more than its task does"
    )
  }

  private func entry(
    _ path: RelativePath,
    _ workspace: AttemptWorkspace
  ) async throws(ExecutionError) -> FileEntry {
    let worktree = try await workspace.open()
    return try worktree.folder.entry(at: path, maxBytes: workspace.policy.maxFileBytes)
  }

  private func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
    guard let first = wanted.first, bytes.count >= wanted.count else { return wanted.isEmpty }
    for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
      if bytes[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
    }
    return false
  }
}

/// Sums up the change.
struct Commit: Executor {
  let action: String
  let scene: AttemptScene

  func admit(_ task: TaskNode) throws(ExecutionError) { _ = try scene.workspace(for: task) }

  func execute(_ context: ExecutionContext) async throws(ExecutionError) -> TaskResult {
    let workspace = try scene.workspace(for: context.task)
    guard let summary = try await workspace.summary() else {
      return TaskResult(detail: ["files": "[]"])
    }
    let files = summary.files.map { file in
      JSONValue.object([
        "path": .string(file.path), "status": .string(file.status.rawValue),
        "additions": JSONValue(file.additions), "deletions": JSONValue(file.deletions),
      ])
    }
    return TaskResult(
      tree: summary.tree.text,
      detail: [
        "branch": summary.branch, "base": summary.base.text, "head": summary.head.text,
        "tree": summary.tree.text, "files": JSONValue.array(files).text,
      ]
    )
  }
}
