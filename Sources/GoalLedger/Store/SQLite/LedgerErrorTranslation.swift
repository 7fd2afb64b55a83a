import SQLite

/// SQLite's errors in the ledger's words. A trigger's sentence and a CHECK's name come through as
/// they stand in the schema: they were written to be read.
extension LedgerError {
  init(_ error: SQLiteError) {
    switch error.extendedCode {
    case .constraintTrigger:
      self.init(.refused, error.message, hint: error.hint)
      return
    case .constraintCheck:
      let sentence = error.constraint ?? error.message
      self.init(.invalid, "what was given does not fit: \(sentence)", hint: error.hint)
      return
    default: break
    }
    switch error.code {
    case .constraint, .mismatch:
      self.init(.invalid, "what was given does not fit: \(error.message)", hint: error.hint)
    case .busy, .locked:
      self.init(
        .busy,
        "the database is locked by another program: \(error.message)",
        hint: error.hint ?? "try again; somebody holds a write transaction open"
      )
    case .full: self.init(.diskFull, "the disk is full: \(error.message)", hint: error.hint)
    case .corrupt, .notADatabase: self.init(.corrupt, error.message, hint: error.hint)
    case .readOnly, .cantOpen, .ioError, .permission, .authorization, .noMemory, .noLargeFiles:
      self.init(.unavailable, error.message, hint: error.hint)
    default:
      self.init(
        .internal,
        error.sql.map { "\(error.message) in: \($0.prefix(200))" } ?? error.message,
        hint: error.hint
      )
    }
  }
}
