import ArgumentParser
import CLinux
import GoalLedger
import Worker

/// `goalledger work`: executes adopted goals.
struct Work: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Execute adopted goals, best first.",
    discussion: """
      Goes on until it is told to stop; with --drain, until nothing is left to do. SIGTERM or \
      SIGINT lets running goals finish within the grace period and rolls back what does not; a \
      second signal rolls back at once. Any number of workers can share a database.

      Examples:
        goalledger work
        goalledger work --drain --concurrency 4
      """
  )

  @Flag(help: "Stop when nothing is left to do.")
  var drain = false

  @Option(
    help: ArgumentHelp("How many goals to execute at once, from 1 to 256.", valueName: "number")
  )
  var concurrency: Int?

  @Option(help: ArgumentHelp("The worker's name on the ledger.", valueName: "name"))
  var name: String?

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var settings: ConfigurationOptions

  func validate() throws {
    if let concurrency, !(1...256).contains(concurrency) {
      throw ValidationError("--concurrency must be from 1 to 256.")
    }
    if name?.isEmpty == true { throw ValidationError("--name must not be empty.") }
  }

  func run() async throws {
    var configuration = try settings.load(database: database)
    if let concurrency { configuration.limits.concurrency = concurrency }
    // Whoever holds the write lock is to go on, and not to make way for what wakes beside it. Where the
    // system refuses, it is only slower.
    _ = gl_run_as_batch()
    let worker = GoalWorker(
      store: try await database.open(settings, durability: configuration.durability),
      configuration: configuration,
      name: name,
      watch: { event in
        if case .checkpoint(let line) = event {
          Terminal.output.line("\(Checkpoint.trailer): \(line)")
        } else {
          ProgressLine.show(event)
        }
      }
    )
    let drain = drain
    try await Signals.stopping { (stop) async throws(LedgerError) in
      try await worker.run(drain: drain, stop: stop)
    }
  }
}
