// How git is run: with nothing of the user's environment, none of the user's or the system's
// configuration, and every setting that could run code switched off on the command line, which wins
// over a repository's own configuration. Git is always told explicitly which git folder it works
// on: a `.git` file or folder inside a worktree can be replaced by a task and is never followed.
// Git is not killed when the surrounding task is cancelled: a half-finished git leaves lock files,
// and all that is asked of it takes milliseconds. Output goes to files in memory, so that nothing
// has to be read while it runs.

import Glibc
import Subprocess
import SystemPackage

/// Runs git with nothing of the user's environment or configuration that could run code.
public struct Git: Sendable {
  private let program: String
  private let searchPath: String
  private let timeout: Duration
  private let identity: [String: String]

  /// Makes a runner of git.
  /// - Parameters:
  ///   - program: the program, looked up in `searchPath` when it has no slash.
  ///   - searchPath: the PATH git is found in, and gets.
  ///   - timeout: how long one git may take before it is killed.
  public init(
    program: String = "git",
    searchPath: String = CommandRunner.defaultSearchPath,
    authorName: String = "GoalLedger",
    authorEmail: String = "goalledger@localhost",
    timeout: Duration = .seconds(60)
  ) {
    self.program = program
    self.searchPath = searchPath
    self.timeout = timeout
    identity = ["name": authorName, "email": authorEmail]
  }

  /// Author and committer as git writes them: `Name <email>`, without what would break the line.
  var signature: String {
    func clean(_ text: String?) -> String {
      (text ?? "").filter { $0 != "<" && $0 != ">" && !$0.isNewline && $0 != "\0" }
    }
    return "\(clean(identity["name"])) <\(clean(identity["email"]))>"
  }

  /// Settings that win over those of the repository: no hook, no monitor, no filter by attribute, no
  /// transport, no background work, no signature, and no listing of a submodule's inside.
  private static let overrides = [
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.pager=cat",
    "core.attributesFile=/dev/null", "core.untrackedCache=false", "protocol.allow=never",
    "gc.auto=0", "maintenance.auto=false", "commit.gpgSign=false", "tag.gpgSign=false",
    "submodule.recurse=false", "status.submoduleSummary=false", "diff.external=",
    "advice.detachedHead=false",
  ].flatMap { ["-c", $0] }

  private var environment: [String: String] {
    [
      "PATH": searchPath, "HOME": "/nonexistent", "LC_ALL": "C",
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1",
      "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_PAGER": "cat",
      "GIT_NO_REPLACE_OBJECTS": "1", "GIT_LITERAL_PATHSPECS": "1", "GIT_NO_LAZY_FETCH": "1",
      "GIT_AUTHOR_NAME": identity["name"] ?? "", "GIT_AUTHOR_EMAIL": identity["email"] ?? "",
      "GIT_COMMITTER_NAME": identity["name"] ?? "", "GIT_COMMITTER_EMAIL": identity["email"] ?? "",
    ]
  }

  /// How one git ended.
  struct Output: Sendable {
    /// The exit code; 128 and the signal's number for a death by signal.
    var code: Int32
    var output: [UInt8]
    var errors: String

    /// The output as lines, without the last line's end.
    var lines: [String] {
      String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The last line git said on standard error.
    var lastError: String {
      let line = errors.split(separator: "\n").last.map(String.init) ?? "no reason given"
      return line.hasPrefix("fatal: ") ? String(line.dropFirst(7)) : line
    }
  }

  /// Runs git and insists on success.
  /// - Throws: `.gitFailed` with git's last line, `.diskFull`, `.unavailable`, `.timedOut`.
  @discardableResult
  func run(
    _ arguments: [String],
    in place: GitPlace,
    input: [UInt8] = [],
    limit: Int = 64 << 20
  ) async throws(ExecutionError) -> Output {
    let result = try await attempt(arguments, in: place, input: input, limit: limit)
    guard result.code == 0 else { throw failure(of: arguments, result) }
    return result
  }

  /// Runs git, whatever its exit code.
  /// - Parameter limit: how many bytes of output are returned; what is longer is cut.
  func attempt(
    _ arguments: [String],
    in place: GitPlace,
    input: [UInt8] = [],
    limit: Int = 64 << 20
  ) async throws(ExecutionError) -> Output {
    let configuration = try configuration(arguments, place)
    let timeout = timeout
    let work = Task { () -> Result<Output, ExecutionError> in
      await Self.execute(configuration, input: input, limit: limit, timeout: timeout)
    }
    return try await work.value.get()
  }

  /// What a failed git means.
  func failure(of arguments: [String], _ result: Output) -> ExecutionError {
    let command = arguments.first { !$0.hasPrefix("-") && !$0.contains("=") } ?? "git"
    if result.errors.contains("No space left on device") {
      return ExecutionError(
        .diskFull,
        "git \(command) failed: the disk is full",
        hint: "free some space"
      )
    }
    let isLocked = result.errors.contains(".lock': File exists")
    return ExecutionError(
      .gitFailed,
      "git \(command) failed: \(result.lastError)",
      hint: isLocked ? "if no git is running in the repository, remove that lock file" : nil
    )
  }

