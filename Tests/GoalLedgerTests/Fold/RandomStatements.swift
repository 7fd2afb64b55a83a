// What clients and workers may send, at random: templates with holes, filled from a seed. Half of it
// is nonsense on purpose (unknown ids, states no rule reaches, forged entries); tokens are looked up,
// so that claims, completions, failures and take-overs go through often enough.

/// An endless, repeatable stream of statements.
struct RandomStatements {
  private var random: SplitMix
  private static let weighted = asking + asking + holding + working + working + attacking

  init(seed: UInt64) { random = SplitMix(state: seed) }

  /// The next statement.
  mutating func next() -> String {
    var text = random.pick(Self.weighted)
    while let start = text.firstRange(of: "[["), let end = text.firstRange(of: "]]") {
      let hole = String(text[start.upperBound..<end.lowerBound])
      text.replaceSubrange(start.lowerBound..<end.upperBound, with: fill(hole))
    }
    return text
  }

  private mutating func fill(_ hole: String) -> String {
    let bounds = hole.split(separator: "...").compactMap { Int($0) }
    if bounds.count == 2 { return String(Int.random(in: bounds[0]...bounds[1], using: &random)) }
    switch hole {
    case "real": return random.pick(["1.5", "0", "1", "\(random.unit)", "\(random.unit / 3)"])
    case "id": return String(Int.random(in: 1...30, using: &random))
    default: return random.pick(Self.holes[hole] ?? hole.split(separator: "|").map(String.init))
    }
  }

  private static let holes: [String: [String]] = [
    "or": ["", "", "OR IGNORE", "OR REPLACE", "OR ABORT", "OR FAIL", "OR ROLLBACK"],
    "state": ["proposed", "adopted", "executing", "satisfied", "failed", "abandoned"],
    "time": [
      "NULL", "'2020-01-01T00:00:00.000Z'", "'2999-01-01T00:00:00.000Z'", "'soon'",
      "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+7 hours')",
    ],
    "ids": ["'[]'", "'[1]'", "'[1,2]'", "'[3]'", "'[9]'", "'[2,2]'", "'x'"],
    "text": [
      "'text'", "'it''s'", "''", "NULL", "'ünï'", "'a' || char(0)", "'{\"a\": 1}'", "'[1]'",
    ],
    "actor": ["NULL", "'ann'", "'bob'", "''"],
    "expiry": ["'2999-01-01T00:00:00.000Z'", "'2001-01-01T00:00:00.000Z'"],
    "upsert": ["", "ON CONFLICT DO NOTHING", "ON CONFLICT DO UPDATE SET value = 0.1"],
    "token": [
      "(SELECT lease_token FROM attempts a WHERE a.goal_id = goals.id AND a.state = 'open')"
    ],
    "attempt's token": ["(SELECT lease_token FROM attempts a WHERE a.id = attempt_id)"],
    "last token": ["(SELECT coalesce(max(lease_token), 0) FROM attempts)"],
  ]

  /// Goals, as people ask for them.
  private static let asking = [
    """
    INSERT [[or]] INTO goals(text, state, value, not_before, aligns_with, actor)
    VALUES ('g', '[[state]]', [[real]], [[time]], [[ids]], [[actor]]),
      ([[text]], 'adopted', [[real]], NULL, '[]', 'ann')
    """,
    "INSERT [[or]] INTO goals(text, state) VALUES ('g', 'adopted'), ([[text]], 'proposed')",
    """
    INSERT [[or]] INTO goals(text, state)
    SELECT text, 'adopted' FROM goals ORDER BY id LIMIT [[1...3]]
    """,
    "INSERT INTO goals(text, idempotency_key) VALUES ('g', 'k[[1...9]]') [[upsert]]",
    "UPDATE [[or]] goals SET state = '[[state]]', actor = [[actor]] WHERE id = [[id]]",
    """
    UPDATE [[or]] goals SET state = 'adopted'
    WHERE state IN ('proposed', 'failed') AND id % 3 = [[0...2]]
    """,
    "UPDATE [[or]] goals SET state = 'abandoned', reason = 'no' WHERE id = [[id]]",
    """
    UPDATE [[or]] goals SET [[text|task|context|category|workspace|metadata]] = [[text]]
    WHERE id IN ([[id]], [[id]])
    """,
    """
    UPDATE [[or]] goals
    SET value = [[real]], risk = [[real]], deadline = [[time]], version = version + 1
    WHERE id = [[id]]
    """,
    "UPDATE [[or]] goals SET not_before = [[time]] WHERE id IN ([[id]], [[id]])",
    "UPDATE [[or]] goals SET aligns_with = [[ids]], contradicts = [[ids]] WHERE id = [[id]]",
    "UPDATE [[or]] goals SET effort = [[real]], state = 'adopted' WHERE id = [[id]]",
    "UPDATE [[or]] goals SET retry_at = NULL WHERE retry_at IS NOT NULL",
    """
    INSERT [[or]] INTO goal_dependencies(goal_id, depends_on, actor)
    VALUES ([[id]], [[id]], [[actor]])
    """,
    """
    INSERT [[or]] INTO goal_dependencies(goal_id, depends_on)
    SELECT g.id, p.id FROM goals g JOIN goals p ON p.id = g.id - [[1...4]]
    WHERE g.state = 'adopted' AND g.id % 5 = [[0...4]]
    """,
    "DELETE FROM goal_dependencies WHERE id % 7 = [[0...6]]",
  ]

