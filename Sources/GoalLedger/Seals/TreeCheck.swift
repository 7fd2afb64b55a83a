// The check of the tree's rows against the entries and seals that they stand for, some at a time.
//
// What must stay true: a row is right if growing the tree before it by its entries' leaf hashes makes
// just its hashes, and the root that its seal names. The tree before some rows is read from the rows
// before those, so that parts can be checked at once: where every part is right, so is the whole.
// After the first wrong row nothing more of the tree is said, since what grows on it is wrong, too.
import SQLite

/// The rows of the tree that stand for seals that follow each other.
struct TreePage: Sendable {
  /// The tree before them, as it is kept; nil where it cannot be read.
  let before: TreeEdge?
  let rows: [TreeRow]

  /// Nothing.
  init() {
    before = nil
    rows = []
  }

  /// Reads the rows from the one after `after`, which stands for another seal, to that of the last of
  /// some seals.
  init(_ connection: Connection, of seals: [Seal], after: Int64) throws(SQLiteError) {
    rows = try connection.query(
      """
      SELECT \(TreeRow.columns)
      FROM ledger_tree
      WHERE first_seq > ? AND first_seq <= ?
      ORDER BY first_seq
      """,
      max(after, (seals.first?.firstSeq ?? 1) &- 1),
      seals.last?.firstSeq ?? 0
    ) { TreeRow($0) }
    let size = (seals.first?.firstSeq ?? 1) &- 1
    do throws(SQLiteError) {
      before = try size >= 0 ? connection.tree.edge(size) : nil
    } catch {
      before = nil
    }
  }

  /// What is wrong first.
  /// - Parameters:
  ///   - leaf: the leaf hash of an entry; nil where the entry is missing, or not the one that was
  ///     sealed, which is a finding already.
  func finding(_ seals: [Seal], leaf: (Int64) -> ArraySlice<UInt8>?) -> Verification.Finding? {
    guard var edge = before else {
      return seals.first.map { .wrong($0.name, "follows a tree that lacks hashes") }
    }
    for (place, seal) in seals.enumerated() {
      guard place < rows.count, rows[place].firstSeq == seal.firstSeq,
        rows[place].lastSeq == seal.lastSeq
      else { return .wrong(seal.name, "has no row of its own in the tree") }
      let row = rows[place]
      if let finding = row.finding(growing: &edge, leaf: leaf) { return finding }
      if edge.root != seal.treeRoot { return .wrong(seal.name, "does not name the tree's root") }
    }
    guard rows.count == seals.count else {
      return .wrong(rows[seals.count].name, "belongs to no seal")
    }
    return nil
  }

  /// What is wrong with the rows outside the range of the seals: those before the first one, whose
  /// seals were archived, must at least be made of their own leaves; after the last there are none.
  static func findings(
    _ connection: Connection,
    before firstSeq: Int64,
    after lastSeq: Int64
  ) throws(SQLiteError) -> Verification.Finding? {
    var finding: Verification.Finding?
    var edge = TreeEdge()
    try connection.forEach(
      """
      SELECT \(TreeRow.columns)
      FROM ledger_tree
      WHERE first_seq < ?1 OR first_seq > ?2
      ORDER BY first_seq
      """,
      arguments: [firstSeq, lastSeq]
    ) { row throws(SQLiteError) in
      let row = TreeRow(row)
      if row.firstSeq > lastSeq || row.firstSeq != edge.size + 1 || row.lastSeq >= firstSeq {
        finding = .wrong(row.name, "belongs to no seal")
      } else {
        finding = row.finding(growing: &edge) { _ in nil }
      }
      return finding == nil
    }
    return finding
  }
}

extension TreeRow {
  /// How findings call it.
  var name: String { "tree of \(firstSeq) to \(lastSeq)" }

  /// Lets the tree before it grow by it, and says what is wrong with it.
  fileprivate func finding(
    growing edge: inout TreeEdge,
    leaf: (Int64) -> ArraySlice<UInt8>?
  ) -> Verification.Finding? {
    guard let leaves = leafHashes else {
      return .wrong(name, "does not have as many hashes as its entries make")
    }
    for seq in firstSeq...lastSeq {
      let place = 32 * Int(seq - firstSeq)
      if let leaf = leaf(seq), leaf != leaves[place..<place + 32] {
        return .wrong(name, "does not hold the hash of entry \(seq)")
      }
    }
    guard edge.grow(by: leaves) == hashes else {
      return .wrong(name, "holds a hash that its leaves do not make")
    }
    return nil
  }
}

/// A checkpoint that was kept elsewhere, against the tree as it is.
struct CheckpointCheck: Sendable {
  let databaseID: String
  let demand: CheckpointDemand

  /// What is wrong; the tree's own hashes are taken for right.
  func findings(_ connection: Connection) throws(SQLiteError) -> [Verification.Finding] {
    let checkpoint = demand.checkpoint
    let subject = "the checkpoint of \(checkpoint.size) entries"
    guard checkpoint.isSigned(by: demand.publicKeys) else {
      return [.wrong(subject, "is not signed with a key that you trust")]
    }
    guard checkpoint.origin == Checkpoint.origin(of: databaseID) else {
      return [.wrong(subject, "speaks of another database, \(checkpoint.origin)")]
    }
    let size = try connection.treeSize()
    guard checkpoint.size <= size else {
      return [
        .wrong(
          subject,
          "speaks for more than the \(size) that are sealed here: the tail was cut off, or an older "
            + "file restored"
        )
      ]
    }
    do throws(SQLiteError) {
      if try connection.tree.edge(checkpoint.size).root == checkpoint.root { return [] }
    } catch  where error.code != .corrupt {
      throw error
    } catch {
      return [.wrong(subject, "cannot be compared: \(error.message)")]
    }
    return [
      .wrong(subject, "speaks for others than the first \(checkpoint.size) here: they were altered")
    ]
  }
}
