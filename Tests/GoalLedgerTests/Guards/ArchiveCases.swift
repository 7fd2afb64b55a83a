// Attacks on retention: deleting history as a pass does, or in the middle of one.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  private static let now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

  /// One seal over all entries.
  private static let sealed = """
    INSERT INTO ledger_seals
    SELECT 1, max(seq), max(seq), (SELECT id FROM database_info), zeroblob(32),
      zeroblob(32 * max(seq)), zeroblob(32), zeroblob(32), 1, zeroblob(32), 'w1', \(now), randomblob(32),
      zeroblob(64)
    FROM identity_ledger
    """

  /// Inserts an archive whose columns are right but for those given.
  private static func archive(_ different: [String: String] = [:], or clause: String = "") -> String
  {
    let right = [
      "number": "1", "file": "'/f'", "first_seq": "1", "last_seq": "last_seq",
      "last_hash": "hash", "goals": "0", "actor": "'ann'", "made_at": now,
      "public_key": "zeroblob(32)", "signature": "zeroblob(64)",
    ].merging(different) { $1 }
    let columns = right.keys.sorted()
    return "INSERT \(clause)INTO archives(\(columns.joined(separator: ", "))) "
      + "SELECT \(columns.map { right[$0] ?? "NULL" }.joined(separator: ", ")) FROM ledger_seals"
  }

  private static let pass =
    "INSERT INTO archive_pass(one, last_seq) SELECT 1, last_seq FROM archives"
  private static let open = [sealed, archive(), pass]
  private static let asArchive = [
    "DROP TRIGGER archive_file_insert",
    "INSERT INTO archive_file VALUES (1, 1, zeroblob(32), '2026-01-01T00:00:00.000Z')",
  ]
  private static let carryGoal = """
    INSERT INTO identity_ledger(event, goal_id, goal_version, to_state, detail) \
    SELECT 'goal.carried', goal_id, goal_version, to_state, detail \
    FROM carried_goals WHERE goal_id = 2
    """
  private static let carrying =
    "an entry that carries something over is written by goalledger archive"

  private static func refused(
    _ name: String,
    _ different: [String: String],
    _ refusal: String
  ) -> GuardCase {
    GuardCase("an archive " + name, given: [sealed], attack: archive(different), refusal: refusal)
  }

  /// An attack while a pass is open.
  private static func within(_ name: String, _ attack: String, _ refusal: String) -> GuardCase {
    GuardCase("in a pass, " + name, given: open, attack: attack, refusal: refusal)
  }

  static let archives: [GuardCase] = [
    refused("out of turn", ["number": "2"], "archives are numbered without gaps, from 1"),
    GuardCase(
      "an archive replaced",
      given: [sealed, archive()],
      attack: archive(or: "OR REPLACE "),
      refusal: "archives are numbered without gaps, from 1"
    ),
    refused(
      "that leaves entries out",
      ["first_seq": "2"],
      "an archive begins with the first entry that is left"
    ),
    refused(
      "that ends within a seal",
      ["last_seq": "last_seq - 1"],
      "an archive ends with a seal, and names its hash"
    ),
    refused(
      "that names another hash",
      ["last_hash": "zeroblob(32)"],
      "an archive ends with a seal, and names its hash"
    ),
    refused(
      "from the past",
      ["made_at": "'2001-01-01T00:00:00.000Z'"],
      "an archive is dated when it is made"
    ),
    refused("dated 'now'", ["made_at": "'now'"], "an archive is dated when it is made"),
    refused(
      "of nobody",
      ["actor": "''"],
      "actor is a name of 1 to 200 characters on one line; neither it nor file holds a NUL byte"
    ),
    refused("without a file", ["file": "' '"], "an archive names its file"),
    refused("of less than no goals", ["goals": "-1"], "an archive counts its goals"),
    refused("of a short key", ["public_key": "x''"], "an archive's public_key has 32 bytes"),
    refused("of a short signature", ["signature": "x''"], "an archive's signature has 64 bytes"),
    GuardCase(
      "an archive whose entry is ignored",
      given: [
        sealed, "INSERT INTO identity_ledger(event, actor) VALUES ('note', 'twice')",
        "CREATE UNIQUE INDEX sabotage ON identity_ledger(actor) WHERE actor = 'twice'",
      ],
      attack: archive(["actor": "'twice'"], or: "OR IGNORE "),
      refusal: "the ledger took no entry of this archive, so nothing is changed"
    ),
    GuardCase(
      "an archive changed",
      given: [sealed, archive()],
      attack: "UPDATE archives SET file = '/elsewhere'",
      refusal: "what was archived, and where to, never changes"
    ),
    GuardCase(
      "an archive forgotten",
      given: [sealed, archive()],
      attack: "DELETE FROM archives",
      refusal: "what was archived, and where to, is never forgotten"
    ),
    GuardCase(
      "an archive's entry forged",
      attack: "INSERT INTO identity_ledger(event, detail) VALUES ('archive.made', '{}')",
      refusal: "an entry of an archive is written as the archive is made"
    ),
    GuardCase(
      "an archive's entry written twice",
      given: [sealed, archive()],
      attack: """
        INSERT INTO identity_ledger(event, detail) \
        SELECT 'archive.made', detail FROM carried_subjects WHERE event = 'archive.carried'
        """,
      refusal: "an entry of an archive is written as the archive is made"
    ),
    GuardCase(
      "a database declared an archive",
      attack: "INSERT INTO archive_file VALUES (1, 1, zeroblob(32), '')",
      refusal: "a database does not become an archive: goalledger archive makes a file of its own"
    ),
    GuardCase(
      "an archive that begins elsewhere",
      given: asArchive,
      attack: "UPDATE archive_file SET first_seq = 5",
      refusal: "an archive begins where it began"
    ),
    GuardCase(
      "an archive made a live database",
      given: asArchive,
      attack: "DELETE FROM archive_file",
      refusal: "an archive stays an archive"
    ),
    GuardCase(
      "a goal inserted into an archive",
      given: asArchive,
      attack: "INSERT INTO goals(text) VALUES ('x')",
      refusal:
        "this file is an archive: nothing happens in it any more; work on the database that it came from"
    ),
    GuardCase(
      "a seal of an archive",
      given: asArchive,
      attack: sealed,
      refusal: "this file is an archive: its seals were made where its entries were"
    ),
    GuardCase(
      "a pass without an archive",
      given: [sealed],
      attack: "INSERT INTO archive_pass(one, last_seq) VALUES (1, 10)",
      refusal: "an archive pass is opened by goalledger archive, right after the entry archive.made"
    ),
    GuardCase(
      "a pass some time after its archive",
      given: [sealed, archive(), "INSERT INTO identity_ledger(event) VALUES ('note')"],
      attack: pass,
      refusal: "an archive pass is opened by goalledger archive, right after the entry archive.made"
    ),
    GuardCase(
      "a pass that goes further than its archive",
      given: [sealed, archive()],
      attack: "INSERT INTO archive_pass(one, last_seq) VALUES (1, 10000)",
      refusal: "an archive pass is opened by goalledger archive, right after the entry archive.made"
    ),
    GuardCase(
      "a second pass beside the first",
      given: [sealed, archive()],
      attack: "INSERT INTO archive_pass(one, last_seq) SELECT 2, last_seq FROM archives",
      refusal: "one archive pass at a time: one is 1"
    ),
    within(
      "another one",
      "INSERT OR REPLACE INTO archive_pass(one, last_seq) SELECT 1, last_seq FROM archives",
      "an archive pass is opened by goalledger archive, right after the entry archive.made"
    ),
    within(
      "its reach extended",
      "UPDATE archive_pass SET last_seq = 10000",
      "an archive pass goes as far as it said"
    ),
    within(
      "an end before it is done",
      "DELETE FROM archive_pass",
      "the archive pass is not done: entries that were archived are still here"
    ),
    within(
      "anything else that happens",
      "INSERT INTO identity_ledger(event) VALUES ('note')",
      "an archive pass is under way: until its row is deleted from archive_pass nothing else happens"
    ),
    within(
      "an entry after it deleted",
      "DELETE FROM identity_ledger WHERE seq > (SELECT last_seq FROM archive_pass)",
      "the ledger is append-only: no entry is ever removed"
    ),
    within(
      "a goal deleted that has not ended",
      "DELETE FROM goals WHERE id = 2",
      "a goal is never deleted: UPDATE goals SET state = 'abandoned' instead"
    ),
    within(
      "a goal deleted whose attempt is open",
      "DELETE FROM goals WHERE id = 8",
      "a goal is never deleted: UPDATE goals SET state = 'abandoned' instead"
    ),
    within(
      "a goal deleted that another depends on",
      "DELETE FROM goals WHERE id = 4",
      "a goal is never deleted: UPDATE goals SET state = 'abandoned' instead"
    ),
    GuardCase(
      "in a pass, a goal deleted that has an entry after it",
      given: [sealed, "UPDATE goals SET value = 0.9 WHERE id = 6", archive(), pass],
      attack: "DELETE FROM goals WHERE id = 6",
      refusal: "a goal is never deleted: UPDATE goals SET state = 'abandoned' instead"
    ),
    within(
      "an edge of a goal that stays deleted",
      "DELETE FROM goal_dependencies WHERE goal_id = 10",
      "an archive pass is under way: until its row is deleted from archive_pass nothing else happens"
    ),
    within(
      "an attempt deleted whose goal is here",
      "DELETE FROM attempts WHERE goal_id = 5",
      "an attempt is never deleted: it is part of its goal's history"
    ),
    within(
      "a task deleted whose goal is here",
      "DELETE FROM tasks WHERE id = 1",
      "a task is never deleted: it is part of its goal's history"
    ),
    within(
      "a run deleted whose task is here",
      "DELETE FROM task_runs",
      "a run is never deleted: it is evidence"
    ),
    within(
      "an ordering deleted whose task is here",
      "DELETE FROM task_dependencies",
      "the orderings of a task graph are never removed"
    ),
    within(
      "a change deleted whose goal is here",
      "DELETE FROM changes WHERE goal_id = 14",
      "a change is never deleted: it is rolled back"
    ),
    within(
      "the newest plan deleted",
      "DELETE FROM plans",
      "a plan is never deleted: attempts refer to it"
    ),
    GuardCase("a goal carried over at any time", attack: carryGoal, refusal: carrying),
    within(
      "a goal carried over in other words",
      carryGoal.replacing("to_state, detail FROM", with: "to_state, '{}' FROM"),
      carrying
    ),
    within(
      "a goal carried over in another state",
      carryGoal.replacing(
        "goal_version, to_state, detail FROM",
        with: "goal_version, 'x', detail FROM"
      ),
      carrying
    ),
    within(
      "a weight carried over that is not so",
      """
      INSERT INTO identity_ledger(event, detail) \
      SELECT event, replace(detail, '0.5', '0.9') FROM carried_subjects \
      WHERE subject = 'weight:value'
      """,
      carrying
    ),
    within(
      "a task carried over as an attempt's",
      """
      INSERT INTO identity_ledger(event, goal_id, attempt_id, to_state, detail) \
      SELECT 'task.carried', goal_id, attempt_id, to_state, detail FROM carried_tasks LIMIT 1
      """,
      carrying
    ),
    GuardCase(
      "a goal listed as archived",
      attack: "INSERT INTO archived_goals(goal_id, archive) VALUES (1000, 1)",
      refusal: "archived_goals lists the goals that goalledger archive took away"
    ),
    within(
      "a goal listed as archived that is here",
      "INSERT INTO archived_goals(goal_id, archive) VALUES (2, 1)",
      "archived_goals lists the goals that goalledger archive took away"
    ),
    GuardCase(
      "where a goal was archived changed",
      given: open + ["INSERT INTO archived_goals(goal_id, archive) VALUES (1000, 1)"],
      attack: "UPDATE archived_goals SET archive = 2",
      refusal: "where a goal was archived never changes"
    ),
    GuardCase(
      "where a goal was archived forgotten",
      given: open + ["INSERT INTO archived_goals(goal_id, archive) VALUES (1000, 1)"],
      attack: "DELETE FROM archived_goals",
      refusal: "where a goal was archived is never forgotten"
    ),
    GuardCase(
      "a goal with the key of an archived one",
      given: open + ["INSERT INTO archived_goals VALUES (1000, 1, 'gone')"],
      attack: "INSERT INTO goals(text, idempotency_key) VALUES ('x', 'gone')",
      refusal: "a goal with this idempotency_key was archived: see archived_goals"
    ),
  ]
}