  /// What is held to be true, and who works.
  private static let holding = [
    """
    INSERT [[or]] INTO beliefs(name, statement, confidence, actor)
    VALUES ([[NULL|NULL|'b1']], 's', [[real]], [[actor]])
    """,
    """
    UPDATE [[or]] beliefs SET confidence = [[real]], active = [[0...1]], actor = [[actor]]
    WHERE id = [[1...4]]
    """,
    "UPDATE [[or]] beliefs SET active = 0",
    "UPDATE [[or]] score_weights SET weight = [[real]] WHERE name = '[[value|risk|urgency]]'",
    "INSERT [[or]] INTO workers(name) VALUES ('w[[1...4]]')",
    "UPDATE [[or]] workers SET state = '[[running|draining|stopped]]'",
    """
    UPDATE [[or]] workers
    SET state = '[[running|stopped]]', public_key = CAST(printf('%-32s', [[1...4]]) AS BLOB)
    """,
    """
    INSERT [[or]] INTO identities(name, kind, public_key, voucher, actor)
    VALUES ('i[[1...4]]', '[[person|agent|worker|ghost]]',
      CAST(printf('%-[[31|32|32|32]]s', [[1...40]]) AS BLOB), [[NULL|zeroblob(64)]], [[actor]])
    """,
    """
    UPDATE [[or]] identities
    SET until = [[NULL|strftime('%Y-%m-%dT%H:%M:%fZ', 'now')|strftime('%Y-%m-%dT%H:%M:%fZ', 'now')]],
      actor = [[actor]]
    WHERE name = 'i[[1...4]]'
    """,
    """
    INSERT [[or]] INTO circuit_breakers(action, state, actor)
    VALUES ('a[[1...4]]', '[[open|closed|ajar]]', [[actor]])
    """,
    """
    UPDATE [[or]] circuit_breakers
    SET state = '[[open|closed|half_open]]', failures = failures + 1
    WHERE action = 'a[[1...4]]'
    """,
    "PRAGMA recursive_triggers = [[0...1]]",
    "PRAGMA foreign_keys = [[0...1]]",
    "[[BEGIN|BEGIN IMMEDIATE|COMMIT|COMMIT|COMMIT|ROLLBACK|SAVEPOINT s|ROLLBACK TO s|RELEASE s]]",
  ]

