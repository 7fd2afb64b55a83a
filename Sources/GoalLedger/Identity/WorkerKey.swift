// A worker's key, which it has to itself: the file N.key in the folder of workers' keys with the
// lowest N that no other process has locked (flock(2)).
//
// What must stay true: while the value lives, the file is locked, so that no two workers that run at
// once have the same key; a process that ends, however it does, lets go of it, and the next one to
// start uses it again.
import Glibc

/// A worker's key, and the lock on its file.
public final class WorkerKey: Sendable {
  /// The number of its file, from 1.
  public let number: Int
  /// What the worker signs with.
  public let key: SealingKey
  private let file: Int32

  /// How many workers may have keys in one folder.
  private static let limit = 1_000

  private init(number: Int, key: SealingKey, file: Int32) {
    self.number = number
    self.key = key
    self.file = file
  }

  deinit { close(file) }

  /// Where a database's workers keep their keys.
  /// - parameter environment: the environment's variables.
  public static func folder(ofDatabase database: String, environment: [String: String]) -> String {
    KeyFile.folder(ofDatabase: database, environment: environment) + "/workers"
  }

  /// Takes the first key that is free, and makes one where there is none.
  /// - Parameters:
  ///   - folder: where the keys are.
  ///   - isRefused: whether a public key is not to be used.
  /// - throws: as ``KeyFile/obtain()``.
  public static func take(
    in folder: String,
    unless isRefused: ([UInt8]) -> Bool = { _ in false }
  ) throws(LedgerError) -> WorkerKey {
    for number in 1...limit {
      let file = KeyFile(path: "\(folder)/\(number).key")
      guard let locked = try lock(file) else { continue }
      do throws(LedgerError) {
        let key = try file.read(locked)
        guard isRefused(key.publicKey) else {
          return WorkerKey(number: number, key: key, file: locked)
        }
        close(locked)
      } catch {
        close(locked)
        throw error
      }
    }
    throw LedgerError(.unavailable, "all of the \(limit) workers' keys in \(folder) are in use")
  }

  /// Opens and locks a key's file, made where it is missing; nil where another has locked it.
  private static func lock(_ file: KeyFile) throws(LedgerError) -> Int32? {
    var opened = try file.openFile()
    if opened == nil {
      _ = try file.create()
      opened = try file.openFile()
    }
    guard let opened else { throw file.failure("cannot be read back", ENOENT) }
    while flock(opened, LOCK_EX | LOCK_NB) != 0 {
      let problem = errno
      if problem == EINTR { continue }
      close(opened)
      if problem == EWOULDBLOCK { return nil }
      throw file.failure("cannot be locked", problem)
    }
    return opened
  }
}
