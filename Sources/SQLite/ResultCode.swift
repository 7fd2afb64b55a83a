// SQLite's result codes as values. A code is a number whose low byte is its primary code; the rest
// says more (sqlite.org/rescode.html). A primary code, used as a pattern, matches every extended
// code of its family; an extended one matches itself only.
import CSQLite

/// A result code of SQLite, primary or extended.
public struct ResultCode: RawRepresentable, Sendable, Hashable {
  /// The number SQLite returned.
  public let rawValue: Int32

  /// A code of that number, known by name here or not.
  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// The family of this code: its low byte.
  public var primary: ResultCode { ResultCode(rawValue: rawValue & 0xff) }

  /// Whether this code is the head of its family.
  public var isPrimary: Bool { self == primary }

  /// Success.
  public static let ok = ResultCode(rawValue: SQLITE_OK)
  /// A mistake in the SQL, or one without a code of its own.
  public static let error = ResultCode(rawValue: SQLITE_ERROR)
  /// SQLite's own mistake.
  public static let internalError = ResultCode(rawValue: SQLITE_INTERNAL)
  /// The file's permissions forbid it.
  public static let permission = ResultCode(rawValue: SQLITE_PERM)
  /// The statement was stopped, by a rollback for instance.
  public static let abort = ResultCode(rawValue: SQLITE_ABORT)
  /// Another connection holds the lock.
  public static let busy = ResultCode(rawValue: SQLITE_BUSY)
  /// This connection, or one that shares its cache, holds the lock.
  public static let locked = ResultCode(rawValue: SQLITE_LOCKED)
  /// No memory left.
  public static let noMemory = ResultCode(rawValue: SQLITE_NOMEM)
  /// A write to what is open for reading only.
  public static let readOnly = ResultCode(rawValue: SQLITE_READONLY)
  /// Stopped by an ``InterruptHandle``.
  public static let interrupt = ResultCode(rawValue: SQLITE_INTERRUPT)
  /// The operating system failed to read or write.
  public static let ioError = ResultCode(rawValue: SQLITE_IOERR)
  /// The database's pages contradict each other.
  public static let corrupt = ResultCode(rawValue: SQLITE_CORRUPT)
  /// Not found: an operation unknown to the file system layer.
  public static let notFound = ResultCode(rawValue: SQLITE_NOTFOUND)
  /// The disk is full, or the database reached its page limit.
  public static let full = ResultCode(rawValue: SQLITE_FULL)
  /// The file cannot be opened.
  public static let cantOpen = ResultCode(rawValue: SQLITE_CANTOPEN)
  /// The locking protocol failed.
  public static let protocolFailure = ResultCode(rawValue: SQLITE_PROTOCOL)
  /// The schema changed under a statement.
  public static let schema = ResultCode(rawValue: SQLITE_SCHEMA)
  /// A text or blob over the size limit.
  public static let tooBig = ResultCode(rawValue: SQLITE_TOOBIG)
  /// A constraint, or a trigger's RAISE, refused the change.
  public static let constraint = ResultCode(rawValue: SQLITE_CONSTRAINT)
  /// A value of the wrong type.
  public static let mismatch = ResultCode(rawValue: SQLITE_MISMATCH)
  /// The library was used in a way it forbids.
  public static let misuse = ResultCode(rawValue: SQLITE_MISUSE)
  /// The file is too large for the file system.
  public static let noLargeFiles = ResultCode(rawValue: SQLITE_NOLFS)
  /// An authorizer refused.
  public static let authorization = ResultCode(rawValue: SQLITE_AUTH)
  /// A parameter's or a column's index is out of range.
  public static let range = ResultCode(rawValue: SQLITE_RANGE)
  /// The file is not a database.
  public static let notADatabase = ResultCode(rawValue: SQLITE_NOTADB)
  /// A row is ready.
  public static let row = ResultCode(rawValue: SQLITE_ROW)
  /// The statement has finished.
  public static let done = ResultCode(rawValue: SQLITE_DONE)

