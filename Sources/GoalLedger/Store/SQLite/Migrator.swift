import Crypto
import Migrations
import SQLite

/// Brings a database to this binary's schema: each migration in a transaction of its own together
/// with its row in `schema_migrations`, so that a kill between two leaves a database that the next
/// run continues.
///
/// What must stay true: a migration that has run is never run again, and never changed: its SHA-256
/// is recorded, and a database whose record differs from this binary's text is refused.
struct Migrator {
  let migrations: [Migration]

  init(_ migrations: [Migration] = Migration.all) { self.migrations = migrations }

  /// The migrations that have not run yet; writes nothing.
  /// - throws: `incompatible` for a database that is newer, altered, or somebody else's.
  func pending(_ connection: Connection) throws(LedgerError) -> [Migration] {
    let applied = try applied(connection)
    for (place, row) in applied.enumerated() {
      guard place < migrations.count else {
        throw LedgerError(
          .incompatible,
          "\(connection.path) was made by a newer goalledger: it has migration \(row.name), "
            + "and this one ends at \(migrations.last?.name ?? "none")",
          hint: "use the newer goalledger; this one has changed nothing"
        )
      }
      let migration = migrations[place]
      guard row.number == migration.number, row.name == migration.name,
        row.digest == migration.digest
      else {
        throw LedgerError(
          .incompatible,
          "migration \(row.number) of \(connection.path) is \(row.name) with SHA-256 "
            + "\(row.digest.prefix(12))..., and this goalledger's is \(migration.name) with "
            + "\(migration.digest.prefix(12))...",
          hint: "the record or the program was altered; restore the one that fits the other"
        )
      }
    }
    return Array(migrations[applied.count...])
  }

  /// Runs what is to be run.
  /// - returns: the names of the migrations that ran.
  @discardableResult
  func migrate(_ connection: Connection) throws(LedgerError) -> [String] {
    guard try !pending(connection).isEmpty else { return [] }
    var names: [String] = []
    // Another process may migrate at the same time: look again under the lock, one step at a time.
    while let name = try step(connection) { names.append(name) }
    return names
  }

  private func step(_ connection: Connection) throws(LedgerError) -> String? {
    try connection.transaction(wrapping: LedgerError.init) { () throws(LedgerError) -> String? in
      guard let next = try pending(connection).first else { return nil }
      do throws(SQLiteError) {
        try connection.execute(
          """
          CREATE TABLE IF NOT EXISTS schema_migrations(
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            applied_at TEXT NOT NULL
          ) STRICT;
          """
        )
        try connection.execute(next.sql)
        try connection.run(
          """
          INSERT INTO schema_migrations(number, name, sha256, applied_at)
          VALUES (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
          """,
          next.number,
          next.name,
          next.digest
        )
      } catch {
        throw LedgerError(error)
      }
      return next.name
    }
  }

  private func applied(
    _ connection: Connection
  ) throws(LedgerError) -> [(number: Int, name: String, digest: String)] {
    do throws(SQLiteError) {
      let tables = try connection.query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
      ) { row throws(SQLiteError) in try row.require(0, as: String.self) }
      guard tables.contains("schema_migrations") else {
        guard tables.isEmpty else {
          throw SQLiteError(
            .notADatabase,
            "\(connection.path) is a database of something else: it has the table \(tables[0])",
            hint: "name another file with --db"
          )
        }
        return []
      }
      return try connection.query(
        "SELECT number, name, sha256 FROM schema_migrations ORDER BY number"
      ) { row throws(SQLiteError) in
        (try row.require(0), try row.require(1), try row.require(2))
      }
    } catch {
      throw LedgerError(error)
    }
  }
}

extension Migration {
  /// The SHA-256 of the SQL, in hexadecimal.
  var digest: String { hexadecimal(SHA256.hash(data: Array(sql.utf8))) }
}
