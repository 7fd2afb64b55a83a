import Foundation
import Subprocess
import SystemPackage
import TestSupport

/// A folder of its own with a home, a repository's place and a transcript: tests run the built
/// program in it as a user would, and compare what it printed with a golden file.
///
/// What must stay true: nothing of the user's environment reaches the program, so that the same
/// commands print the same text everywhere.
final class Bench {
  let folder: TemporaryFolder
  /// Where commands run.
  var place: String
  private(set) var transcript = ""
  var variables: [String: String]

  init() throws {
    folder = try TemporaryFolder()
    root = folder.path
    place = root + "/work"
    variables = [
      "HOME": root + "/home", "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
      "GOALLEDGER_ACTOR": "tester", "GIT_CONFIG_GLOBAL": "/dev/null",
    ]
    for name in ["home", "work"] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(name)",
        withIntermediateDirectories: true
      )
    }
  }

  let root: String

  /// What a program did.
  struct Outcome {
    let status: Int
    let output: String
    let error: String
  }

  /// Runs the program and adds to the transcript what a user would see.
  @discardableResult
  func goalledger(
    _ arguments: String...,
    input: String = "",
    note: String? = nil
  ) async throws -> Outcome {
    let outcome = try await run(Self.program, arguments, input: input)
    let shown = arguments.map { $0.contains(where: { " '\"{".contains($0) }) ? "'\($0)'" : $0 }
    transcript += "$ goalledger \(shown.joined(separator: " "))\n"
    if let note { transcript += "# \(note)\n" }
    transcript += outcome.output
    if !outcome.error.isEmpty {
      let lines = outcome.error.split(separator: "\n", omittingEmptySubsequences: false)
      let marked = lines.map { "! \($0)" }.joined(separator: "\n")
      transcript += marked.hasSuffix("\n! ") ? String(marked.dropLast(2)) : marked + "\n"
    }
    if outcome.status != 0 { transcript += "= \(outcome.status)\n" }
    transcript += "\n"
    return outcome
  }

  /// Begins the transcript anew: what went before is no part of what is shown.
  func forgetTranscript() { transcript = "" }

  /// Runs any program to its end; nothing of it is shown.
  @discardableResult
  func run(_ program: String, _ arguments: [String], input: String = "") async throws -> Outcome {
    let result = try await Subprocess.run(
      Self.executable(program),
      arguments: Arguments(arguments),
      environment: environment,
      workingDirectory: FilePath(place),
      input: .string(input),
      output: .string(limit: 4 << 20),
      error: .string(limit: 4 << 20)
    )
    var status = -1
    if case .exited(let code) = result.terminationStatus { status = Int(code) }
    return Outcome(
      status: status,
      output: result.standardOutput,
      error: result.standardError
    )
  }

  /// What to do after a line.
  enum Reaction {
    case goOn
    case terminate
    case run([String])
  }

  /// Runs the program, `through` another that becomes it, and looks at each line it prints while it
  /// runs.
  /// - returns: its status.
  @discardableResult
  func watch(
    _ arguments: String...,
    through: [String] = [],
    onError: Bool,
    each: (_ line: String, _ process: pid_t) -> Reaction
  ) async throws -> Int {
    let (surroundings, folder) = (environment, FilePath(place))
    @Sendable func other(_ arguments: [String]) async throws {
      _ = try await Subprocess.run(
        .path(FilePath(Self.program)),
        arguments: Arguments(arguments),
        environment: surroundings,
        workingDirectory: folder,
        output: .discarded
      )
    }
    let command = through + [Self.program] + arguments
    let result = try await Subprocess.run(
      Self.executable(command[0]),
      arguments: Arguments(Array(command.dropFirst())),
      environment: environment,
      workingDirectory: FilePath(place),
      input: .none,
      output: .sequence,
      error: .sequence
    ) { execution in
      let stream = onError ? execution.standardError : execution.standardOutput
      for try await line in stream.strings() {
        let line = line.trimmingCharacters(in: .newlines)
        switch each(line, execution.processIdentifier.value) {
        case .goOn: break
        case .terminate: try execution.send(signal: .terminate)
        case .run(let arguments): try await other(arguments)
        }
      }
    }
    guard case .exited(let code) = result.terminationStatus else { return -1 }
    return Int(code)
  }

  /// A program by its path, or by its name.
  private static func executable(_ program: String) -> Executable {
    program.hasPrefix("/") ? .path(FilePath(program)) : .name(program)
  }

  private var environment: Environment {
    var environment: [Environment.Key: String] = [:]
    for (name, value) in variables { environment[Environment.Key(stringLiteral: name)] = value }
    return .custom(environment)
  }

  /// Writes a file below the place.
  func write(_ name: String, _ text: String) throws {
    let url = URL(filePath: "\(place)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try Data(text.utf8).write(to: url)
  }

  /// Makes the place a git repository; with `commit`, one that has everything in it committed.
  func makeRepository(commit: Bool = true) async throws {
    try await git("init", "-q", "-b", "main")
    guard commit else { return }
    try await git("add", "-A")
    try await git(
      "-c",
      "user.name=T",
      "-c",
      "user.email=t@example.org",
      "commit",
      "-q",
      "--allow-empty",
      "-m",
      "start"
    )
  }

  private func git(_ arguments: String...) async throws {
    let outcome = try await run("/usr/bin/git", arguments)
    guard outcome.status == 0 else { throw Failure(sentence: outcome.error) }
  }

  struct Failure: Error { let sentence: String }

  /// The built program, beside the test bundle.
  static let program: String = {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appending(path: "goalledger").path
  }()
}
