// The stock sqlite3 shell as another process has it: it holds transactions open for as long as a test
// wants.

import Glibc
import Synchronization

/// A sqlite3 shell that waits for commands.
public final class SQLiteShell: Sendable {
  /// Its process.
  public let pid: Int32
  private let channel: Int32
  private let hasEnded = Atomic(false)

  /// Starts it on a database.
  public init(_ database: String) throws {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw TestFault("no socket pair: \(errno)")
    }
    let words = ["sqlite3", "-batch", database]
    var argv = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe argv.forEach { unsafe free($0) } }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [Int32(0), 1, 2] {
      unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], descriptor)
    }
    var pid: pid_t = 0
    let failure = unsafe posix_spawnp(&pid, "sqlite3", &actions, nil, &argv, environ)
    close(ends[1])
    channel = ends[0]
    self.pid = pid
    guard failure == 0 else { throw TestFault("cannot run sqlite3: \(failure)") }
  }

  deinit {
    end()
    close(channel)
  }

  /// Runs statements, and returns what they printed once they are done.
  @discardableResult
  public func run(_ sql: String) throws -> String {
    let bytes = Array("\(sql)\n.print done-with-it\n".utf8)
    guard unsafe write(channel, bytes, bytes.count) == bytes.count else {
      throw TestFault("sqlite3 has ended")
    }
    var output = ""
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while !output.hasSuffix("done-with-it\n") {
      let count = unsafe read(channel, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw TestFault("sqlite3 has ended: \(output)") }
      output += String(decoding: chunk[..<count], as: UTF8.self)
    }
    return String(output.dropLast("done-with-it\n".count))
  }

  /// Ends it, and with it whatever it holds.
  public func end() {
    guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
    kill(pid, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }
}
