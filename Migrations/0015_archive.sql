-- Retention: the oldest seals, their entries and the finished goals they cover move to a file of
-- their own, and what lives on is said anew in entries *.carried.
-- What must stay true: rows of history are deleted only while archive_pass holds its row, which can
-- be put there only right after the entry archive.made and taken away only once every entry that
-- was archived is gone; meanwhile the ledger takes nothing but carried entries, each of which says
-- just what the live row says. So a pass that is left open stops everything else, and does not go
-- unnoticed. A plain client can do what goalledger archive does; what it cannot do is sign the row
-- of archives, nor show the file.

-- Each pass: what went, where to, and the seal it ended with, which the next seal names. last_seq is
-- also the number of leaves that the tree had there.
CREATE TABLE archives (
  number INTEGER PRIMARY KEY,
  file TEXT NOT NULL CONSTRAINT "an archive names its file" CHECK (trim(file) <> ''),
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  last_hash BLOB NOT NULL,
  goals INTEGER NOT NULL CONSTRAINT "an archive counts its goals" CHECK (goals >= 0),
  actor TEXT NOT NULL,
  made_at TEXT NOT NULL,
  public_key BLOB NOT NULL
    CONSTRAINT "an archive's public_key has 32 bytes" CHECK (length(public_key) = 32),
  signature BLOB NOT NULL
    CONSTRAINT "an archive's signature has 64 bytes" CHECK (length(signature) = 64)
) STRICT;

-- A row here says that this file is an archive, and which entry it begins with.
CREATE TABLE archive_file (
  one INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  previous_hash BLOB NOT NULL,
  made_at TEXT NOT NULL
) STRICT;

-- A row here says that a pass is under way, up to this entry.
CREATE TABLE archive_pass (
  one INTEGER PRIMARY KEY
    CONSTRAINT "one archive pass at a time: one is 1" CHECK (one = 1),
  last_seq INTEGER NOT NULL
) STRICT;

-- Where each archived goal went. Its idempotency_key stays taken.
CREATE TABLE archived_goals (
  goal_id INTEGER PRIMARY KEY,
  archive INTEGER NOT NULL REFERENCES archives(number),
  idempotency_key TEXT
) STRICT;

CREATE UNIQUE INDEX archived_keys ON archived_goals(idempotency_key)
WHERE idempotency_key IS NOT NULL;

CREATE INDEX archived_goals_of_archives ON archived_goals(archive);

-- The first entry that this file is to hold, and the hash its first seal is to name.
CREATE VIEW ledger_start(first_seq, previous_hash) AS
SELECT first_seq, previous_hash
FROM archive_file
UNION ALL
SELECT last_seq + 1, last_hash
FROM archives
WHERE number = (SELECT max(number) FROM archives) AND NOT EXISTS (SELECT 1 FROM archive_file)
UNION ALL
SELECT 1, zeroblob(32)
WHERE NOT EXISTS (SELECT 1 FROM archives) AND NOT EXISTS (SELECT 1 FROM archive_file);

-- Goals that have ended, and their last entry. Whoever has the newest attempt, task, run, change or
-- signature stays, so that no number or token is ever given twice.
CREATE VIEW ended_goals(id, last_seq) AS
SELECT g.id, (SELECT max(seq) FROM identity_ledger WHERE goal_id = g.id)
FROM goals g
WHERE g.state IN ('satisfied', 'failed', 'abandoned')
  AND NOT EXISTS (
    SELECT 1 FROM attempts a
    WHERE a.goal_id = g.id
      AND (a.state = 'open' OR a.id = (SELECT max(id) FROM attempts)
        OR a.lease_token = (SELECT max(lease_token) FROM attempts)))
  AND NOT EXISTS (
    SELECT 1 FROM tasks WHERE id = (SELECT max(id) FROM tasks) AND goal_id = g.id)
  AND NOT EXISTS (
    SELECT 1
    FROM task_runs r JOIN attempts a ON a.id = r.attempt_id
    WHERE r.id = (SELECT max(id) FROM task_runs) AND a.goal_id = g.id)
  AND NOT EXISTS (
    SELECT 1 FROM changes WHERE id = (SELECT max(id) FROM changes) AND goal_id = g.id)
  AND NOT EXISTS (
    SELECT 1 FROM goal_signatures
    WHERE id = (SELECT max(id) FROM goal_signatures) AND goal_id = g.id)
  AND NOT EXISTS (SELECT 1 FROM release_queue WHERE goal_id = g.id);

-- Those that the pass under way may take along.
CREATE VIEW leaving_goals(id) AS
SELECT e.id
FROM archive_pass p JOIN ended_goals e ON e.last_seq <= p.last_seq;

