// A directory of a test's own, gone when the test ends, and the few looks at the process and the
// file system that several subjects need.
import Glibc
import Testing

@testable import SQLite

/// A new empty directory that is removed with this object.
@safe final class Scratch {
  let path: String

  init() throws {
    let name = "goalledger-sqlite-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    path = "/tmp/\(name)"
    try #require(unsafe mkdir(path, 0o700) == 0)
  }

  deinit {
    unsafe chmod(path, 0o700)
    for name in names { unsafe unlink("\(path)/\(name)") }
    unsafe rmdir(path)
  }

  /// The path of a file in it.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  var database: String { file("test.db") }

  /// What is in it.
  var names: [String] { Scratch.names(in: path) }

  func write(_ bytes: [UInt8], to name: String) throws {
    let descriptor = unsafe open(file(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
  }

  /// Overwrites a kilobyte of a file, which must not be open as a database.
  func damage(_ name: String, at offset: Int) throws {
    let descriptor = unsafe open(file(name), O_WRONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let junk = [UInt8](repeating: 0xEE, count: 1_024)
    try #require(unsafe pwrite(descriptor, junk, junk.count, offset) == junk.count)
  }

  func exists(_ name: String) -> Bool { names.contains(name) }

  static func names(in directory: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { start in
          unsafe String(cString: start)
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}

/// The error `body` throws.
func refusal<T>(_ body: () throws -> T) throws -> SQLiteError {
  try #require(throws: SQLiteError.self) { _ = try body() }
}

extension Connection {
  /// The one number a query answers with.
  func number(_ sql: String) throws(SQLiteError) -> Int? {
    try first(sql) { row throws(SQLiteError) in try row.require(0, as: Int.self) }
  }
}

/// Runs `body` on a thread of its own, and waits for its end only when asked to.
@safe final class OtherThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private var thread = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) throws {
    let context = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
    let code = unsafe pthread_create(
      &thread,
      nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      },
      context
    )
    try #require(code == 0)
  }

  func join() {
    pthread_join(thread, nil)
  }
}
