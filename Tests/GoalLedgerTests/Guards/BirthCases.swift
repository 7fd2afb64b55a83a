// Attacks on the birth of a goal.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let births: [GuardCase] = [
    GuardCase(
      "a goal with an id of its own",
      attack: "INSERT INTO goals(id, text) VALUES (9223372036854775807, 'x')",
      refusal: "a goal's id is given by the database: leave id out"
    ),
    GuardCase(
      "a goal replaced by its id",
      attack: "INSERT OR REPLACE INTO goals(id, text) VALUES (1, 'x')",
      refusal: "a goal's id is given by the database: leave id out"
    ),
    GuardCase(
      "a goal with the id that means none",
      attack: "INSERT INTO goals(id, text) VALUES (-1, 'x')",
      refusal: "a goal is numbered from 1: leave id out"
    ),
    GuardCase(
      "a goal born satisfied",
      attack: "INSERT INTO goals(text, state) VALUES ('x', 'satisfied')",
      refusal: "a goal is born proposed or adopted"
    ),
    GuardCase(
      "a goal born with its version",
      attack: "INSERT INTO goals(text, version) VALUES ('x', 7)",
      refusal: """
        version, attempts, result, retry_at, score, score_epoch, blockers and waits_until are \
        kept for you: leave them out
        """
    ),
    GuardCase(
      "a goal born with its attempts",
      attack: "INSERT INTO goals(text, attempts) VALUES ('x', -3)",
      refusal: """
        version, attempts, result, retry_at, score, score_epoch, blockers and waits_until are \
        kept for you: leave them out
        """
    ),
    GuardCase(
      "a goal born with its result",
      attack: "INSERT INTO goals(text, result) VALUES ('x', '{}')",
      refusal: """
        version, attempts, result, retry_at, score, score_epoch, blockers and waits_until are \
        kept for you: leave them out
        """
    ),
    GuardCase(
      "a goal born with its retry_at",
      attack: "INSERT INTO goals(text, retry_at) VALUES ('x', '2026-01-01T00:00:00.000Z')",
      refusal: """
        version, attempts, result, retry_at, score, score_epoch, blockers and waits_until are \
        kept for you: leave them out
        """
    ),
    GuardCase(
      "a goal born with its score",
      attack: "INSERT INTO goals(text, score) VALUES ('x', 1)",
      refusal: """
        version, attempts, result, retry_at, score, score_epoch, blockers and waits_until are \
        kept for you: leave them out
        """
    ),
    GuardCase(
      "a goal born with its next rescoring",
      attack: "INSERT INTO goals(text, rescore_at) VALUES ('x', '2030-01-01T00:00:00.000Z')",
      refusal: "rescore_at follows the deadline: leave it out"
    ),
    GuardCase(
      "a goal born with its score_epoch",
      attack: "INSERT INTO goals(text, score_epoch) VALUES ('x', 9)",
      refusal: """
        version, attempts, result, retry_at, score, score_epoch, blockers and waits_until are \
        kept for you: leave them out
        """
    ),
    GuardCase(
      "a goal born with its blockers",
      attack: "INSERT INTO goals(text, blockers) VALUES ('x', 1)",
      refusal: """
        version, attempts, result, retry_at, score, score_epoch, blockers and waits_until are \
        kept for you: leave them out
        """
    ),
    GuardCase(
      "a goal born with its waits_until",
      attack: "INSERT INTO goals(text, waits_until) VALUES ('x', '2026-01-01T00:00:00.000Z')",
      refusal: """
        version, attempts, result, retry_at, score, score_epoch, blockers and waits_until are \
        kept for you: leave them out
        """
    ),
    GuardCase(
      "a goal born in the past",
      attack: "INSERT INTO goals(text, created_at) VALUES ('x', '2020-01-01T00:00:00.000Z')",
      refusal: "a goal is born now: leave created_at and updated_at out"
    ),
    GuardCase(
      "a second goal of one idempotency key",
      attack: "INSERT INTO goals(text, idempotency_key) VALUES ('x', 'k1')",
      refusal: "a goal with this idempotency_key exists: look it up instead of adding it again"
    ),
    GuardCase(
      "a goal replaced by its idempotency key",
      attack: "INSERT OR REPLACE INTO goals(text, idempotency_key) VALUES ('x', 'k1')",
      refusal: "a goal with this idempotency_key exists: look it up instead of adding it again"
    ),
    GuardCase(
      "an upsert on the idempotency key",
      attack: """
        INSERT INTO goals(text, idempotency_key) VALUES ('x', 'k1') ON CONFLICT(idempotency_key) \
        DO UPDATE SET value = 1
        """,
      refusal: "a goal with this idempotency_key exists: look it up instead of adding it again"
    ),
    GuardCase(
      "a goal added by nobody",
      attack: "INSERT INTO goals(text, actor) VALUES ('x', '')",
      refusal: """
        actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL \
        byte
        """
    ),
    GuardCase(
      "a goal added by two lines",
      attack: "INSERT INTO goals(text, actor) VALUES ('x', 'ann' || char(10) || 'bob')",
      refusal: """
        actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL \
        byte
        """
    ),
    GuardCase(
      "a reason with a NUL byte",
      attack: "INSERT INTO goals(text, reason) VALUES ('x', 'a' || char(0) || 'b')",
      refusal: """
        actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL \
        byte
        """
    ),
    GuardCase(
      "a goal that aligns with an unknown belief",
      attack: "INSERT INTO goals(text, aligns_with) VALUES ('x', '[99]')",
      refusal: "aligns_with and contradicts name beliefs by id: there is no such belief"
    ),
    GuardCase(
      "a goal that aligns with a word",
      attack: "INSERT INTO goals(text, aligns_with) VALUES ('x', '[\"1\"]')",
      refusal: "aligns_with and contradicts name beliefs by id: there is no such belief"
    ),
    GuardCase(
      "a goal born adopted against an active belief",
      attack: "INSERT INTO goals(text, state, contradicts) VALUES ('x', 'adopted', '[3]')",
      refusal: """
        the goal contradicts an active belief: it cannot be adopted while the belief is active
        """
    ),
    GuardCase(
      "a goal with text '  '",
      attack: "INSERT INTO goals(text) VALUES ('  ')",
      refusal: "text says what is wanted: it is not empty"
    ),
    GuardCase(
      "a goal with task ''",
      attack: "INSERT INTO goals(text, task) VALUES ('x', '')",
      refusal: "task names a compound task: it is not empty"
    ),
    GuardCase(
      "a goal with context '[1]'",
      attack: "INSERT INTO goals(text, context) VALUES ('x', '[1]')",
      refusal: "context is a JSON object without NUL bytes"
    ),
    GuardCase(
      "a goal with context '{'",
      attack: "INSERT INTO goals(text, context) VALUES ('x', '{')",
      refusal: "context is a JSON object without NUL bytes"
    ),
    GuardCase(
      "a goal with context '{}' || char(0) || 'x'",
      attack: "INSERT INTO goals(text, context) VALUES ('x', '{}' || char(0) || 'x')",
      refusal: "context is a JSON object without NUL bytes"
    ),
    GuardCase(
      "a goal with workspace ''",
      attack: "INSERT INTO goals(text, workspace) VALUES ('x', '')",
      refusal: "workspace names a workspace: it is not empty"
    ),
    GuardCase(
      "a goal with category ' '",
      attack: "INSERT INTO goals(text, category) VALUES ('x', ' ')",
      refusal: "category is not empty"
    ),
    GuardCase(
      "a goal with source 'robot'",
      attack: "INSERT INTO goals(text, source) VALUES ('x', 'robot')",
      refusal: "source is 'user' or 'system'"
    ),
    GuardCase(
      "a goal with success_metrics '7'",
      attack: "INSERT INTO goals(text, success_metrics) VALUES ('x', '7')",
      refusal: "success_metrics is a JSON array or object without NUL bytes"
    ),
    GuardCase(
      "a goal with metadata '[]'",
      attack: "INSERT INTO goals(text, metadata) VALUES ('x', '[]')",
      refusal: "metadata is a JSON object without NUL bytes"
    ),
    GuardCase(
      "a goal with timeout_ms 0",
      attack: "INSERT INTO goals(text, timeout_ms) VALUES ('x', 0)",
      refusal: "timeout_ms lies between 1 and 604800000, a week"
    ),
    GuardCase(
      "a goal with max_attempts 0",
      attack: "INSERT INTO goals(text, max_attempts) VALUES ('x', 0)",
      refusal: "max_attempts lies between 1 and 100"
    ),
    GuardCase(
      "a goal with idempotency_key ''",
      attack: "INSERT INTO goals(text, idempotency_key) VALUES ('x', '')",
      refusal: "idempotency_key is not empty"
    ),
    GuardCase(
      "a goal with value 1.5",
      attack: "INSERT INTO goals(text, value) VALUES ('x', 1.5)",
      refusal: "value lies between 0 and 1"
    ),
    GuardCase(
      "a goal with effort -0.1",
      attack: "INSERT INTO goals(text, effort) VALUES ('x', -0.1)",
      refusal: "effort lies between 0 and 1"
    ),
    GuardCase(
      "a goal with risk 2",
      attack: "INSERT INTO goals(text, risk) VALUES ('x', 2)",
      refusal: "risk lies between 0 and 1"
    ),
    GuardCase(
      "a goal with not_before '2026-01-01'",
      attack: "INSERT INTO goals(text, not_before) VALUES ('x', '2026-01-01')",
      refusal: "not_before is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a goal with not_before 'now'",
      attack: "INSERT INTO goals(text, not_before) VALUES ('x', 'now')",
      refusal: "not_before is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a goal with deadline 'tomorrow'",
      attack: "INSERT INTO goals(text, deadline) VALUES ('x', 'tomorrow')",
      refusal: "deadline is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a goal with aligns_with '{}'",
      attack: "INSERT INTO goals(text, aligns_with) VALUES ('x', '{}')",
      refusal: "aligns_with is a JSON array of belief ids"
    ),
    GuardCase(
      "a goal with contradicts '{}'",
      attack: "INSERT INTO goals(text, contradicts) VALUES ('x', '{}')",
      refusal: "contradicts is a JSON array of belief ids"
    ),
    GuardCase(
      "a goal with category 'a' || char(0)",
      attack: "INSERT INTO goals(text, category) VALUES ('x', 'a' || char(0))",
      refusal: "text, task, workspace, category and idempotency_key hold no NUL byte"
    ),
  ]
}
