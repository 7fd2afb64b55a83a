-- Seals: each speaks for a run of ledger entries by their hashes, is chained to the seal before it,
-- and is signed by its sealer's key, which lies outside the database.
-- What must stay true: seals follow each other without a gap, each naming the hash of the one
-- before; none is ever changed, and removed only once it is in an archive. They are not on the ledger: sealing would never end.
-- The schema holds a seal's shape; whether its hashes and signature are right is for verification,
-- which the stock sqlite3 shell can do (Schema/audit/verify.sql). The bytes that are hashed are said
-- in Sources/GoalLedger/Ledger/CanonicalEntry.swift and Sources/GoalLedger/Seals/Seal.swift.

CREATE TABLE ledger_seals (
  first_seq INTEGER PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  count INTEGER NOT NULL
    CONSTRAINT "a seal counts the entries from first_seq to last_seq"
    CHECK (count >= 1 AND count = last_seq - first_seq + 1),
  database_id TEXT NOT NULL,
  previous_hash BLOB NOT NULL,
  leaf_hashes BLOB NOT NULL
    CONSTRAINT "a seal holds 32 bytes of hash for each entry"
    CHECK (length(leaf_hashes) = 32 * count),
  tree_root BLOB NOT NULL
    CONSTRAINT "a seal's tree_root has 32 bytes" CHECK (length(tree_root) = 32),
  schema_hash BLOB NOT NULL
    CONSTRAINT "a seal's schema_hash has 32 bytes" CHECK (length(schema_hash) = 32),
  schema_version INTEGER NOT NULL,
  public_key BLOB NOT NULL
    CONSTRAINT "a seal's public_key has 32 bytes" CHECK (length(public_key) = 32),
  sealer TEXT NOT NULL
    CONSTRAINT "a sealer is a name of 1 to 200 characters without NUL bytes"
    CHECK (length(sealer) BETWEEN 1 AND 200 AND instr(sealer, char(0)) = 0),
  sealed_at TEXT NOT NULL
    CONSTRAINT "sealed_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (sealed_at GLOB '[0-9]*' AND sealed_at IS strftime('%Y-%m-%dT%H:%M:%fZ', sealed_at)),
  hash BLOB NOT NULL
    CONSTRAINT "a seal's hash has 32 bytes" CHECK (length(hash) = 32),
  signature BLOB NOT NULL
    CONSTRAINT "a seal's signature has 64 bytes" CHECK (length(signature) = 64)
) STRICT;

-- What collides with a seal does not follow the last one, and so is refused before it can replace.
CREATE TRIGGER ledger_seals_insert BEFORE INSERT ON ledger_seals
BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM archive_file)
    THEN RAISE(ABORT, 'this file is an archive: its seals were made where its entries were')
    WHEN NEW.first_seq IS NOT coalesce(
      (SELECT last_seq + 1 FROM ledger_seals ORDER BY first_seq DESC LIMIT 1),
      (SELECT first_seq FROM ledger_start))
    THEN RAISE(ABORT, 'a seal begins with the first entry that is not sealed yet')
    WHEN NEW.first_seq IS NOT coalesce(
      (SELECT last_seq FROM ledger_tree ORDER BY first_seq DESC LIMIT 1), 0) + 1
    THEN RAISE(ABORT, 'a seal follows only when the tree has grown by the one before it')
    WHEN NEW.last_seq > (SELECT coalesce(max(seq), 0) FROM identity_ledger)
    THEN RAISE(ABORT, 'a seal ends with an entry that exists')
    WHEN NEW.previous_hash IS NOT coalesce(
      (SELECT hash FROM ledger_seals ORDER BY first_seq DESC LIMIT 1),
      (SELECT previous_hash FROM ledger_start))
    THEN RAISE(ABORT, 'a seal names the hash of the seal before it, the first one 32 zero bytes')
    WHEN NEW.database_id IS NOT (SELECT id FROM database_info)
    THEN RAISE(ABORT, 'a seal names the database it is made for')
    WHEN julianday(NEW.sealed_at) NOT BETWEEN julianday('now', '-10 minutes')
      AND julianday('now', '+1 second')
    THEN RAISE(ABORT, 'a seal is dated when it is made')
    WHEN EXISTS (
      SELECT 1 FROM identities WHERE public_key = NEW.public_key AND until IS NOT NULL)
    THEN RAISE(ABORT, 'the key of this seal was revoked: seal with another')
  END;
END;

CREATE TRIGGER ledger_seals_update BEFORE UPDATE ON ledger_seals
BEGIN
  SELECT RAISE(ABORT, 'a seal is never changed');
END;

CREATE TRIGGER ledger_seals_delete BEFORE DELETE ON ledger_seals
WHEN NOT EXISTS (SELECT 1 FROM archive_pass WHERE last_seq >= OLD.last_seq)
BEGIN
  SELECT RAISE(ABORT, 'a seal is never removed');
END;

-- What no seal speaks for yet.
CREATE VIEW unsealed_entries AS
SELECT *
FROM identity_ledger
WHERE seq > (SELECT coalesce(max(last_seq), 0) FROM ledger_seals);

-- Who seals now. Each seal renews it in its own transaction; whoever else would seal waits until it
-- has expired. It spares work and decides nothing: of two seals for the same entries one is refused.
CREATE TABLE sealer_lease (
  holder TEXT,
  expires_at TEXT
    CONSTRAINT "a sealer's expires_at is a UTC time such as 2026-01-31T09:00:00.000Z"
    CHECK (expires_at IS NULL
      OR expires_at GLOB '[0-9]*' AND expires_at IS strftime('%Y-%m-%dT%H:%M:%fZ', expires_at))
) STRICT;

INSERT INTO sealer_lease(holder) VALUES (NULL);

CREATE TRIGGER sealer_lease_insert BEFORE INSERT ON sealer_lease
BEGIN
  SELECT RAISE(ABORT, 'there is one sealer''s lease: UPDATE it');
END;

CREATE TRIGGER sealer_lease_delete BEFORE DELETE ON sealer_lease
BEGIN
  SELECT RAISE(ABORT, 'the sealer''s lease is never deleted: SET holder = NULL');
END;
