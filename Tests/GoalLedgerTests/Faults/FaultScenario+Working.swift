// The writes of a worker: from the claim to the seal.
import GoalLedger
import SQLite

extension FaultScenario {
  static let working: [FaultScenario] = [
    FaultScenario(
      name: "register a worker",
      prepare: { _ in nil },
      write: { store, _ in
        try await store.register(WorkerRecord(name: "w1", pid: 1, host: "here", concurrency: 2))
      },
      whole: "SELECT count(*) FROM workers WHERE state = 'running'",
      absent: "SELECT count(*) = 0 FROM workers"
    ),
    FaultScenario(
      name: "claim",
      prepare: { workshop in
        for number in 1...3 { try await workshop.adopted("goal \(number)") }
        return nil
      },
      write: { store, _ in _ = try await store.claim(limit: 2, worker: "w1", lease: 1) },
      whole: """
        SELECT count(*) = 2 AND (SELECT count(*) FROM attempts WHERE state = 'open') = 2
        FROM goals WHERE state = 'executing' AND attempts = 1
        """,
      absent: """
        SELECT count(*) = 3 AND (SELECT count(*) FROM attempts) = 0
        FROM goals WHERE state = 'adopted' AND attempts = 0
        """,
      takesOver: false
    ),
    FaultScenario(
      name: "start: plan, tasks, branch and first task",
      prepare: { try await $0.claimed() },
      write: { store, claim in
        let started = [TaskEvent.started(number: 0, at: Workshop.time)]
        guard let claim else { return }
        try await store.record(Workshop.plan, opening: Workshop.change, started, for: claim)
      },
      whole: """
        SELECT plan_id IS NOT NULL AND branch IS NOT NULL
          AND (SELECT count(*) FROM tasks) = 2 AND (SELECT count(*) FROM task_dependencies) = 1
          AND (SELECT count(*) FROM tasks WHERE state = 'running' AND tries = 1) = 1
          AND (SELECT count(*) FROM changes WHERE state = 'open') = 1
        FROM attempts
        """,
      absent: """
        SELECT plan_id IS NULL AND branch IS NULL AND (SELECT count(*) FROM tasks) = 0
          AND (SELECT count(*) FROM plans) = 0 AND (SELECT count(*) FROM changes) = 0
        FROM attempts
        """
    ),
    FaultScenario(
      name: "task result",
      prepare: { try await $0.started() },
      write: { store, claim in
        let events = [Workshop.ended(0), .started(number: 1, at: Workshop.time)]
        if let claim { try await store.record(events, for: claim) }
      },
      whole: """
        SELECT (SELECT state FROM tasks WHERE number = 0) = 'succeeded'
          AND (SELECT state FROM tasks WHERE number = 1) = 'running'
          AND (SELECT count(*) FROM task_runs) = 1
        """,
      absent: """
        SELECT (SELECT state FROM tasks WHERE number = 0) = 'running'
          AND (SELECT state FROM tasks WHERE number = 1) = 'pending'
          AND (SELECT count(*) FROM task_runs) = 0
        """
    ),
    end("completion", .satisfied(result: #"{"ok":true}"#), "satisfied", "committed"),
    end("failure", .failed(result: "{}", reason: "it failed"), "failed", "rolled_back"),
    end(
      "retry: back to adopted",
      .retry(result: "{}", reason: "once more", afterMilliseconds: 5),
      "adopted",
      "rolled_back"
    ),
    end("release by a worker that stops", .released(reason: "stop"), "adopted", "rolled_back"),
    FaultScenario(
      name: "rollback of what was abandoned",
      prepare: { workshop in
        let claim = try await workshop.started()
        _ = try await workshop.store.abandon(1, actor: "ann", reason: nil)
        return claim
      },
      write: { store, claim in
        let change = Workshop.change("rolled_back")
        if let claim { try await store.end(claim, .abandoned(result: "{}"), change: change) }
      },
      whole: """
        SELECT state = 'abandoned' AND (SELECT state FROM changes) = 'rolled_back' FROM attempts
        """,
      absent: "SELECT state = 'open' AND (SELECT state FROM changes) = 'open' FROM attempts"
    ),
    FaultScenario(
      name: "take-over of an expired lease",
      prepare: { try await $0.started() },
      write: { store, _ in
        _ = try await store.takeOver(limit: 5, worker: "w2", lease: 60_000)
      },
      whole: "SELECT worker = 'w2' AND takeovers = 1 AND lease_token = 2 FROM attempts",
      absent: "SELECT worker = 'w1' AND takeovers = 0 AND lease_token = 1 FROM attempts",
      takesOver: false
    ),
    FaultScenario(
      name: "extension of a lease",
      prepare: { try await $0.started() },
      write: { store, claim in
        if let claim { _ = try await store.extend([claim], lease: 600_000) }
      },
      whole: "SELECT lease_expires_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now') FROM attempts",
      absent: "SELECT lease_expires_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now') FROM attempts"
    ),
    FaultScenario(
      name: "rollback of an expired attempt",
      prepare: { workshop in
        _ = try await workshop.started()
        let connection = try Connection(path: workshop.path)
        while connection.refusal(of: "UPDATE goals SET state = 'adopted'") != nil {}
        return nil
      },
      write: { store, _ in try await store.recordUndone(1) },
      whole: "SELECT state = 'rolled_back' FROM changes",
      absent: "SELECT state = 'open' FROM changes"
    ),
    FaultScenario(
      name: "finding on a signature",
      prepare: { workshop in
        let key = SealingKey()
        let ann = NewIdentity(name: "ann", kind: .person, publicKey: key.publicKey)
        _ = try await workshop.store.add(ann, actor: "ann")
        var draft = GoalDraft(text: "signed")
        draft.adopt = true
        _ = try await workshop.store.add(draft, actor: "ann", signedBy: key)
        return try await workshop.store.claim(limit: 1, worker: "w1", lease: 1).first
      },
      write: { store, claim in
        if let claim { _ = try await store.judgeSignatures(for: claim) }
      },
      whole: "SELECT count(*) = 2 FROM identity_ledger WHERE event = 'signature.verified'",
      absent: "SELECT count(*) = 0 FROM identity_ledger WHERE event = 'signature.verified'"
    ),
    FaultScenario(
      name: "opening of a circuit breaker",
      prepare: { _ in nil },
      write: { store, _ in
        let now = Timestamp.now
        let breaker = BreakerRecord(
          action: "run_tests",
          state: "open",
          failures: 5,
          openedAt: now,
          retryAt: now + 1_000
        )
        try await store.save(breaker, actor: "w1")
      },
      whole: "SELECT count(*) FROM circuit_breakers WHERE state = 'open' AND failures = 5",
      absent: "SELECT count(*) = 0 FROM circuit_breakers"
    ),
    FaultScenario(
      name: "seal",
      prepare: { workshop in
        let worker = try NewIdentity(
          worker: "worker-1@here",
          publicKey: sealer.publicKey,
          database: try await workshop.store.databaseID(),
          ledgerKey: SealingKey()
        )
        _ = try await workshop.store.add(worker, actor: "w1")
        for number in 1...20 { try await workshop.adopted("goal \(number)") }
        return nil
      },
      write: { store, _ in try await store.seal(sealer: "w1", key: sealer) },
      whole: """
        SELECT count(*) = 1 AND (SELECT count(*) FROM ledger_tree) = 1
          AND NOT EXISTS (SELECT 1 FROM unsealed_entries)
        FROM ledger_seals
        """,
      absent: """
        SELECT count(*) = 0 AND (SELECT count(*) FROM ledger_tree) = 0
          AND (SELECT holder FROM sealer_lease) IS NULL
        FROM ledger_seals
        """
    ),
  ]

  private static let sealer = SealingKey()

  /// An attempt's end, with that of its last task and of its change.
  private static func end(
    _ name: String,
    _ end: AttemptEnd,
    _ state: String,
    _ change: String
  ) -> FaultScenario {
    FaultScenario(
      name: name,
      prepare: { try await $0.finished() },
      write: { store, claim in
        guard let claim else { return }
        let ended = Workshop.change(change)
        try await store.end(claim, end, change: ended, after: [Workshop.ended(1)])
      },
      whole: """
        SELECT state = '\(state)' AND (SELECT state FROM changes) = '\(change)'
          AND (SELECT count(*) FROM tasks WHERE state = 'succeeded') = 2
          AND (SELECT count(*) FROM task_runs) = 2
          AND NOT EXISTS (SELECT 1 FROM attempts WHERE state = 'open')
        FROM goals
        """,
      absent: """
        SELECT state = 'executing' AND (SELECT state FROM changes) = 'open'
          AND (SELECT count(*) FROM tasks WHERE state = 'succeeded') = 1
          AND (SELECT count(*) FROM task_runs) = 1
          AND (SELECT count(*) FROM attempts WHERE state = 'open') = 1
        FROM goals
        """
    )
  }
}
