-- What an attempt did to a workspace.
-- What must stay true: an attempt has one change at most; its holder writes it, or, once the lease
-- has expired and the goal was put back, whoever names that lease's token rolls it back; a change
-- that is rolled back stays so, a committed one can still be rolled back while its attempt is open.

CREATE TABLE changes (
  id INTEGER PRIMARY KEY CONSTRAINT "a change is numbered from 1: leave id out" CHECK (id >= 1),
  attempt_id INTEGER NOT NULL UNIQUE REFERENCES attempts(id),
  goal_id INTEGER NOT NULL REFERENCES goals(id),
  workspace TEXT NOT NULL CONSTRAINT "a change names its workspace" CHECK (trim(workspace) <> ''),
  branch TEXT NOT NULL CONSTRAINT "a change names its branch" CHECK (trim(branch) <> ''),
  base_commit TEXT NOT NULL
    CONSTRAINT "base_commit is lower-case hexadecimal"
    CHECK (base_commit <> '' AND base_commit NOT GLOB '*[^0-9a-f]*'),
  head_commit TEXT
    CONSTRAINT "head_commit is lower-case hexadecimal"
    CHECK (head_commit <> '' AND head_commit NOT GLOB '*[^0-9a-f]*'),
  tree TEXT
    CONSTRAINT "a change's tree is lower-case hexadecimal"
    CHECK (tree <> '' AND tree NOT GLOB '*[^0-9a-f]*'),
  files TEXT NOT NULL DEFAULT '[]'
    CONSTRAINT "files is a JSON array without NUL bytes"
    CHECK (files = '[]' OR CASE WHEN json_valid(files) AND instr(files, char(0)) = 0
      THEN json_type(files) = 'array' ELSE 0 END),
  state TEXT NOT NULL DEFAULT 'open',
  lease_token INTEGER,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT "a committed change has its head_commit and tree"
    CHECK (state <> 'committed' OR head_commit IS NOT NULL AND tree IS NOT NULL)
) STRICT;

CREATE INDEX changes_of_goals ON changes(goal_id);

-- What is not yet decided, which is little, whatever the history.
CREATE INDEX changes_open ON changes(goal_id, attempt_id)
WHERE state = 'open';

CREATE TRIGGER changes_before_insert BEFORE INSERT ON changes
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a change''s id is given by the database: leave id out')
    WHEN NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE id = NEW.attempt_id AND goal_id = NEW.goal_id AND state = 'open'
        AND lease_token = NEW.lease_token)
    THEN RAISE(ABORT, 'only the holder of the lease records a change: say lease_token, attempt_id and goal_id of the open attempt')
    WHEN EXISTS (SELECT 1 FROM changes WHERE attempt_id = NEW.attempt_id)
    THEN RAISE(ABORT, 'the attempt has a change already: update it')
    WHEN NEW.state IS NOT 'open'
      OR NEW.created_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
      OR NEW.updated_at IS NOT NEW.created_at
    THEN RAISE(ABORT, 'a change is born open and now: leave state, created_at and updated_at out')
  END;
END;

CREATE TRIGGER changes_after_insert AFTER INSERT ON changes
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, to_state, detail)
  SELECT worker, 'change.open', NEW.goal_id, NEW.attempt_id, 'open', json_object(
    'change', NEW.id, 'workspace', NEW.workspace, 'branch', NEW.branch,
    'base_commit', NEW.base_commit)
  FROM attempts
  WHERE id = NEW.attempt_id;
  SELECT RAISE(ABORT, 'the ledger took no entry of this change, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE changes SET lease_token = NULL WHERE id = NEW.id;
END;

CREATE TRIGGER changes_before_update BEFORE UPDATE ON changes
BEGIN
  SELECT CASE
    WHEN NOT (OLD.lease_token IS NOT NULL AND NEW.lease_token IS NULL) AND NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE id = OLD.attempt_id AND lease_token = NEW.lease_token
        AND (state = 'open' OR state = 'expired' AND NEW.state = 'rolled_back'))
    THEN RAISE(ABORT, 'only the holder of the lease writes a change: SET lease_token to the token of its attempt')
    WHEN (NEW.id, NEW.attempt_id, NEW.goal_id, NEW.workspace, NEW.branch, NEW.base_commit,
        NEW.created_at)
      IS NOT (OLD.id, OLD.attempt_id, OLD.goal_id, OLD.workspace, OLD.branch, OLD.base_commit,
        OLD.created_at)
    THEN RAISE(ABORT, 'a change keeps its id, attempt, goal, workspace, branch, base_commit and created_at')
    WHEN NEW.state IS NOT OLD.state
      AND NOT coalesce(OLD.state = 'open' AND NEW.state = 'committed'
        OR OLD.state IN ('open', 'committed') AND NEW.state = 'rolled_back', 0)
    THEN RAISE(ABORT, 'an open change is committed or rolled back, a committed one can only be rolled back')
    WHEN OLD.state <> 'open' AND NEW.state IS OLD.state
      AND (NEW.head_commit, NEW.tree, NEW.files) IS NOT (OLD.head_commit, OLD.tree, OLD.files)
    THEN RAISE(ABORT, 'head_commit, tree and files change only while the change is open')
    WHEN NEW.updated_at IS NOT OLD.updated_at
      AND NEW.updated_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'updated_at is the time of the latest change: leave it out')
  END;
END;

CREATE TRIGGER changes_after_update AFTER UPDATE ON changes
WHEN NEW.lease_token IS NOT NULL
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, attempt_id, from_state, to_state, detail)
  SELECT worker, 'change.' || NEW.state, NEW.goal_id, NEW.attempt_id, OLD.state, NEW.state,
    json_object('change', NEW.id, 'workspace', NEW.workspace, 'branch', NEW.branch,
      'base_commit', NEW.base_commit, 'head_commit', NEW.head_commit, 'tree', NEW.tree,
      'files', json(NEW.files))
  FROM attempts
  WHERE id = NEW.attempt_id AND NEW.state <> OLD.state;
  SELECT RAISE(ABORT, 'the ledger took no entry of this change, so nothing is changed')
  WHERE NEW.state <> OLD.state AND changes() <> 1;
  UPDATE changes
  SET lease_token = NULL,
    updated_at = CASE
      WHEN (NEW.state, NEW.head_commit, NEW.tree, NEW.files)
        IS NOT (OLD.state, OLD.head_commit, OLD.tree, OLD.files)
      THEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now') ELSE OLD.updated_at END
  WHERE id = NEW.id;
END;

CREATE TRIGGER changes_delete BEFORE DELETE ON changes
BEGIN
  SELECT RAISE(ABORT, 'a change is never deleted: it is rolled back');
END;
