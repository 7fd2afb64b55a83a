// Programs that tests run for their preparation and their checks. It shares no code with what is
// tested, and waits for its own child only.

import Glibc

/// Runs programs, one after the other, in the calling thread.
public enum Shell {
  /// How a program ended.
  public struct Result: Sendable {
    /// The exit code, or 128 and the signal's number.
    public var code: Int32
    /// Standard output and standard error together.
    public var output: String
    /// The output without white space around it.
    public var trimmed: String {
      var text = Substring(output)
      while text.last?.isWhitespace == true { text.removeLast() }
      return String(text.drop { $0.isWhitespace })
    }
  }

  /// Runs a program found in PATH.
  /// - Parameter environment: added to this process's own.
  @discardableResult
  public static func run(
    _ arguments: [String],
    in folder: String = "/",
    environment: [String: String] = [:]
  ) throws -> Result {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw TestFault("no socket pair: \(errno)")
    }
    let read = ends[0]
    let write = ends[1]
    defer { close(read) }
    let words =
      ["env", "-C", folder] + environment.map { "\($0.key)=\($0.value)" }.sorted() + arguments
    var argv = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe argv.forEach { unsafe free($0) } }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, write, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, write, 2)
    var pid: pid_t = 0
    let failure = unsafe posix_spawnp(&pid, "env", &actions, nil, &argv, environ)
    close(write)
    guard failure == 0 else { throw TestFault("cannot run \(arguments): \(failure)") }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe Glibc.read(read, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    return Result(code: code, output: String(decoding: bytes, as: UTF8.self))
  }

  /// Runs a program that must succeed, and returns what it printed, without white space around it.
  @discardableResult
  public static func succeed(
    _ arguments: [String],
    in folder: String = "/",
    environment: [String: String] = [:]
  ) throws -> String {
    let result = try run(arguments, in: folder, environment: environment)
    guard result.code == 0 else {
      throw TestFault("\(arguments) ended with \(result.code): \(result.output)")
    }
    return result.trimmed
  }
}
