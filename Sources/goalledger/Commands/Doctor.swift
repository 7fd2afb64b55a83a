import ArgumentParser
import GoalLedger
import Worker

/// `goalledger doctor`: looks whether everything a worker needs is in order.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look for what is wrong with the database, the configuration and the workspaces.",
    discussion: """
      Changes nothing. The exit status is 1 when something is wrong.

      Examples:
        goalledger doctor
        goalledger doctor --json | jq '.findings[] | select(.level == "wrong")'
      """
  )

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var settings: ConfigurationOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    let store: Result<SQLiteGoalStore, LedgerError>
    do throws(LedgerError) { store = .success(try await database.open()) } catch {
      store = .failure(error)
    }
    let configuration: Result<Configuration, ConfigurationError>
    do throws(ConfigurationError) {
      configuration = .success(try settings.load(database: database))
    } catch {
      configuration = .failure(error)
    }
    let diagnosis = await Diagnosis.make(
      store: store,
      configuration: configuration,
      environment: Variables.ofConfiguration,
      now: Clock.now
    )
    if output.json {
      Terminal.output.line(DiagnosisReport.json(diagnosis).prettyText)
    } else {
      Terminal.output.write(DiagnosisReport.text(diagnosis, for: .output))
    }
    if diagnosis.isWrong { throw ExitCode(1) }
  }
}