  /// A statement was stopped since its transaction was rolled back.
  public static let abortRollback = ResultCode(rawValue: 4 | 2 << 8)
  /// Another process is recovering the log.
  public static let busyRecovery = ResultCode(rawValue: 5 | 1 << 8)
  /// A read transaction cannot become a write transaction: others have written since it began.
  public static let busySnapshot = ResultCode(rawValue: 5 | 2 << 8)
  /// A transaction was cut short in the file, and a connection that only reads cannot undo it.
  public static let readOnlyRollback = ResultCode(rawValue: 8 | 3 << 8)
  /// The directory does not let SQLite write its journal.
  public static let readOnlyDirectory = ResultCode(rawValue: 8 | 6 << 8)
  /// The path names a directory.
  public static let cantOpenDirectory = ResultCode(rawValue: 14 | 2 << 8)
  /// A CHECK refused; the message ends with the constraint's name.
  public static let constraintCheck = ResultCode(rawValue: 19 | 1 << 8)
  /// A foreign key refused.
  public static let constraintForeignKey = ResultCode(rawValue: 19 | 3 << 8)
  /// A NOT NULL refused.
  public static let constraintNotNull = ResultCode(rawValue: 19 | 5 << 8)
  /// A primary key refused.
  public static let constraintPrimaryKey = ResultCode(rawValue: 19 | 6 << 8)
  /// A trigger's RAISE refused; the message is its text.
  public static let constraintTrigger = ResultCode(rawValue: 19 | 7 << 8)
  /// A unique key refused.
  public static let constraintUnique = ResultCode(rawValue: 19 | 8 << 8)
  /// A rowid is taken.
  public static let constraintRowID = ResultCode(rawValue: 19 | 10 << 8)
  /// A STRICT table refused a value's type.
  public static let constraintDataType = ResultCode(rawValue: 19 | 12 << 8)

  /// Whether `code` is `pattern`, or belongs to its family where `pattern` is a primary code.
  public static func ~= (pattern: ResultCode, code: ResultCode) -> Bool {
    pattern == (pattern.isPrimary ? code.primary : code)
  }

  /// Whether `error` carries a code that `pattern` matches.
  public static func ~= (pattern: ResultCode, error: SQLiteError) -> Bool {
    pattern ~= error.extendedCode
  }

  /// Whether `error` is a ``SQLiteError`` with a code that `pattern` matches.
  public static func ~= (pattern: ResultCode, error: any Error) -> Bool {
    guard let error = error as? SQLiteError else { return false }
    return pattern ~= error.extendedCode
  }
}

extension ResultCode: CustomStringConvertible {
  private static let primaryNames: [Int32: String] = [
    0: "OK", 1: "ERROR", 2: "INTERNAL", 3: "PERM", 4: "ABORT", 5: "BUSY", 6: "LOCKED",
    7: "NOMEM", 8: "READONLY", 9: "INTERRUPT", 10: "IOERR", 11: "CORRUPT", 12: "NOTFOUND",
    13: "FULL", 14: "CANTOPEN", 15: "PROTOCOL", 16: "EMPTY", 17: "SCHEMA", 18: "TOOBIG",
    19: "CONSTRAINT", 20: "MISMATCH", 21: "MISUSE", 22: "NOLFS", 23: "AUTH", 25: "RANGE",
    26: "NOTADB", 27: "NOTICE", 28: "WARNING", 100: "ROW", 101: "DONE",
  ]

  private static let extendedNames: [Int32: String] = [
    4 | 2 << 8: "ROLLBACK", 5 | 1 << 8: "RECOVERY", 5 | 2 << 8: "SNAPSHOT",
    8 | 1 << 8: "RECOVERY", 8 | 3 << 8: "ROLLBACK", 8 | 4 << 8: "DBMOVED",
    8 | 6 << 8: "DIRECTORY", 10 | 1 << 8: "READ", 10 | 2 << 8: "SHORT_READ",
    10 | 3 << 8: "WRITE", 10 | 4 << 8: "FSYNC", 14 | 2 << 8: "ISDIR",
    19 | 1 << 8: "CHECK", 19 | 3 << 8: "FOREIGNKEY", 19 | 5 << 8: "NOTNULL",
    19 | 6 << 8: "PRIMARYKEY", 19 | 7 << 8: "TRIGGER", 19 | 8 << 8: "UNIQUE",
    19 | 10 << 8: "ROWID", 19 | 12 << 8: "DATATYPE",
  ]

  /// The name in SQLite's documentation, such as `SQLITE_BUSY_SNAPSHOT`; a number for what has
  /// no name here.
  public var description: String {
    let family = Self.primaryNames[primary.rawValue].map { "SQLITE_\($0)" } ?? "SQLITE"
    if isPrimary && Self.primaryNames[rawValue] != nil { return family }
    return "\(family)_\(Self.extendedNames[rawValue] ?? String(rawValue))"
  }
}
