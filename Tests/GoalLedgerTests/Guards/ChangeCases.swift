// Attacks on the changes of workspaces.
// Each is refused with its sentence and changes nothing, and goes through, or is refused otherwise,
// once that sentence is taken out of the schema.

extension GuardCase {
  static let changes: [GuardCase] = [
    GuardCase(
      "a change with an id of its own",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token, id) VALUES (8, 16, 'r', 'b', 'abc', 18, 1)
        """,
      refusal: "a change's id is given by the database: leave id out"
    ),
    GuardCase(
      "a change with the id that means none",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token, id) VALUES (8, 16, 'r', 'b', 'abc', 18, -1)
        """,
      refusal: "a change is numbered from 1: leave id out"
    ),
    GuardCase(
      "a change with a stale token",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token) VALUES (8, 16, 'r', 'b', 'abc', 17)
        """,
      refusal: """
        only the holder of the lease records a change: say lease_token, attempt_id and goal_id \
        of the open attempt
        """
    ),
    GuardCase(
      "a second change of an attempt",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token) VALUES (1, 3, 'r', 'b', 'abc', 11)
        """,
      refusal: "the attempt has a change already: update it"
    ),
    GuardCase(
      "a change born committed",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token, state, head_commit, tree) VALUES (8, 16, 'r', 'b', 'abc', 18, 'committed', \
        'a', 'b')
        """,
      refusal: "a change is born open and now: leave state, created_at and updated_at out"
    ),
    GuardCase(
      "a change with workspace ''",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token) VALUES (8, 16, '', 'b', 'abc', 18)
        """,
      refusal: "a change names its workspace"
    ),
    GuardCase(
      "a change with branch ''",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token) VALUES (8, 16, 'r', '', 'abc', 18)
        """,
      refusal: "a change names its branch"
    ),
    GuardCase(
      "a change with base_commit 'HEAD'",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token) VALUES (8, 16, 'r', 'b', 'HEAD', 18)
        """,
      refusal: "base_commit is lower-case hexadecimal"
    ),
    GuardCase(
      "a change with head_commit 'HEAD'",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token, head_commit) VALUES (8, 16, 'r', 'b', 'abc', 18, 'HEAD')
        """,
      refusal: "head_commit is lower-case hexadecimal"
    ),
    GuardCase(
      "a change with tree 'T'",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token, tree) VALUES (8, 16, 'r', 'b', 'abc', 18, 'T')
        """,
      refusal: "a change's tree is lower-case hexadecimal"
    ),
    GuardCase(
      "a change with files '{}'",
      attack: """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token, files) VALUES (8, 16, 'r', 'b', 'abc', 18, '{}')
        """,
      refusal: "files is a JSON array without NUL bytes"
    ),
    GuardCase(
      "a change committed without its tree",
      attack: "UPDATE changes SET state = 'committed', lease_token = 11 WHERE attempt_id = 1",
      refusal: "a committed change has its head_commit and tree"
    ),
    GuardCase(
      "a change rolled back by anybody",
      attack: "UPDATE changes SET state = 'rolled_back' WHERE attempt_id = 1",
      refusal: """
        only the holder of the lease writes a change: SET lease_token to the token of its \
        attempt
        """
    ),
    GuardCase(
      "a change of an expired attempt committed",
      given: [
        """
        INSERT OR REPLACE INTO changes(attempt_id, goal_id, workspace, branch, base_commit, \
        lease_token) VALUES (4, 7, 'r', 'b', 'abc', 14)
        """, "UPDATE goals SET state = 'adopted' WHERE id = 7",
      ],
      attack: """
        UPDATE changes SET state = 'committed', head_commit = 'a', tree = 'b', lease_token = 14 \
        WHERE attempt_id = 4
        """,
      refusal: """
        only the holder of the lease writes a change: SET lease_token to the token of its \
        attempt
        """
    ),
    GuardCase(
      "a change moved to another branch",
      attack: "UPDATE changes SET branch = 'x', lease_token = 11 WHERE attempt_id = 1",
      refusal: """
        a change keeps its id, attempt, goal, workspace, branch, base_commit and created_at
        """
    ),
    GuardCase(
      "a change that replaces another",
      attack: """
        UPDATE OR REPLACE changes SET attempt_id = 5, lease_token = 11 WHERE attempt_id = 1
        """,
      refusal: """
        a change keeps its id, attempt, goal, workspace, branch, base_commit and created_at
        """
    ),
    GuardCase(
      "a change committed after its rollback",
      attack: """
        UPDATE changes SET state = 'committed', head_commit = 'a', tree = 'b', lease_token = 17 \
        WHERE attempt_id = 7
        """,
      refusal: """
        an open change is committed or rolled back, a committed one can only be rolled back
        """
    ),
    GuardCase(
      "another tree after the commit",
      attack: "UPDATE changes SET tree = 'abcd', lease_token = 16 WHERE attempt_id = 6",
      refusal: "head_commit, tree and files change only while the change is open"
    ),
    GuardCase(
      "a change with a time of choice",
      attack: """
        UPDATE changes SET updated_at = '2020-01-01T00:00:00.000Z', lease_token = 11 WHERE \
        attempt_id = 1
        """,
      refusal: "updated_at is the time of the latest change: leave it out"
    ),
    GuardCase(
      "a change deleted",
      attack: "DELETE FROM changes",
      refusal: "a change is never deleted: it is rolled back"
    ),
  ]
}
