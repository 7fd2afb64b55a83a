// The executors of actions that run the policy's commands: the tests, in their three roles, and
// others. The command runs on the files as they are committed, and what it changed is put back. A
// command that ran is a result, whatever its exit code; the postcondition judges it, so that its
// output stays on record.

import GoalLedger

/// Runs the tests and judges how they end.
struct RunTests: Executor {
  /// How the tests have to end.
  enum Expectation: Sendable {
    /// Exit code 0; the tree is noted as tested.
    case pass
    /// Exit code 0, on the untouched tree.
    case passBeforeChange
    /// Another exit code, from tests that ran.
    case fail
  }

  let action: String
  let scene: AttemptScene
  let expected: Expectation

  func admit(_ task: TaskNode) throws(ExecutionError) { _ = try command(of: task) }

  func execute(_ context: ExecutionContext) async throws(ExecutionError) -> TaskResult {
    let workspace = try scene.workspace(for: context.task)
    let command = try command(of: context.task)
    return try await workspace.result(of: command, for: context)
  }

  func postcondition(
    _ result: TaskResult,
    _ context: ExecutionContext
  ) async throws(ExecutionError) {
    let command = try command(of: context.task)
    let what = "the tests (\(command.spoken))"
    try result.refuseUnfinished(what)
    let passed = result.exitCode == 0
    switch expected {
    case .pass:
      guard passed else {
        throw ExecutionError(
          .testsFailed,
          "\(what) failed with \(result.spokenExit)\(result.lastLines)"
        )
      }
      scene.evidence.testsPassed(on: result.tree)
    case .passBeforeChange:
      guard passed else {
        throw ExecutionError(
          .testsFailed,
          "\(what) fail before the first change, with \(result.spokenExit), so passing afterwards "
            + "would prove nothing\(result.lastLines)",
          hint: "mend the tests first, with a fix_bug goal"
        )
      }
    case .fail:
      guard !passed else {
        throw ExecutionError(
          .testsFailed,
          "\(what) pass without the fix, so they do not show the bug",
          hint: "give tests that fail until the bug is fixed"
        )
      }
    }
  }

  private func command(of task: TaskNode) throws(ExecutionError) -> CommandSpec {
    let name = try scene.commandName(of: task, .tests)
    guard let command = try scene.workspace(for: task).policy.tests[name] else {
      throw ExecutionError(
        .refused,
        "the workspace's policy has no tests called \(name)",
        hint: "ask the operator to add them to 'tests' of the workspace"
      )
    }
    return command
  }
}

/// Runs a command of the policy, which has to end with exit code 0.
struct RunCommand: Executor {
  let action: String
  let scene: AttemptScene
  /// The command's name; nil if the task's argument stands for it.
  let command: String?

  func admit(_ task: TaskNode) throws(ExecutionError) { _ = try spec(for: task) }

  func execute(_ context: ExecutionContext) async throws(ExecutionError) -> TaskResult {
    let workspace = try scene.workspace(for: context.task)
    return try await workspace.result(of: spec(for: context.task), for: context)
  }

  func postcondition(
    _ result: TaskResult,
    _ context: ExecutionContext
  ) async throws(ExecutionError) {
    let spec = try spec(for: context.task)
    let what = "the command \(try name(for: context.task)) (\(spec.spoken))"
    try result.refuseUnfinished(what)
    guard result.exitCode == 0 else {
      throw ExecutionError(
        .commandFailed,
        "\(what) failed with \(result.spokenExit)\(result.lastLines)",
        isRetryable: false
      )
    }
  }

  private func name(for task: TaskNode) throws(ExecutionError) -> String {
    if let command { return command }
    return try scene.commandName(of: task, .command)
  }

  private func spec(for task: TaskNode) throws(ExecutionError) -> CommandSpec {
    try scene.workspace(for: task).policy.command(named: name(for: task))
  }
}

extension WorkspacePolicy {
  /// The command of that name.
  ///
  /// - Throws: `.refused`, listing the commands there are.
  func command(named name: String) throws(ExecutionError) -> CommandSpec {
    if let command = commands[name] { return command }
    let known = commands.keys.sorted()
    throw ExecutionError(
      .refused,
      "the workspace \(self.name) has no command called \(name); "
        + (known.isEmpty ? "it has none" : "it has \(listed(known, "and"))"),
      hint: "ask the operator to add it to 'commands' of the workspace"
    )
  }

