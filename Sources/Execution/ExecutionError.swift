// What can go wrong while a plan is executed, in one type. Every error is a sentence a person can
// act on, says whether another try could help, and carries a stable lowercase word that is stored
// in `task_runs.error_class`: that word is part of the audit trail and must never change meaning.

/// An error of the `Execution` module: a code, a sentence, and a hint where one is known.
public struct ExecutionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure. The raw value is the word stored in `task_runs.error_class`.
  public enum Code: String, Sendable, CaseIterable {
    /// A policy forbids it; no retry helps.
    case refused
    /// A file, folder, revision or task that should be there is not.
    case notFound = "missing"
    /// What is there is not what was expected: an edit does not match, a hash differs.
    case conflict
    /// More bytes or files than the policy allows.
    case tooLarge = "oversize"
    /// The file is not text, and the edit needs text.
    case binary
    /// The goal's context does not validate.
    case invalidContext = "context"
    /// No plan exists for the goal.
    case noPlan = "plan"
    /// Git ran and failed.
    case gitFailed = "git"
    /// A program the worker needs is not installed.
    case unavailable
    /// A process could not be started.
    case spawnFailed = "spawn"
    /// A command ended with a non-zero status or by a signal.
    case commandFailed = "command"
    /// A time limit was reached.
    case timedOut = "timeout"
    /// The goal was abandoned or the worker is shutting down.
    case cancelled
    /// The disk or the quota is full.
    case diskFull = "diskfull"
    /// Reading or writing failed for another reason.
    case io
    /// The tests ran and did not pass.
    case testsFailed = "tests"
    /// The circuit breaker of the action is open.
    case breakerOpen = "breaker"
    /// Another worker holds the goal now.
    case leaseLost = "lease"
    /// A mistake in this program.
    case `internal`
  }

  /// What kind of failure it is.
  public var code: Code
  /// One sentence that says what is wrong, with the names a person needs.
  public var message: String
  /// What would help, where that is known.
  public var hint: String?
  /// Whether running the same thing again can end differently.
  public var isRetryable: Bool

  /// Makes an error.
  /// - Parameter isRetryable: when `nil`, the usual answer for the code.
  public init(_ code: Code, _ message: String, hint: String? = nil, isRetryable: Bool? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.isRetryable = isRetryable ?? code.isUsuallyRetryable
  }

  /// The stable lowercase word stored in `task_runs.error_class`.
  public var errorClass: String { code.rawValue }

  /// The sentence, and the hint in parentheses.
  public var description: String {
    guard let hint else { return message }
    return "\(message) (\(hint))"
  }
}

extension ExecutionError.Code {
  /// Failures of the moment can be retried; refusals, mismatches and wrong input cannot.
  var isUsuallyRetryable: Bool {
    switch self {
    case .gitFailed, .timedOut, .diskFull, .io, .breakerOpen, .spawnFailed, .commandFailed: true
    case .refused, .notFound, .conflict, .tooLarge, .binary, .invalidContext, .noPlan,
      .unavailable, .cancelled, .testsFailed, .leaseLost, .internal:
      false
    }
  }
}
