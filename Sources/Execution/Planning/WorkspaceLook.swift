// What policy and workspace say to a context, before anything is planned: refusals (a path no glob
// allows, a file too large, a command the policy does not have) come first and all at once; then
// one dry run of the applier over the base commit tells what is there.

/// Asks a workspace's policy, and its base commit, about a context.
struct WorkspaceLook: Sendable {
  let policy: WorkspacePolicy
  let source: any FileSource

  /// What is seen of each of the context's files, in their order.
  ///
  /// - Throws: `.refused` or `.tooLarge` for what the policy does not allow; `.conflict` where a file
  ///   has another content than the context expects; what the source throws.
  func look(
    _ context: GoalContext,
    metrics: [SuccessMetric],
    runsTests: Bool
  ) async throws(ExecutionError) -> [SeenFile] {
    // Compiling the policy's globs takes longer than planning a goal without files.
    let paths = context.files.isEmpty ? nil : try policy.pathPolicy()
    try refuse(context, metrics: metrics, runsTests: runsTests, paths)
    guard let paths else { return [] }
    let applier = FileApplier(policy: paths)
    let edits = context.files.map { (path: $0.path, edit: $0.edit(replacing: false)) }
    let observed = try await applier.dryRun(edits, in: source)
    let testFiles = try Glob.list(policy.testFiles)
    var seen: [SeenFile] = []
    for file in context.files {
      var one = SeenFile(isTest: testFiles.contains { $0.matches(file.path.text) })
      if let found = observed[file.path] {
        one.present = found.present
        one.matches = found.matches
        one.alreadyAsWanted = found.alreadyAsWanted
        one.reason = found.reason
        one.sha256 = found.sha256
      }
      seen.append(one)
    }
    try refuseUnusable(context, &seen)
    try refuseUnexpected(context, seen)
    return seen
  }

  /// Throws if the policy does not allow what the context asks for.
  private func refuse(
    _ context: GoalContext,
    metrics: [SuccessMetric],
    runsTests: Bool,
    _ paths: PathPolicy?
  ) throws(ExecutionError) {
    var refusals = Refusals()
    if let paths {
      var total = 0
      for file in context.files {
        var bytes = 0
        if case .content(let text) = file.wish { bytes = text.utf8.count }
        total += bytes
        refusals.note { () throws(ExecutionError) in try paths.check(file.path, bytes: bytes) }
      }
      let count = context.files.count
      refusals.note { () throws(ExecutionError) in
        try paths.check(files: count, totalBytes: total)
      }
    }
    if runsTests {
      refusals.note { () throws(ExecutionError) in _ = try policy.tests(named: context.tests) }
    }
    if let command = context.command {
      refusals.note { () throws(ExecutionError) in _ = try policy.command(named: command) }
    }
    for case .command(let name) in metrics {
      refusals.note { () throws(ExecutionError) in _ = try policy.command(named: name) }
    }
    try refusals.finish()
  }

  /// Throws where something stands that a goal must not touch; a folder all of whose files the goal
  /// deletes is no obstacle to a file of its name.
  private func refuseUnusable(
    _ context: GoalContext,
    _ seen: inout [SeenFile]
  ) throws(ExecutionError) {
    var refusals = Refusals()
    let deleted = context.files.filter { $0.wish == .deletion }.map(\.path.text)
    for (index, file) in context.files.enumerated() {
      guard seen[index].present, seen[index].sha256 == nil else { continue }
      if case .content = file.wish,
        deleted.contains(where: { $0.utf8.starts(with: (file.path.text + "/").utf8) })
      {
        seen[index].present = false
        continue
      }
      let reason = seen[index].reason ?? "'\(file.path)' cannot be changed"
      refusals.note { () throws(ExecutionError) in throw ExecutionError(.refused, reason) }
    }
    try refusals.finish()
  }

  /// Throws where the context expects another content than there is.
  private func refuseUnexpected(
    _ context: GoalContext,
    _ seen: [SeenFile]
  ) throws(ExecutionError) {
    var refusals = Refusals()
    for (index, file) in context.files.enumerated() {
      guard let expected = file.expects, !seen[index].alreadyAsWanted else { continue }
      guard seen[index].sha256 != expected else { continue }
      let found = seen[index].sha256.map { "has the SHA-256 \($0)" } ?? "does not exist"
      refusals.note { () throws(ExecutionError) in
        throw ExecutionError(
          .conflict,
          "$.files[\(index)].expects: \(file.path) \(found), not \(expected)",
          hint: "look at the file again and queue the goal anew"
        )
      }
    }
    try refusals.finish()
  }
}

/// Refusals gathered to be told together.
private struct Refusals {
  private var errors: [ExecutionError] = []

  /// Notes what the check throws.
  mutating func note(_ check: () throws(ExecutionError) -> Void) {
    do throws(ExecutionError) {
      try check()
    } catch {
      errors.append(error)
    }
  }

  /// Throws them as one error, of the first one's code and hint.
  func finish() throws(ExecutionError) {
    guard let first = errors.first else { return }
    var message = errors.prefix(20).map(\.message).joined(separator: "; ")
    if errors.count > 20 { message += "; and \(errors.count - 20) more" }
    throw ExecutionError(first.code, message, hint: first.hint, isRetryable: false)
  }
}
