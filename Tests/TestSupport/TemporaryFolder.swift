// Folders for tests, removed with all they hold when the test lets go of them.

import Glibc

/// A new folder under the system's folder for temporary files.
public final class TemporaryFolder: Sendable {
  /// Its absolute path, every link resolved.
  public let path: String

  /// Makes the folder.
  public init(_ name: String = "test") throws {
    let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/goalledger-\(name)-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw TestFault("no temporary folder: \(errno)") }
    let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let real = unsafe realpath(made, nil) else { throw TestFault("no \(made)") }
    defer { unsafe free(real) }
    path = unsafe String(cString: real)
  }

  deinit {
    _ = try? Shell.run(["chmod", "-R", "u+rwX", path]); _ = try? Shell.run(["rm", "-rf", path])
  }

  /// Writes a file, and the folders above it.
  @discardableResult
  public func write(_ text: String, to name: String, executable: Bool = false) throws -> String {
    let file = "\(path)/\(name)"
    if let slash = file.lastIndex(of: "/") {
      try Shell.succeed(["mkdir", "-p", String(file[..<slash])])
    }
    let fd = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC, executable ? 0o755 : 0o644)
    guard fd >= 0 else { throw TestFault("cannot write \(file): \(errno)") }
    defer { close(fd) }
    let bytes = Array(text.utf8)
    guard unsafe Glibc.write(fd, bytes, bytes.count) == bytes.count else {
      throw TestFault("cannot write \(file)")
    }
    return file
  }

  /// A file's content, or `nil` if it cannot be read.
  public func read(_ name: String) -> String? {
    guard let file = unsafe fopen("\(path)/\(name)", "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether anything stands there.
  public func exists(_ name: String) -> Bool {
    var status = stat()
    return unsafe lstat("\(path)/\(name)", &status) == 0
  }
}

/// Something in a test's own preparation went wrong.
public struct TestFault: Error, CustomStringConvertible {
  /// What.
  public let description: String

  /// Makes one.
  public init(_ description: String) { self.description = description }
}
