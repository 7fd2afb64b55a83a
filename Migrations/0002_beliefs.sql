-- What the system holds to be true, and how much each part of a score weighs.
-- What must stay true: a belief's statement and name never change, an immutable one changes in
-- nothing; the five weights are fixed rows; every change of either is on the ledger with its old and
-- new values and raises score_epoch, by which the worker sees which scores are stale.

CREATE TABLE score_epoch (
  one INTEGER PRIMARY KEY DEFAULT 1,
  epoch INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO score_epoch DEFAULT VALUES;

CREATE TRIGGER score_epoch_insert BEFORE INSERT ON score_epoch
BEGIN
  SELECT RAISE(ABORT, 'score_epoch has one row');
END;

CREATE TRIGGER score_epoch_update BEFORE UPDATE ON score_epoch
WHEN NEW.one IS NOT OLD.one OR NEW.epoch IS NOT OLD.epoch + 1
BEGIN
  SELECT RAISE(ABORT, 'score_epoch moves forward by one: SET epoch = epoch + 1');
END;

CREATE TRIGGER score_epoch_delete BEFORE DELETE ON score_epoch
BEGIN
  SELECT RAISE(ABORT, 'score_epoch keeps its one row');
END;

CREATE TABLE beliefs (
  id INTEGER PRIMARY KEY CONSTRAINT "a belief is numbered from 1: leave id out" CHECK (id >= 1),
  name TEXT UNIQUE
    CONSTRAINT "a belief's name is a symbol: a letter, then letters, digits and '-', in lower case"
    CHECK (name IS NULL OR name GLOB '[a-z]*' AND name NOT GLOB '*[^a-z0-9-]*'),
  statement TEXT NOT NULL
    CONSTRAINT "a belief's statement is not empty and holds no NUL byte"
    CHECK (trim(statement) <> '' AND instr(statement, char(0)) = 0),
  confidence REAL NOT NULL
    CONSTRAINT "confidence lies between 0 and 1" CHECK (confidence BETWEEN 0 AND 1),
  active INTEGER NOT NULL DEFAULT 1
    CONSTRAINT "active is 0 or 1" CHECK (active IN (0, 1)),
  immutable INTEGER NOT NULL DEFAULT 0
    CONSTRAINT "immutable is 0 or 1" CHECK (immutable IN (0, 1)),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  actor TEXT,
  reason TEXT
) STRICT;

CREATE TRIGGER beliefs_before_insert BEFORE INSERT ON beliefs
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a belief''s id is given by the database: leave id out')
    WHEN NEW.created_at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'a belief is created now: leave created_at out')
    WHEN EXISTS (SELECT 1 FROM beliefs WHERE name = NEW.name)
    THEN RAISE(ABORT, 'a belief of this name exists: update it, or choose another name')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER beliefs_after_insert AFTER INSERT ON beliefs
