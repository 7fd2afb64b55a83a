-- Signatures of requests: who asks for a goal, or for its adoption, and can prove it.
-- What must stay true: a signature speaks for one request about one goal as one version of it was; it
-- is given before the goal executes, once, and dated when it is given, so that a key that is revoked
-- later still counts and one that was revoked before does not. Whether it is right only a program
-- can say that has Ed25519: a worker that holds the goal's lease enters its finding, once. The schema
-- takes any worker's word for that; goalledger verify does not. The bytes that are signed are said at
-- the head of Sources/GoalLedger/Requests/CanonicalRequest.swift and in Schema/audit/request.sql.

CREATE TABLE goal_signatures (
  id INTEGER PRIMARY KEY CONSTRAINT "a signature is numbered from 1: leave id out" CHECK (id >= 1),
  goal_id INTEGER NOT NULL REFERENCES goals(id),
  goal_version INTEGER NOT NULL,
  request TEXT NOT NULL
    CONSTRAINT "a request is 'add' or 'adopt'" CHECK (request IN ('add', 'adopt')),
  signature TEXT NOT NULL
    CONSTRAINT "a signature is the text that ssh-keygen -Y sign writes, of up to 4096 bytes"
    CHECK (length(CAST(signature AS BLOB)) <= 4096 AND instr(signature, char(0)) = 0
      AND signature GLOB '-----BEGIN SSH SIGNATURE-----' || char(10) || '*'
      AND rtrim(signature, char(10)) GLOB '*' || char(10) || '-----END SSH SIGNATURE-----'),
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),

  -- What a worker found, in which attempt
  finding TEXT
    CONSTRAINT "a finding is 'verified' or 'refused'" CHECK (finding IN ('verified', 'refused')),
  finding_reason TEXT
    CONSTRAINT "a finding's reason is a text without NUL bytes"
    CHECK (trim(finding_reason) <> '' AND instr(finding_reason, char(0)) = 0),
  identity TEXT,
  attempt_id INTEGER REFERENCES attempts(id),

  -- Write-only
  actor TEXT,
  lease_token INTEGER
) STRICT;

-- With or without its last line feed a signature is the same.
CREATE UNIQUE INDEX goal_signatures_once ON goal_signatures(rtrim(signature, char(10)));

CREATE INDEX goal_signatures_of_goals ON goal_signatures(goal_id);

-- What the entries of a signature say, as far as it has come.
CREATE VIEW carried_signatures(goal_id, signature_id, attempt_id, to_state, reason, detail) AS
SELECT goal_id, id, attempt_id, coalesce(finding, 'added'), finding_reason, json_object(
  'signature', id, 'request', request, 'version', goal_version, 'given', at,
  'identity', identity, 'armored', signature)
FROM goal_signatures;

CREATE TRIGGER goal_signatures_before_insert BEFORE INSERT ON goal_signatures
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a signature''s id is given by the database: leave id out')
    WHEN EXISTS (
      SELECT 1 FROM goal_signatures
      WHERE rtrim(signature, char(10)) = rtrim(NEW.signature, char(10)))
    THEN RAISE(ABORT, 'this signature was given before: it speaks for one request, once')
    WHEN NOT EXISTS (
      SELECT 1 FROM goals WHERE id = NEW.goal_id AND version = NEW.goal_version)
    THEN RAISE(ABORT, 'a signature speaks for a goal as it is: say goal_id and the goal''s present version')
    WHEN NEW.request = 'add' AND NEW.goal_version <> 1
    THEN RAISE(ABORT, 'a goal is signed as added while it is at version 1: sign ''adopt'' instead')
    WHEN (SELECT state FROM goals WHERE id = NEW.goal_id) NOT IN ('proposed', 'adopted', 'failed')
    THEN RAISE(ABORT, 'a request is signed before its goal executes')
    WHEN NEW.at IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    THEN RAISE(ABORT, 'a signature is dated when it is given: leave at out')
    WHEN (NEW.finding, NEW.finding_reason, NEW.identity, NEW.attempt_id)
      IS NOT (NULL, NULL, NULL, NULL)
    THEN RAISE(ABORT, 'a signature is given without a finding: a worker verifies it')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line without NUL bytes')
  END;
