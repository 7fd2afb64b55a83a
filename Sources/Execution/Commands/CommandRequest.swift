// What to run and how it ended, as values. A command is an argument list with an exact environment:
// nothing of the worker's own environment reaches it unless it is listed here.

/// A process to run.
public struct CommandRequest: Sendable {
  /// The program and its arguments. A program without a slash is looked up in the request's PATH.
  public var argv: [String]
  /// The absolute path of the folder it starts in.
  public var workingDirectory: String
  /// The whole environment of the process.
  public var environment: [String: String]
  /// The longest it may run.
  public var timeout: Duration
  /// How long it may go on after SIGTERM before SIGKILL.
  public var grace: Duration
  /// Put into the environment as `GOALLEDGER_MARK`, and so into that of every descendant: it is how
  /// what was left behind is found. Not empty; unique to the attempt and task.
  public var marker: String
  /// How many bytes of the output's beginning are kept.
  public var headBytes: Int
  /// How many bytes of the output's end are kept.
  public var tailBytes: Int
  /// What the process reads from its standard input; `nil` gives it `/dev/null`.
  public var standardInput: [UInt8]?
  /// Limits set through `prlimit`, when that program is there; `nil` sets none.
  public var limits: ResourceLimits?

  /// Makes a request.
  public init(
    argv: [String],
    workingDirectory: String,
    environment: [String: String],
    timeout: Duration,
    grace: Duration = .seconds(2),
    marker: String,
    headBytes: Int = 4096,
    tailBytes: Int = 4096,
    standardInput: [UInt8]? = nil,
    limits: ResourceLimits? = nil
  ) {
    self.argv = argv
    self.workingDirectory = workingDirectory
    self.environment = environment
    self.timeout = timeout
    self.grace = grace
    self.marker = marker
    self.headBytes = headBytes
    self.tailBytes = tailBytes
    self.standardInput = standardInput
    self.limits = limits
  }
}

/// Limits of a process and what it starts (`setrlimit`), each `nil` for none.
public struct ResourceLimits: Sendable, Equatable {
  /// CPU seconds per process.
  public var cpuSeconds: Int?
  /// Bytes of address space per process.
  public var addressSpaceBytes: Int?
  /// Bytes of the largest file it may write.
  public var fileBytes: Int?
  /// Open descriptors per process.
  public var openFiles: Int?

  /// Makes a set of limits.
  public init(
    cpuSeconds: Int? = nil,
    addressSpaceBytes: Int? = nil,
    fileBytes: Int? = nil,
    openFiles: Int? = nil
  ) {
    self.cpuSeconds = cpuSeconds
    self.addressSpaceBytes = addressSpaceBytes
    self.fileBytes = fileBytes
    self.openFiles = openFiles
  }
}

/// How a process ended.
public enum CommandExit: Sendable, Equatable {
  /// By itself, with this code.
  case exited(Int32)
  /// By a signal that was not ours.
  case signalled(Int32)
  /// Killed because its time was up.
  case timedOut
  /// Killed because the surrounding task was cancelled.
  case cancelled

  /// Whether it ended by itself with code 0.
  public var isSuccess: Bool { self == .exited(0) }

  /// The exit code, where it ended by itself.
  public var code: Int32? {
    guard case .exited(let code) = self else { return nil }
    return code
  }
}

/// What a process wrote to standard output and standard error, in order of arrival.
public struct CapturedOutput: Sendable, Equatable {
  /// The first bytes.
  public var head: [UInt8]
  /// The last bytes, without what `head` already holds.
  public var tail: [UInt8]
  /// How many bytes there were in all.
  public var totalBytes: Int
  /// SHA-256 of all of them, lowercase hex.
  public var sha256: String

  /// Makes a record of output.
  public init(head: [UInt8], tail: [UInt8], totalBytes: Int, sha256: String) {
    self.head = head
    self.tail = tail
    self.totalBytes = totalBytes
    self.sha256 = sha256
  }

  /// How many bytes are in neither `head` nor `tail`.
  public var omittedBytes: Int { totalBytes - head.count - tail.count }

  /// Head and tail as text, with a line between them that says how much is missing.
  public var text: String {
    let gap = omittedBytes > 0 ? "\n[... \(omittedBytes) bytes left out ...]\n" : ""
    return String(decoding: head, as: UTF8.self) + gap + String(decoding: tail, as: UTF8.self)
  }
}

/// One finished run of a process.
public struct CommandOutcome: Sendable, Equatable {
  /// How it ended.
  public var exit: CommandExit
  /// What it wrote.
  public var output: CapturedOutput
  /// From just before the process was started until it and what it left behind was gone.
  public var duration: Duration
  /// CPU time of the process and the descendants it waited for; `nil` if unknown.
  public var cpuTime: Duration?
  /// How many processes it left behind, which were then killed.
  public var strays: Int

  /// Makes a record of a run.
  public init(
    exit: CommandExit,
    output: CapturedOutput,
    duration: Duration,
    cpuTime: Duration? = nil,
    strays: Int = 0
  ) {
    self.exit = exit
    self.output = output
    self.duration = duration
    self.cpuTime = cpuTime
    self.strays = strays
  }
}
