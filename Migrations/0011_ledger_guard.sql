-- What may enter the ledger.
-- A trigger's entry and a forged one can be told apart by nothing but truth: whatever a trigger can
-- do, a client can. So an entry of a guarded event is taken only while it is the missing step from
-- what the ledger last recorded of its subject to what the live row says. At rest the two are equal,
-- and every entry that could be forged would be a step from a state to itself, or an untruth.
-- What a plain client may say freely is a note, or a refusal it met.
-- SQLite gives each firing of a trigger a frame with a cell for everything that its whole text names,
-- so the entries of every goal's life are looked at in a short trigger; it hands the others to that
-- of entry_check, which is fired for them alone.

-- One row that never changes: its UPDATE asks whether an entry is true.
CREATE TABLE entry_check (
  one INTEGER PRIMARY KEY,
  actor TEXT,
  event TEXT,
  goal_id INTEGER,
  goal_version INTEGER,
  attempt_id INTEGER,
  task_id INTEGER,
  from_state TEXT,
  to_state TEXT,
  reason TEXT,
  detail TEXT
) STRICT;

INSERT INTO entry_check(one)
VALUES (1);

CREATE TRIGGER entry_check_insert BEFORE INSERT ON entry_check
BEGIN
  SELECT RAISE(ABORT, 'entry_check is asked about entries by the ledger: it has one row');
END;

CREATE TRIGGER entry_check_delete BEFORE DELETE ON entry_check
BEGIN
  SELECT RAISE(ABORT, 'entry_check is asked about entries by the ledger: it keeps its row');
END;

CREATE TRIGGER identity_ledger_insert BEFORE INSERT ON identity_ledger
BEGIN
  SELECT CASE
    WHEN NEW.seq <> -1 AND NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM identity_ledger)
    THEN RAISE(ABORT, 'entries are numbered without gaps: leave seq out')
    WHEN NEW.at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'the ledger dates its entries itself: leave at out')
    WHEN NEW.assurance IS NOT iif(NEW.event = 'signature.verified', 'signed', 'claimed')
    THEN RAISE(ABORT, 'plain SQL proves nobody: assurance is ''claimed''')
    WHEN EXISTS (SELECT 1 FROM archive_file)
    THEN RAISE(ABORT, 'this file is an archive: nothing happens in it any more; work on the database that it came from')
    WHEN EXISTS (SELECT 1 FROM archive_pass) AND NEW.event NOT GLOB '*.carried'
    THEN RAISE(ABORT, 'an archive pass is under way: until its row is deleted from archive_pass nothing else happens')

    WHEN NEW.event = 'goal.' || NEW.to_state
    THEN CASE WHEN NEW.task_id IS NOT NULL OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM goals
          WHERE id = NEW.goal_id AND NEW.goal_version BETWEEN version AND version + 1
            AND state = NEW.to_state)
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE goal_id = NEW.goal_id AND goal_version IS NOT NULL AND to_state IS NOT NULL
          ORDER BY goal_version DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of a goal is written as the goal changes: change the goal, or add a note')
    END

    WHEN NEW.event = 'task.' || NEW.to_state
    THEN CASE WHEN NEW.goal_version IS NOT NULL OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM tasks
          WHERE id = NEW.task_id AND attempt_id = NEW.attempt_id AND goal_id = NEW.goal_id
            AND state = NEW.to_state)
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE task_id = NEW.task_id AND to_state IS NOT NULL
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of a task is written as the task changes: change the task, or add a note')
    END

    WHEN NEW.event = 'attempt.' || NEW.to_state
    THEN CASE WHEN NEW.goal_version IS NOT NULL OR NEW.task_id IS NOT NULL
        OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM attempts
          WHERE id = NEW.attempt_id AND goal_id = NEW.goal_id AND state = NEW.to_state)
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE attempt_id = NEW.attempt_id AND task_id IS NULL AND event GLOB 'attempt.*'
            AND to_state IS NOT NULL
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of an attempt is written as the attempt changes: add a note instead')
    END

    WHEN NEW.event = 'plan.made'
    THEN CASE WHEN (NEW.goal_version, NEW.task_id, NEW.from_state, NEW.to_state)
          IS NOT (NULL, NULL, NULL, NULL)
        OR NOT EXISTS (
          SELECT 1
          FROM attempts a JOIN plans p ON p.id = a.plan_id
          WHERE a.id = NEW.attempt_id AND a.goal_id = NEW.goal_id
            AND p.id = json_extract(NEW.detail, '$.plan_id')
            AND p.digest = json_extract(NEW.detail, '$.digest')
            AND p.id IS NOT (
              SELECT json_extract(detail, '$.plan_id') FROM identity_ledger
              WHERE attempt_id = NEW.attempt_id AND task_id IS NULL
                AND event IN ('plan.made', 'attempt.carried')
              ORDER BY seq DESC
              LIMIT 1))
      THEN RAISE(ABORT, 'an entry of a plan is written as an attempt takes the plan')
    END
  END;

  UPDATE entry_check
  SET actor = NEW.actor, event = NEW.event, goal_id = NEW.goal_id, goal_version = NEW.goal_version,
    attempt_id = NEW.attempt_id, task_id = NEW.task_id, from_state = NEW.from_state,
    to_state = NEW.to_state, reason = NEW.reason, detail = NEW.detail
  WHERE one = 1
    AND NEW.event IS NOT 'goal.' || NEW.to_state AND NEW.event IS NOT 'task.' || NEW.to_state
    AND NEW.event IS NOT 'attempt.' || NEW.to_state AND NEW.event <> 'plan.made';