  /// Claims, tasks, changes and ends, as a worker makes them.
  private static let working = [
    """
    INSERT [[or]] INTO attempts(goal_id, worker, lease_token, lease_expires_at)
    SELECT id, 'w[[1...3]]', [[last token]] + row_number() OVER (ORDER BY score DESC, id), [[expiry]]
    FROM (
      SELECT id, score FROM goals INDEXED BY goals_claimable
      WHERE state = 'adopted' AND blockers = 0 AND waits_until IS NULL
      ORDER BY score DESC, id LIMIT [[1...4]])
    RETURNING id
    """,
    """
    INSERT [[or]] INTO attempts(goal_id, worker, lease_token, lease_expires_at)
    VALUES ([[id]], 'w1', [[last token]] + 1, [[expiry]])
    """,
    """
    UPDATE [[or]] goals
    SET state = 'satisfied', lease_token = [[token]], result = '{"ok":1}', actor = 'w1'
    WHERE state = 'executing' AND id IN ([[id]], [[id]], [[id]])
    """,
    """
    UPDATE [[or]] goals
    SET state = 'adopted', lease_token = [[token]], result = '{"e":1}', retry_at = [[time]]
    WHERE state = 'executing' AND id IN ([[id]], [[id]], [[id]])
    """,
    """
    UPDATE [[or]] goals SET state = 'failed', lease_token = [[token]], reason = 'r'
    WHERE state = 'executing' AND id IN ([[id]], [[id]])
    """,
    """
    UPDATE [[or]] goals SET state = 'adopted', attempts = attempts - 1, lease_token = [[token]]
    WHERE state = 'executing' AND id IN ([[id]], [[id]])
    """,
    "UPDATE [[or]] goals SET state = 'adopted', actor = 'w2' WHERE state = 'executing' AND id = [[id]]",
    "UPDATE [[or]] goals SET state = 'abandoned' WHERE state = 'executing' AND id = [[id]]",
    """
    UPDATE [[or]] attempts SET state = 'abandoned', outcome = '{"a":1}'
    WHERE id = (
      SELECT a.id FROM attempts a JOIN goals g ON g.id = a.goal_id AND g.state = 'abandoned'
      WHERE a.state = 'open' LIMIT 1)
    """,
    """
    UPDATE [[or]] attempts
    SET worker = 'w3', lease_token = [[last token]] + 1, lease_expires_at = [[expiry]],
      takeovers = takeovers + 1
    WHERE id = (
      SELECT id FROM attempts WHERE state = 'open' AND lease_expires_at < '2020' LIMIT 1)
    """,
    """
    UPDATE [[or]] attempts SET lease_expires_at = [[expiry]], takeovers = 0
    WHERE state = 'open' AND id % 3 = [[0...2]]
    """,
    """
    INSERT INTO plans(digest, task, body)
    VALUES (lower(hex(zeroblob(30))) || printf('%04d', [[1...9]]), 't',
      '{"steps":[{"action":"edit"}]}')
    """,
    "UPDATE [[or]] attempts SET plan_id = [[1...5]] WHERE state = 'open' AND id % 3 = [[0...2]]",
    """
    INSERT [[or]] INTO tasks(attempt_id, goal_id, number, action, arguments, lease_token)
    SELECT id, goal_id, [[0...4]], '[[edit|run_tests]]', '[1, 2]', lease_token
    FROM attempts WHERE state = 'open' AND id % 2 = [[0...1]]
    """,
    """
    UPDATE [[or]] tasks
    SET state = '[[ready|running|running|succeeded|failed|cancelled|skipped]]',
      lease_token = [[attempt's token]]
    WHERE id % 4 = [[0...3]]
    """,
    """
    UPDATE [[or]] tasks SET state = 'running', tries = tries + 1, lease_token = [[attempt's token]]
    WHERE state = 'ready'
    """,
    """
    UPDATE [[or]] tasks
    SET state = 'succeeded', commit_id = 'abc', result = '{}', lease_token = [[attempt's token]]
    WHERE state = 'running' AND id % 2 = [[0...1]]
    """,
    """
    INSERT [[or]] INTO task_runs(task_id, attempt_id, try, lease_token, started_at, ended_at,
      duration_ms, exit_code, tree)
    SELECT t.id, t.attempt_id, t.tries, a.lease_token, '2026-01-01T00:00:00.000Z',
      '2026-01-01T00:00:01.000Z', 5, [[0...1]], 'fed'
    FROM tasks t JOIN attempts a ON a.id = t.attempt_id
    WHERE t.state = 'running' AND t.id % 2 = [[0...1]]
    """,
    """
    INSERT [[or]] INTO changes(attempt_id, goal_id, workspace, branch, base_commit, lease_token)
    SELECT id, goal_id, 'r', 'goal/' || goal_id, 'abc', lease_token
    FROM attempts WHERE state = 'open' AND id % 3 = [[0...2]]
    """,
    """
    UPDATE [[or]] changes
    SET state = 'committed', head_commit = 'def', tree = 'fed', files = '["a"]',
      lease_token = [[attempt's token]]
    WHERE state = 'open' AND id % 2 = [[0...1]]
    """,
    """
    UPDATE [[or]] changes SET state = 'rolled_back', lease_token = [[attempt's token]]
    WHERE state <> 'rolled_back' AND id % 2 = [[0...1]]
    """,
  ]

  /// What nobody may do.
  private static let attacking = [
    "INSERT [[or]] INTO goals(id, text) VALUES ([[id]], 'x')",
    "UPDATE [[or]] goals SET version = version + [[0...2]] WHERE id = [[id]]",
    """
    UPDATE [[or]] goals
    SET [[id|rowid|attempts|blockers|score|waits_until|result|state|context|updated_at]]
      = [[NULL|1|0|7]]
    WHERE id = [[id]]
    """,
    "DELETE FROM [[goals|attempts|tasks|changes|identity_ledger|beliefs]] WHERE rowid = [[id]]",
    "UPDATE [[or]] goal_dependencies SET met = [[0...1]] WHERE goal_id = [[id]]",
    "UPDATE [[or]] attempts SET state = '[[satisfied|failed|open|abandoned]]' WHERE id = [[id]]",
    """
    INSERT [[or]] INTO identity_ledger(event, actor, goal_id, reason)
    VALUES ('[[note|refused|goal.adopted]]', 'ann', [[id]], 'n')
    """,
    "INSERT [[or]] INTO identity_ledger SELECT * FROM identity_ledger WHERE seq = [[id]]",
    """
    INSERT [[or]] INTO identity_ledger(event, goal_id, goal_version, attempt_id, task_id,
      from_state, to_state, detail)
    SELECT event, goal_id, goal_version + [[0...1]], attempt_id, task_id, from_state, to_state, detail
    FROM identity_ledger ORDER BY seq DESC LIMIT 3
    """,
  ]
}

/// SplitMix64: a seed in, the same numbers out, on every platform.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number in [0, 1).
  var unit: Double {
    mutating get { Double(next() >> 11) / Double(UInt64(1) << 53) }
  }

  mutating func pick(_ choices: [String]) -> String {
    choices.isEmpty ? "" : choices[Int(next() % UInt64(choices.count))]
  }
}
