/// What becomes of each thing the store writes. The fields are gone through by name, here and
/// nowhere else; whoever adds one decides here whether it is words about the work, or the work.
///
/// What must stay true: words (text, reasons, messages, outputs, notes, metadata) lose everything
/// that looks like a secret. What a goal asks for (file contents, edits, paths, commands, metrics) is
/// never altered: it is kept, or the goal is refused. Names that others go by (actors, workers, tasks,
/// workspaces, keys against doubles) are never altered either, so one that is a token is refused.

extension Redactor {
  // MARK: - Asking

  /// A draft as it may be written.
  /// - throws: `refused`, where a key or a token is part of what is asked.
  func admit(_ draft: GoalDraft) throws(LedgerError) -> GoalDraft {
    try refuse(draft)
    var draft = draft
    draft.text = text(draft.text)
    draft.category = text(draft.category)
    draft.metadata = draft.metadata.map { json($0) }
    draft.context = draft.context.map { context in
      json(context) { Self.isNote($0) ? .words : .keep }
    }
    return draft
  }

  /// A name as it may be written.
  /// - throws: `refused`, where it is a key or a token.
  @discardableResult
  func admit(_ name: String, as what: String) throws(LedgerError) -> String {
    guard let pattern = patterns(in: name, .work).first else { return name }
    throw refusal([(what, pattern)])
  }

  /// Words of a context: they say something and ask for nothing.
  static func isNote(_ string: JSONString) -> Bool {
    string.path == [.key(Array("note".utf8))] && !string.isKey
  }

  private func refuse(_ draft: GoalDraft) throws(LedgerError) {
    var found: [(String, String)] = []
    for (name, value) in [
      ("task", draft.task), ("workspace", draft.workspace),
      ("idempotency_key", draft.idempotencyKey),
    ] {
      for pattern in patterns(in: value ?? "", .work) { found.append((name, pattern)) }
    }
    if contexts == .refuse {
      for (name, document) in [
        ("context", draft.context), ("success_metrics", draft.successMetrics),
      ] {
        guard let document else { continue }
        for (string, pattern) in sightings(in: document, { Self.isNote($0) ? .keep : .work }) {
          let place = string.path.text
          found.append((place.hasPrefix("[") ? name + place : "\(name).\(place)", pattern))
        }
      }
    }
    guard found.isEmpty else { throw refusal(found) }
  }

  private func refusal(_ found: [(place: String, pattern: String)]) -> LedgerError {
    var lines: [String] = []
    for (place, pattern) in found {
      // A key of an object can be a secret too.
      let line = "\(text(place)) holds what looks like a secret (\(pattern))"
      if !lines.contains(line) { lines.append(line) }
    }
    let rest = lines.count > 5 ? " and \(lines.count - 5) more" : ""
    return LedgerError(
      .refused,
      lines.prefix(5).joined(separator: "; ") + rest,
      hint: "what is asked is kept for good and never altered: take the secret out, and let the "
        + "operator pass it in workspaces.NAME.environment"
    )
  }

  // MARK: - Working

  /// A plan as it may be written. Its body has only symbols, and is left as it is: its digest is
  /// what a resumed attempt is compared with.
  func redacted(_ plan: PlanRecord) -> PlanRecord {
    PlanRecord(
      task: plan.task,
      body: plan.body,
      digest: plan.digest,
      bindings: json(plan.bindings, .work),
      tasks: plan.tasks.map { task in
        let arguments = json(task.arguments, .work)
        return arguments == task.arguments
          ? task
          : TaskRecord(
            number: task.number,
            action: task.action,
            arguments: arguments,
            dependsOn: task.dependsOn,
            priority: task.priority
          )
      }
    )
  }

  /// Events as they may be written. An output's hash and size stay those of the whole output.
  func redacted(_ events: [TaskEvent]) -> [TaskEvent] {
    events.map { event in
      guard case .ended(let number, let state, var run, let commit) = event else { return event }
      run.message = text(run.message)
      (run.outputHead, run.outputTail) = texts(run.outputHead, run.outputTail)
      return .ended(number: number, state: state, run: run, commit: commit)
    }
  }

  /// A change as it may be written.
  func redacted(_ change: ChangeRecord?) -> ChangeRecord? {
    guard var change else { return nil }
    change.files = json(change.files, .work)
    return change
  }

  /// An end as it may be written.
  func redacted(_ end: AttemptEnd) -> AttemptEnd {
    switch end {
    case .satisfied(let result): .satisfied(result: json(result))
    case .retry(let result, let reason, let milliseconds):
      .retry(result: json(result), reason: text(reason), afterMilliseconds: milliseconds)
    case .failed(let result, let reason): .failed(result: json(result), reason: text(reason))
    case .released(let reason): .released(reason: text(reason))
    case .abandoned(let result): .abandoned(result: json(result))
    }
  }
}
