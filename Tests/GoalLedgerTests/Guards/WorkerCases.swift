// Attacks on workers and circuit breakers.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let workers: [GuardCase] = [
    GuardCase(
      "a worker replaced",
      attack: "INSERT OR REPLACE INTO workers(name) VALUES ('w1')",
      refusal: "a worker of this name exists: update its row, or take another name"
    ),
    GuardCase(
      "a worker upserted",
      attack: """
        INSERT INTO workers(name) VALUES ('w1') ON CONFLICT(name) DO UPDATE SET state = \
        'stopped'
        """,
      refusal: "a worker of this name exists: update its row, or take another name"
    ),
    GuardCase(
      "a worker born stopped",
      attack: "INSERT INTO workers(name, state) VALUES ('w2', 'stopped')",
      refusal: "a worker begins running"
    ),
    GuardCase(
      "a worker without a name",
      attack: "INSERT INTO workers(name) VALUES ('')",
      refusal: "worker is a name of 1 to 200 characters on one line without NUL bytes"
    ),
    GuardCase(
      "a worker of no goals",
      attack: "INSERT INTO workers(name, concurrency) VALUES ('w2', 0)",
      refusal: "a worker runs at least one goal at a time"
    ),
    GuardCase(
      "a worker seen some time",
      attack: "UPDATE workers SET seen_at = 'x'",
      refusal: "a worker's times are UTC times such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a worker renamed",
      attack: "UPDATE workers SET name = 'w2'",
      refusal: "a worker keeps its name: add another row"
    ),
    GuardCase(
      "a worker with half a key",
      attack: "INSERT INTO workers(name, public_key) VALUES ('w2', zeroblob(16))",
      refusal: "a worker's public_key has 32 bytes"
    ),
    GuardCase(
      "a worker that changes its key while it runs",
      attack: "UPDATE workers SET public_key = randomblob(32)",
      refusal: "a worker keeps its key while it runs: it takes another as it starts"
    ),
    GuardCase(
      "a worker that changes its key as it stops",
      attack: "UPDATE workers SET public_key = randomblob(32), state = 'stopped'",
      refusal: "a worker keeps its key while it runs: it takes another as it starts"
    ),
    GuardCase(
      "a stopped worker that drains",
      given: ["UPDATE workers SET state = 'stopped'"],
      attack: "UPDATE workers SET state = 'draining'",
      refusal: """
        a worker goes from running to draining or stopped, from draining to stopped, and starts \
        again from stopped
        """
    ),
    GuardCase(
      "a worker deleted",
      attack: "DELETE FROM workers",
      refusal: "a worker is never deleted: SET state = 'stopped'"
    ),
    GuardCase(
      "a breaker replaced",
      attack: """
        INSERT OR REPLACE INTO circuit_breakers(action, workspace) VALUES ('run_tests', NULL)
        """,
      refusal: "the breaker of this action and workspace exists: update it"
    ),
    GuardCase(
      "a breaker added by nobody",
      attack: "INSERT INTO circuit_breakers(action, actor) VALUES ('x', '')",
      refusal: "actor is a name of 1 to 200 characters on one line without NUL bytes"
    ),
    GuardCase(
      "a breaker renamed",
      attack: "UPDATE OR REPLACE circuit_breakers SET action = 'x'",
      refusal: "a breaker keeps its action and workspace: add another row"
    ),
    GuardCase(
      "a breaker closed by nobody",
      attack: "UPDATE circuit_breakers SET state = 'closed', actor = ''",
      refusal: "actor is a name of 1 to 200 characters on one line without NUL bytes"
    ),
    GuardCase(
      "a breaker with state 'ajar'",
      attack: "UPDATE circuit_breakers SET state = 'ajar'",
      refusal: "a breaker is closed, open or half_open"
    ),
    GuardCase(
      "a breaker with failures -1",
      attack: "UPDATE circuit_breakers SET failures = -1",
      refusal: "failures is not negative"
    ),
    GuardCase(
      "a breaker with opened_at 'x'",
      attack: "UPDATE circuit_breakers SET opened_at = 'x'",
      refusal: "opened_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a breaker with retry_at 'x'",
      attack: "UPDATE circuit_breakers SET retry_at = 'x'",
      refusal: "a breaker's retry_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a breaker with updated_at 'x'",
      attack: "UPDATE circuit_breakers SET updated_at = 'x'",
      refusal: "a breaker's updated_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a breaker of no action",
      attack: "INSERT INTO circuit_breakers(action) VALUES ('')",
      refusal: """
        a breaker's action is not empty, and neither action nor workspace holds a NUL byte
        """
    ),
    GuardCase(
      "a breaker deleted",
      attack: "DELETE FROM circuit_breakers",
      refusal: "a breaker is never deleted: SET state = 'closed'"
    ),
  ]
}
