// Clients without any GoalLedger code and with no extension loaded: the stock shell, Python's module
// and Tcl's package, each a process of its own on the same kind of file. Each queues, adopts,
// amends, abandons, is refused with a sentence, and audits.
import Foundation
import SQLite
import Subprocess
import Testing

@Suite("Clients")
struct ClientTests {
  /// A client: how it is called, and its program, which reads the database's path as an argument.
  struct Client: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let command: String
    let program: String
  }

  static let clients = [
    Client(
      testDescription: "the sqlite3 shell",
      command: "sh",
      program: #"""
        sqlite3 "$1" "INSERT INTO goals(text, actor) VALUES ('first', 'shell'), ('second', 'shell')"
        sqlite3 "$1" "UPDATE goals SET value = 0.9, actor = 'shell' WHERE id = 1"
        sqlite3 "$1" "UPDATE goals SET state = 'adopted', actor = 'shell' WHERE id = 1"
        sqlite3 "$1" "UPDATE goals SET state = 'abandoned', reason = 'no', actor = 'shell' WHERE id = 2"
        sqlite3 "$1" "UPDATE goals SET state = 'adopted' WHERE id = 2" 2>&1
        sqlite3 "$1" "INSERT INTO goals(text, value) VALUES ('x', 7)" 2>&1
        sqlite3 "$1" "SELECT 'audit', event, goal_id FROM identity_ledger ORDER BY seq"
        """#
    ),
    Client(
      testDescription: "Python's sqlite3",
      command: "python3",
      program: #"""
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1], isolation_level=None)
        def ask(sql, *values):
            try:
                return db.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                print(error)
        ask("INSERT INTO goals(text, actor) VALUES (?, 'python'), (?, 'python')", "first", "second")
        ask("UPDATE goals SET value = ?, actor = 'python' WHERE id = 1", 0.9)
        ask("UPDATE goals SET state = 'adopted', actor = 'python' WHERE id = 1")
        ask("UPDATE goals SET state = 'abandoned', reason = 'no', actor = 'python' WHERE id = 2")
        ask("UPDATE goals SET state = 'adopted' WHERE id = 2")
        ask("INSERT INTO goals(text, value) VALUES ('x', 7)")
        for row in ask("SELECT 'audit', event, goal_id FROM identity_ledger ORDER BY seq"):
            print(*row, sep="|")
        """#
    ),
    Client(
      testDescription: "Tcl's sqlite3",
      command: "tclsh",
      program: #"""
        package require sqlite3
        sqlite3 db [lindex $argv end]
        proc ask {sql} { if {[catch {db eval $sql} answer]} { puts $answer } }
        ask {INSERT INTO goals(text, actor) VALUES ('first', 'tcl'), ('second', 'tcl')}
        ask {UPDATE goals SET value = 0.9, actor = 'tcl' WHERE id = 1}
        ask {UPDATE goals SET state = 'adopted', actor = 'tcl' WHERE id = 1}
        ask {UPDATE goals SET state = 'abandoned', reason = 'no', actor = 'tcl' WHERE id = 2}
        ask {UPDATE goals SET state = 'adopted' WHERE id = 2}
        ask {INSERT INTO goals(text, value) VALUES ('x', 7)}
        db eval {SELECT event, goal_id FROM identity_ledger ORDER BY seq} {
          puts "audit|$event|$goal_id"
        }
        """#
    ),
  ]

  @Test("A client queues, amends, adopts, abandons, is refused, and audits", arguments: clients)
  func works(client: Client) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "goalledger-client-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "goals.db").path()
    let program = folder.appending(path: "program").path()
    try client.program.write(toFile: program, atomically: true, encoding: .utf8)
    try ClientSettings.plain.fresh(path: path).close()

    let result = try await run(
      .name(client.command),
      arguments: [program, path],
      output: .string(limit: 65_536),
      error: .string(limit: 65_536)
    )
    let output = try #require(result.standardOutput)
    let errors = result.standardError ?? ""
    #expect(output.contains("an abandoned goal is final: add a new goal instead"), "\(errors)")
    #expect(output.contains("CHECK constraint failed: value lies between 0 and 1"))
    let audit = output.split(separator: "\n").filter { $0.hasPrefix("audit|") }
    #expect(
      audit == [
        "audit|goal.proposed|1", "audit|goal.proposed|2", "audit|goal.amended|1",
        "audit|goal.adopted|1", "audit|goal.abandoned|2",
      ]
    )
    let database = try Connection(path: path, options: .reader)
    let states = try database.rows("SELECT state FROM goals ORDER BY id")
    #expect(states == [[.text("adopted")], [.text("abandoned")]])
    #expect(try database.rows(FoldTests.query.get()).isEmpty)
  }

  @Test("The audit files run in the stock shell")
  func audit() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "goalledger-client-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "goals.db").path()
    try ClientSettings.plain.world(path: path).close()
    for file in try AuditTests.questions.get() {
      let question = Repository.root.appending(path: "Schema/audit/\(file)").path()
      let result = try await run(
        .name("sqlite3"),
        arguments: ["-bail", path, ".parameter set :id 3", ".read \(question)"],
        output: .string(limit: 1_048_576),
        error: .string(limit: 65_536)
      )
      #expect(result.standardError == "", "\(file)")
      #expect(result.terminationStatus.isSuccess, "\(file)")
    }
  }
}
