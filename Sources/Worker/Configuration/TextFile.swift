import Glibc
import GoalLedger

// Reads and writes the few small text files the command line is given: the configuration, a
// context, a project's manifest. Sizes are bounded, and what is not UTF-8 is refused rather than
// repaired, since what was asked must be what is stored.

/// Small text files, whole.
public enum TextFile {
  /// The largest file read, in bytes.
  public static let maxBytes = 32 << 20

  /// Reads a file that must be there.
  /// - throws: `.unavailable` where it cannot be read, `.invalid` where it is no UTF-8 text, or
  ///   has more than ``maxBytes``.
  public static func read(_ path: String) throws(LedgerError) -> String {
    guard let text = try readIfThere(path) else {
      throw LedgerError(.unavailable, "cannot read \(path): \(reason(ENOENT))")
    }
    return text
  }

  /// Reads a file; nil where there is no such file.
  /// - throws: as ``read(_:)``.
  public static func readIfThere(_ path: String) throws(LedgerError) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw LedgerError(.unavailable, "cannot read \(path): \(reason(errno))")
    }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, name: path)
  }

  /// Reads standard input to its end.
  /// - throws: as ``read(_:)``.
  public static func readStandardInput() throws(LedgerError) -> String {
    try read(descriptor: STDIN_FILENO, name: "standard input")
  }

  private static func read(descriptor: Int32, name: String) throws(LedgerError) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw LedgerError(.unavailable, "cannot read \(name): \(reason(errno))")
      }
      bytes += buffer[..<count]
      guard bytes.count <= maxBytes else {
        throw LedgerError(.invalid, "\(name) has more than \(maxBytes) bytes")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LedgerError(.invalid, "\(name) is no UTF-8 text")
    }
    return text
  }

  /// A file's size, in bytes; 0 where there is none.
  public static func size(_ path: String) -> Int {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return 0 }
    return Int(status.st_size)
  }

  /// Writes a file that does not exist yet.
  /// - throws: `.refused` where something of that name exists, `.diskFull` or `.unavailable` where
  ///   it cannot be written; then nothing is left of it.
  public static func create(_ path: String, text: String) throws(LedgerError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(0o644))
    guard descriptor >= 0 else {
      if errno == EEXIST { throw LedgerError(.refused, "\(path) exists already") }
      throw LedgerError(.unavailable, "cannot write \(path): \(reason(errno))")
    }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw abandon(path, errno) }
      rest = rest.dropFirst(count)
    }
    if fsync(descriptor) != 0 { throw abandon(path, errno) }
  }

  private static func abandon(_ path: String, _ code: Int32) -> LedgerError {
    unsafe unlink(path)
    return LedgerError(
      code == ENOSPC ? .diskFull : .unavailable,
      "cannot write \(path): \(reason(code))"
    )
  }

  /// What the system says of an error's number.
  static func reason(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }
}
