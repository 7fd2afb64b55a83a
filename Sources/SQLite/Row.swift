// The current row of a running statement. It is a view, valid until the statement moves on, and
// therefore cannot be copied: the closure that gets it takes out what it needs. Each column is read
// by index, from 0, or by name. Three ways to read:
//
//   row.int(0)                    nil for NULL and for another storage class
//   try row.require(0, as: Int.self)    throws for NULL and for another storage class
//   try row.optional(0, as: Int.self)   nil for NULL, throws for another storage class
import CSQLite

/// The current row of a query.
@safe public struct Row: ~Copyable {
  private let statement: Statement

  init(_ statement: Statement) {
    self.statement = statement
  }

  private var pointer: OpaquePointer { unsafe statement.pointer }

  /// The number of columns.
  public var columnCount: Int { statement.columnCount }

  /// The columns' names, in order.
  public var columnNames: [String] { statement.columnNames }

  /// The index of the first column of that name; nil where there is none.
  public func index(of name: String) -> Int? { statement.columnNames.firstIndex(of: name) }

  /// The value of a column; NULL where there is no such column.
  public subscript(index: Int) -> Value { value(index) }

  /// The value of a column; NULL where there is no such column.
  public subscript(name: String) -> Value { value(name) }

  /// The value of a column; NULL where there is no such column.
  public func value(_ index: Int) -> Value {
    switch type(index) {
    case SQLITE_INTEGER: .integer(unsafe sqlite3_column_int64(pointer, Int32(index)))
    case SQLITE_FLOAT: .real(unsafe sqlite3_column_double(pointer, Int32(index)))
    case SQLITE_TEXT: .text(readText(index))
    case SQLITE_BLOB: .blob(readBytes(index))
    default: .null
    }
  }

  /// An INTEGER; nil for anything else.
  public func int(_ index: Int) -> Int64? {
    guard type(index) == SQLITE_INTEGER else { return nil }
    return unsafe sqlite3_column_int64(pointer, Int32(index))
  }

  /// A REAL, or an INTEGER that a Double holds exactly; nil for anything else.
  public func real(_ index: Int) -> Double? { Double.read(value(index)) }

  /// A TEXT, where bytes that are no UTF-8 are replaced by U+FFFD; nil for anything else.
  public func text(_ index: Int) -> String? {
    guard type(index) == SQLITE_TEXT else { return nil }
    return readText(index)
  }

  /// A BLOB; nil for anything else.
  public func blob(_ index: Int) -> [UInt8]? {
    guard type(index) == SQLITE_BLOB else { return nil }
    return readBytes(index)
  }

  /// The bytes of a TEXT or BLOB just as they are stored; nil for anything else.
  public func bytes(_ index: Int) -> [UInt8]? {
    switch type(index) {
    case SQLITE_TEXT:
      // Asking for text first makes the bytes UTF-8 in a database that stores UTF-16.
      unsafe sqlite3_column_text(pointer, Int32(index))
      return readBytes(index)
    case SQLITE_BLOB: return readBytes(index)
    default: return nil
    }
  }

  /// Whether a column is NULL, or does not exist.
  public func isNull(_ index: Int) -> Bool { type(index) == SQLITE_NULL }

  private func type(_ index: Int) -> Int32 {
    // Beyond the last column SQLite's answer is undefined.
    guard index >= 0, index < columnCount else { return SQLITE_NULL }
    return unsafe sqlite3_column_type(pointer, Int32(index))
  }

  private func readText(_ index: Int) -> String {
    // "The safest policy is to invoke column_text() followed by column_bytes()": the size may
    // change with the encoding. (sqlite.org/c3ref/column_blob.html)
    guard let start = unsafe sqlite3_column_text(pointer, Int32(index)) else { return "" }
    let count = Int(unsafe sqlite3_column_bytes(pointer, Int32(index)))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: start, count: count),
      as: UTF8.self
    )
  }

  private func readBytes(_ index: Int) -> [UInt8] {
    // An empty blob has a nil pointer.
    guard let start = unsafe sqlite3_column_blob(pointer, Int32(index)) else { return [] }
    let count = Int(unsafe sqlite3_column_bytes(pointer, Int32(index)))
    return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }
}

// MARK: - Strict reads

extension Row {
  /// A column that must have a value.
  ///
  /// - Throws: ``ResultCode/mismatch``, naming the column, for NULL, for another storage class and
  ///   for a number out of the type's range; ``ResultCode/range`` where there is no such column.
  public func require<T: ColumnReadable>(
    _ index: Int,
    as type: T.Type = T.self
  ) throws(SQLiteError) -> T {
    guard index >= 0, index < columnCount else {
      throw SQLiteError(
        .range,
        "the row has no column \(index): it has \(columnCount)",
        sql: statement.sql
      )
    }
    let value = value(index)
    guard let result = T.read(value) else {
      throw SQLiteError(
        .mismatch,
        "the column \(columnNames[index]) holds \(value.storageClass), which is no \(T.self)",
        sql: statement.sql
      )
    }
    return result
  }

