// Attacks on what a goal keeps, counts and derives.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let lives: [GuardCase] = [
    GuardCase(
      "a goal that changes its id",
      attack: "UPDATE goals SET id = 99 WHERE id = 1",
      refusal: """
        id, created_at, source and idempotency_key are facts of birth: they never change
        """
    ),
    GuardCase(
      "a goal that changes its rowid",
      attack: "UPDATE goals SET rowid = 99 WHERE id = 1",
      refusal: """
        id, created_at, source and idempotency_key are facts of birth: they never change
        """
    ),
    GuardCase(
      "a goal that changes its oid",
      attack: "UPDATE goals SET oid = 99 WHERE id = 1",
      refusal: """
        id, created_at, source and idempotency_key are facts of birth: they never change
        """
    ),
    GuardCase(
      "a goal that changes its _rowid_",
      attack: "UPDATE goals SET _rowid_ = 99 WHERE id = 1",
      refusal: """
        id, created_at, source and idempotency_key are facts of birth: they never change
        """
    ),
    GuardCase(
      "a goal that replaces another",
      attack: "UPDATE OR REPLACE goals SET id = 2 WHERE id = 1",
      refusal: """
        id, created_at, source and idempotency_key are facts of birth: they never change
        """
    ),
    GuardCase(
      "a goal that takes a key",
      attack: "UPDATE OR REPLACE goals SET idempotency_key = 'k1' WHERE id = 2",
      refusal: """
        id, created_at, source and idempotency_key are facts of birth: they never change
        """
    ),
    GuardCase(
      "a goal that changes its birthday",
      attack: "UPDATE goals SET created_at = '2020-01-01T00:00:00.000Z' WHERE id = 1",
      refusal: """
        id, created_at, source and idempotency_key are facts of birth: they never change
        """
    ),
    GuardCase(
      "a goal that changes its source",
      attack: "UPDATE goals SET source = 'system' WHERE id = 1",
      refusal: """
        id, created_at, source and idempotency_key are facts of birth: they never change
        """
    ),
    GuardCase(
      "an adopted goal whose text is amended",
      attack: "UPDATE goals SET text = 'y' WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "an adopted goal whose task is amended",
      attack: "UPDATE goals SET task = 'y' WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "an adopted goal whose context is amended",
      attack: "UPDATE goals SET context = '{\"a\":1}' WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "an adopted goal whose workspace is amended",
      attack: "UPDATE goals SET workspace = 'y' WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "an adopted goal whose category is amended",
      attack: "UPDATE goals SET category = 'y' WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "an adopted goal whose success_metrics is amended",
      attack: "UPDATE goals SET success_metrics = '[1]' WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "an adopted goal whose timeout_ms is amended",
      attack: "UPDATE goals SET timeout_ms = 5 WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "an adopted goal whose max_attempts is amended",
      attack: "UPDATE goals SET max_attempts = 9 WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "an adopted goal whose aligns_with is amended",
      attack: "UPDATE goals SET aligns_with = '[1]' WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "an adopted goal whose contradicts is amended",
      attack: "UPDATE goals SET contradicts = '[1]' WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "a NULL replaced by the default once adopted",
      attack: "UPDATE OR REPLACE goals SET context = NULL WHERE id = 2",
      refusal: """
        what is asked changes only while the goal is proposed; later only metadata, deadline, \
        not_before, value, effort and risk
        """
    ),
    GuardCase(
      "a goal changed by nobody",
      attack: "UPDATE goals SET value = 1, actor = '' WHERE id = 1",
      refusal: """
        actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL \
        byte
        """
    ),
    GuardCase(
      "a goal amended to an unknown belief",
      attack: "UPDATE goals SET aligns_with = '[99]' WHERE id = 1",
      refusal: "aligns_with and contradicts name beliefs by id: there is no such belief"
    ),
    GuardCase(
      "a version that moves alone",
      attack: "UPDATE goals SET version = version + 1 WHERE id = 1",
      refusal: """
        version moves by one with a change: leave it out, or SET version = version + 1 WHERE \
        version is the one you read
        """
    ),
    GuardCase(
      "a version that jumps with a change",
      attack: "UPDATE goals SET value = 0.9, version = version + 2 WHERE id = 1",
      refusal: """
        version moves by one with a change: leave it out, or SET version = version + 1 WHERE \
        version is the one you read
        """
    ),
    GuardCase(
      "a version set to NULL and so to its default",
      attack: "UPDATE OR REPLACE goals SET value = 0.9, version = NULL WHERE id = 2",
      refusal: """
        version moves by one with a change: leave it out, or SET version = version + 1 WHERE \
        version is the one you read
        """
    ),
    GuardCase(
      "attempts set to 0",
      attack: "UPDATE goals SET attempts = 0 WHERE id = 16",
      refusal: """
        attempts counts claims: it moves only as a goal is claimed, released or retried
        """
    ),
    GuardCase(
      "attempts raised",
      attack: "UPDATE goals SET attempts = 3 WHERE id = 2",
      refusal: """
        attempts counts claims: it moves only as a goal is claimed, released or retried
        """
    ),
    GuardCase(
      "attempts taken back without the token",
      attack: "UPDATE goals SET state = 'adopted', attempts = attempts - 1 WHERE id = 7",
      refusal: """
        attempts counts claims: it moves only as a goal is claimed, released or retried
        """
    ),
    GuardCase(
      "attempts taken back twice",
      attack: """
        UPDATE goals SET state = 'adopted', attempts = attempts - 2, lease_token = 18 WHERE id = \
        16
        """,
      refusal: """
        attempts counts claims: it moves only as a goal is claimed, released or retried
        """
    ),
    GuardCase(
      "retry_at set by an asker",
      attack: "UPDATE goals SET retry_at = '2026-01-01T00:00:00.000Z' WHERE id = 2",
      refusal: """
        retry_at is the worker's, set as an attempt is rolled back: set not_before instead
        """
    ),
    GuardCase(
      "retry_at that is no time",
      attack: """
        UPDATE goals SET state = 'adopted', retry_at = 'soon', lease_token = 18 WHERE id = 16
        """,
      refusal: "retry_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    ),
    GuardCase(
      "a result without an attempt",
      attack: "UPDATE goals SET result = '{}' WHERE id = 2",
      refusal: """
        result is the outcome of the latest attempt: it is set, with its token, as the attempt \
        ends
        """
    ),
    GuardCase(
      "a result while executing",
      attack: "UPDATE goals SET result = '{}', lease_token = 18 WHERE id = 16",
      refusal: """
        result is the outcome of the latest attempt: it is set, with its token, as the attempt \
        ends
        """
    ),
    GuardCase(
      "a result rewritten",
      attack: "UPDATE goals SET result = '{}' WHERE id = 4",
      refusal: """
        result is the outcome of the latest attempt: it is set, with its token, as the attempt \
        ends
        """
    ),
    GuardCase(
      "a result from whoever abandons",
      attack: "UPDATE goals SET state = 'abandoned', result = '{}' WHERE id = 16",
      refusal: """
        result is the outcome of the latest attempt: it is set, with its token, as the attempt \
        ends
        """
    ),
    GuardCase(
      "a result that is no JSON",
      attack: """
        UPDATE goals SET state = 'failed', result = 'no', lease_token = 18 WHERE id = 16
        """,
      refusal: "result is JSON without NUL bytes"
    ),
    GuardCase(
      "blockers set to 0",
      attack: "UPDATE goals SET blockers = 0 WHERE id = 10",
      refusal: "blockers counts the prerequisites that are not satisfied: leave it out"
    ),
    GuardCase(
      "waits_until taken away",
      attack: "UPDATE goals SET waits_until = NULL WHERE id = 9",
      refusal: "waits_until follows not_before and retry_at: set not_before instead"
    ),
    GuardCase(
      "waits_until invented",
      attack: "UPDATE goals SET waits_until = '2999-01-01T00:00:00.000Z' WHERE id = 2",
      refusal: "waits_until follows not_before and retry_at: set not_before instead"
    ),
    GuardCase(
      "updated_at rewritten",
      attack: "UPDATE goals SET updated_at = '2020-01-01T00:00:00.000Z' WHERE id = 2",
      refusal: "updated_at is the time of the latest change: leave it out"
    ),
    GuardCase(
      "a score of choice",
      attack: "UPDATE goals SET score = 1 WHERE id = 2",
      refusal: """
        score follows goal_score_formula: leave it out, or set it, score_epoch and rescore_at to \
        what the formula says now
        """
    ),
    GuardCase(
      "a rescoring put off",
      attack: "UPDATE goals SET rescore_at = '2999-01-01T00:00:00.000Z' WHERE id = 2",
      refusal: """
        score follows goal_score_formula: leave it out, or set it, score_epoch and rescore_at to \
        what the formula says now
        """
    ),
    GuardCase(
      "a stale score called fresh",
      attack: "UPDATE goals SET score_epoch = 1 WHERE id = 12",
      refusal: """
        score follows goal_score_formula: leave it out, or set it, score_epoch and rescore_at to \
        what the formula says now
        """
    ),
    GuardCase(
      "a score that is to be a new goal's",
      attack: "UPDATE goals SET score_epoch = NULL, score = 0.9 WHERE id = 12",
      refusal: """
        score follows goal_score_formula: leave it out, or set it, score_epoch and rescore_at to \
        what the formula says now
        """
    ),
    GuardCase(
      "a score that hides in an amendment",
      given: ["UPDATE goals SET value = 0.6 WHERE id = 2"],
      attack: "UPDATE goals SET value = 0.1, score = 0.45 WHERE id = 2",
      refusal: """
        score follows goal_score_formula: leave it out, or set it, score_epoch and rescore_at to \
        what the formula says now
        """
    ),
    GuardCase(
      "a goal deleted",
      attack: "DELETE FROM goals WHERE id = 6",
      refusal: "a goal is never deleted: UPDATE goals SET state = 'abandoned' instead"
    ),
    GuardCase(
      "all goals deleted",
      attack: "DELETE FROM goals",
      refusal: "a goal is never deleted: UPDATE goals SET state = 'abandoned' instead"
    ),
  ]
}