-- What a carried entry says of each subject that lives on: what its entries up to now come to, in
-- their own words, so that whoever looks for the last word finds it.
CREATE VIEW carried_goals(goal_id, goal_version, to_state, detail) AS
SELECT id, version, state, json_object('text', text, 'task', task, 'context', context,
  'workspace', workspace, 'category', category, 'source', source,
  'success_metrics', success_metrics, 'metadata', metadata,
  'timeout_ms', timeout_ms, 'max_attempts', max_attempts,
  'idempotency_key', idempotency_key, 'retry_at', retry_at,
  'value', printf('%!.17g', value), 'effort', printf('%!.17g', effort),
  'risk', printf('%!.17g', risk), 'not_before', not_before, 'deadline', deadline,
  'aligns_with', aligns_with, 'contradicts', contradicts,
  'attempts', attempts, 'result', json(result))
FROM goals;

CREATE VIEW carried_attempts(goal_id, attempt_id, to_state, detail) AS
SELECT a.goal_id, a.id, a.state, json_object('number', a.number, 'worker', a.worker,
  'lease_token', a.lease_token, 'lease_expires_at', a.lease_expires_at, 'takeovers', a.takeovers,
  'branch', a.branch, 'base_commit', a.base_commit, 'plan_id', a.plan_id, 'digest', p.digest,
  'task', p.task, 'outcome', json(a.outcome))
FROM attempts a LEFT JOIN plans p ON p.id = a.plan_id;

CREATE VIEW carried_tasks(goal_id, attempt_id, task_id, to_state, detail) AS
SELECT goal_id, attempt_id, id, state, json_object('number', number, 'action', action,
  'arguments', json(arguments), 'priority', priority, 'try', tries, 'commit', commit_id,
  'result', json(result))
FROM tasks;

CREATE VIEW carried_changes(goal_id, attempt_id, to_state, detail) AS
SELECT goal_id, attempt_id, state, json_object('change', id, 'workspace', workspace,
  'branch', branch, 'base_commit', base_commit, 'head_commit', head_commit, 'tree', tree,
  'files', json(files))
FROM changes;

CREATE VIEW carried_edges(goal_id, depends_on, detail) AS
SELECT goal_id, depends_on, json_object('depends_on', depends_on)
FROM goal_dependencies;

-- Whatever belongs to no goal. Another kind of subject is another arm here.
CREATE VIEW carried_subjects(event, subject, to_state, detail) AS
SELECT 'belief.carried', 'belief:' || id, NULL, json_object(
  'subject', 'belief:' || id, 'belief', id, 'name', name, 'statement', statement,
  'confidence', printf('%!.17g', confidence), 'active', active, 'immutable', immutable)
FROM beliefs
UNION ALL
SELECT 'weight.carried', 'weight:' || name, NULL, json_object(
  'subject', 'weight:' || name, 'weight', name,
  'old', printf('%!.17g', standard), 'new', printf('%!.17g', weight))
FROM score_weights
UNION ALL
SELECT 'breaker.carried', 'breaker:' || quote(action) || '@' || quote(workspace), state, json_object(
  'subject', 'breaker:' || quote(action) || '@' || quote(workspace),
  'action', action, 'workspace', workspace, 'failures', failures, 'retry_at', retry_at)
FROM circuit_breakers
UNION ALL
SELECT 'worker.carried', 'worker:' || name, state, json_object(
  'subject', 'worker:' || name, 'worker', name, 'pid', pid, 'host', host, 'version', version,
  'public_key', nullif(lower(hex(public_key)), ''))
FROM workers
UNION ALL
SELECT 'archive.carried', 'archive:' || number, NULL, json_object(
  'subject', 'archive:' || number, 'archive', number, 'file', file, 'first_seq', first_seq,
  'last_seq', last_seq, 'last_hash', lower(hex(last_hash)), 'goals', goals, 'made_at', made_at,
  'public_key', lower(hex(public_key)))
FROM archives
UNION ALL
SELECT 'identity.carried', 'identity:' || lower(hex(public_key)), NULL, json_object(
  'subject', 'identity:' || lower(hex(public_key)), 'name', name, 'kind', kind,
  'public_key', lower(hex(public_key)), 'since', since, 'until', until,
  'voucher', nullif(lower(hex(voucher)), ''))
FROM identities;

