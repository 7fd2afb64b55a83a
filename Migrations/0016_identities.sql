-- Identities: who a key is. A person or an agent signs requests with theirs, a worker its seals.
-- What must stay true: a key stands for one identity for good; nothing but until ever changes, from
-- NULL to now; of a name one identity is live at a time; each step is on the ledger, by which
-- verification judges whose seals are whose. A worker's key is vouched for by the ledger's own, which
-- lies outside the database; the bytes that are signed are said in
-- Sources/GoalLedger/Identity/Voucher.swift. Private keys are never here.

CREATE TABLE identities (
  id INTEGER PRIMARY KEY CONSTRAINT "an identity is numbered from 1: leave id out" CHECK (id >= 1),
  name TEXT NOT NULL,
  kind TEXT NOT NULL
    CONSTRAINT "an identity is a person, an agent or a worker"
    CHECK (kind IN ('person', 'agent', 'worker')),
  public_key BLOB NOT NULL UNIQUE
    CONSTRAINT "an identity's public_key has 32 bytes" CHECK (length(public_key) = 32),
  since TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  until TEXT,
  voucher BLOB
    CONSTRAINT "a worker has a voucher of 64 bytes, and no other identity has one"
    CHECK (CASE kind WHEN 'worker' THEN coalesce(length(voucher), 0) = 64 ELSE voucher IS NULL END),
  actor TEXT,
  reason TEXT
) STRICT;

CREATE UNIQUE INDEX identities_live ON identities(name)
WHERE until IS NULL;

CREATE TRIGGER identities_before_insert BEFORE INSERT ON identities
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'an identity''s id is given by the database: leave id out')
    WHEN NEW.since IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'an identity is added now: leave since out')
    WHEN NEW.until IS NOT NULL
    THEN RAISE(ABORT, 'an identity begins without an end: leave until out')
    WHEN EXISTS (SELECT 1 FROM identities WHERE public_key = NEW.public_key)
    THEN RAISE(ABORT, 'a key stands for one identity for good: make another key')
    WHEN EXISTS (SELECT 1 FROM identities WHERE name = NEW.name AND until IS NULL)
    THEN RAISE(ABORT, 'an identity of this name is live: revoke it first, or take another name')
    WHEN NEW.name = '' OR NEW.name GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.name) > 200 OR instr(NEW.name, char(0))
    THEN RAISE(ABORT, 'an identity has a name of 1 to 200 characters on one line without NUL bytes')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER identities_after_insert AFTER INSERT ON identities
BEGIN
  INSERT INTO identity_ledger(actor, event, reason, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'identity.added', NEW.reason, detail
  FROM carried_subjects
  WHERE event = 'identity.carried' AND subject = 'identity:' || lower(hex(NEW.public_key));
  SELECT RAISE(ABORT, 'the ledger took no entry of this identity, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE identities
  SET actor = NULL, reason = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TRIGGER identities_before_update BEFORE UPDATE ON identities
BEGIN
  SELECT CASE
    WHEN (NEW.id, NEW.name, NEW.kind, NEW.public_key, NEW.since, NEW.voucher)
      IS NOT (OLD.id, OLD.name, OLD.kind, OLD.public_key, OLD.since, OLD.voucher)
    THEN RAISE(ABORT, 'of an identity only until changes: revoke it, and add another')
    WHEN OLD.until IS NOT NULL AND NEW.until IS NOT OLD.until
    THEN RAISE(ABORT, 'what is revoked stays revoked: add another identity, with a new key')
    WHEN NEW.until IS NOT OLD.until AND NEW.until IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'an identity is revoked now: SET until = strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER identities_after_update AFTER UPDATE ON identities
WHEN NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL OR NEW.until IS NOT OLD.until
BEGIN
  INSERT INTO identity_ledger(actor, event, reason, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'identity.revoked', NEW.reason, detail
  FROM carried_subjects
  WHERE NEW.until IS NOT OLD.until
    AND event = 'identity.carried' AND subject = 'identity:' || lower(hex(NEW.public_key));
  SELECT RAISE(ABORT, 'the ledger took no entry of this identity, so nothing is changed')
  WHERE NEW.until IS NOT OLD.until AND changes() <> 1;
  UPDATE identities
  SET actor = NULL, reason = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TRIGGER identities_delete BEFORE DELETE ON identities
BEGIN
  SELECT RAISE(ABORT, 'an identity is never deleted: revoke it, SET until = strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')');
END;
