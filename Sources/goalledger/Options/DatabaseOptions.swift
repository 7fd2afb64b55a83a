import ArgumentParser
import GoalLedger
import Worker

/// Which database, and on whose behalf.
struct DatabaseOptions: ParsableArguments {
  @Option(
    name: .customLong("db"),
    help: ArgumentHelp("The database. (default: $GOALLEDGER_DB or goals.db)", valueName: "file")
  )
  var database: String?

  /// The database's path.
  var path: String {
    if let database { return database }
    let variable = Variables.value("GOALLEDGER_DB") ?? ""
    return variable.isEmpty ? "goals.db" : variable
  }

  /// Opens the database, which must be there and up to date. What is written to it is redacted as
  /// the configuration says: the one that `settings` name, whose `redaction` must then be right, or
  /// the one beside the database. Who only reads names none, and is not kept from it by a mistake.
  func open(
    _ settings: ConfigurationOptions? = nil,
    durability: SQLiteGoalStore.Durability = .full
  ) async throws(LedgerError) -> SQLiteGoalStore {
    try beThere()
    var redaction = RedactionSettings()
    do throws(ConfigurationError) {
      redaction = try Configuration.redaction(
        file: settings.map(\.file) ?? ConfigurationOptions.variable,
        database: path,
        workingFolder: PathText.workingFolder
      )
    } catch {
      guard settings == nil else { throw error.ledgerError }
    }
    return try await open(redaction, durability: durability)
  }

  /// Opens the database, which must be there and up to date.
  func open(
    _ redaction: RedactionSettings,
    durability: SQLiteGoalStore.Durability = .full
  ) async throws(LedgerError) -> SQLiteGoalStore {
    try beThere()
    let store = try await SQLiteGoalStore.open(
      path: path,
      .asIs,
      durability: durability,
      redactor: redaction.redactor
    )
    // Where no worker runs, nobody else would ever shorten the log that commands like this grow.
    if TextFile.size(path + "-wal") > 8 << 20 { try? await store.checkpoint() }
    return store
  }

  /// Checks that there is something of that name: whoever is new here wants to know how to begin.
  func beThere() throws(LedgerError) {
    let folder = PathText.folder(of: path)
    guard ProjectFolder(folder).has(PathText.name(of: path)) || path == "/" else {
      throw LedgerError(
        .unavailable,
        "there is no database \(path)",
        hint: "make one with 'goalledger init', or name another with --db"
      )
    }
  }

  func validate() throws {
    if database?.isEmpty == true { throw ValidationError("--db must name a file.") }
  }
}

/// Which configuration.
struct ConfigurationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The configuration. (default: $GOALLEDGER_CONFIG or goalledger.json beside the database)",
      valueName: "file"
    )
  )
  var config: String?

  /// The file named by flag or variable; nil for the one beside the database.
  var file: String? { config ?? Self.variable }

  /// The file named by the variable.
  static var variable: String? {
    Variables.value("GOALLEDGER_CONFIG").flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Reads the configuration.
  func load(database: DatabaseOptions) throws(ConfigurationError) -> Configuration {
    try Configuration.load(
      file: file,
      database: database.path,
      environment: Variables.ofConfiguration,
      workingFolder: PathText.workingFolder
    )
  }
}

/// Who does it.
struct ActorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who does this, for the ledger. (default: $GOALLEDGER_ACTOR or your user name)",
      valueName: "name"
    )
  )
  var actor: String?

  /// The name for the ledger.
  var name: String {
    if let actor { return actor }
    let variable = Variables.value("GOALLEDGER_ACTOR") ?? ""
    return variable.isEmpty ? SystemUser.name : variable
  }
}

/// Whether to print for programs.
struct JSONOptions: ParsableArguments {
  @Flag(help: "Print JSON instead of text.")
  var json = false
}