END;

-- All other entries: of a goal, task or attempt those that are no plain step, and those of the rest.
CREATE TRIGGER entry_check_update BEFORE UPDATE ON entry_check
BEGIN
  SELECT CASE
    -- What lives on is said anew, once, just as the live row says it.
    WHEN NEW.event GLOB '*.carried'
    THEN CASE WHEN NOT EXISTS (SELECT 1 FROM archive_pass) OR NEW.from_state IS NOT NULL
        OR NOT CASE NEW.event
          WHEN 'goal.carried'
          THEN (NEW.attempt_id, NEW.task_id) IS (NULL, NULL) AND EXISTS (
            SELECT 1 FROM carried_goals
            WHERE goal_id = NEW.goal_id
              AND (goal_version, to_state, detail) IS (NEW.goal_version, NEW.to_state, NEW.detail))
          WHEN 'attempt.carried'
          THEN (NEW.goal_version, NEW.task_id) IS (NULL, NULL) AND EXISTS (
            SELECT 1 FROM carried_attempts
            WHERE attempt_id = NEW.attempt_id
              AND (goal_id, to_state, detail) IS (NEW.goal_id, NEW.to_state, NEW.detail))
          WHEN 'task.carried'
          THEN NEW.goal_version IS NULL AND EXISTS (
            SELECT 1 FROM carried_tasks
            WHERE task_id = NEW.task_id AND (goal_id, attempt_id, to_state, detail)
              IS (NEW.goal_id, NEW.attempt_id, NEW.to_state, NEW.detail))
          WHEN 'change.carried'
          THEN (NEW.goal_version, NEW.task_id) IS (NULL, NULL) AND EXISTS (
            SELECT 1 FROM carried_changes
            WHERE attempt_id = NEW.attempt_id
              AND (goal_id, to_state, detail) IS (NEW.goal_id, NEW.to_state, NEW.detail))
          WHEN 'signature.carried'
          THEN (NEW.goal_version, NEW.task_id) IS (NULL, NULL) AND EXISTS (
            SELECT 1 FROM carried_signatures
            WHERE signature_id = json_extract(NEW.detail, '$.signature')
              AND (goal_id, attempt_id, to_state, reason, detail)
                IS (NEW.goal_id, NEW.attempt_id, NEW.to_state, NEW.reason, NEW.detail))
          WHEN 'dependency.carried'
          THEN (NEW.goal_version, NEW.attempt_id, NEW.task_id, NEW.to_state)
              IS (NULL, NULL, NULL, NULL)
            AND EXISTS (
              SELECT 1 FROM carried_edges
              WHERE goal_id = NEW.goal_id
                AND depends_on = json_extract(NEW.detail, '$.depends_on') AND detail = NEW.detail)
          ELSE (NEW.goal_id, NEW.goal_version, NEW.attempt_id, NEW.task_id)
              IS (NULL, NULL, NULL, NULL)
            AND EXISTS (
              SELECT 1 FROM carried_subjects
              WHERE event = NEW.event AND subject = json_extract(NEW.detail, '$.subject')
                AND (to_state, detail) IS (NEW.to_state, NEW.detail))
        END
      THEN RAISE(ABORT, 'an entry that carries something over is written by goalledger archive')
    END

    WHEN NEW.event GLOB 'goal.*'
    THEN CASE WHEN NEW.event <> 'goal.amended'
        OR (NEW.attempt_id, NEW.task_id, NEW.from_state, NEW.to_state)
          IS NOT (NULL, NULL, NULL, NULL)
        OR NOT EXISTS (
          SELECT 1 FROM goals
          WHERE id = NEW.goal_id AND NEW.goal_version BETWEEN version AND version + 1)
        OR NOT EXISTS (SELECT 1 FROM json_each(NEW.detail))
        OR EXISTS (
          SELECT 1
          FROM json_each(NEW.detail) c
          WHERE c.type <> 'object' OR NOT EXISTS (
            SELECT 1
            FROM goal_asked a
            WHERE a.goal_id = NEW.goal_id AND a.name = c.key
              AND a.value IS json_extract(c.value, '$.new')
              AND json_extract(c.value, '$.new') IS NOT json_extract(c.value, '$.old')
              AND json_extract(c.value, '$.old') IS (
                SELECT CASE json_type(l.detail, '$.' || a.name)
                  WHEN 'object' THEN json_extract(l.detail, '$.' || a.name || '.new')
                  ELSE json_extract(l.detail, '$.' || a.name) END
                FROM identity_ledger l
                WHERE l.goal_id = NEW.goal_id AND l.goal_version IS NOT NULL
                  AND json_type(l.detail, '$.' || a.name) IS NOT NULL
                ORDER BY l.goal_version DESC
                LIMIT 1)))
      THEN RAISE(ABORT, 'an entry of a goal is written as the goal changes: change the goal, or add a note')
    END

    WHEN NEW.goal_version IS NOT NULL
    THEN RAISE(ABORT, 'only a goal''s own entries carry goal_version: leave it out')

    WHEN NEW.event GLOB 'task.*'
    THEN RAISE(ABORT, 'an entry of a task is written as the task changes: change the task, or add a note')

    WHEN NEW.event = 'attempt.taken_over'
    THEN CASE WHEN (NEW.task_id, NEW.from_state, NEW.to_state) IS NOT (NULL, NULL, NULL)
        OR NOT EXISTS (
          SELECT 1 FROM attempts
          WHERE id = NEW.attempt_id AND goal_id = NEW.goal_id AND state = 'open'
            AND worker = json_extract(NEW.detail, '$.worker')
            AND lease_token = json_extract(NEW.detail, '$.lease_token')
            AND lease_token > (
              SELECT json_extract(detail, '$.lease_token') FROM identity_ledger
              WHERE attempt_id = NEW.attempt_id AND task_id IS NULL
                AND event IN ('attempt.open', 'attempt.taken_over', 'attempt.carried')
              ORDER BY seq DESC
              LIMIT 1))
      THEN RAISE(ABORT, 'an entry of a take-over is written as the attempt is taken over')
    END

    WHEN NEW.event GLOB 'attempt.*'
    THEN RAISE(ABORT, 'an entry of an attempt is written as the attempt changes: add a note instead')

    WHEN NEW.event GLOB 'change.*'
    THEN CASE WHEN NEW.task_id IS NOT NULL OR NEW.event IS NOT 'change.' || NEW.to_state
        OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM changes
          WHERE attempt_id = NEW.attempt_id AND goal_id = NEW.goal_id AND state = NEW.to_state)
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE attempt_id = NEW.attempt_id AND task_id IS NULL AND event GLOB 'change.*'
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of a change is written as the change does: add a note instead')
    END

    WHEN NEW.event GLOB 'signature.*'
    THEN CASE WHEN NEW.task_id IS NOT NULL OR NEW.event IS NOT 'signature.' || NEW.to_state
        OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM carried_signatures
          WHERE signature_id = json_extract(NEW.detail, '$.signature')
            AND (goal_id, attempt_id, to_state, reason, detail)
              IS (NEW.goal_id, NEW.attempt_id, NEW.to_state, NEW.reason, NEW.detail))
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE goal_id = NEW.goal_id AND event GLOB 'signature.*'
            AND json_extract(detail, '$.signature') = json_extract(NEW.detail, '$.signature')
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of a signature is written as the signature is given or judged')
    END

    WHEN NEW.event IN ('dependency.added', 'dependency.removed')
    THEN CASE WHEN (NEW.attempt_id, NEW.task_id, NEW.from_state, NEW.to_state)
          IS NOT (NULL, NULL, NULL, NULL)
        OR NEW.event IS (
          SELECT replace(event, 'carried', 'added') FROM identity_ledger
          WHERE event GLOB 'dependency.*' AND goal_id = NEW.goal_id
            AND json_extract(detail, '$.depends_on') = json_extract(NEW.detail, '$.depends_on')
          ORDER BY seq DESC
          LIMIT 1)
        OR (NEW.event = 'dependency.added') IS NOT EXISTS (
          SELECT 1 FROM goal_dependencies
          WHERE goal_id = NEW.goal_id AND depends_on = json_extract(NEW.detail, '$.depends_on'))
        OR NEW.event = 'dependency.removed' AND NOT EXISTS (
          SELECT 1 FROM identity_ledger
          WHERE event GLOB 'dependency.*' AND goal_id = NEW.goal_id
            AND json_extract(detail, '$.depends_on') = json_extract(NEW.detail, '$.depends_on'))
      THEN RAISE(ABORT, 'an entry of a dependency is written as the dependency is added or deleted')
    END

    WHEN NEW.event IN ('note', 'refused')
    THEN CASE
      WHEN (NEW.from_state, NEW.to_state) IS NOT (NULL, NULL)
        OR NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
        OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
        OR NEW.detail IS NOT NULL AND (NOT json_valid(NEW.detail) OR instr(NEW.detail, char(0)))
      THEN RAISE(ABORT, 'a note has an actor on one line, a reason, a detail in JSON, no states and no NUL bytes')
      WHEN NEW.goal_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM goals WHERE id = NEW.goal_id)
        OR NEW.attempt_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM attempts WHERE id = NEW.attempt_id AND goal_id IS NEW.goal_id)
        OR NEW.task_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM tasks WHERE id = NEW.task_id AND attempt_id IS NEW.attempt_id)
      THEN RAISE(ABORT, 'a note is about a goal, attempt and task that exist and belong together')
    END

    WHEN (NEW.goal_id, NEW.attempt_id, NEW.task_id) IS NOT (NULL, NULL, NULL)
    THEN RAISE(ABORT, 'what an entry by hand can say is event = ''note'' or ''refused''')

    WHEN NEW.event IN ('belief.added', 'belief.changed')
    THEN CASE WHEN (NEW.from_state, NEW.to_state) IS NOT (NULL, NULL)
        OR json_extract(NEW.detail, '$.subject')
          IS NOT 'belief:' || json_extract(NEW.detail, '$.belief')
        OR NOT EXISTS (
          SELECT 1 FROM beliefs
          WHERE id = json_extract(NEW.detail, '$.belief')
            AND printf('%!.17g', confidence) = json_extract(NEW.detail, '$.confidence')
            AND active = json_extract(NEW.detail, '$.active')
            AND immutable = json_extract(NEW.detail, '$.immutable'))
        OR CASE NEW.event WHEN 'belief.added' THEN NULL ELSE json_array(
            json_extract(NEW.detail, '$.old.confidence'), json_extract(NEW.detail, '$.old.active'),
            json_extract(NEW.detail, '$.old.immutable')) END
          IS NOT (
            SELECT json_array(json_extract(detail, '$.confidence'),
              json_extract(detail, '$.active'), json_extract(detail, '$.immutable'))
            FROM identity_ledger
            WHERE goal_id IS NULL AND event GLOB 'belief.*'
              AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject')
            ORDER BY seq DESC
            LIMIT 1)
        OR json_array(json_extract(NEW.detail, '$.old.confidence'),
            json_extract(NEW.detail, '$.old.active'), json_extract(NEW.detail, '$.old.immutable'))
          = json_array(json_extract(NEW.detail, '$.confidence'),
            json_extract(NEW.detail, '$.active'), json_extract(NEW.detail, '$.immutable'))
      THEN RAISE(ABORT, 'an entry of a belief is written as the belief changes: update the belief')
    END

    WHEN NEW.event = 'weight.changed'
    THEN CASE WHEN (NEW.from_state, NEW.to_state) IS NOT (NULL, NULL)
        OR NOT EXISTS (
          SELECT 1 FROM score_weights
          WHERE name = json_extract(NEW.detail, '$.weight')
            AND 'weight:' || name = json_extract(NEW.detail, '$.subject')
            AND printf('%!.17g', weight) = json_extract(NEW.detail, '$.new')
            AND json_extract(NEW.detail, '$.new') <> json_extract(NEW.detail, '$.old')
            AND json_extract(NEW.detail, '$.old') = coalesce((
              SELECT json_extract(detail, '$.new')
              FROM identity_ledger
              WHERE goal_id IS NULL AND event GLOB 'weight.*'
                AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject')
              ORDER BY seq DESC
              LIMIT 1), printf('%!.17g', standard)))
      THEN RAISE(ABORT, 'an entry of a weight is written as the weight changes: update the weight')
    END

    WHEN NEW.event GLOB 'breaker.*'
    THEN CASE WHEN NEW.event IS NOT 'breaker.' || NEW.to_state
        OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM circuit_breakers
          WHERE action = json_extract(NEW.detail, '$.action')
            AND workspace = json_extract(NEW.detail, '$.workspace') AND state = NEW.to_state
            AND 'breaker:' || quote(action) || '@' || quote(workspace)
              = json_extract(NEW.detail, '$.subject'))
        OR NEW.from_state IS NOT coalesce((
          SELECT to_state FROM identity_ledger
          WHERE goal_id IS NULL AND event GLOB 'breaker.*'
            AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject')
          ORDER BY seq DESC
          LIMIT 1), 'closed')
      THEN RAISE(ABORT, 'an entry of a breaker is written as the breaker changes: update the breaker')
    END

    WHEN NEW.event GLOB 'worker.*'
    THEN CASE WHEN NEW.event IS NOT 'worker.' || NEW.to_state
        OR NEW.to_state IS NEW.from_state
        OR NOT EXISTS (
          SELECT 1 FROM workers
          WHERE name = json_extract(NEW.detail, '$.worker') AND state = NEW.to_state
            AND json_extract(NEW.detail, '$.public_key') IS nullif(lower(hex(public_key)), '')
            AND 'worker:' || name = json_extract(NEW.detail, '$.subject'))
        OR NEW.from_state IS NOT (
          SELECT to_state FROM identity_ledger
          WHERE goal_id IS NULL AND event GLOB 'worker.*'
            AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject')
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of a worker is written as the worker changes: update the worker')
    END

    WHEN NEW.event = 'archive.made'
    THEN CASE WHEN (NEW.from_state, NEW.to_state) IS NOT (NULL, NULL)
        OR NOT EXISTS (
          SELECT 1 FROM carried_subjects
          WHERE event = 'archive.carried' AND subject = json_extract(NEW.detail, '$.subject')
            AND detail = NEW.detail)
        OR EXISTS (
          SELECT 1 FROM identity_ledger
          WHERE goal_id IS NULL AND event GLOB 'archive.*'
            AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject'))
      THEN RAISE(ABORT, 'an entry of an archive is written as the archive is made')
    END

    WHEN NEW.event IN ('identity.added', 'identity.revoked')
    THEN CASE WHEN (NEW.from_state, NEW.to_state) IS NOT (NULL, NULL)
        OR NEW.event IS NOT iif(
          json_extract(NEW.detail, '$.until') IS NULL, 'identity.added', 'identity.revoked')
        OR NOT EXISTS (
          SELECT 1 FROM carried_subjects
          WHERE event = 'identity.carried' AND subject = json_extract(NEW.detail, '$.subject')
            AND detail = NEW.detail)
        OR iif(NEW.event = 'identity.added', NULL, '[null]') IS NOT (
          SELECT json_array(json_extract(detail, '$.until'))
          FROM identity_ledger
          WHERE goal_id IS NULL AND event GLOB 'identity.*'
            AND json_extract(detail, '$.subject') = json_extract(NEW.detail, '$.subject')
          ORDER BY seq DESC
          LIMIT 1)
      THEN RAISE(ABORT, 'an entry of an identity is written as it is added or revoked')
    END

    ELSE RAISE(ABORT, 'what an entry by hand can say is event = ''note'' or ''refused''')
  END;
  SELECT RAISE(IGNORE);
END;
