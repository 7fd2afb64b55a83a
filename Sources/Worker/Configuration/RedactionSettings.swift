import GoalLedger

// The configuration's `redaction`: patterns of the operator's own, built-in ones that are not to be
// looked for, and what becomes of a goal whose context holds a key; with it, the secrets that the
// workspaces' environment has for commands.
//
// What must stay true: every command that can write reads this much of the configuration before it
// writes, whatever else may be wrong with the file; a mistake in it stops the command.

/// What counts as a secret, and what is done about it.
public struct RedactionSettings: Sendable, Equatable {
  /// The operator's own patterns, in the file's order.
  public var patterns: [SecretPattern] = []
  /// The names of built-in patterns that are not looked for.
  public var except: [String] = []
  /// What becomes of a goal whose context holds a key or a token.
  public var contexts: Redactor.Contexts = .refuse

  /// Secrets that are known, because commands are given them.
  public var secrets: [String] = []

  /// The settings of an operator who has said nothing.
  public init() {}

  /// The redactor that they ask for.
  public var redactor: Redactor {
    self == RedactionSettings()
      ? .standard
      : Redactor(
        [SecretPattern(environment: secrets)] + patterns
          + SecretPattern.builtIn.filter { !except.contains($0.name) },
        contexts: contexts
      )
  }

  /// The values of those variables in workspaces' `environment` whose names say that they are secret.
  static func secrets(inWorkspaces workspaces: JSONValue?) -> [String] {
    (workspaces?.object ?? [:]).values.flatMap { workspace in
      (workspace.environment?.object ?? [:]).compactMap { name, value in
        SecretPattern.isSecretName(name) ? value.string : nil
      }
    }.sorted()
  }
}

extension Configuration {
  /// Reads no more of a configuration than what is redacted. Other mistakes in the file are left for
  /// those commands that go by the rest of it.
  /// - throws: `ConfigurationError` where the file cannot be read, or `redaction` is wrong.
  public static func redaction(
    file: String?,
    database: String,
    workingFolder: String
  ) throws(ConfigurationError) -> RedactionSettings {
    let (text, path) = try text(file: file, database: database, workingFolder: workingFolder)
    guard let text else { return RedactionSettings() }
    var reader = ConfigurationReader()
    var settings = RedactionSettings()
    do throws(JSONError) {
      let value = try JSONValue.parse(text)
      settings = reader.redaction(value.redaction, at: "redaction")
      settings.secrets = RedactionSettings.secrets(inWorkspaces: value.workspaces)
    } catch {
      reader.refuse("", "is not JSON: \(error)")
    }
    guard reader.mistakes.isEmpty else {
      throw ConfigurationError(file: path, mistakes: reader.mistakes.sorted())
    }
    return settings
  }
}

extension ConfigurationReader {
  /// The settings of the file's `redaction`.
  mutating func redaction(_ value: JSONValue?, at path: String) -> RedactionSettings {
    var settings = RedactionSettings()
    guard let members = object(value, at: path, keys: ConfigurationKeys.redaction) else {
      return settings
    }
    let known = SecretPattern.builtIn.map(\.name)
    let exceptions = Self.join(path, "except")
    for (place, name) in (texts(members["except"], at: exceptions) ?? []).enumerated() {
      if known.contains(name) {
        settings.except.append(name)
      } else {
        let meant = Suggestion.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
        refuse(
          "\(exceptions)[\(place)]",
          "there is no built-in pattern '\(name)'; "
            + (meant ?? "there are: " + known.joined(separator: ", "))
        )
      }
    }
    settings.contexts =
      word(members["contexts"], at: Self.join(path, "contexts"), as: Redactor.Contexts.self)
      ?? .refuse
    let patterns = Self.join(path, "patterns")
    if let value = members["patterns"], value.array == nil {
      refuse(patterns, "must be a list of objects, not \(value.kind)")
    }
    for (place, value) in (members["patterns"]?.array ?? []).enumerated() {
      let names = known + settings.patterns.map(\.name) + [SecretPattern.environmentName]
      if let pattern = pattern(value, at: "\(patterns)[\(place)]", taken: names) {
        settings.patterns.append(pattern)
      }
    }
    return settings
  }

  private mutating func pattern(
    _ value: JSONValue,
    at path: String,
    taken: [String]
  ) -> SecretPattern? {
    guard let members = object(value, at: path, keys: ConfigurationKeys.pattern) else { return nil }
    var lacks = false
    for key in ["name", "prefix"] where members[key] == nil {
      refuse(Self.join(path, key), "is missing")
      lacks = true
    }
    let name = text(members["name"], at: Self.join(path, "name"))
    let prefix = text(members["prefix"], at: Self.join(path, "prefix"))
    let characters = text(members["characters"], at: Self.join(path, "characters"))
    let least = integer(
      members["least"],
      at: Self.join(path, "least"),
      in: ConfigurationKeys.leastRange
    )
    if let name, !SecretPattern.isName(name) {
      refuse(
        Self.join(path, "name"),
        "must be 1 to 40 small letters, digits and hyphens, not '\(name)'"
      )
      return nil
    }
    if let name, taken.contains(name) {
      refuse(Self.join(path, "name"), "there is a pattern '\(name)' already")
      return nil
    }
    let isWrong =
      members["characters"] != nil && characters == nil || members["least"] != nil && least == nil
    guard !lacks, !isWrong, let name, let prefix else { return nil }
    switch TokenShape.make(
      prefix: prefix,
      characters: characters ?? ConfigurationKeys.patternCharacters,
      least: least ?? ConfigurationKeys.patternLeast
    ) {
    case .success(let shape): return SecretPattern(name: name, shape: shape)
    case .failure(let mistake):
      refuse(Self.join(path, "\(mistake)"), mistake.rawValue)
      return nil
    }
  }
}
