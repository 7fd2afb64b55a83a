// A disk that fails when a test says so, and whose power can be cut: the Swift face of CFaultVFS.
//
// What must stay true: one disk serves one test; a disk that is let go of has no file open any more,
// or it stays registered, and says so to nobody.
import CFaultVFS

/// A SQLite VFS over the default one that fails chosen operations, or records what a power cut leaves.
public final class FaultDisk: Sendable {
  /// What an operation does.
  public enum Kind: Int32, Sendable, CaseIterable {
    case write, sync, truncate, open, delete
  }

  /// What a failing operation answers, by SQLite's names.
  public enum Failure: Int32, Sendable {
    /// The disk is full.
    case full = 13
    /// The file cannot be opened.
    case cantOpen = 14
    /// The write failed; half of it is on the disk.
    case write = 778
    /// The sync failed.
    case sync = 1034
    /// The file could not be cut.
    case truncate = 1546
    /// The file could not be deleted.
    case delete = 2570
  }

  /// One that never fails, nor waits for the real disk.
  public static let sound: FaultDisk = {
    guard let disk = try? FaultDisk() else { fatalError("no disk for SQLite") }
    return disk
  }()

  private let id: Int32

  /// Makes a disk and registers its VFS.
  public init() throws {
    id = cfv_new()
    guard id >= 0 else { throw TestFault("no more disks") }
  }

  deinit { cfv_free(id) }

  /// The name to open databases with.
  public var vfs: String { "fault-\(id)" }

  /// How many of its files are open.
  public var openFiles: Int { Int(cfv_open_files(id)) }

  // MARK: Failing

  /// Fails the `nth` operation of a kind from now, 1 being the next; all later ones as well where it
  /// lasts.
  public func fail(_ kind: Kind, _ nth: Int, with failure: Failure, lasting: Bool = false) {
    cfv_arm(id, kind.rawValue, Int64(nth), failure.rawValue, lasting ? 1 : 0)
  }

  /// Fails nothing any more.
  public func heal() { cfv_disarm(id) }

  /// How many operations have failed since it was last told to fail.
  public var failures: Int { Int(cfv_fired(id)) }

  /// How many operations of a kind there were.
  public func count(_ kind: Kind) -> Int { Int(cfv_count(id, kind.rawValue)) }

  // MARK: Cutting the power

  /// Begins to record; where syncs are ignored, nothing is ever durable but what was there before.
  public func record(ignoringSyncs: Bool = false) { cfv_record(id, ignoringSyncs ? 1 : 0) }

  /// How many writes, syncs, truncations and deletions were recorded.
  public var operations: Int { Int(cfv_operations(id, 0)) }
  /// How many of them were syncs.
  public var syncs: Int { Int(cfv_operations(id, 1)) }

  /// Says what is known to be committed, and what is known to be durable in any case.
  public func note(committed: Int64, floor: Int64) { cfv_note(id, committed, floor) }

  /// When the power is cut: just before one operation of all, or before one of the syncs, from 1.
  public enum Cut: Sendable, Hashable {
    case operation(Int)
    case sync(Int)
  }

  /// Plans an image of the database as a power cut at that moment could leave it.
  /// - returns: the image's number.
  public func plan(_ cut: Cut, seed: UInt64, path: String) -> Int32 {
    switch cut {
    case .operation(let nth): unsafe cfv_plan(id, 0, Int64(nth), seed, path)
    case .sync(let nth): unsafe cfv_plan(id, 1, Int64(nth), seed, path)
    }
  }

  /// What was noted when a planned image was made; nil where its operation never came.
  public func planned(_ number: Int32) throws -> (committed: Int64, floor: Int64)? {
    var (committed, floor): (Int64, Int64) = (0, 0)
    let made = unsafe cfv_planned(id, number, &committed, &floor)
    guard made >= 0 else { throw TestFault("image \(number) could not be written") }
    return made == 0 ? nil : (committed, floor)
  }
}
