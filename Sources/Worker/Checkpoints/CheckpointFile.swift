import Glibc
import GoalLedger

// A file that holds the latest checkpoint.
//
// What must stay true: a checkpoint that the ledger does not extend is evidence, and is never
// written over; the file is the old checkpoint or the new one, whole and on the disk, at any moment.

/// A file for checkpoints, which need not be there.
struct CheckpointFile: Sendable, Hashable {
  let path: String

  /// What it holds; nil where there is no file.
  /// - throws: `invalid` where it holds something else.
  func read() throws(LedgerError) -> Checkpoint? {
    guard let text = try TextFile.readIfThere(path) else { return nil }
    return try Checkpoint(text: text, file: path)
  }

  /// Whether the ledger extends what the file holds.
  /// - returns: what it holds; nil where there is no file.
  /// - throws: `refused` where the ledger does not extend it.
  func check(against store: any GoalStore) async throws(LedgerError) -> Checkpoint? {
    guard let kept = try read() else { return nil }
    let head: TreeHead?
    do throws(LedgerError) {
      head = try await store.treeHead(size: kept.size)
    } catch  where error.code == .invalid {
      head = nil
    }
    guard let head, head.root == kept.root, Checkpoint.origin(of: head.databaseID) == kept.origin
    else {
      throw LedgerError(
        .refused,
        "the ledger is not the one that the checkpoint of \(kept.size) entries in \(path) speaks for",
        hint: "the file is left as it is; run: goalledger verify --checkpoint \(path)"
      )
    }
    return kept
  }

  /// Puts a checkpoint of the store's ledger there, unless one as new is there already.
  /// - throws: as ``check(against:)``, and `unavailable` or `diskFull` where it cannot be written.
  func put(_ checkpoint: Checkpoint, of store: any GoalStore) async throws(LedgerError) {
    if let kept = try await check(against: store), kept.size >= checkpoint.size { return }
    let draft = "\(path).\(getpid()).new"
    unsafe unlink(draft)
    try TextFile.create(draft, text: checkpoint.text)
    guard unsafe rename(draft, path) == 0 else {
      let reason = TextFile.reason(errno)
      unsafe unlink(draft)
      throw LedgerError(.unavailable, "cannot write \(path): \(reason)")
    }
    let folder = unsafe open(PathText.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    _ = fsync(folder)
    close(folder)
  }
}
