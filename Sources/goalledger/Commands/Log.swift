import ArgumentParser
import GoalLedger

/// `goalledger log`: the identity ledger, of one goal or of all.
struct Log: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the ledger: who did what, when and why.",
    discussion: """
      With --follow it goes on printing what is added, until it is interrupted; with --json as well \
      it prints one JSON document a line.

      Examples:
        goalledger log
        goalledger log 4 --json
        goalledger log --follow
      """
  )

  @Argument(help: ArgumentHelp("Only this goal's entries.", valueName: "id"))
  var id: Int64?

  @Flag(name: .shortAndLong, help: "Go on with what is added.")
  var follow = false

  @Option(help: ArgumentHelp("Begin after this entry.", valueName: "seq"))
  var after: Int64 = 0

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    let store = try await database.open()
    if let id, try await store.goal(id) == nil { throw try await store.missing(id) }
    if output.json, !follow { Terminal.output.write("[") }
    var last = after
    var isFirst = true
    var counter = try await store.changeCounter()
    while true {
      let entries = try await store.entries(goal: id, after: last, limit: 500)
      for entry in entries {
        write(entry, isFirst: isFirst)
        isFirst = false
        last = entry.seq
      }
      if entries.count == 500 { continue }
      guard follow else { break }
      counter = try await nextChange(after: counter, in: store)
    }
    if output.json { Terminal.output.line(isFirst ? "]" : "\n]") }
  }

  private func write(_ entry: LedgerEntry, isFirst: Bool) {
    switch (output.json, follow) {
    case (true, true): Terminal.output.line(EntryJSON.value(entry).text)
    case (true, false):
      Terminal.output.write((isFirst ? "\n  " : ",\n  ") + EntryJSON.value(entry).text)
    case (false, _): Terminal.output.line(LedgerLine.text(entry, for: .output))
    }
  }

  /// Waits until somebody has committed something; ten looks a second cost next to nothing.
  private func nextChange(after counter: Int64, in store: SQLiteGoalStore) async throws -> Int64 {
    while true {
      try await Task.sleep(for: .milliseconds(100))
      let now = try await store.changeCounter()
      if now != counter { return now }
    }
  }
}
