// A database with a backlog and a history, grown by the script that the benchmarks use: the rows that
// the triggers would have written, in a fraction of the time.
import GoalLedger
import SQLite

enum Backlog {
  /// Grows the database of `store` in which one goal was executed.
  static func grow(
    path: String,
    ready: Int = 400,
    delayed: Int = 400,
    waiting: Int = 400,
    finished: Int = 2_000
  ) throws {
    var options = OpenOptions()
    options.synchronous = .off
    options.defensive = false
    let database = try Connection(path: path, options: options)
    let triggers = try database.query(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
    ) { row throws(SQLiteError) in
      (try row.require(0, as: String.self), try row.require(1, as: String.self))
    }
    try database.execute("CREATE TEMP TABLE wanted(ready, delayed, waiting, finished)")
    try database.run("INSERT INTO wanted VALUES (?, ?, ?, ?)", ready, delayed, waiting, finished)
    try database.execute("BEGIN")
    for trigger in triggers { try database.execute("DROP TRIGGER \"\(trigger.0)\"") }
    try database.execute(try Repository.text("tools/bench.d/backlog.sql"))
    for trigger in triggers { try database.execute(trigger.1) }
    try database.execute("COMMIT")
    database.close()
  }
}
