// The one error of this module: what SQLite, or this wrapper, refused. The message is a sentence,
// SQLite's own wherever it has one (the text of a trigger's RAISE, the name of a CHECK), the SQL is
// the one statement that failed, and the hint says what a person can do next.
import CSQLite

/// What went wrong with a database.
public struct SQLiteError: Error, Sendable, Hashable {
  /// The primary result code.
  public var code: ResultCode { extendedCode.primary }
  /// The extended result code; equal to the primary one where SQLite said no more.
  public var extendedCode: ResultCode
  /// What happened: SQLite's message, or this module's where SQLite was not asked.
  public var message: String
  /// The statement that failed, where there is one.
  public var sql: String?
  /// What a person can do about it.
  public var hint: String?

  /// An error of this or a calling module's own making.
  public init(_ code: ResultCode, _ message: String, sql: String? = nil, hint: String? = nil) {
    self.extendedCode = code
    self.message = message
    self.sql = sql
    self.hint = hint
  }

  /// The name of the constraint, or the columns of the key, that refused; nil for other errors.
  /// Of `CHECK constraint failed: value lies between 0 and 1` it is `value lies between 0 and 1`.
  public var constraint: String? {
    guard ResultCode.constraint ~= extendedCode else { return nil }
    let marker = Array(" constraint failed: ".utf8)
    let bytes = Array(message.utf8)
    guard bytes.count > marker.count else { return nil }
    for start in 0...(bytes.count - marker.count)
    where bytes[start..<(start + marker.count)].elementsEqual(marker) {
      return String(decoding: bytes[(start + marker.count)...], as: UTF8.self)
    }
    return nil
  }
}

extension SQLiteError: CustomStringConvertible {
  /// The sentence, the code's name, and the statement and the hint where there are any.
  public var description: String {
    var text = "\(message) [\(extendedCode)]"
    if let sql { text += " in: \(sql)" }
    if let hint { text += " (\(hint))" }
    return text
  }
}

extension SQLiteError {
  /// The error the connection remembers. It must be read before any other call on the connection.
  static func last(
    of database: OpaquePointer?,
    code: Int32,
    sql: String?,
    hint: String? = nil
  ) -> SQLiteError {
    let code = ResultCode(rawValue: code)
    // errmsg speaks of the latest call; where the codes differ, that is not the one that failed.
    let remembers = unsafe database != nil && sqlite3_extended_errcode(database) == code.rawValue
    let pointer = unsafe remembers ? sqlite3_errmsg(database) : sqlite3_errstr(code.rawValue)
    let message = unsafe pointer.map { unsafe String(cString: $0) } ?? "unknown error"
    return SQLiteError(code, message, sql: sql, hint: hint ?? Self.hint(for: code))
  }

  static func hint(for code: ResultCode) -> String? {
    switch code {
    case ResultCode.busySnapshot:
      "another connection wrote since this transaction began: begin it as immediate"
    case ResultCode.busy:
      "another connection holds the lock: try again, or end its transaction"
    case ResultCode.locked: "a statement or transaction of this connection is still open"
    case ResultCode.readOnlyDirectory: "make the database's directory writable"
    case ResultCode.readOnly:
      "the connection or the file is read-only: open it for writing, or check its permissions"
    case ResultCode.full: "free some disk space, then try again; the transaction was rolled back"
    case ResultCode.corrupt: "restore a backup, or save what is left with `sqlite3 FILE .recover`"
    case ResultCode.notADatabase: "name a SQLite database; this file is something else"
    case ResultCode.ioError: "the disk or the file system failed: see the system's log"
    case ResultCode.cantOpen: "check that the path and its directory exist and may be opened"
    case ResultCode.interrupt: "the statement was stopped on request"
    default: nil
    }
  }
}
