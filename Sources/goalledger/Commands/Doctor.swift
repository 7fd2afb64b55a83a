import ArgumentParser
import GoalLedger
import Worker

/// `goalledger doctor`: looks whether everything a worker needs is in order.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look for what is wrong with the database, the configuration and the workspaces.",
    discussion: """
      Changes nothing. The exit status is 1 when something is wrong. Secrets that plain SQL wrote \
      are looked for in the newest 20,000 entries of the ledger.

      Examples:
        goalledger doctor
        goalledger doctor --json | jq '.findings[] | select(.level == "wrong")'
      """
  )

  @Flag(help: "Look at every entry of the ledger for secrets.")
  var everyEntry = false

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var settings: ConfigurationOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    let configuration: Result<Configuration, ConfigurationError>
    do throws(ConfigurationError) {
      configuration = .success(try settings.load(database: database))
    } catch {
      configuration = .failure(error)
    }
    let redaction = (try? configuration.get())?.redaction ?? RedactionSettings()
    let store: Result<SQLiteGoalStore, LedgerError>
    do throws(LedgerError) { store = .success(try await database.open(redaction)) } catch {
      store = .failure(error)
    }
    let diagnosis = await Diagnosis.make(
      store: store,
      configuration: configuration,
      environment: Variables.ofConfiguration,
      now: Clock.now,
      everyEntry: everyEntry
    )
    if output.json {
      Terminal.output.line(DiagnosisReport.json(diagnosis).prettyText)
    } else {
      Terminal.output.write(DiagnosisReport.text(diagnosis, for: .output))
    }
    if diagnosis.isWrong { throw ExitCode(1) }
  }
}
