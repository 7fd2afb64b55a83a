import GoalLedger

/// Goals as JSON: the columns' own names, JSON columns as JSON.
enum GoalJSON {
  static func value(_ goal: Goal) -> JSONValue {
    [
      "id": .integer(goal.id),
      "text": .string(goal.text),
      "task": JSONValue(goal.task),
      "context": embedded(goal.context),
      "workspace": JSONValue(goal.workspace),
      "category": JSONValue(goal.category),
      "source": .string(goal.source),
      "success_metrics": embedded(goal.successMetrics),
      "metadata": embedded(goal.metadata),
      "timeout_ms": .integer(goal.timeoutMilliseconds),
      "max_attempts": JSONValue(goal.maxAttempts),
      "idempotency_key": JSONValue(goal.idempotencyKey),
      "created_at": .string(goal.createdAt.description),
      "state": .string(goal.state.rawValue),
      "version": .integer(goal.version),
      "attempts": JSONValue(goal.attempts),
      "result": embedded(goal.result),
      "retry_at": JSONValue(goal.retryAt?.description),
      "not_before": JSONValue(goal.notBefore?.description),
      "deadline": JSONValue(goal.deadline?.description),
      "value": .double(goal.value),
      "effort": .double(goal.effort),
      "risk": .double(goal.risk),
      "score": .double(goal.score),
      "blockers": JSONValue(goal.blockers),
    ]
  }

  /// JSON kept as text; what our reader would not read stays a string.
  static func embedded(_ text: String?) -> JSONValue {
    guard let text else { return .null }
    return (try? JSONValue.parse(text)) ?? .string(text)
  }
}
