import ArgumentParser
import Execution
import Glibc
import GoalLedger
import Worker

/// One run of the program: the arguments are parsed, the command runs, and whatever goes wrong ends
/// as a sentence on standard error and an exit status.
///
/// What must stay true: an error is `goalledger: sentence`, its hint on a line of its own, and the
/// status that DESIGN §7 gives it; nothing but results goes to standard output.
enum Invocation {
  static func run(arguments: [String]) async -> Never {
    do {
      var command = try Goalledger.parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      exit(0)
    } catch {
      exit(report(error))
    }
  }

  /// Says what went wrong, and returns the status to end with.
  static func report(_ error: any Error) -> Int32 {
    switch error {
    case let error as LedgerError:
      say(error.message, hint: error.hint)
      return error.code.exitStatus
    case let error as ConfigurationError: return report(error.ledgerError)
    case let error as ExecutionError:
      say(error.message, hint: error.hint)
      return status(of: error.code)
    case let code as ExitCode: return code.rawValue
    default: return reportParsing(error)
    }
  }

  /// An error on standard error, with its hint below it.
  static func say(_ message: String, hint: String?) {
    Terminal.error.write("goalledger: \(message)\n")
    if let hint { Terminal.error.write("  \(hint)\n") }
  }

  private static func status(of code: ExecutionError.Code) -> Int32 {
    let same: LedgerError.Code =
      switch code {
      case .refused, .leaseLost, .breakerOpen: .refused
      case .notFound, .conflict, .tooLarge, .binary, .invalidContext, .noPlan, .testsFailed,
        .commandFailed:
        .invalid
      case .unavailable, .spawnFailed, .gitFailed, .io, .diskFull: .unavailable
      case .timedOut, .cancelled: .busy
      case .internal: .internal
      }
    return same.exitStatus
  }

  /// Help, versions and completion scripts are results; everything else is a mistake in usage.
  private static func reportParsing(_ error: any Error) -> Int32 {
    let status = Goalledger.exitCode(for: error).rawValue
    let message = Goalledger.fullMessage(for: error)
    guard status != 0 else {
      Terminal.output.write(message.hasSuffix("\n") ? message : message + "\n")
      return 0
    }
    let sentence = message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message
    Terminal.error.write("goalledger: \(sentence)\n")
    return status == Int32(ExitCode.failure.rawValue)
      ? LedgerError.Code.internal.exitStatus : status
  }
}
