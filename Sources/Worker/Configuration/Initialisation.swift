import GoalLedger

// What `goalledger init` does: look, refuse if there is something to lose, write the configuration,
// make the database. Nothing is written before everything that can be refused was.

/// The outcome of making a database and its configuration.
public struct Initialisation: Sendable {
  /// The database's absolute path.
  public let database: String
  /// Whether the database was there before.
  public let databaseExisted: Bool
  /// What was recognised and written.
  public let configuration: InitialConfiguration
  /// Lines the repository's `.gitignore` lacks.
  public let missingIgnores: [String]

  /// Makes a database and its configuration.
  /// - Parameters:
  ///   - file: the configuration's path; nil for the one beside the database.
  ///   - repository: the repository's folder; nil for the one that holds the working folder.
  ///   - workspace: the workspace's name; nil for one after the repository's folder.
  ///   - create: makes the database at a path, or opens the one that is there.
  /// - throws: `.refused` where there is a configuration already, `.invalid` for a name that will
  ///   not do or a folder that is no repository, `.unavailable` where nothing can be written.
  public static func run(
    database: String,
    file: String?,
    repository: String?,
    workspace: String?,
    workingFolder: String,
    create: (String) async throws(LedgerError) -> Void
  ) async throws(LedgerError) -> Initialisation {
    let database = PathText.absolute(database, in: workingFolder)
    let folder = PathText.folder(of: database)
    let file = PathText.absolute(
      file ?? PathText.join(folder, Configuration.fileName),
      in: workingFolder
    )
    if let workspace, !ConfigurationReader.isName(workspace) {
      throw LedgerError(
        .invalid,
        "'\(workspace)' is no workspace's name: "
          + ConfigurationReader.nameRule
      )
    }
    let start = repository.map { PathText.absolute($0, in: workingFolder) } ?? workingFolder
    let first = InitialConfiguration(file: file, folder: start, name: workspace)
    if let repository, first.repository == nil {
      throw LedgerError(
        .invalid,
        "\(repository) is in no git repository",
        hint: "run git init there, and commit once"
      )
    }
    if ProjectFolder("/").has(String(file.dropFirst())) {
      throw LedgerError(
        .refused,
        "\(file) exists already and is left as it is",
        hint: "edit it, move it away to have a new one, or name another with --config"
      )
    }
    let existed = ProjectFolder("/").has(String(database.dropFirst()))
    try await create(database)
    try TextFile.create(file, text: first.text)
    return Initialisation(
      database: database,
      databaseExisted: existed,
      configuration: first,
      missingIgnores: first.missingIgnores(database: database)
    )
  }
}
