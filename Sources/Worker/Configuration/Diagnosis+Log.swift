import GoalLedger

/// Who keeps the database's log from being shortened.
extension Diagnosis {
  /// The size from which a log is too long, in bytes, as a worker has it.
  private static let limit = LogKeeper.Rules().limit
  /// How often to look, within half a second: whoever is seen each time is no passer-by.
  private static let looks = 10

  /// Looks at the log's size and at who reads.
  mutating func look(atLogOf store: SQLiteGoalStore) async {
    var holders: Set<LogHolder>?
    for look in 0..<Self.looks {
      if look > 0 { try? await ContinuousClock().sleep(for: .milliseconds(50)) }
      let now = Set(store.logHolders())
      holders = holders?.intersection(now) ?? now
      if holders?.isEmpty ?? true { break }
    }
    let bytes = store.logBytes
    let isLong = bytes > Self.limit
    let size = LogKeeper.Occurrence.size(bytes)
    // A file that is open says something only where the log is too long.
    let inTheWay = (holders ?? []).filter { isLong || $0.use != .opens }
    for holder in inTheWay.sorted(by: { $0.pid < $1.pid }) {
      let what =
        switch holder.use {
        case .reads: "reads from one view of the database"
        case .writes: "holds the database's write lock"
        case .opens: "has the database open, and may be what is in the way"
        }
      add(
        "log",
        isLong ? .wrong : .note,
        "\(holder.name) \(what): until it ends, the log only grows (now \(size))",
        hint: "end its transaction, or the process"
      )
    }
    guard inTheWay.isEmpty else { return }
    if isLong {
      add(
        "log",
        .note,
        "the write-ahead log has \(size), and nobody is in the way of shortening it",
        hint: "a worker shortens it: goalledger work"
      )
    } else {
      add("log", .fine, "nobody keeps the write-ahead log from being shortened")
    }
  }
}
