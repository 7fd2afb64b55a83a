// The writes of people and of whoever keeps the database.
import GoalLedger
import SQLite

extension FaultScenario {
  static let asking: [FaultScenario] = [
    FaultScenario(
      name: "enqueue, adopted and with a dependency",
      prepare: { workshop in
        try await workshop.adopted()
        return nil
      },
      write: { store, _ in
        var draft = GoalDraft(text: "the new one")
        draft.context = #"{"note":"\#(String(repeating: "long ", count: 2_000))"}"#
        draft.idempotencyKey = "k"
        draft.dependsOn = [1]
        draft.adopt = true
        _ = try await store.add(draft, actor: "ann")
      },
      whole: """
        SELECT count(*) FROM goals
        WHERE idempotency_key = 'k' AND state = 'adopted' AND blockers = 1 AND id = 2
          AND (SELECT count(*) FROM goal_dependencies WHERE goal_id = 2 AND depends_on = 1) = 1
        """,
      absent: """
        SELECT (SELECT count(*) FROM goals) = 1 AND (SELECT count(*) FROM goal_dependencies) = 0
        """
    ),
    FaultScenario(
      name: "adopt",
      prepare: { workshop in
        try await workshop.adopted { $0.adopt = false }
        return nil
      },
      write: { store, _ in _ = try await store.adopt(1, actor: "ann", reason: "wanted") },
      whole: "SELECT state = 'adopted' AND version = 2 FROM goals",
      absent: "SELECT state = 'proposed' AND version = 1 FROM goals"
    ),
    FaultScenario(
      name: "adopt again after a failure",
      prepare: { workshop in
        let claim = try await workshop.started()
        if let claim {
          let end = AttemptEnd.failed(result: "{}", reason: "it failed")
          try await workshop.store.end(claim, end, change: Workshop.change("rolled_back"))
        }
        return nil
      },
      write: { store, _ in _ = try await store.adopt(1, actor: "ann", reason: "once more") },
      whole: "SELECT state = 'adopted' AND attempts = 0 FROM goals",
      absent: "SELECT state = 'failed' AND attempts = 1 FROM goals"
    ),
    FaultScenario(
      name: "abandon what executes",
      prepare: { try await $0.started() },
      write: { store, _ in _ = try await store.abandon(1, actor: "ann", reason: nil) },
      whole: "SELECT state = 'abandoned' FROM goals",
      absent: "SELECT state = 'executing' FROM goals",
      takesOver: false
    ),
    FaultScenario(
      name: "record a refusal",
      prepare: { workshop in
        try await workshop.adopted()
        return nil
      },
      write: { store, _ in try await store.recordRefusal("no", goal: 1, actor: "ann") },
      whole: "SELECT count(*) FROM identity_ledger WHERE event = 'refused'",
      absent: "SELECT count(*) = 0 FROM identity_ledger WHERE event = 'refused'"
    ),
    FaultScenario(
      name: "add an identity",
      prepare: { _ in nil },
      write: { store, _ in
        let key = [UInt8](repeating: 7, count: 32)
        let ann = NewIdentity(name: "ann", kind: .person, publicKey: key)
        _ = try await store.add(ann, actor: "ann")
      },
      whole: "SELECT count(*) FROM identities WHERE until IS NULL",
      absent: "SELECT count(*) = 0 FROM identities"
    ),
    FaultScenario(
      name: "revoke an identity",
      prepare: { workshop in
        let key = [UInt8](repeating: 7, count: 32)
        let ann = NewIdentity(name: "ann", kind: .person, publicKey: key)
        _ = try await workshop.store.add(ann, actor: "ann")
        return nil
      },
      write: { store, _ in _ = try await store.revoke(identity: 1, actor: "ann", reason: nil) },
      whole: "SELECT until IS NOT NULL FROM identities",
      absent: "SELECT until IS NULL FROM identities"
    ),
    FaultScenario(
      name: "promotion of a due goal",
      prepare: { workshop in
        let due = Timestamp.now + 300
        try await workshop.adopted { $0.notBefore = due.description }
        while Timestamp.now <= due {}
        return nil
      },
      write: { store, _ in while try await store.tidy() == .more {} },
      whole: "SELECT waits_until IS NULL FROM goals",
      absent: "SELECT waits_until IS NOT NULL FROM goals"
    ),
    FaultScenario(
      name: "rescoring after a changed weight",
      prepare: { workshop in
        for number in 1...60 { try await workshop.adopted("goal \(number)") { $0.value = 0.3 } }
        try Connection(path: workshop.path).execute(
          "UPDATE score_weights SET weight = 0.9 WHERE name = 'value'"
        )
        return nil
      },
      write: { store, _ in while try await store.tidy() == .more {} },
      whole: """
        SELECT count(*) = 60
          AND sum(g.score = f.score AND g.score_epoch = (SELECT epoch FROM score_epoch)) = 60
        FROM goals g JOIN goal_score_formula f USING (id)
        """,
      // Its transactions are small ones, each whole in itself: what is not computed anew is stale.
      absent: """
        SELECT count(*) = 60
          AND sum((g.score = f.score) = (g.score_epoch = (SELECT epoch FROM score_epoch))) = 60
          AND sum(g.score <> f.score) > 0
        FROM goals g JOIN goal_score_formula f USING (id)
        """
    ),
    FaultScenario(
      name: "release of more dependents than a completion releases",
      prepare: { workshop in
        let claim = try await workshop.finished()
        for number in 1...120 { try await workshop.adopted("\(number)") { $0.dependsOn = [1] } }
        if let claim {
          let end = AttemptEnd.satisfied(result: "{}")
          let change = Workshop.change("committed")
          try await workshop.store.end(claim, end, change: change, after: [Workshop.ended(1)])
        }
        return nil
      },
      write: { store, _ in while try await store.tidy() == .more {} },
      whole: """
        SELECT count(*) = 120 AND sum(d.met = 1 AND g.blockers = 0) = 120
          AND NOT EXISTS (SELECT 1 FROM release_queue)
        FROM goals g JOIN goal_dependencies d ON d.goal_id = g.id
        """,
      // As many as a transaction has released are; the queue holds the goal until all are.
      absent: """
        SELECT count(*) = 120 AND sum((d.met = 1) = (g.blockers = 0)) = 120
          AND EXISTS (SELECT 1 FROM release_queue)
        FROM goals g JOIN goal_dependencies d ON d.goal_id = g.id
        """
    ),
  ]
}
