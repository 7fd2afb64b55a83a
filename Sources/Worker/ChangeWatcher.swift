import GoalLedger

/// Rings when anybody has committed a change, when a waiting goal or a lease falls due, and now and
/// then in any case.
///
/// It looks at SQLite's `data_version`, which costs microseconds and no write: often while things
/// happen, seldom when nothing does.
struct ChangeWatcher: Sendable {
  let store: any GoalStore
  let doorbell: Doorbell
  /// Rung for changes, and as seldom as `slowest` without.
  let sealing: Doorbell
  /// The longest time without a ring.
  let slowest: Duration

  /// Between two looks, within a second of a change and after that.
  private static let (eager, idle) = (Duration.milliseconds(4), Duration.milliseconds(40))

  /// Looks until its task is cancelled.
  func run() async {
    let clock = ContinuousClock()
    var seen: Int64 = -1
    var changedAt = clock.now
    var rungAt = clock.now
    while !Task.isCancelled {
      let now = clock.now
      if let counter = try? await store.changeCounter(), counter != seen {
        seen = counter
        changedAt = now
        rungAt = now
        doorbell.ring()
        sealing.ring()
      } else if now - rungAt >= slowest {
        rungAt = now
        doorbell.ring()
        sealing.ring()
      } else if now - rungAt >= .milliseconds(100), let due = try? await store.nextDue(), due == 0 {
        rungAt = now
        doorbell.ring()
      }
      try? await clock.sleep(for: now - changedAt < .seconds(1) ? Self.eager : Self.idle)
    }
  }
}