  /// A column that may be NULL.
  ///
  /// - Throws: as ``require(_:as:)-(Int,_)``, save for NULL.
  public func optional<T: ColumnReadable>(
    _ index: Int,
    as type: T.Type = T.self
  ) throws(SQLiteError) -> T? {
    if index >= 0, index < columnCount, isNull(index) { return nil }
    return try require(index, as: T.self)
  }

  /// A column that must have a value, by name.
  ///
  /// - Throws: as ``require(_:as:)-(Int,_)``.
  public func require<T: ColumnReadable>(
    _ name: String,
    as type: T.Type = T.self
  ) throws(SQLiteError) -> T {
    try require(try requireIndex(of: name), as: T.self)
  }

  /// A column that may be NULL, by name.
  ///
  /// - Throws: as ``require(_:as:)-(Int,_)``, save for NULL.
  public func optional<T: ColumnReadable>(
    _ name: String,
    as type: T.Type = T.self
  ) throws(SQLiteError) -> T? {
    try optional(try requireIndex(of: name), as: T.self)
  }

  private func requireIndex(of name: String) throws(SQLiteError) -> Int {
    if let index = index(of: name) { return index }
    let names = columnNames.joined(separator: ", ")
    throw SQLiteError(
      .range,
      "the row has no column named \(name): it has \(names)",
      sql: statement.sql
    )
  }
}

// MARK: - By name

extension Row {
  /// The value of a column; NULL where there is no such column.
  public func value(_ name: String) -> Value { index(of: name).map { value($0) } ?? .null }

  /// An INTEGER; nil for anything else, and where there is no such column.
  public func int(_ name: String) -> Int64? { index(of: name).flatMap { int($0) } }

  /// A REAL, or an INTEGER that a Double holds exactly; nil for anything else.
  public func real(_ name: String) -> Double? { index(of: name).flatMap { real($0) } }

  /// A TEXT; nil for anything else, and where there is no such column.
  public func text(_ name: String) -> String? { index(of: name).flatMap { text($0) } }

  /// A BLOB; nil for anything else, and where there is no such column.
  public func blob(_ name: String) -> [UInt8]? { index(of: name).flatMap { blob($0) } }

  /// The bytes of a TEXT or BLOB just as they are stored; nil for anything else.
  public func bytes(_ name: String) -> [UInt8]? { index(of: name).flatMap { bytes($0) } }

  /// Whether a column is NULL, or does not exist.
  public func isNull(_ name: String) -> Bool { index(of: name).map { isNull($0) } ?? true }
}

// MARK: - Raw bytes, for hashing

/// SQLite's five storage classes.
public enum StorageClass: Sendable, Hashable {
  /// A value's class.
  case null, integer, real, text, blob
}

extension Row {
  /// The storage class of a column's value; `null` where there is no such column.
  public func storageClass(_ index: Int) -> StorageClass {
    switch type(index) {
    case SQLITE_INTEGER: .integer
    case SQLITE_FLOAT: .real
    case SQLITE_TEXT: .text
    case SQLITE_BLOB: .blob
    default: .null
    }
  }

  /// Gives `body` the bytes of a TEXT or BLOB just as they are stored, without a copy; none for
  /// anything else.
  public func withBytes<T>(_ index: Int, _ body: (RawSpan) -> T) -> T {
    withStored(index) { body($2) }
  }

  /// Gives `body` a column just as it is stored, without a copy: its class; its INTEGER, or the bits
  /// of its REAL, else 0; the bytes of its TEXT or BLOB, else none.
  public func withStored<T>(_ index: Int, _ body: (StorageClass, Int64, RawSpan) -> T) -> T {
    let (pointer, column) = unsafe (pointer, Int32(index))
    let start: UnsafeRawPointer?
    let storageClass: StorageClass
    switch type(index) {
    case SQLITE_INTEGER:
      return body(.integer, unsafe sqlite3_column_int64(pointer, column), RawSpan())
    case SQLITE_FLOAT:
      let bits = unsafe sqlite3_column_double(pointer, column).bitPattern
      return body(.real, Int64(bitPattern: bits), RawSpan())
    case SQLITE_TEXT:
      unsafe start = unsafe UnsafeRawPointer(sqlite3_column_text(pointer, column))
      storageClass = .text
    case SQLITE_BLOB:
      unsafe start = unsafe sqlite3_column_blob(pointer, column)
      storageClass = .blob
    default: return body(.null, 0, RawSpan())
    }
    guard let start = unsafe start else { return body(storageClass, 0, RawSpan()) }
    let count = Int(unsafe sqlite3_column_bytes(pointer, column))
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
    return body(storageClass, 0, unsafe RawSpan(_unsafeBytes: bytes))
  }
}
