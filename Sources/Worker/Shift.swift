import Execution
import GoalLedger

/// One run of a worker, from its registration to its stop: the loop that claims, and the children
/// that keep leases, watch for changes and seal.
struct Shift: Sendable {
  let store: any GoalStore
  let configuration: Configuration
  let name: String
  let watch: @Sendable (WorkerEvent) -> Void
  let running = RunningAttempts()
  let doorbell = Doorbell()
  /// Whether anybody has committed something, or something may have fallen due, since the loop looked.
  let hasNews = Flag()
  let runner: AttemptRunner
  let sweeper: Sweeper
  /// Tidies up after workers that were killed, while this one works: it leaves alone what is open.
  var sweeping: Task<Void, Never>?
  let sealer: Sealer
  let checkpoints: CheckpointPublisher?
  let logKeeper: LogKeeper

  private var lease: Int64 { Int64(configuration.limits.leaseMilliseconds) }
  private var concurrency: Int { configuration.limits.concurrency }

  init(_ worker: GoalWorker) async throws(LedgerError) {
    store = worker.store
    configuration = worker.configuration
    name = worker.name
    watch = worker.watch
    logKeeper = LogKeeper(store: store, rules: worker.logRules, watch: watch)
    checkpoints = try await CheckpointPublisher.make(
      store: store,
      rules: configuration.checkpoints,
      keyFile: worker.ledgerKeyFile,
      watch: watch
    )
    let places = try await Workplaces(
      store: store,
      configuration: configuration,
      checkpoints: checkpoints
    )
    sweeper = Sweeper(store: store, places: places, watch: watch)
    sealer = await Sealer(
      WorkerIdentity(
        store: store,
        worker: name,
        folder: worker.keyFolder,
        ledgerKeyFile: worker.ledgerKeyFile
      ),
      watch: watch
    )
    runner = try await AttemptRunner(
      store: store,
      configuration: configuration,
      places: places,
      watch: watch
    )
  }

  func register(_ state: String) async throws(LedgerError) {
    var record = WorkerRecord(
      name: name,
      pid: WorkerName.processID,
      host: WorkerName.host,
      concurrency: concurrency,
      publicKey: sealer.key?.key.publicKey
    )
    record.state = state
    try await store.register(record)
  }

  /// The last thing a worker does: says that it has stopped, and seals that, too.
  func stop() async throws(LedgerError) {
    await sweeping?.value
    try await register("stopped")
    await sealer.finish()
    await checkpoints?.publish(isLast: true)
  }

  // MARK: The loop

  func work(drain: Bool, stop: StopSignal) async throws(LedgerError) {
    stop.listen { doorbell.ring() }
    // A discarding one: any other keeps what a child had, some 35 KB for each attempt, until somebody
    // asks for its result, which nobody does.
    let failure = await withDiscardingTaskGroup(returning: LedgerError?.self) { group in
      group.addTask { await keeper.run() }
      group.addTask { await watcher.run() }
      group.addTask { await sealer.run() }
      group.addTask { await checkpoints?.run() }
      group.addTask { await logKeeper.run() }
      defer { group.cancelAll() }
      do throws(LedgerError) {
        while stop.phase == .running {
          let begun = try await fill(&group)
          if drain, begun == 0, running.count == 0, try await store.unfinishedCount() == 0 {
            return nil
          }
          await doorbell.wait()
        }
        try await wind(down: stop)
        return nil
      } catch {
        running.cancelAll(.shutdown)
        await empty()
        return error
      }
    }
    if let failure { throw failure }
  }

  /// More claims in one statement would hold the database's lock for too long.
  private static let claimsAtOnce = 64

  /// Begins as many attempts as there are free places and goals for them, so many at a time; returns
  /// 0 only where there was nothing to do.
  private func fill(_ group: inout DiscardingTaskGroup) async throws(LedgerError) -> Int {
    // Each look is a read of its own; for a place that became free among many it is not worth it.
    let isNews = hasNews.lower()
    do throws(LedgerError) {
      // A step at a time: a hundred thousand goals to tidy must not keep those that are ready waiting.
      var tidied = isNews ? try await store.tidy() : .nothing
      let free = concurrency - running.count
      let wanted = min(free, Self.claimsAtOnce)
      var begun = 0
      if isNews, wanted > 0 { begun += try await begin(takeOver(wanted), &group) }
      if begun < wanted { begun += try await begin(claim(wanted - begun), &group) }
      if begun < wanted, !isNews {
        // What ended last may have been what others waited for.
        tidied = try await store.tidy()
        begun += try await begin(takeOver(wanted - begun), &group)
        if tidied != .nothing, begun < wanted {
          begun += try await begin(claim(wanted - begun), &group)
        }
      }
      if tidied == .more || isNews && free <= 0 { hasNews.raise() }
      if tidied == .more || begun == wanted && wanted < free { doorbell.ring() }
      return begun + (tidied == .more ? 1 : 0)
    } catch  where error.code == .busy {
      // Somebody holds the lock for long: the poll will ring again.
      hasNews.raise()
      watch(.warning(error.message))
      return 1
    }
  }