END;

CREATE TRIGGER goal_signatures_after_insert AFTER INSERT ON goal_signatures
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, to_state, detail)
  SELECT coalesce(NEW.actor, 'sql'), 'signature.added', goal_id, 'added', detail
  FROM carried_signatures
  WHERE signature_id = NEW.id;
  SELECT RAISE(ABORT, 'the ledger took no entry of this signature, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE goal_signatures SET actor = NULL, lease_token = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR lease_token IS NOT NULL);
END;

CREATE TRIGGER goal_signatures_before_update BEFORE UPDATE ON goal_signatures
BEGIN
  SELECT CASE
    WHEN (NEW.id, NEW.goal_id, NEW.goal_version, NEW.request, NEW.signature, NEW.at)
      IS NOT (OLD.id, OLD.goal_id, OLD.goal_version, OLD.request, OLD.signature, OLD.at)
    THEN RAISE(ABORT, 'a signature keeps its id, goal, version, request, text and date')
    WHEN (NEW.finding, NEW.finding_reason, NEW.identity, NEW.attempt_id)
      IS (OLD.finding, OLD.finding_reason, OLD.identity, OLD.attempt_id)
    THEN NULL
    WHEN OLD.finding IS NOT NULL
    THEN RAISE(ABORT, 'a signature is judged once')
    WHEN NOT EXISTS (
      SELECT 1 FROM attempts
      WHERE id = NEW.attempt_id AND goal_id = OLD.goal_id AND state = 'open'
        AND lease_token = NEW.lease_token)
    THEN RAISE(ABORT, 'only the holder of the lease judges signatures: SET attempt_id and lease_token to those of the open attempt')
    WHEN NOT CASE NEW.finding
      WHEN 'verified' THEN NEW.finding_reason IS NULL AND NEW.identity IS NOT NULL
      WHEN 'refused' THEN NEW.finding_reason IS NOT NULL
      ELSE 0 END
    THEN RAISE(ABORT, 'a signature is verified as an identity''s, or refused with a reason')
    WHEN NEW.identity IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM identities
      WHERE name = NEW.identity AND kind IN ('person', 'agent') AND since <= OLD.at
        AND coalesce(until > OLD.at, 1))
      AND NEW.finding = 'verified'
    THEN RAISE(ABORT, 'a verified signature is that of a person or agent whose key was live when it was given')
  END;
END;

CREATE TRIGGER goal_signatures_after_finding AFTER UPDATE ON goal_signatures
WHEN NEW.finding IS NOT OLD.finding
BEGIN
  INSERT INTO identity_ledger(actor, assurance, event, goal_id, attempt_id, from_state, to_state,
    reason, detail)
  SELECT (SELECT worker FROM attempts WHERE id = NEW.attempt_id),
    CASE NEW.finding WHEN 'verified' THEN 'signed' ELSE 'claimed' END,
    'signature.' || to_state, goal_id, attempt_id, 'added', to_state, reason, detail
  FROM carried_signatures
  WHERE signature_id = NEW.id;
  SELECT RAISE(ABORT, 'the ledger took no entry of this signature, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE goal_signatures SET actor = NULL, lease_token = NULL WHERE id = NEW.id;
END;

-- What is no finding leaves nothing but the proof to forget.
CREATE TRIGGER goal_signatures_after_proof AFTER UPDATE ON goal_signatures
WHEN NEW.finding IS OLD.finding AND (NEW.actor IS NOT NULL OR NEW.lease_token IS NOT NULL)
BEGIN
  UPDATE goal_signatures SET actor = NULL, lease_token = NULL WHERE id = NEW.id;
END;

CREATE TRIGGER goal_signatures_delete BEFORE DELETE ON goal_signatures
WHEN NOT EXISTS (SELECT 1 FROM archive_pass)
  OR EXISTS (SELECT 1 FROM goals WHERE id = OLD.goal_id)
BEGIN
  SELECT RAISE(ABORT, 'a signature is never deleted: it is part of its goal''s history');
END;
