import ArgumentParser
import GoalLedger
import Worker

/// `goalledger archive`: moves old history to a file of its own.
struct Archive: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Move old history to a file of its own.",
    discussion: """
      The seals made before the date, oldest first, their ledger entries and the goals that had \
      ended by then are copied to an archive, which verifies on its own; then they are deleted \
      here, in one transaction, and what lives on is said anew on the ledger. Some 50,000 entries \
      go at a time, so that the database is not locked for long; a goal whose entries lie on both \
      sides of such a cut goes with a later run. Interrupted anywhere, running it again finishes \
      it. A goal stays while another that stays depends on it, and so does whichever has the newest \
      attempt: no number is ever given twice.

      Examples:
        goalledger archive --before 2026-01-01
        goalledger archive --before 2026-01-01 --to /backup/goals-2025.db
        goalledger show 17 --db goals.archive.db
        goalledger verify --archive goals.archive.db
      """
  )

  @Option(help: ArgumentHelp("What was sealed before this goes.", valueName: "time"))
  var before: TimeArgument

  @Option(
    help: ArgumentHelp(
      "The archive, which may be there. (default: the last one, or NAME.archive.db for NAME.db)",
      valueName: "file"
    )
  )
  var to: String?

  @OptionGroup var actor: ActorOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: JSONOptions

  func validate() throws {
    if to?.isEmpty == true { throw ValidationError("--to must name a file.") }
  }

  func run() async throws {
    let store = try await database.open()
    let folder = PathText.workingFolder
    let path = PathText.absolute(database.path, in: folder)
    let request = ArchiveRequest(
      before: before.time,
      file: to.map { PathText.absolute($0, in: folder) },
      standard: (path.hasSuffix(".db") ? String(path.dropLast(3)) : path) + ".archive.db",
      actor: actor.name
    )
    let report = try await store.archive(request, key: try await store.ledgerKey())
    if output.json {
      Terminal.output.line(ArchiveText.json(report).prettyText)
    } else {
      Terminal.output.write(ArchiveText.text(report, before: before.time))
    }
  }
}
