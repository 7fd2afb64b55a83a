import GoalLedger

/// Rings when anybody has committed a change, when a waiting goal or a lease falls due, and now and
/// then in any case.
///
/// It looks at SQLite's `data_version`, which costs microseconds and no write: often while things
/// happen. After a second of nothing it waits for a write to the log instead; where that cannot be
/// watched, it looks now and then.
struct ChangeWatcher: Sendable {
  let store: any GoalStore
  let doorbell: Doorbell
  /// Set before the doorbell is rung: there is more to look at than places that became free.
  let hasNews: Flag
  /// Rung for changes, and as seldom as `slowest` without.
  let sealing: Doorbell
  /// The longest time without a ring.
  let slowest: Duration

  /// Between two looks, within a second of a change, and after that where the log cannot be watched.
  private static let (eager, idle) = (Duration.milliseconds(4), Duration.milliseconds(40))
  /// Between two rings for what is due already and nobody has taken.
  private static let overdue = Duration.milliseconds(100)

  /// Looks until its task is cancelled.
  func run() async {
    let clock = ContinuousClock()
    let log = store.logFile.flatMap(LogWatch.init)
    var seen: Int64 = -1
    var changedAt = clock.now
    var rungAt = clock.now
    while !Task.isCancelled {
      let now = clock.now
      if let counter = try? await store.changeCounter(), counter != seen {
        seen = counter
        changedAt = now
        rungAt = now
        tell()
        sealing.ring()
      } else if now - rungAt >= slowest {
        rungAt = now
        tell()
        sealing.ring()
      } else if now - rungAt >= Self.overdue, let due = try? await store.nextDue(), due == 0 {
        rungAt = now
        tell()
      }
      if now - changedAt < .seconds(1) {
        try? await clock.sleep(for: Self.eager)
      } else if let log, log.arm() {
        // What was committed before it was armed is not heard of.
        guard let counter = try? await store.changeCounter(), counter == seen else { continue }
        var wait = slowest - (now - rungAt)
        if let due = (try? await store.nextDue()) ?? nil {
          wait = min(wait, max(.milliseconds(due), Self.overdue - (now - rungAt)))
        }
        if await log.wait(max(wait, Self.eager)) { changedAt = clock.now }
      } else {
        try? await clock.sleep(for: Self.idle)
      }
    }
  }

  private func tell() {
    hasNews.raise()
    doorbell.ring()
  }
}
