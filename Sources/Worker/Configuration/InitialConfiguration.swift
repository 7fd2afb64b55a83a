import Execution
import GoalLedger

// The first configuration of a database, written once by `goalledger init` for a person to edit:
// what was recognised, and beside it the defaults that are worth seeing. It is written through the
// same keys the reader knows, and a test reads every one it can write.

/// What `init` is about to write.
public struct InitialConfiguration: Sendable {
  /// The repository's root; nil outside of any.
  public let repository: String?
  /// The workspace's name.
  public let workspace: String?
  /// What the repository is built and tested with, the first one deciding the defaults.
  public let projects: [RecognisedProject]
  /// The configuration's absolute path.
  public let file: String

  /// Looks at the repository that holds `folder`, if one does.
  /// - Parameters:
  ///   - file: the absolute path the configuration is to be written to.
  ///   - name: the workspace's name; nil for one after the repository's folder.
  public init(file: String, folder: String, name: String?) {
    self.file = file
    repository = ProjectFolder.repositoryRoot(of: folder)
    workspace = repository.map { name ?? Self.name(after: PathText.name(of: $0)) }
    projects = repository.map { RecognisedProject.all(in: ProjectFolder($0)) } ?? []
  }

  /// The file's text.
  public var text: String {
    let limits = WorkerLimits()
    var root: [String: JSONValue] = [
      "worker": [
        "concurrency": JSONValue(limits.concurrency),
        "max_concurrent": JSONValue(limits.maxConcurrentTasks),
        "task_timeout_ms": JSONValue(limits.taskTimeoutMilliseconds),
      ],
      "workspaces": [:],
    ]
    if let workspace, let repository {
      root["default_workspace"] = .string(workspace)
      root["workspaces"] = .object([workspace: policy(of: repository)])
    }
    return JSONValue.object(root).prettyText + "\n"
  }

  /// The lines a repository's `.gitignore` lacks, so that its checkout stays clean with the
  /// database inside; none where the database lies elsewhere.
  public func missingIgnores(database: String) -> [String] {
    guard let repository, PathText.contains(repository, database) else { return [] }
    let name = "/" + database.dropFirst(repository.count).drop { $0 == "/" }
    let ignored = Set(
      (ProjectFolder(repository).text(".gitignore") ?? "").split(whereSeparator: \.isNewline)
        .map { $0.hasPrefix("/") ? String($0) : "/\($0)" }
    )
    let isCovered = ignored.contains("/*.db") && name.hasSuffix(".db")
    let lines = isCovered ? ["\(name)-*"] : [name, "\(name)-*"]
    if ignored.contains("\(name)*") || ignored.contains("/*.db*") { return [] }
    return lines.filter { !ignored.contains($0) }
  }

  private func policy(of repository: String) -> JSONValue {
    let isInside = PathText.contains(repository, PathText.folder(of: file))
    let depth = PathText.folder(of: file).dropFirst(repository.count).split(separator: "/").count
    let up = depth == 0 ? "." : Array(repeating: "..", count: depth).joined(separator: "/")
    var testFiles: [String] = []
    var environment: [String: JSONValue] = [:]
    for project in projects {
      testFiles += project.testFiles.filter { !testFiles.contains($0) }
      environment.merge(project.environment.mapValues(JSONValue.string)) { first, _ in first }
    }
    return [
      "path": .string(isInside ? up : repository),
      "allowed": ["**"],
      "forbidden": .array(WorkspacePolicy.defaultForbidden.map(JSONValue.string)),
      "tests": commands { $0.test },
      "builds": commands { $0.build },
      "test_files": .array(
        (testFiles.isEmpty ? WorkspacePolicy.defaultTestFiles : testFiles).map(JSONValue.string)
      ),
      "environment": .object(environment),
      "context_commands": false,
      "red_green": false,
      "merge": "never",
      "branch_prefix": "goal",
    ]
  }

  /// The first command is `default`; the others go by their kind's name.
  private func commands(_ argv: (RecognisedProject) -> [String]?) -> JSONValue {
    var commands: [String: JSONValue] = [:]
    for project in projects {
      guard let argv = argv(project) else { continue }
      let name = commands.isEmpty ? "default" : project.kind.rawValue.lowercased()
      commands[name] = ["argv": .array(argv.map(JSONValue.string)), "timeout_ms": 600_000]
    }
    return .object(commands)
  }

  /// A folder's name with what a workspace's name may not have replaced.
  static func name(after folder: String) -> String {
    let name = String(
      folder.map { ConfigurationReader.isName("a\($0)") ? $0 : "-" }.drop { $0 == "-" || $0 == "." }
    )
    return ConfigurationReader.isName(name) ? name : "app"
  }
}
