import Execution
import GoalLedger

// From the file's text and the environment's variables to a configuration, or to every mistake in
// either. Variables win over the file; the command line's flags are applied by it, over both.

extension Configuration {
  /// The file's name, beside the database.
  public static let fileName = "goalledger.json"

  /// The environment's variables that a configuration depends on.
  public static let variables =
    WorkerLimits.all.map(\.variable) + [
      "GOALLEDGER_DEFAULT_WORKSPACE", "GOALLEDGER_DOMAIN", "GOALLEDGER_DURABILITY",
      "GOALLEDGER_WORKTREES", "HOME", "PATH", "XDG_STATE_HOME",
    ]

  /// Reads the configuration beside a database, or the file somebody names.
  /// - Parameters:
  ///   - file: the file named by flag or variable, which must exist; nil for the one beside the
  ///     database, which need not.
  ///   - database: the database's path.
  ///   - environment: the process's variables, of which `GOALLEDGER_*` override the file.
  /// - throws: `ConfigurationError` with every mistake.
  public static func load(
    file: String?,
    database: String,
    environment: [String: String],
    workingFolder: String
  ) throws(ConfigurationError) -> Configuration {
    let (text, path) = try text(file: file, database: database, workingFolder: workingFolder)
    return try parse(
      text,
      file: path,
      databaseFolder: PathText.folder(of: PathText.absolute(database, in: workingFolder)),
      environment: environment
    )
  }

  /// The file's text, nil where there need not be one and is none; and where it is.
  static func text(
    file: String?,
    database: String,
    workingFolder: String
  ) throws(ConfigurationError) -> (text: String?, path: String) {
    let beside = PathText.join(
      PathText.folder(of: PathText.absolute(database, in: workingFolder)),
      fileName
    )
    let path = file.map { PathText.absolute($0, in: workingFolder) } ?? beside
    let text: String?
    do throws(LedgerError) {
      text = try file == nil ? TextFile.readIfThere(path) : TextFile.read(path)
    } catch {
      let mistake = ConfigurationMistake(path: "", sentence: error.message)
      throw ConfigurationError(file: path, mistakes: [mistake])
    }
    return (text, path)
  }

  /// Reads a configuration from the file's text; nil where there is no file.
  /// - Parameter databaseFolder: the absolute path of the folder that holds the database; nil where
  ///   there is none yet.
  /// - throws: `ConfigurationError` with every mistake.
  public static func parse(
    _ text: String?,
    file: String,
    databaseFolder: String? = nil,
    environment: [String: String]
  ) throws(ConfigurationError) -> Configuration {
    var configuration = Configuration()
    var reader = ConfigurationReader()
    if let text {
      configuration.file = file
      let folder = PathText.folder(of: file)
      do throws(JSONError) {
        reader.read(try JSONValue.parse(text), folder: folder, into: &configuration)
      } catch {
        reader.refuse("", "is not JSON: \(error)")
      }
    }
    reader.override(&configuration, by: environment)
    reader.checkTogether(&configuration)
    if let databaseFolder {
      reader.check(configuration.checkpoints, databaseFolder: databaseFolder)
    }
    guard reader.mistakes.isEmpty else {
      throw ConfigurationError(file: file, mistakes: reader.mistakes.sorted())
    }
    return configuration
  }
}

