// Every auditor's question runs on a database with history, answers what happened there, and reads
// only. The questions are files for the stock shell; this reads the same files.
import Foundation
import SQLite
import Testing

@Suite("Audit")
struct AuditTests {
  /// The world, and more days at work: retries, an interrupted task, a success with evidence.
  static let history = """
    INSERT INTO identity_ledger(event, actor, goal_id, reason)
    VALUES ('refused', 'ann', 4, 'a satisfied goal is final');
    INSERT INTO identity_ledger(event, actor, reason)
    VALUES ('note', 'ann', 'seen: [redacted github-token 0123456789abcdef:0123456789abcdef0123456789'
      || 'abcdef] and [redacted email 1123456789abcdef:1123456789abcdef0123456789abcdef], [redacted x]');
    UPDATE score_weights SET weight = 0.2, actor = 'ann', reason = 'safer' WHERE name = 'risk';
    UPDATE tasks SET state = 'ready', lease_token = 11 WHERE id = 2;
    UPDATE tasks SET state = 'running', lease_token = 11 WHERE id = 2;
    INSERT INTO task_runs(task_id, attempt_id, try, lease_token, started_at, ended_at, duration_ms,
      exit_code, error_class, message)
    VALUES (2, 1, 2, 11, '2026-01-01T00:00:02.000Z', '2026-01-01T00:00:09.000Z', 7000, 1,
      'tests_failed', '1 of 3 tests failed');
    UPDATE tasks SET state = 'failed', lease_token = 11 WHERE id = 2;
    UPDATE changes SET files = '[{"path":"src/a.py","added":3},"b.py"]', lease_token = 11
    WHERE attempt_id = 1;
    UPDATE changes SET state = 'rolled_back', lease_token = 11 WHERE attempt_id = 1;
    UPDATE goals SET state = 'adopted', lease_token = 11, result = '{"error":"tests"}', actor = 'w1'
    WHERE id = 3;
    INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at)
    VALUES (3, 'w1', 30, '2999-01-01T00:00:00.000Z');
    UPDATE attempts SET plan_id = 1 WHERE id = 9;
    INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token)
    VALUES (9, 3, 1, 'run_tests', 30);
    UPDATE tasks SET state = 'running', lease_token = 30 WHERE attempt_id = 9;
    INSERT INTO changes(attempt_id, goal_id, workspace, branch, base_commit, lease_token)
    VALUES (9, 3, 'repo', 'goal/3/2', 'abc', 30);
    INSERT INTO task_runs(task_id, attempt_id, try, lease_token, started_at, ended_at, duration_ms,
      exit_code, tree, output_head, output_tail)
    SELECT id, 9, 1, 30, '2026-01-02T00:00:00.000Z', '2026-01-02T00:00:01.000Z', 900, 0, 'fed',
      'out', 'k: [redacted jwt 2123456789abcdef:0123456789abcdef0123456789abcdef]'
    FROM tasks WHERE attempt_id = 9;
    UPDATE tasks SET state = 'succeeded', lease_token = 30 WHERE attempt_id = 9;
    UPDATE changes SET state = 'committed', head_commit = 'def', tree = 'fed',
      files = '["src/a.py"]', lease_token = 30
    WHERE attempt_id = 9;
    UPDATE goals SET state = 'satisfied', lease_token = 30, result = '{"ok":true}', actor = 'w1'
    WHERE id = 3;
    """

  static let questions = Result {
    try FileManager.default
      .contentsOfDirectory(atPath: Repository.root.appending(path: "Schema/audit").path())
      .filter { $0.hasSuffix(".sql") }.sorted()
  }

  static func world() throws -> Connection {
    let world = try ClientSettings.plain.world()
    try world.execute(history)
    return world
  }

  /// The rows of a question as `column=value` pairs.
  static func answer(_ file: String, in world: Connection) throws -> [[String: Value]] {
    let sql = try Repository.text("Schema/audit/\(file)")
    var bindings = sql.contains(":id") ? [Value.integer(3)] : []
    // Parameters are numbered as they come up.
    if sql.contains(":request") { bindings.insert(.text("adopt"), at: 0) }
    return try world.query(sql, arguments: Arguments(bindings)) { row throws(SQLiteError) in
      var answer: [String: Value] = [:]
      for index in 0..<row.columnCount { answer[row.columnNames[index]] = row.value(index) }
      return answer
    }
  }