  /// The policy with the commands that a goal's context brings.
  ///
  /// - Throws: `.refused` if it brings any and the policy takes none.
  func including(_ context: GoalContext) throws(ExecutionError) -> WorkspacePolicy {
    guard !context.brought.isEmpty else { return self }
    guard contextCommandsAllowed else {
      throw ExecutionError(
        .refused,
        "the goal brings a command of its own, and the workspace \(name) takes none",
        hint: "name one of the workspace's commands, or ask the operator to set 'context_commands'"
      )
    }
    var policy = self
    policy.tests[GoalContext.broughtName] = context.brought["tests"]
    policy.commands[GoalContext.broughtName] = context.brought["command"]
    return policy
  }

  /// The tests of that name.
  ///
  /// - Throws: `.refused`, listing the tests there are.
  func tests(named name: String) throws(ExecutionError) -> CommandSpec {
    if let tests = tests[name] { return tests }
    let known = tests.keys.sorted()
    throw ExecutionError(
      .refused,
      "the workspace \(self.name) has no tests called \(name); "
        + (known.isEmpty ? "it has none" : "it has \(listed(known, "and"))"),
      hint: "ask the operator to add them to 'tests' of the workspace"
    )
  }
}

extension CommandSpec {
  /// The command as a person would type it; for sentences only.
  var spoken: String { argv.joined(separator: " ") }
}

extension AttemptWorkspace {
  /// Runs a command and says what came of it.
  func result(
    of command: CommandSpec,
    for context: ExecutionContext
  ) async throws(ExecutionError) -> TaskResult {
    // The command's own limit comes before the try's, so that its output survives a timeout.
    let own = command.timeoutMS.map { Duration.milliseconds($0) } ?? .seconds(60)
    let report = try await run(
      command,
      task: CodingExecutors.label(of: context.task),
      timeout: min(own, context.timeout)
    )
    let output = report.outcome.output
    var detail: [String: String] = [:]
    switch report.outcome.exit {
    case .exited: break
    case .signalled(let signal): detail["signal"] = String(signal)
    case .timedOut: detail["timed_out"] = "true"
    case .cancelled:
      throw ExecutionError(
        .cancelled,
        "task \(context.task.number) (\(command.spoken)) was stopped"
      )
    }
    let changed = report.restoration.changedTracked
    if !changed.isEmpty {
      detail["changed_tracked"] = JSONValue.array(changed.map(JSONValue.string)).text
    }
    if report.outcome.strays > 0 { detail["strays"] = String(report.outcome.strays) }
    return TaskResult(
      exitCode: report.outcome.exit.code.map(Int.init),
      outputHead: text(output.wholeHead),
      outputTail: text(output.wholeTail),
      outputBytes: output.totalBytes,
      outputSHA256: output.totalBytes > 0 ? output.sha256 : nil,
      tree: report.tree.text,
      detail: detail
    )
  }

  /// Bytes as text that any client can read whole: no NUL, which would end it early.
  private nonisolated func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
  }
}

extension TaskResult {
  /// Throws if the command did not end by itself, or never began: that is neither a pass nor a fail.
  func refuseUnfinished(_ what: String) throws(ExecutionError) {
    if detail["timed_out"] != nil {
      throw ExecutionError(
        .timedOut,
        "\(what) ran past the time allowed\(lastLines)",
        hint: "ask the operator to raise the command's 'timeoutMS'",
        isRetryable: false
      )
    }
    if let signal = detail["signal"] {
      throw ExecutionError(
        .commandFailed,
        "\(what) died of signal \(signal)\(lastLines)",
        isRetryable: false
      )
    }
    // What a shell, env and prlimit answer for a program that is missing or cannot be executed.
    if exitCode == 126 || exitCode == 127 {
      throw ExecutionError(
        .unavailable,
        "\(what) could not be run: \(spokenExit) says that a program is missing or cannot be "
          + "executed\(lastLines)",
        hint: "install it, or ask the operator to mend the workspace's command"
      )
    }
  }

  /// `exit code 1`.
  var spokenExit: String { exitCode.map { "exit code \($0)" } ?? "no exit code" }

  /// The last lines of the output, to be put behind a sentence; empty if there was none. No word is
  /// cut: half a secret looks like none.
  var lastLines: String {
    let end = outputTail.isEmpty ? outputHead : outputTail
    let lines = end.split(whereSeparator: \.isNewline).suffix(5)
    var kept: [Substring] = []
    for line in lines.reversed() {
      guard kept.reduce(line.count, { $0 + 1 + $1.count }) <= 600 else {
        if kept.isEmpty {
          let bytes = WholeWords.end(of: Array(line.utf8.suffix(600))[...])
          kept = [Substring(String(decoding: bytes, as: UTF8.self))]
        }
        break
      }
      kept.append(line)
    }
    let text = kept.reversed().joined(separator: "\n")
    return text.isEmpty ? "" : ":\n" + text
  }
}
