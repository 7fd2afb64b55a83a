/// What can go wrong with the ledger, as a value: a code a program branches on, a sentence a person
/// can act on, and a hint where there is one.

/// An error of the ledger.
public struct LedgerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of error, each with one meaning and one exit status (DESIGN §7).
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The caller asked for something that makes no sense; nothing was tried.
    case usage
    /// What was given is not what it should be: JSON, a time, a number out of range.
    case invalid
    /// A rule of the schema refused the change; nothing was changed.
    case refused
    /// There is no such goal, attempt or belief.
    case notFound
    /// Somebody else holds the lock for longer than we wait; the same call may work later.
    case busy
    /// The database cannot be opened, read or written.
    case unavailable
    /// The database is damaged, or is no database.
    case corrupt
    /// The database was made by a newer version, or a migration was altered.
    case incompatible
    /// The lease is no longer ours: another worker has it, or the attempt has ended.
    case leaseLost
    /// The disk is full.
    case diskFull
    /// A mistake of ours.
    case `internal`

    /// The exit status of a command that ends with this error (sysexits.h).
    public var exitStatus: Int32 {
      switch self {
      case .usage: 64
      case .invalid, .notFound, .corrupt: 65
      case .unavailable, .incompatible, .diskFull: 69
      case .internal: 70
      case .busy: 75
      case .refused, .leaseLost: 77
      }
    }
  }

  /// What kind of error this is.
  public let code: Code
  /// What was wrong, where, and what would be right.
  public let message: String
  /// What to do about it, where that is not plain from the message.
  public let hint: String?

  /// Makes an error of a sentence.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
