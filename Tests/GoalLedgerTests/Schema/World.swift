// The world the tests of the schema start from: a goal in every state and predicament, made through
// plain SQL as people and a worker would make it. The numbers in the goals' texts are their ids; the
// attempts are numbered 1 to 8 in the order of their tokens, 11 to 18.

enum World {
  /// The statements, in order.
  static let sql = """
    INSERT INTO beliefs(name, statement, confidence)
    VALUES ('tests-first', 'tests come first', 0.8);
    INSERT INTO beliefs(name, statement, confidence, immutable)
    VALUES ('no-network', 'tests use no network', 1, 1);
    INSERT INTO beliefs(name, statement, confidence, active)
    VALUES ('frozen', 'the code is frozen', 0.5, 0);
    INSERT INTO goals(text, idempotency_key, aligns_with)
    VALUES ('1 proposed', 'k1', '[1]');
    INSERT INTO goals(text, state, actor)
    VALUES ('2 adopted', 'adopted', 'ann');
    INSERT INTO goals(text, state)
    VALUES ('3 executing, change open', 'adopted'), ('4 satisfied', 'adopted'),
      ('5 failed', 'adopted'), ('6 abandoned', 'proposed'), ('7 executing, lease expired',
      'adopted'),
      ('8 abandoned, attempt open', 'adopted');
    INSERT INTO goals(text, state, not_before)
    VALUES ('9 waits for a time', 'adopted', '2999-01-01T00:00:00.000Z');
    INSERT INTO goals(text, state)
    VALUES ('10 waits for goal 1', 'adopted');
    INSERT INTO goals(text, state, contradicts)
    VALUES ('11 adopted, contradicts', 'adopted', '[3]'), ('12 proposed, contradicts',
      'proposed', '[3]');
    INSERT INTO goals(text, state)
    VALUES ('13 waited for goal 4', 'adopted'), ('14 executing, change committed', 'adopted'),
      ('15 executing, change rolled back', 'adopted'), ('16 executing', 'adopted');
    INSERT INTO goal_dependencies(goal_id, depends_on)
    VALUES (10, 1), (13, 4);
    INSERT INTO plans(digest, task, body)
    VALUES ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'fix_bug',
      '{"task":"fix_bug","steps":[{"id":0,"action":"edit"},{"id":1,"action":"run_tests"}],' ||
      '"decomposition":[{"id":0,"task":"fix_bug","method":"straight"}]}');
    INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at)
    VALUES (3, 'w1', 11, '2999-01-01T00:00:00.000Z'), (4, 'w1', 12, '2999-01-01T00:00:00.000Z'),
      (5, 'w1', 13, '2999-01-01T00:00:00.000Z'), (7, 'w1', 14, '2001-01-01T00:00:00.000Z'),
      (8, 'w1', 15, '2999-01-01T00:00:00.000Z'), (14, 'w1', 16, '2999-01-01T00:00:00.000Z'),
      (15, 'w1', 17, '2999-01-01T00:00:00.000Z'), (16, 'w1', 18, '2999-01-01T00:00:00.000Z');
    UPDATE attempts
    SET plan_id = 1
    WHERE id = 1;
    INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token)
    VALUES (1, 3, 0, 'edit', 11), (1, 3, 1, 'run_tests', 11), (1, 3, 2, 'validate', 11);
    INSERT INTO task_dependencies(task_id, depends_on)
    VALUES (2, 1);
    UPDATE tasks
    SET state = 'running', lease_token = 11
    WHERE id IN (1, 2);
    INSERT INTO task_runs(task_id, attempt_id, try, lease_token, started_at, ended_at,
      duration_ms, exit_code)
    VALUES (1, 1, 1, 11, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z', 1000, 0);
    UPDATE tasks
    SET state = 'succeeded', lease_token = 11
    WHERE id = 1;
    INSERT INTO changes(attempt_id, goal_id, workspace, branch, base_commit, lease_token)
    VALUES (1, 3, 'repo', 'goal/3/1', 'abc', 11), (5, 8, 'repo', 'goal/8/1', 'abc', 15), (6,
      14, 'repo', 'goal/14/1', 'abc', 16), (7, 15, 'repo', 'goal/15/1', 'abc', 17);
    INSERT INTO tasks(attempt_id, goal_id, number, action, lease_token)
    VALUES (6, 14, 0, 'run_tests', 16);
    UPDATE changes
    SET state = 'committed', head_commit = 'def', tree = 'fed', lease_token = 16
    WHERE attempt_id = 6;
    UPDATE changes
    SET state = 'rolled_back', lease_token = 17
    WHERE attempt_id = 7;
    UPDATE goals
    SET state = 'satisfied', lease_token = 12, result = '{"ok":true}'
    WHERE id = 4;
    UPDATE goals
    SET state = 'failed', lease_token = 13, reason = 'no method applies'
    WHERE id = 5;
    UPDATE goals
    SET state = 'abandoned'
    WHERE id IN (6, 8);
    UPDATE beliefs
    SET active = 1
    WHERE id = 3;
    INSERT INTO workers(name, pid, host)
    VALUES ('w1', 1, 'h');
    INSERT INTO circuit_breakers(action, state)
    VALUES ('run_tests', 'open');
    INSERT INTO identity_ledger(event, actor, goal_id, reason)
    VALUES ('note', 'ann', 1, 'looks good');
    INSERT INTO identities(name, kind, public_key)
    VALUES ('ann', 'person', CAST(printf('%-32s', 'ann') AS BLOB)),
      ('old', 'agent', CAST(printf('%-32s', 'old') AS BLOB));
    INSERT INTO identities(name, kind, public_key, voucher)
    VALUES ('worker-1@h', 'worker', CAST(printf('%-32s', 'w1') AS BLOB), zeroblob(64));
    UPDATE identities
    SET until = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), reason = 'its machine is gone'
    WHERE name = 'old';
    """
}