  private func takeOver(_ limit: Int) async throws(LedgerError) -> [Claim] {
    try await store.takeOver(limit: limit, worker: name, lease: lease)
  }

  private func claim(_ limit: Int) async throws(LedgerError) -> [Claim] {
    try await store.claim(limit: limit, worker: name, lease: lease)
  }

  /// Begins attempts; returns how many.
  private func begin(_ claims: [Claim], _ group: inout DiscardingTaskGroup) -> Int {
    for claim in claims {
      let control = running.begin(claim)
      group.addTask {
        await running.endEarlier(than: claim)
        await runner.run(claim, control: control)
        running.end(claim)
        doorbell.ring()
      }
    }
    return claims.count
  }

  /// Lets what runs finish within the grace period, then has it rolled back.
  private func wind(down stop: StopSignal) async throws(LedgerError) {
    watch(.draining(running: running.count))
    try await register("draining")
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(configuration.limits.graceMilliseconds)
    let alarm = Task {
      try await clock.sleep(until: end)
      doorbell.ring()
    }
    defer { alarm.cancel() }
    while running.count > 0 {
      if stop.phase == .now || clock.now >= end { running.cancelAll(.shutdown) }
      await doorbell.wait()
    }
  }

  private func empty() async {
    while running.count > 0 { await doorbell.wait() }
  }

  private var keeper: LeaseKeeper {
    LeaseKeeper(store: store, running: running, lease: lease, watch: watch)
  }

  private var watcher: ChangeWatcher {
    ChangeWatcher(
      store: store,
      doorbell: doorbell,
      hasNews: hasNews,
      sealing: sealer.bell,
      slowest: .milliseconds(configuration.limits.pollMilliseconds)
    )
  }

  // MARK: One goal

  func execute(
    _ id: Goal.ID,
    timeout: Duration?,
    stop: StopSignal
  ) async throws(LedgerError) -> Goal {
    stop.listen {
      running.cancelAll(.shutdown)
      doorbell.ring()
    }
    let clock = ContinuousClock()
    let end = timeout.map { clock.now + $0 }
    let keeping = Task { await keeper.run() }
    let watching = Task { await watcher.run() }
    let sealing = Task { await sealer.run() }
    let publishing = Task { await checkpoints?.run() }
    let shortening = Task { await logKeeper.run() }
    let alarm = Task {
      guard let end else { return }
      try await clock.sleep(until: end)
      running.cancelAll(.shutdown)
      doorbell.ring()
    }
    defer {
      keeping.cancel()
      watching.cancel()
      sealing.cancel()
      publishing.cancel()
      shortening.cancel()
      alarm.cancel()
    }
    while true {
      let goal = try await require(id)
      let isOver =
        goal.state.isEnd || stop.phase > .running || (end.map { clock.now >= $0 } ?? false)
      guard !isOver else { return goal }
      if let claim = try await claim(id) {
        let control = running.begin(claim)
        await runner.run(claim, control: control)
        running.end(claim)
        continue
      }
      let now = try await require(id)
      guard now.state == .executing || (now.state == .adopted && now.retryAt != nil) else {
        if now.state.isEnd { return now }
        let obstacle = try await store.obstacle(to: id)
        throw LedgerError(
          .refused,
          "goal \(id) cannot be executed now: \(obstacle ?? "another worker has it")"
        )
      }
      await doorbell.wait()
    }
  }

  /// Claims a goal, or takes over the attempt of a worker that is gone.
  private func claim(_ id: Goal.ID) async throws(LedgerError) -> Claim? {
    if let claim = try await store.claim(goal: id, worker: name, lease: lease) { return claim }
    return try await store.takeOver(goal: id, worker: name, lease: lease)
  }

  private func require(_ id: Goal.ID) async throws(LedgerError) -> Goal {
    guard let goal = try await store.goal(id) else {
      throw LedgerError(
        .notFound,
        "there is no goal \(id)",
        hint: "goalledger list shows what there is"
      )
    }
    return goal
  }
}