BEGIN
  INSERT INTO identity_ledger(actor, event, reason, detail)
  VALUES (coalesce(NEW.actor, 'sql'), 'belief.added', NEW.reason, json_object(
    'subject', 'belief:' || NEW.id, 'belief', NEW.id, 'name', NEW.name, 'statement', NEW.statement,
    'confidence', printf('%!.17g', NEW.confidence),
    'active', NEW.active, 'immutable', NEW.immutable));
  SELECT RAISE(ABORT, 'the ledger took no entry of this belief, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE beliefs
  SET actor = NULL, reason = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TRIGGER beliefs_before_update BEFORE UPDATE ON beliefs
BEGIN
  SELECT CASE
    WHEN (NEW.id, NEW.name, NEW.statement, NEW.created_at)
      IS NOT (OLD.id, OLD.name, OLD.statement, OLD.created_at)
    THEN RAISE(ABORT, 'a belief keeps its id, name, statement and created_at: add another belief')
    WHEN OLD.immutable = 1 AND (NEW.confidence, NEW.active, NEW.immutable)
      IS NOT (OLD.confidence, OLD.active, OLD.immutable)
    THEN RAISE(ABORT, 'an immutable belief never changes')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER beliefs_after_update AFTER UPDATE ON beliefs
WHEN NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL
  OR (NEW.confidence, NEW.active, NEW.immutable) IS NOT (OLD.confidence, OLD.active, OLD.immutable)
BEGIN
  INSERT INTO identity_ledger(actor, event, reason, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'belief.changed', NEW.reason, json_object(
    'subject', 'belief:' || NEW.id, 'belief', NEW.id,
    'confidence', printf('%!.17g', NEW.confidence),
    'active', NEW.active, 'immutable', NEW.immutable,
    'old', json_object('confidence', printf('%!.17g', OLD.confidence),
      'active', OLD.active, 'immutable', OLD.immutable))
  WHERE (NEW.confidence, NEW.active, NEW.immutable)
    IS NOT (OLD.confidence, OLD.active, OLD.immutable);
  SELECT RAISE(ABORT, 'the ledger took no entry of this belief, so nothing is changed')
  WHERE (NEW.confidence, NEW.active, NEW.immutable)
    IS NOT (OLD.confidence, OLD.active, OLD.immutable) AND changes() <> 1;
  UPDATE score_epoch
  SET epoch = epoch + 1
  WHERE (NEW.confidence, NEW.active) IS NOT (OLD.confidence, OLD.active);
  UPDATE beliefs
  SET actor = NULL, reason = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TRIGGER beliefs_delete BEFORE DELETE ON beliefs
BEGIN
  SELECT RAISE(ABORT, 'a belief is never deleted: SET active = 0');
END;

-- `standard` is the weight a database is born with; it is what the ledger's fold starts from.
CREATE TABLE score_weights (
  name TEXT NOT NULL PRIMARY KEY,
  weight REAL NOT NULL CONSTRAINT "a weight lies between 0 and 1" CHECK (weight BETWEEN 0 AND 1),
  standard REAL NOT NULL,
  actor TEXT,
  reason TEXT
) STRICT, WITHOUT ROWID;

INSERT INTO score_weights(name, weight, standard)
VALUES ('value', 0.5, 0.5), ('effort', 0.25, 0.25), ('risk', 0.15, 0.15),
  ('urgency', 0.05, 0.05), ('alignment', 0.05, 0.05);

CREATE TRIGGER score_weights_insert BEFORE INSERT ON score_weights
BEGIN
  SELECT RAISE(ABORT, 'the five weights are fixed: UPDATE score_weights SET weight = ... WHERE name = ...');
END;

CREATE TRIGGER score_weights_delete BEFORE DELETE ON score_weights
BEGIN
  SELECT RAISE(ABORT, 'the five weights are fixed: SET weight = 0 to leave one out');
END;

CREATE TRIGGER score_weights_before_update BEFORE UPDATE ON score_weights
BEGIN
  SELECT CASE
    WHEN NEW.name IS NOT OLD.name OR NEW.standard IS NOT OLD.standard
    THEN RAISE(ABORT, 'a weight keeps its name and its standard: only weight changes')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER score_weights_after_update AFTER UPDATE ON score_weights
WHEN NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL OR NEW.weight IS NOT OLD.weight
BEGIN
  INSERT INTO identity_ledger(actor, event, reason, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'weight.changed', NEW.reason, json_object(
    'subject', 'weight:' || NEW.name, 'weight', NEW.name,
    'old', printf('%!.17g', OLD.weight), 'new', printf('%!.17g', NEW.weight))
  WHERE NEW.weight IS NOT OLD.weight;
  SELECT RAISE(ABORT, 'the ledger took no entry of this weight, so nothing is changed')
  WHERE NEW.weight IS NOT OLD.weight AND changes() <> 1;
  UPDATE score_epoch
  SET epoch = epoch + 1
  WHERE NEW.weight IS NOT OLD.weight;
  UPDATE score_weights
  SET actor = NULL, reason = NULL
  WHERE name = NEW.name AND (actor IS NOT NULL OR reason IS NOT NULL);
END;
