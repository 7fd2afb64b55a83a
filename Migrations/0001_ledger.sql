-- The identity ledger: one line for every state transition, amendment and decision, written by the
-- triggers of the tables it is about, in the transaction that makes the change.
-- What must stay true: seq is contiguous from 1; nothing is ever changed, and removed only once it
-- is in an archive (0015_archive.sql); what a trigger
-- inserts here fails no CHECK and collides with no key (OR IGNORE and OR FAIL on the client's
-- statement would turn that into a change without its entry). What may be inserted is said in
-- ledger_guard, which needs all tables and so comes after them.

CREATE TABLE database_info (
  id TEXT NOT NULL PRIMARY KEY,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO database_info
VALUES (lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));

CREATE TRIGGER database_info_insert BEFORE INSERT ON database_info
BEGIN
  SELECT RAISE(ABORT, 'a database has one identity, given at its birth');
END;

CREATE TRIGGER database_info_update BEFORE UPDATE ON database_info
BEGIN
  SELECT RAISE(ABORT, 'the identity of a database never changes');
END;

CREATE TRIGGER database_info_delete BEFORE DELETE ON database_info
BEGIN
  SELECT RAISE(ABORT, 'the identity of a database is never removed');
END;

CREATE TABLE identity_ledger (
  seq INTEGER PRIMARY KEY
    CONSTRAINT "entries are numbered from 1: leave seq out" CHECK (seq >= 1),
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  actor TEXT NOT NULL DEFAULT 'sql',
  assurance TEXT NOT NULL DEFAULT 'claimed',
  event TEXT NOT NULL,
  goal_id INTEGER,
  goal_version INTEGER,
  attempt_id INTEGER,
  task_id INTEGER,
  from_state TEXT,
  to_state TEXT,
  reason TEXT,
  detail TEXT
) STRICT;

-- A goal's own entries, the only ones that carry a version: its transitions and amendments. A goal
-- that does not change is carried over again by each archive that takes its last entry away.
CREATE UNIQUE INDEX ledger_versions ON identity_ledger(goal_id, goal_version, event,
  CASE event WHEN 'goal.carried' THEN seq ELSE 0 END)
WHERE goal_version IS NOT NULL;

-- Everything that happened to a goal, in order.
CREATE INDEX ledger_goals ON identity_ledger(goal_id, seq)
WHERE goal_id IS NOT NULL;

CREATE INDEX ledger_attempts ON identity_ledger(attempt_id, seq)
WHERE attempt_id IS NOT NULL AND task_id IS NULL;

CREATE INDEX ledger_tasks ON identity_ledger(task_id, seq)
WHERE task_id IS NOT NULL;

CREATE INDEX ledger_edges ON identity_ledger(goal_id, json_extract(detail, '$.depends_on'), seq)
WHERE event GLOB 'dependency.*';

-- Beliefs, weights, breakers and workers are named by detail.subject.
CREATE INDEX ledger_subjects ON identity_ledger(json_extract(detail, '$.subject'), seq)
WHERE goal_id IS NULL;

CREATE TRIGGER identity_ledger_update BEFORE UPDATE ON identity_ledger
BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only: add a note that corrects the entry');
END;

CREATE TRIGGER identity_ledger_delete BEFORE DELETE ON identity_ledger
WHEN NOT EXISTS (SELECT 1 FROM archive_pass WHERE last_seq >= OLD.seq)
BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only: no entry is ever removed');
END;