  @Test("There are more than ten questions, each opening with what it asks")
  func files() throws {
    let files = try Self.questions.get()
    #expect(files.count > 10)
    for file in files {
      let text = try Repository.text("Schema/audit/\(file)")
      #expect(text.hasPrefix("-- "), "\(file)")
      #expect(text.hasSuffix(";\n"), "\(file)")
    }
  }

  @Test("Every question has an answer in a database with history, and changes nothing")
  func answers() throws {
    let world = try Self.world()
    let before = try world.dump()
    // verify.sql needs the shell's own functions; its tests are beside those of the seals.
    for file in try Self.questions.get() where file != "verify.sql" {
      let rows = try Self.answer(file, in: world)
      #expect(rows.isEmpty == (file == "fold.sql"), "\(file)")
    }
    #expect(try world.dump() == before)
  }

  @Test(
    "What is asked is what is answered",
    arguments: [
      ("goal-history.sql", "event", "goal.satisfied"),
      ("changes-today.sql", "event", "weight.changed"),
      ("failures.sql", "why", "no method applies"),
      ("methods.sql", "method", "straight"),
      ("actions.sql", "action", "run_tests"),
      ("retries.sql", "ends", "failed, satisfied"),
      ("retries.sql", "name", "run_tests"),
      ("blocked-by-beliefs.sql", "why", "contradicts belief 3: the code is frozen"),
      ("blocked.sql", "why", "waits for goal 1, which is not adopted yet"),
      ("executing.sql", "text", "16 executing"),
      ("changed-files.sql", "path", "src/a.py"),
      ("actors.sql", "actor", "ann"),
      ("notes.sql", "reason", "a satisfied goal is final"),
      ("assumptions.sql", "subject", "weight:risk"),
      ("evidence.sql", "head_commit", "def"),
      ("redactions.sql", "pattern", "github-token"),
      ("redactions.sql", "pattern", "email"),
      ("redactions.sql", "salt", "1123456789abcdef"),
      ("redactions.sql", "digest", "1123456789abcdef0123456789abcdef"),
      ("redactions.sql", "place", "output of try 1"),
    ]
  )
  func content(file: String, column: String, value: String) throws {
    let rows = try Self.answer(file, in: Self.world())
    #expect(rows.contains { $0[column] == .text(value) }, "\(rows)")
  }

  @Test("Marks are listed one by one, and what only begins like one is none")
  func marks() throws {
    let rows = try Self.answer("redactions.sql", in: Self.world())
    let patterns = rows.compactMap { $0["pattern"] }
    #expect(patterns == [.text("email"), .text("github-token"), .text("jwt")])
  }

  @Test("Rates and times are those of the history")
  func numbers() throws {
    let world = try Self.world()
    let method = try #require(try Self.answer("methods.sql", in: world).first)
    #expect(method["tries"] == .integer(2))
    #expect(method["successes"] == .integer(1))
    #expect(method["success_rate"] == .real(0.5))
    let tests = try #require(
      try Self.answer("actions.sql", in: world).first { $0["action"] == .text("run_tests") }
    )
    #expect(tests["runs"] == .integer(2))
    #expect(tests["mean_ms"] == .real(3950))
    let longest = try #require(try Self.answer("longest-runs.sql", in: world).first)
    #expect(longest["duration_ms"] == .real(7000))
  }

  @Test("A failure nobody gave a reason for is explained by the task that failed")
  func unexplained() throws {
    let world = try ClientSettings.plain.world()
    try world.execute(
      """
      INSERT INTO task_runs(task_id, attempt_id, try, lease_token, started_at, ended_at, duration_ms,
        exit_code, error_class, message)
      VALUES (2, 1, 1, 11, '2026-01-01T00:00:02.000Z', '2026-01-01T00:00:09.000Z', 7000, 1,
        'tests_failed', '1 of 3 tests failed');
      UPDATE tasks SET state = 'failed', lease_token = 11 WHERE id = 2;
      UPDATE changes SET state = 'rolled_back', lease_token = 11 WHERE attempt_id = 1;
      UPDATE goals SET state = 'failed', lease_token = 11 WHERE id = 3;
      """
    )
    let why = try Self.answer("failures.sql", in: world).compactMap { $0["why"] }
    #expect(why.contains(.text("run_tests: tests_failed: 1 of 3 tests failed")))
  }
}
