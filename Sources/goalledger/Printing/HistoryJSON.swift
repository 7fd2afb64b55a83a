import GoalLedger
import Worker

/// A goal's history as one JSON document.
extension GoalHistory {
  var json: JSONValue {
    [
      "goal": GoalJSON.value(goal),
      "obstacle": JSONValue(obstacle),
      "attempts": .array(attempts.map(\.json)),
    ]
  }
}

extension GoalHistory.Part {
  fileprivate var json: JSONValue {
    [
      "id": .integer(attempt.id),
      "number": JSONValue(attempt.number),
      "state": .string(attempt.state.rawValue),
      "worker": .string(attempt.worker),
      "lease_expires_at": .string(attempt.leaseExpiresAt.description),
      "takeovers": JSONValue(attempt.takeovers),
      "started_at": .string(attempt.startedAt.description),
      "ended_at": JSONValue(attempt.endedAt?.description),
      "branch": JSONValue(attempt.branch),
      "base_commit": JSONValue(attempt.baseCommit),
      "outcome": GoalJSON.embedded(attempt.outcome),
      "bindings": GoalJSON.embedded(attempt.bindings),
      "plan": GoalJSON.embedded(plan),
      "tasks": .array(tasks.map { task($0) }),
      "change": change.map { Self.change($0) } ?? .null,
    ]
  }

  private func task(_ task: TaskRecord) -> JSONValue {
    [
      "number": JSONValue(task.number),
      "action": .string(task.action),
      "arguments": GoalJSON.embedded(task.arguments),
      "state": .string(task.state.rawValue),
      "tries": JSONValue(task.tries),
      "depends_on": .array(task.dependsOn.map { JSONValue($0) }),
      "priority": JSONValue(task.priority),
      "started_at": JSONValue(task.startedAt?.description),
      "ended_at": JSONValue(task.endedAt?.description),
      "commit": JSONValue(task.commit),
      "runs": .array((runs[task.number] ?? []).map { Self.run($0) }),
    ]
  }

  private static func run(_ run: TaskRunRecord) -> JSONValue {
    [
      "try": JSONValue(run.tryNumber),
      "started_at": .string(run.startedAt.description),
      "ended_at": .string(run.endedAt.description),
      "duration_ms": .double(run.durationMilliseconds),
      "exit_code": JSONValue(run.exitCode),
      "error_class": JSONValue(run.errorClass),
      "message": JSONValue(run.message),
      "retryable": run.retryable.map(JSONValue.bool) ?? .null,
      "output_head": .string(run.outputHead),
      "output_tail": .string(run.outputTail),
      "output_bytes": .integer(run.outputBytes),
      "output_sha256": JSONValue(run.outputSHA256),
      "tree": JSONValue(run.tree),
    ]
  }

  private static func change(_ change: ChangeRecord) -> JSONValue {
    [
      "workspace": .string(change.workspace),
      "branch": .string(change.branch),
      "base_commit": .string(change.baseCommit),
      "head_commit": JSONValue(change.headCommit),
      "tree": JSONValue(change.tree),
      "files": GoalJSON.embedded(change.files),
      "state": .string(change.state),
    ]
  }
}
