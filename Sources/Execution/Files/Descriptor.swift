// An open file descriptor that closes itself, and the loops around read and write. System errors
// become sentences here, so that a full disk is told apart from a broken one.

import CLinux
import Glibc

/// An open descriptor; closed when nobody holds it.
final class Descriptor: Sendable {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close(number) }

  func status(of path: RelativePath) throws(ExecutionError) -> gl_status {
    var status = gl_status()
    let result = unsafe gl_status_of(number, &status)
    guard result == 0 else { throw .system(-result, "look at '\(path)'") }
    return status
  }

  /// Reads to the end.
  /// - Throws: `.tooLarge` when there are more than `limit` bytes, `.io`.
  func readAll(of path: RelativePath, limit: Int) throws(ExecutionError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(errno, "read '\(path)'") }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw ExecutionError(.tooLarge, "'\(path)' is larger than \(limit) bytes")
      }
    }
  }

  /// Writes all of `bytes`.
  func writeAll(_ bytes: [UInt8], of path: RelativePath) throws(ExecutionError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(number, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(errno, "write '\(path)'") }
      done += count
    }
  }
}

extension ExecutionError {
  /// A failed system call as a sentence.
  /// - Parameter action: what was tried, in words that follow "cannot".
  static func system(_ number: Int32, _ action: String) -> ExecutionError {
    let reason = unsafe String(cString: strerror(number))
    return switch number {
    case ENOSPC, EDQUOT:
      ExecutionError(.diskFull, "cannot \(action): the disk is full", hint: "free some space")
    case EFBIG:
      ExecutionError(.tooLarge, "cannot \(action): larger than the process's limit for files")
    case ENOENT:
      ExecutionError(.notFound, "cannot \(action): it does not exist")
    case EACCES, EPERM:
      ExecutionError(
        .io,
        "cannot \(action): permission denied",
        hint: "the worker's user needs to own it",
        isRetryable: false
      )
    case EROFS:
      ExecutionError(
        .io,
        "cannot \(action): the file system is read-only",
        isRetryable: false
      )
    case ELOOP, EXDEV, ENOTDIR:
      ExecutionError(.refused, "cannot \(action): \(reason)")
    default:
      ExecutionError(.io, "cannot \(action): \(reason)")
    }
  }

  /// A folder on the way to `path` that is none, or leads away.
  static func below(_ folder: RelativePath, error: Int32, path: RelativePath) -> ExecutionError {
    switch error {
    case ELOOP:
      ExecutionError(.refused, "'\(path)' lies below a symbolic link ('\(folder)' or above it)")
    case EXDEV:
      ExecutionError(.refused, "'\(path)' lies on another file system than the workspace")
    case ENOTDIR:
      ExecutionError(.refused, "'\(path)' lies below something that is not a folder")
    default: .system(error, "open the folder '\(folder)'")
    }
  }

  /// Something at `path` that is no plain file.
  static func untouchable(_ path: RelativePath, _ words: String) -> ExecutionError {
    ExecutionError(.refused, "'\(path)' is \(words); goals change regular files only")
  }
}