extension ConfigurationReader {
  fileprivate mutating func read(
    _ value: JSONValue,
    folder: String,
    into configuration: inout Configuration
  ) {
    guard let members = object(value, at: "", keys: ConfigurationKeys.root) else { return }
    _ = text(members["$schema"], at: "$schema")
    configuration.defaultWorkspace = text(members["default_workspace"], at: "default_workspace")
    configuration.domainFile = text(members["domain"], at: "domain")
      .map { PathText.absolute($0, in: folder) }
    configuration.worktrees = text(members["worktrees"], at: "worktrees")
      .map { PathText.absolute($0, in: folder) }
    configuration.checkpoints = checkpoints(members["checkpoints"], folder: folder)
    configuration.redaction = redaction(members["redaction"], at: "redaction")
    configuration.redaction.secrets = RedactionSettings.secrets(inWorkspaces: members["workspaces"])
    if let worker = object(members["worker"], at: "worker", keys: ConfigurationKeys.worker) {
      for limit in WorkerLimits.all {
        let place = Self.join("worker", limit.key)
        guard let number = integer(worker[limit.key], at: place, in: limit.range) else { continue }
        configuration.limits[keyPath: limit.property] = number
      }
      let place = Self.join("worker", "durability")
      if let word = word(worker["durability"], at: place, as: SQLiteGoalStore.Durability.self) {
        configuration.durability = word
      }
    }
    let workspaces = self.members(members["workspaces"], at: "workspaces") ?? [:]
    for (name, value) in workspaces.sorted(by: { $0.key < $1.key }) {
      let place = Self.join("workspaces", name)
      if !Self.isName(name) { refuse(place, Self.nameRule) }
      configuration.workspaces[name] = workspace(value, name: name, at: place, folder: folder)
    }
    checkDefault(&configuration, names: workspaces.keys.sorted())
  }

  /// The only workspace is the default one; a default that is named must exist.
  private mutating func checkDefault(_ configuration: inout Configuration, names: [String]) {
    if let name = configuration.defaultWorkspace {
      guard !names.contains(name) else { return }
      let known = names.isEmpty ? "there is none" : "there are: " + names.joined(separator: ", ")
      refuse("default_workspace", "there is no workspace '\(name)'; \(known)")
    } else if names.count == 1 {
      configuration.defaultWorkspace = names.first
    }
  }

  fileprivate mutating func override(
    _ configuration: inout Configuration,
    by environment: [String: String]
  ) {
    for limit in WorkerLimits.all {
      guard let text = environment[limit.variable], !text.isEmpty else { continue }
      let value = Int64(text).map(JSONValue.integer) ?? .string(text)
      if let number = integer(value, at: limit.variable, in: limit.range) {
        configuration.limits[keyPath: limit.property] = number
      }
    }
    if let text = environment["GOALLEDGER_DURABILITY"], !text.isEmpty,
      let word = word(
        .string(text),
        at: "GOALLEDGER_DURABILITY",
        as: SQLiteGoalStore.Durability.self
      )
    {
      configuration.durability = word
    }
    for (variable, property) in Self.folders {
      guard let path = environment[variable], !path.isEmpty else { continue }
      if path.hasPrefix("/") {
        configuration[keyPath: property] = path
      } else {
        refuse(variable, "must be an absolute path, not '\(path)'")
      }
    }
    if let name = environment["GOALLEDGER_DEFAULT_WORKSPACE"], !name.isEmpty {
      if configuration.workspaces[name] == nil {
        refuse("GOALLEDGER_DEFAULT_WORKSPACE", "there is no workspace '\(name)'")
      }
      configuration.defaultWorkspace = name
    }
  }

  private static let folders: [(String, any WritableKeyPath<Configuration, String?> & Sendable)] = [
    ("GOALLEDGER_WORKTREES", \.worktrees), ("GOALLEDGER_DOMAIN", \.domainFile),
  ]

  /// What one value alone cannot show.
  fileprivate mutating func checkTogether(_ configuration: inout Configuration) {
    let limits = configuration.limits
    if limits.retryCapMilliseconds < limits.retryBaseMilliseconds {
      refuse(
        "worker.retry_cap_ms",
        "must be at least retry_base_ms, which is \(limits.retryBaseMilliseconds)"
      )
    }
    guard let worktrees = configuration.worktrees else { return }
    for workspace in configuration.workspaces.values.sorted(by: { $0.name < $1.name })
    where PathText.contains(workspace.path, worktrees) {
      refuse(
        "worktrees",
        "lies inside the workspace '\(workspace.name)' (\(workspace.path)): "
          + "name a folder outside of any checkout"
      )
    }
  }
}
