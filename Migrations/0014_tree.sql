-- The Merkle tree of RFC 6962 over the ledger's entries, kept as it grows: a row for each seal, with
-- the SHA-256 hashes of the leaves and nodes that became complete with the seal's entries, in the
-- order in which they did. Which bytes are hashed is said in Sources/GoalLedger/Tree/MerkleTree.swift.
-- What must stay true: every seal has its row, written in the same transaction; rows follow each
-- other without a gap and are never changed or removed, not even when their seals are archived: old
-- checkpoints are proven with them. The seal holds the tree's root, so its signature is the tree's.

CREATE TABLE ledger_tree (
  first_seq INTEGER PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  hashes BLOB NOT NULL
    CONSTRAINT "the tree grows by whole hashes, one at least for each entry"
    CHECK (length(hashes) % 32 = 0 AND length(hashes) >= 32 * (last_seq - first_seq + 1))
) STRICT;

-- What collides with a row does not follow the last one, and so is refused before it can replace.
CREATE TRIGGER ledger_tree_insert BEFORE INSERT ON ledger_tree
BEGIN
  SELECT CASE
    WHEN NEW.first_seq IS NOT coalesce(
      (SELECT last_seq FROM ledger_tree ORDER BY first_seq DESC LIMIT 1), 0) + 1
    THEN RAISE(ABORT, 'the tree grows where it ends')
    WHEN NOT EXISTS (
      SELECT 1 FROM ledger_seals WHERE first_seq = NEW.first_seq AND last_seq = NEW.last_seq)
    THEN RAISE(ABORT, 'the tree grows by the entries of a seal')
  END;
END;

CREATE TRIGGER ledger_tree_update BEFORE UPDATE ON ledger_tree
BEGIN
  SELECT RAISE(ABORT, 'what the tree holds is never changed');
END;

CREATE TRIGGER ledger_tree_delete BEFORE DELETE ON ledger_tree
BEGIN
  SELECT RAISE(ABORT, 'what the tree holds is never removed');
END;
