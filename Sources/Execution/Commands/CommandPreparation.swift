// From a request to something that can be started: the program is looked up, the folder looked at,
// and whatever is wrong is said in a sentence before a process exists.

import CLinux
import Glibc
import Subprocess
import SystemPackage

extension CommandRunner {
  /// Where programs are looked for when a request's environment has no PATH.
  public static let defaultSearchPath =
    "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"

  /// The absolute path of a program.
  /// - Parameters:
  ///   - program: a name to look up in `searchPath`, or a path, relative ones from `folder`.
  /// - Throws: `.unavailable` with a sentence naming where it was looked for.
  static func locate(
    _ program: String,
    searchPath: String,
    folder: String
  ) throws(ExecutionError) -> String {
    if program.utf8.contains(UInt8(ascii: "/")) {
      let path = program.hasPrefix("/") ? program : "\(folder)/\(program)"
      if isExecutable(path) { return path }
      let exists = unsafe access(path, F_OK) == 0
      throw ExecutionError(
        .unavailable,
        exists ? "the program '\(path)' is not executable" : "the program '\(path)' does not exist",
        hint: exists ? "make it executable, or name its interpreter first" : "correct the command"
      )
    }
    for folder in searchPath.split(separator: ":") where folder.hasPrefix("/") {
      let path = "\(folder)/\(program)"
      if isExecutable(path) { return path }
    }
    throw ExecutionError(
      .unavailable,
      "the program '\(program)' was not found in PATH (\(searchPath))",
      hint: "install it, or write its full path in the workspace's command"
    )
  }

  /// What Subprocess is to start.
  static func configuration(
    for request: CommandRequest
  ) throws(ExecutionError) -> Configuration {
    guard var program = request.argv.first, !program.isEmpty else {
      throw ExecutionError(.spawnFailed, "the command is empty", isRetryable: false)
    }
    guard !request.marker.isEmpty else {
      throw ExecutionError(.internal, "the command '\(program)' has no marker")
    }
    guard isFolder(request.workingDirectory) else {
      throw ExecutionError(
        .notFound,
        "the folder '\(request.workingDirectory)' that '\(program)' should run in does not exist"
      )
    }
    let searchPath = request.environment["PATH"] ?? defaultSearchPath
    program = try locate(program, searchPath: searchPath, folder: request.workingDirectory)
    var arguments = request.argv
    if let limits = request.limits?.prlimitArguments, !limits.isEmpty {
      arguments = ["prlimit"] + limits + ["--", program] + request.argv.dropFirst()
      program = try locate("prlimit", searchPath: defaultSearchPath, folder: "/")
    }
    for text in arguments where text.utf8.contains(0) {
      throw ExecutionError(
        .spawnFailed,
        "an argument of '\(program)' contains a NUL byte",
        isRetryable: false
      )
    }
    var environment: [Environment.Key: String] = [:]
    for (name, value) in request.environment { environment[.init(stringLiteral: name)] = value }
    environment[.init(stringLiteral: ProcessTable.markerName)] = request.marker
    var options = PlatformOptions()
    options.createSession = true
    return Configuration(
      executable: .path(FilePath(program)),
      arguments: Arguments(
        executablePathOverride: arguments[0],
        remainingValues: Array(arguments.dropFirst())
      ),
      environment: .custom(environment),
      workingDirectory: FilePath(request.workingDirectory),
      platformOptions: options
    )
  }

  /// An error of Subprocess as one of ours.
  static func explain(_ error: any Error, _ request: CommandRequest) -> ExecutionError {
    if let error = error as? ExecutionError { return error }
    let program = request.argv.first ?? ""
    guard let error = error as? SubprocessError else {
      return ExecutionError(.spawnFailed, "'\(program)' could not be started: \(error)")
    }
    switch error.underlyingError {
    case .noMemory?, .resourceTemporarilyUnavailable?, .tooManyOpenFiles?,
      .tooManyOpenFilesInSystem?:
      return ExecutionError(
        .spawnFailed,
        "'\(program)' could not be started: the machine has no process or descriptor to spare",
        hint: "lower the number of goals executed at once",
        isRetryable: true
      )
    case .execFormatError?:
      return ExecutionError(
        .spawnFailed,
        "'\(program)' could not be started: it is neither a binary for this machine nor a script",
        hint: "begin the script with '#!' and its interpreter",
        isRetryable: false
      )
    case .argListTooLong?:
      return ExecutionError(
        .spawnFailed,
        "'\(program)' could not be started: its arguments and environment are too long",
        isRetryable: false
      )
    default:
      return ExecutionError(
        .spawnFailed,
        "'\(program)' could not be started: \(error.description)",
        isRetryable: false
      )
    }
  }

  private static func isExecutable(_ path: String) -> Bool {
    guard unsafe access(path, X_OK) == 0 else { return false }
    return !isFolder(path)
  }

  private static func isFolder(_ path: String) -> Bool {
    let fd = unsafe open(path, GL_O_PATH | O_DIRECTORY | O_CLOEXEC)
    guard fd >= 0 else { return false }
    close(fd)
    return true
  }
}

extension ResourceLimits {
  /// The limits as arguments of `prlimit`.
  var prlimitArguments: [String] {
    var arguments: [String] = []
    if let cpuSeconds { arguments.append("--cpu=\(cpuSeconds)") }
    if let addressSpaceBytes { arguments.append("--as=\(addressSpaceBytes)") }
    if let fileBytes { arguments.append("--fsize=\(fileBytes)") }
    if let openFiles { arguments.append("--nofile=\(openFiles)") }
    return arguments
  }
}

/// Bytes in an anonymous file, for a process to read from or write to; closed by who made it.
struct MemoryFile: Sendable {
  let descriptor: FileDescriptor

  init(_ bytes: [UInt8]) throws(ExecutionError) {
    let fd = unsafe bytes.withUnsafeBytes { unsafe gl_memory_file($0.baseAddress, $0.count) }
    guard fd >= 0 else {
      throw ExecutionError(
        .spawnFailed,
        "no descriptor for a process's input: \(Errno(rawValue: -fd))",
        isRetryable: true
      )
    }
    descriptor = FileDescriptor(rawValue: fd)
  }

  /// What was written to it, from the beginning.
  func contents(limit: Int) throws(ExecutionError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < limit {
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe pread(descriptor.rawValue, buffer.baseAddress, buffer.count, off_t(bytes.count))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(errno, "read a process's output") }
      if count == 0 { break }
      bytes += chunk[..<min(count, limit - bytes.count)]
    }
    return bytes
  }

  /// Gives the memory back; nothing may be asked of it afterwards.
  func close() { _ = Glibc.close(descriptor.rawValue) }
}
