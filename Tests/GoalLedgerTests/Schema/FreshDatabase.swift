// Databases for the tests of the schema: every migration applied, opened the way a plain client
// would open one. Nothing here uses the store: what the schema promises, it promises to anybody.
import Foundation
import Migrations
import SQLite
import Testing

/// How a client has set the two pragmas that decide which triggers and keys fire.
struct ClientSettings: Sendable, Hashable, CustomTestStringConvertible {
  var recursiveTriggers: Bool
  var foreignKeys: Bool

  static let all = [(false, false), (false, true), (true, false), (true, true)].map {
    ClientSettings(recursiveTriggers: $0.0, foreignKeys: $0.1)
  }
  /// What SQLite does where nobody says otherwise.
  static let plain = ClientSettings(recursiveTriggers: false, foreignKeys: false)

  var testDescription: String {
    "recursive_triggers=\(recursiveTriggers) foreign_keys=\(foreignKeys)"
  }

  /// An empty database with these settings and all migrations applied.
  func fresh(path: String = ":memory:") throws -> Connection {
    var options = OpenOptions()
    options.journal = nil
    options.synchronous = .off
    options.recursiveTriggers = recursiveTriggers
    options.foreignKeys = foreignKeys
    options.defensive = false
    let database = try Connection(path: path, options: options)
    try database.execute(
      """
      CREATE TABLE schema_migrations(
        number INTEGER PRIMARY KEY, name TEXT NOT NULL,
        sha256 TEXT NOT NULL, applied_at TEXT NOT NULL
      ) STRICT
      """
    )
    for migration in Migration.all { try database.execute(migration.sql) }
    return database
  }

  /// The world of ``World`` with these settings.
  func world(path: String = ":memory:") throws -> Connection {
    let database = try fresh(path: path)
    try database.execute(World.sql)
    return database
  }
}

extension Connection {
  /// Every row of every table, table by table; not the counters of AUTOINCREMENT, which also count
  /// the ids of rows that OR IGNORE skipped.
  func dump() throws -> [String: [[Value]]] {
    let tables = try rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'sqlite_sequence'"
    )
    var dump: [String: [[Value]]] = [:]
    for case .text(let table)? in tables.map(\.first) {
      dump[table] = try rows("SELECT * FROM \"\(table)\"")
    }
    return dump
  }

  /// All rows of a query, column by column.
  func rows(_ sql: String, _ bindings: (any Bindable)?...) throws -> [[Value]] {
    try query(sql, arguments: Arguments(bindings)) { row throws(SQLiteError) in
      (0..<row.columnCount).map { row.value($0) }
    }
  }

  /// The first column of the first row; NULL where there is none.
  func value(_ sql: String) throws -> Value {
    try rows(sql).first?.first ?? .null
  }

  /// What a statement is refused with: a trigger's sentence or a CHECK's name; nil where it passes.
  func refusal(of sql: String) -> String? {
    do {
      try execute(sql)
      return nil
    } catch {
      return error.constraint ?? error.message
    }
  }
}

/// The files of this repository, found from this one.
enum Repository {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The text of a file, by its path from the root.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }
}
