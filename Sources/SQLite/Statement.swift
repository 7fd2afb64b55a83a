// A prepared statement: binding by position and name, stepping, and the names of its columns. It
// owns its sqlite3_stmt and finalizes it. Only the connection and its cache see this type; what
// callers see is `Row`. A statement is used by one query at a time.
import CSQLite

/// A prepared statement, owned.
@safe final class Statement {
  let pointer: OpaquePointer
  let sql: String
  /// Whether it is in the cache and somebody has taken it.
  var isInUse = false
  /// The cache's clock when it was last given back.
  var lastUse: UInt64 = 0
  /// Whether the last step was the end. Stepping on would run the statement once more: "the
  /// sqlite3_reset() is called automatically" (sqlite.org/c3ref/step.html).
  private var isDone = false
  private var namesAndCompilation: (names: [String], compilation: Int32)?

  /// Takes ownership of `pointer`.
  init(owning pointer: OpaquePointer, sql: String) {
    unsafe self.pointer = unsafe pointer
    self.sql = sql
  }

  deinit {
    unsafe sqlite3_finalize(pointer)
  }

  /// Whether running it leaves the database as it is.
  var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(pointer) != 0 }

  /// The number of columns of a row; 0 for a statement that gives none.
  var columnCount: Int { Int(unsafe sqlite3_column_count(pointer)) }

  /// The columns' names. SQLite compiles a statement anew when the schema changed, and then a
  /// `SELECT *` can have others, so they are kept for one compilation only.
  var columnNames: [String] {
    let compilation = unsafe sqlite3_stmt_status(pointer, SQLITE_STMTSTATUS_REPREPARE, 0)
    if let known = namesAndCompilation, known.compilation == compilation { return known.names }
    let names = (0..<Int32(columnCount)).map { index in
      unsafe sqlite3_column_name(pointer, index).map { unsafe String(cString: $0) } ?? ""
    }
    namesAndCompilation = (names, compilation)
    return names
  }

  /// Runs to the next row: true for a row, false at the end.
  func step() throws(SQLiteError) -> Bool {
    guard !isDone else { return false }
    let code = unsafe sqlite3_step(pointer)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      isDone = true
      return false
    default: throw failure(code)
    }
  }

  /// Runs to the end, whatever rows there are.
  func finish() throws(SQLiteError) {
    while try step() {}
  }

  /// Makes it ready for another use. What reset returns is the last step's error once more.
  func reset() {
    isDone = false
    unsafe sqlite3_reset(pointer)
    unsafe sqlite3_clear_bindings(pointer)
  }

  /// The error its connection remembers, said to be this statement's.
  func failure(_ code: Int32) -> SQLiteError {
    unsafe SQLiteError.last(of: sqlite3_db_handle(pointer), code: code, sql: sql)
  }
}

// MARK: - Binding

extension Statement {
  /// Binds every parameter, or throws.
  func bind(_ arguments: Arguments) throws(SQLiteError) {
    switch arguments.form {
    case .positional(let values): try bind(values)
    case .named(let values): try bind(named: values)
    }
  }

  private func bind(_ values: [(any Bindable)?]) throws(SQLiteError) {
    let expected = Int(unsafe sqlite3_bind_parameter_count(pointer))
    guard values.count == expected else {
      throw SQLiteError(
        .range,
        "the statement has \(expected) parameters and was given \(values.count) values",
        sql: sql
      )
    }
    for (index, value) in values.enumerated() {
      try bind(value?.sqlValue ?? .null, at: Int32(index + 1))
    }
  }

  private func bind(named values: [(name: String, value: (any Bindable)?)]) throws(SQLiteError) {
    let expected = unsafe sqlite3_bind_parameter_count(pointer)
    var bound: Set<Int32> = []
    for (name, value) in values {
      guard let index = parameterIndex(name) else {
        throw SQLiteError(.range, "the statement has no parameter named \(name)", sql: sql)
      }
      guard bound.insert(index).inserted else {
        throw SQLiteError(.range, "the parameter \(name) was given two values", sql: sql)
      }
      try bind(value?.sqlValue ?? .null, at: index)
    }
    guard bound.count < expected else { return }
    for index in 1...expected where !bound.contains(index) {
      let name = unsafe sqlite3_bind_parameter_name(pointer, index)
        .map { unsafe String(cString: $0) }
      throw SQLiteError(
        .range,
        "the parameter \(name ?? "number \(index)") was given no value",
        sql: sql
      )
    }
  }

  private func parameterIndex(_ name: String) -> Int32? {
    for prefix in ["", ":", "@", "$"] {
      let index = unsafe sqlite3_bind_parameter_index(pointer, prefix + name)
      if index > 0 { return index }
    }
    return nil
  }

  private func bind(_ value: Value, at index: Int32) throws(SQLiteError) {
    let code: Int32
    switch value {
    case .null: code = unsafe sqlite3_bind_null(pointer, index)
    case .integer(let number): code = unsafe sqlite3_bind_int64(pointer, index, number)
    case .real(let number): code = unsafe sqlite3_bind_double(pointer, index, number)
    case .text(var text):
      code = text.withUTF8 { bytes in
        // A nil pointer would bind NULL, and an empty string may have one.
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
          return unsafe sqlite3_bind_text(pointer, index, "", 0, csqlite_transient())
        }
        return unsafe start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { start in
          unsafe sqlite3_bind_text64(
            pointer,
            index,
            start,
            sqlite3_uint64(bytes.count),
            csqlite_transient(),
            UInt8(SQLITE_UTF8)
          )
        }
      }
    case .blob(let bytes):
      code = unsafe bytes.withUnsafeBytes { bytes in
        // Likewise: an empty blob is made of zero zeroes.
        guard let start = bytes.baseAddress, unsafe !bytes.isEmpty else {
          return unsafe sqlite3_bind_zeroblob(pointer, index, 0)
        }
        return unsafe sqlite3_bind_blob64(
          pointer,
          index,
          start,
          sqlite3_uint64(bytes.count),
          csqlite_transient()
        )
      }
    }
    guard code == SQLITE_OK else { throw failure(code) }
  }
}