CREATE TRIGGER archives_before_insert BEFORE INSERT ON archives
BEGIN
  SELECT CASE
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM archives)
    THEN RAISE(ABORT, 'archives are numbered without gaps, from 1')
    WHEN NEW.first_seq IS NOT (SELECT first_seq FROM ledger_start)
    THEN RAISE(ABORT, 'an archive begins with the first entry that is left')
    WHEN NOT EXISTS (
      SELECT 1 FROM ledger_seals WHERE last_seq = NEW.last_seq AND hash = NEW.last_hash)
    THEN RAISE(ABORT, 'an archive ends with a seal, and names its hash')
    WHEN NEW.made_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', NEW.made_at)
      OR julianday(NEW.made_at) NOT BETWEEN julianday('now', '-10 minutes')
        AND julianday('now', '+1 second')
    THEN RAISE(ABORT, 'an archive is dated when it is made')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.file, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line; neither it nor file holds a NUL byte')
  END;
END;

CREATE TRIGGER archives_after_insert AFTER INSERT ON archives
BEGIN
  INSERT INTO identity_ledger(actor, event, detail)
  SELECT NEW.actor, 'archive.made', detail
  FROM carried_subjects
  WHERE event = 'archive.carried' AND subject = 'archive:' || NEW.number;
  SELECT RAISE(ABORT, 'the ledger took no entry of this archive, so nothing is changed')
  WHERE changes() <> 1;
END;

CREATE TRIGGER archives_update BEFORE UPDATE ON archives
BEGIN
  SELECT RAISE(ABORT, 'what was archived, and where to, never changes');
END;

CREATE TRIGGER archives_delete BEFORE DELETE ON archives
BEGIN
  SELECT RAISE(ABORT, 'what was archived, and where to, is never forgotten');
END;

CREATE TRIGGER archive_file_insert BEFORE INSERT ON archive_file
BEGIN
  SELECT RAISE(ABORT, 'a database does not become an archive: goalledger archive makes a file of its own');
END;

CREATE TRIGGER archive_file_update BEFORE UPDATE ON archive_file
BEGIN
  SELECT RAISE(ABORT, 'an archive begins where it began');
END;

CREATE TRIGGER archive_file_delete BEFORE DELETE ON archive_file
BEGIN
  SELECT RAISE(ABORT, 'an archive stays an archive');
END;

CREATE TRIGGER archive_pass_insert BEFORE INSERT ON archive_pass
BEGIN
  SELECT RAISE(ABORT, 'an archive pass is opened by goalledger archive, right after the entry archive.made')
  WHERE EXISTS (SELECT 1 FROM archive_pass) OR NOT EXISTS (
    SELECT 1
    FROM archives a JOIN identity_ledger l ON l.event = 'archive.made'
      AND json_extract(l.detail, '$.archive') = a.number
    WHERE a.number = (SELECT max(number) FROM archives) AND a.last_seq = NEW.last_seq
      AND l.seq = (SELECT max(seq) FROM identity_ledger));
END;

CREATE TRIGGER archive_pass_update BEFORE UPDATE ON archive_pass
BEGIN
  SELECT RAISE(ABORT, 'an archive pass goes as far as it said');
END;

CREATE TRIGGER archive_pass_delete BEFORE DELETE ON archive_pass
BEGIN
  SELECT RAISE(ABORT, 'the archive pass is not done: entries that were archived are still here')
  WHERE EXISTS (SELECT 1 FROM identity_ledger WHERE seq <= OLD.last_seq)
    OR EXISTS (SELECT 1 FROM ledger_seals WHERE first_seq <= OLD.last_seq);
END;

-- A goal that is deleted, which only a pass can do, was archived.
CREATE TRIGGER goals_after_delete AFTER DELETE ON goals
BEGIN
  INSERT INTO archived_goals(goal_id, archive, idempotency_key)
  VALUES (OLD.id, (SELECT max(number) FROM archives), OLD.idempotency_key);
END;

CREATE TRIGGER archived_goals_insert BEFORE INSERT ON archived_goals
BEGIN
  SELECT RAISE(ABORT, 'archived_goals lists the goals that goalledger archive took away')
  WHERE NOT EXISTS (SELECT 1 FROM archive_pass)
    OR NEW.archive IS NOT (SELECT max(number) FROM archives)
    OR EXISTS (SELECT 1 FROM goals WHERE id = NEW.goal_id)
    OR EXISTS (
      SELECT 1 FROM archived_goals
      WHERE goal_id = NEW.goal_id OR idempotency_key = NEW.idempotency_key);
END;

CREATE TRIGGER archived_goals_update BEFORE UPDATE ON archived_goals
BEGIN
  SELECT RAISE(ABORT, 'where a goal was archived never changes');
END;

CREATE TRIGGER archived_goals_delete BEFORE DELETE ON archived_goals
BEGIN
  SELECT RAISE(ABORT, 'where a goal was archived is never forgotten');
END;