  private func configuration(
    _ arguments: [String],
    _ place: GitPlace
  ) throws(ExecutionError) -> Configuration {
    let path: String
    do {
      path = try CommandRunner.locate(program, searchPath: searchPath, folder: "/")
    } catch {
      throw ExecutionError(
        .unavailable,
        "git is missing: \(error.message)",
        hint: "install git 2.36 or newer"
      )
    }
    var variables: [Environment.Key: String] = [:]
    for (name, value) in environment.merging(place.environment, uniquingKeysWith: { $1 }) {
      variables[.init(stringLiteral: name)] = value
    }
    var options = PlatformOptions()
    options.createSession = true
    return Configuration(
      executable: .path(FilePath(path)),
      arguments: Arguments(
        executablePathOverride: "git",
        remainingValues: Self.overrides + arguments
      ),
      environment: .custom(variables),
      workingDirectory: FilePath(place.startFolder),
      platformOptions: options
    )
  }

  private static func execute(
    _ configuration: Configuration,
    input: [UInt8],
    limit: Int,
    timeout: Duration
  ) async -> Result<Output, ExecutionError> {
    SpawnRegister.begin()
    let control = CommandControl()
    defer { SpawnRegister.end(control.process) }
    do {
      let stdin = try MemoryFile(input)
      defer { stdin.close() }
      let stdout = try MemoryFile([])
      defer { stdout.close() }
      let stderr = try MemoryFile([])
      defer { stderr.close() }
      let timer = Task {
        try await Task.sleep(for: timeout)
        await control.stop(.timedOut, grace: .seconds(1))
      }
      let result = try await Subprocess.run(
        configuration,
        input: .fileDescriptor(stdin.descriptor, closeAfterSpawningProcess: false),
        output: .fileDescriptor(stdout.descriptor, closeAfterSpawningProcess: false),
        error: .fileDescriptor(stderr.descriptor, closeAfterSpawningProcess: false)
      ) { execution in
        let child = execution.processIdentifier
        SpawnRegister.started(child.value, commandStart: nil)
        _ = control.started(child.value)
        await CommandRunner.waitForEnd(of: child)
        control.finished()
      }
      timer.cancel()
      if control.verdict != nil {
        return .failure(ExecutionError(.timedOut, "git took longer than \(timeout)"))
      }
      let code: Int32 =
        switch result.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
      return .success(
        Output(
          code: code,
          output: try stdout.contents(limit: limit),
          errors: String(decoding: try stderr.contents(limit: 1 << 16), as: UTF8.self)
        )
      )
    } catch let error as ExecutionError {
      return .failure(error)
    } catch {
      return .failure(ExecutionError(.spawnFailed, "git could not be started: \(error)"))
    }
  }
}

/// Which git folder, work tree and index one git works on.
struct GitPlace: Sendable {
  /// The folder git is started in.
  var startFolder: String
  /// The variables that say where things are.
  var environment: [String: String]

  /// The repository itself: its refs, its objects, its own configuration.
  static func repository(_ gitFolder: String) -> GitPlace {
    GitPlace(startFolder: gitFolder, environment: ["GIT_DIR": gitFolder])
  }

  /// A folder whose repository git is to find by itself.
  static func discover(_ folder: String) -> GitPlace {
    GitPlace(startFolder: folder, environment: [:])
  }
}

/// A commit's id, 40 or 64 lowercase hex digits.
public struct CommitID: Hashable, Sendable, CustomStringConvertible {
  /// The hex digits.
  public let text: String

  /// Wraps an id that git printed or that was stored.
  /// - Throws: `.internal` when it is not a hash.
  public init(_ text: String) throws(ExecutionError) { self.text = try checkedHash(text) }

  /// The hex digits.
  public var description: String { text }
}

/// A tree's id, 40 or 64 lowercase hex digits.
public struct TreeID: Hashable, Sendable, CustomStringConvertible {
  /// The hex digits.
  public let text: String

  /// Wraps an id that git printed or that was stored.
  /// - Throws: `.internal` when it is not a hash.
  public init(_ text: String) throws(ExecutionError) { self.text = try checkedHash(text) }

  /// The hex digits.
  public var description: String { text }
}

/// `text`, if it is a git object's id in full.
private func checkedHash(_ text: String) throws(ExecutionError) -> String {
  let isHex = text.utf8.allSatisfy {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
  }
  guard isHex, text.utf8.count == 40 || text.utf8.count == 64 else {
    throw ExecutionError(.internal, "\(RelativePath.quoted(text)) is not the id of a git object")
  }
  return text
}
