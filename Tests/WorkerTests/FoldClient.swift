import TestSupport
import Testing

/// A client of the database that shares no code with this project: Python's `sqlite3`, with the
/// pragmas most clients have. From a seed it sends statements as people, programs and vandals do.
struct FoldClient {
  let database: String
  let fold: String

  /// Sends `count` statements; nearly half of them are refused, and none finds the database locked.
  /// - returns: how many were accepted.
  func send(_ count: Int, seed: UInt64) throws -> Int {
    let text = try Shell.succeed(["python3", "-c", Self.script, database, "\(seed)", "\(count)"])
    return try #require(Int(text), "\(text)")
  }

  /// What the fold of the ledger and the tables disagree on, as the stock shell prints it.
  func differences() throws -> String {
    try Shell.succeed(["sqlite3", "-cmd", ".timeout 30000", database, ".read '\(fold)'"])
  }

  private static let script = #"""
    import json, random, sqlite3, sys
    path, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    client = sqlite3.connect(path, timeout=60, isolation_level=None)
    client.execute(f"PRAGMA recursive_triggers = {chance.randrange(2)}")
    client.execute(f"PRAGMA foreign_keys = {chance.randrange(2)}")
    top = lambda: client.execute("SELECT coalesce(max(id), 1) FROM goals").fetchone()[0]
    any_id = lambda: max(1, top() - int(chance.expovariate(0.1)))
    conflict = lambda: chance.choice(["", "", "OR IGNORE", "OR REPLACE", "OR ABORT", "OR FAIL",
                                      "OR ROLLBACK"])
    state = lambda: chance.choice(["proposed", "adopted", "executing", "satisfied", "failed",
                                   "abandoned"])
    real = lambda: chance.choice([0, 1, 1.5, chance.random(), chance.random() / 3])
    actor = lambda: chance.choice(["ann", "bob", None, ""])

    def note():
        return (f"INSERT {conflict()} INTO goals(text, task, context, state, value, actor)"
                " VALUES (?, 'record', ?, ?, ?, ?), (?, 'record', ?, 'adopted', 0.5, 'ann')",
                ("n", json.dumps({"note": "a"}), chance.choice(["proposed", "adopted"]), real(),
                 actor(), "n", json.dumps({"note": "b"})))

    def file():
        edit = {"search": "a - b", "replace": chance.choice(["a + b", "b + a", "a * b + 1"])}
        return ("INSERT INTO goals(text, task, context, max_attempts, state)"
                " VALUES ('f', 'fix_bug', ?, 2, 'adopted')",
                (json.dumps({"files": [{"path": "calc.py", "edits": [edit]}]}),))

    def hopeless():
        return ("INSERT INTO goals(text, task, context, state) VALUES ('h', ?, ?, 'adopted')",
                (chance.choice(["record", "nothing_of_the_kind", "fix_bug"]),
                 chance.choice(["{}", '{"files": 1}', '{"x": 1}'])))

    def sql(template):
        return lambda: (template().replace("<OR>", conflict()), ())

    makers = [note] * 5 + [file, hopeless] + [sql(t) for t in [
        lambda: f"UPDATE <OR> goals SET state = '{state()}' WHERE id = {any_id()}",
        lambda: "UPDATE <OR> goals SET state = 'adopted', actor = 'bob', reason = 'go'"
                f" WHERE state IN ('proposed', 'failed') AND id % 3 = {chance.randrange(3)}",
        lambda: f"UPDATE <OR> goals SET state = 'abandoned', reason = 'no' WHERE id = {any_id()}",
        lambda: "UPDATE goals SET state = 'abandoned' WHERE state = 'executing'",
        lambda: f"UPDATE <OR> goals SET value = {real()}, risk = {real()} WHERE id = {any_id()}",
        lambda: f"UPDATE <OR> goals SET text = 'other', context = '{{}}' WHERE id = {any_id()}",
        lambda: f"UPDATE <OR> goals SET metadata = '{{\"a\": {real()}}}'"
                f" WHERE id IN ({any_id()}, {any_id()})",
        lambda: "UPDATE <OR> goals SET not_before = strftime('%Y-%m-%dT%H:%M:%fZ', 'now',"
                f" '+{chance.randrange(3)} seconds') WHERE id = {any_id()}",
        lambda: f"UPDATE <OR> goals SET version = version + {chance.randrange(3)}"
                f" WHERE id = {any_id()}",
        lambda: f"UPDATE <OR> goals SET attempts = 0, result = NULL WHERE id = {any_id()}",
        lambda: f"UPDATE <OR> goals SET state = 'adopted' WHERE state = 'executing'",
        lambda: "INSERT <OR> INTO goal_dependencies(goal_id, depends_on, actor)"
                f" VALUES ({any_id()}, {any_id()}, 'ann')",
        lambda: f"DELETE FROM goal_dependencies WHERE goal_id % 5 = {chance.randrange(5)}",
        lambda: "INSERT INTO goals(text, task, idempotency_key)"
                f" VALUES ('k', 'record', 'k{chance.randrange(9)}')"
                " ON CONFLICT DO UPDATE SET value = 0.1",
        lambda: "INSERT <OR> INTO beliefs(statement, confidence, actor)"
                f" VALUES ('s', {real()}, 'ann')",
        lambda: f"UPDATE <OR> beliefs SET confidence = {real()}, active = {chance.randrange(2)}"
                f" WHERE id = {chance.randrange(1, 5)}",
        lambda: f"UPDATE <OR> goals SET aligns_with = '[{chance.randrange(1, 4)}]'"
                f" WHERE id = {any_id()}",
        lambda: f"UPDATE <OR> score_weights SET weight = {real()} WHERE name = 'risk'",
        lambda: "INSERT <OR> INTO attempts(goal_id, worker, lease_token, lease_expires_at)"
                " SELECT id, 'hand', (SELECT coalesce(max(lease_token), 0) + 1 FROM attempts),"
                " '2001-01-01T00:00:00.000Z' FROM goals"
                " WHERE state = 'adopted' AND blockers = 0 AND waits_until IS NULL LIMIT 1",
        lambda: "UPDATE <OR> attempts SET state = 'satisfied', worker = 'mallory'"
                " WHERE state = 'open'",
        lambda: "UPDATE <OR> tasks SET state = 'succeeded' WHERE state IN ('pending', 'failed')",
        lambda: "UPDATE <OR> changes SET state = 'committed' WHERE state = 'rolled_back'",
        lambda: "UPDATE workers SET state = 'stopped' WHERE name = 'nobody'",
        lambda: f"DELETE FROM {chance.choice(['goals', 'attempts', 'tasks', 'identity_ledger'])}"
                f" WHERE rowid = {chance.randrange(1, 50)}",
        lambda: "INSERT <OR> INTO identity_ledger(event, actor, goal_id, reason)"
                f" VALUES ('{chance.choice(['note', 'goal.satisfied'])}', 'ann', {any_id()}, 'n')",
        lambda: "INSERT <OR> INTO identity_ledger SELECT * FROM identity_ledger"
                f" WHERE seq = {chance.randrange(1, 200)}",
    ]]
    accepted = 0
    for _ in range(count):
        statement, values = chance.choice(makers)()
        try:
            client.execute(statement, values)
            accepted += 1
        except (sqlite3.IntegrityError, sqlite3.OperationalError) as refusal:
            if "locked" in str(refusal) or "syntax" in str(refusal) or "no such column" in str(refusal):
                sys.exit(f"{statement}: {refusal}")
    print(accepted)
    """#
}
