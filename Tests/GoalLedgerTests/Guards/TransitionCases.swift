// Attacks on the transitions of a goal: order, token, beliefs, changes, evidence.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let transitions: [GuardCase] = [
    GuardCase(
      "a proposed goal that is satisfied",
      attack: "UPDATE goals SET state = 'satisfied' WHERE id = 1",
      refusal: "a proposed goal can only be adopted or abandoned"
    ),
    GuardCase(
      "an adopted goal that fails",
      attack: "UPDATE goals SET state = 'failed' WHERE id = 2",
      refusal: "an adopted goal can only be claimed, put back to proposed, or abandoned"
    ),
    GuardCase(
      "an executing goal put back to proposed",
      attack: "UPDATE goals SET state = 'proposed', lease_token = 18 WHERE id = 16",
      refusal: """
        an executing goal can only become satisfied, adopted again, failed or abandoned
        """
    ),
    GuardCase(
      "a state replaced by its default",
      attack: "UPDATE OR REPLACE goals SET state = NULL WHERE id = 16",
      refusal: """
        an executing goal can only become satisfied, adopted again, failed or abandoned
        """
    ),
    GuardCase(
      "a satisfied goal taken up again",
      attack: "UPDATE goals SET state = 'adopted' WHERE id = 4",
      refusal: "a satisfied goal is final: add a new goal instead"
    ),
    GuardCase(
      "a failed goal that is satisfied",
      attack: "UPDATE goals SET state = 'satisfied' WHERE id = 5",
      refusal: "a failed goal can only be adopted again or abandoned"
    ),
    GuardCase(
      "an abandoned goal taken up again",
      attack: "UPDATE goals SET state = 'adopted' WHERE id = 6",
      refusal: "an abandoned goal is final: add a new goal instead"
    ),
    GuardCase(
      "executing without an attempt",
      attack: "UPDATE goals SET state = 'executing' WHERE id = 2",
      refusal: """
        a goal is claimed by opening an attempt: INSERT INTO attempts(goal_id, worker, \
        lease_token, lease_expires_at)
        """
    ),
    GuardCase(
      "executing with a token of another attempt",
      attack: """
        UPDATE goals SET state = 'executing', lease_token = 18, attempts = 1 WHERE id = 2
        """,
      refusal: """
        a goal is claimed by opening an attempt: INSERT INTO attempts(goal_id, worker, \
        lease_token, lease_expires_at)
        """
    ),
    GuardCase(
      "satisfied without a token",
      attack: "UPDATE goals SET state = 'satisfied' WHERE id = 16",
      refusal: """
        only the holder of the lease can end an attempt: SET lease_token to the token of the \
        open attempt
        """
    ),
    GuardCase(
      "satisfied with a stale token",
      attack: "UPDATE goals SET state = 'satisfied', lease_token = 11 WHERE id = 16",
      refusal: """
        only the holder of the lease can end an attempt: SET lease_token to the token of the \
        open attempt
        """
    ),
    GuardCase(
      "failed without a token",
      attack: "UPDATE goals SET state = 'failed' WHERE id = 16",
      refusal: """
        only the holder of the lease can end an attempt: SET lease_token to the token of the \
        open attempt
        """
    ),
    GuardCase(
      "rolled back with a stale token after expiry",
      attack: "UPDATE goals SET state = 'adopted', lease_token = 11 WHERE id = 7",
      refusal: """
        only the holder of the lease can end an attempt: SET lease_token to the token of the \
        open attempt
        """
    ),
    GuardCase(
      "rolled back by anybody before expiry",
      attack: "UPDATE goals SET state = 'adopted' WHERE id = 16",
      refusal: """
        the lease of the open attempt has not expired: wait for it, abandon the goal, or SET \
        lease_token to its token
        """
    ),
    GuardCase(
      "adopted against an active belief",
      attack: "UPDATE goals SET state = 'adopted' WHERE id = 12",
      refusal: """
        the goal contradicts an active belief: it cannot be adopted while the belief is active
        """
    ),
    GuardCase(
      "failed with an open change",
      attack: "UPDATE goals SET state = 'failed', lease_token = 11 WHERE id = 3",
      refusal: "the attempt has a change that is not rolled back: roll it back first"
    ),
    GuardCase(
      "put back with a committed change",
      attack: "UPDATE goals SET state = 'adopted', lease_token = 16 WHERE id = 14",
      refusal: "the attempt has a change that is not rolled back: roll it back first"
    ),
    GuardCase(
      "satisfied with an open change",
      attack: "UPDATE goals SET state = 'satisfied', lease_token = 11 WHERE id = 3",
      refusal: """
        the goal has an open change: commit it first, or roll back what an earlier attempt left
        """
    ),
    GuardCase(
      "satisfied with a change rolled back",
      attack: "UPDATE goals SET state = 'satisfied', lease_token = 17 WHERE id = 15",
      refusal: """
        the change of this attempt was rolled back: nothing is left that could satisfy the goal
        """
    ),
    GuardCase(
      "satisfied without evidence",
      attack: "UPDATE goals SET state = 'satisfied', lease_token = 16 WHERE id = 14",
      refusal: """
        success is evidence: no task of this attempt exited with 0 for the tree that was \
        committed
        """
    ),
    GuardCase(
      "satisfied on a planned test that never ran",
      given: [
        """
        UPDATE changes SET state = 'committed', head_commit = 'd', tree = 'e', lease_token = 11 \
        WHERE attempt_id = 1
        """
      ],
      attack: "UPDATE goals SET state = 'satisfied', lease_token = 11 WHERE id = 3",
      refusal: """
        success is evidence: no task of this attempt exited with 0 for the tree that was \
        committed
        """
    ),
  ]
}
