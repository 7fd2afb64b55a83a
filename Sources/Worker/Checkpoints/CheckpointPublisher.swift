import Execution
import GoalLedger

/// Makes checkpoints while a worker runs, and puts them where the operator wants them.
///
/// What must stay true: work never waits for one but for the hash of a tree's head; no two are made
/// within the interval, but for a worker's last; what cannot be put somewhere is said once.
actor CheckpointPublisher {
  private let store: any GoalStore
  private let rules: CheckpointRules
  private let key: SealingKey
  private let watch: @Sendable (WorkerEvent) -> Void
  private let clock = ContinuousClock()
  private var latest: (checkpoint: Checkpoint, at: ContinuousClock.Instant)?
  private var publishedSize: Int64 = 0
  private var complaints: [String: String] = [:]

  private var interval: Duration { .milliseconds(rules.intervalMilliseconds) }

  init(
    store: any GoalStore,
    rules: CheckpointRules,
    key: SealingKey,
    watch: @escaping @Sendable (WorkerEvent) -> Void
  ) {
    self.store = store
    self.rules = rules
    self.key = key
    self.watch = watch
  }

  /// One for a worker whose operator wants checkpoints; nil otherwise, and where there is no key.
  /// - Parameter keyFile: where the ledger's key is; nil for the usual place.
  static func make(
    store: any GoalStore,
    rules: CheckpointRules,
    keyFile: KeyFile?,
    watch: @escaping @Sendable (WorkerEvent) -> Void
  ) async throws(LedgerError) -> CheckpointPublisher? {
    guard rules.areWanted else { return nil }
    let database = try await store.databaseID()
    let file =
      keyFile ?? KeyFile.ofLedger(database: database, environment: ProcessEnvironment.current)
    do throws(LedgerError) {
      let key = try file.obtain()
      return CheckpointPublisher(store: store, rules: rules, key: key, watch: watch)
    } catch {
      watch(.warning("no checkpoint is made: \(error.message)"))
      return nil
    }
  }

  /// Publishes at each interval, until its task is cancelled.
  func run() async {
    while !Task.isCancelled {
      await publish()
      try? await Task.sleep(for: interval)
    }
  }

  /// Puts the latest checkpoint everywhere but into commits.
  /// - Parameter isLast: make one even if the interval is not over.
  func publish(isLast: Bool = false) async {
    guard let checkpoint = await current(isLast: isLast) else { return }
    for file in rules.files {
      await say(file) { () async throws(LedgerError) in
        try await CheckpointFile(path: file).put(checkpoint, of: store)
      }
    }
    guard checkpoint.size > publishedSize else { return }
    publishedSize = checkpoint.size
    if rules.output { watch(.checkpoint(checkpoint.line)) }
  }

  /// What every commit says; nothing where it is not wanted, or nothing is sealed yet.
  func trailers() async -> [Trailer] {
    guard rules.trailer, let checkpoint = await current() else { return [] }
    return [Trailer(Checkpoint.trailer, checkpoint.line)]
  }

  /// The latest checkpoint, made anew where the last is older than the interval.
  private func current(isLast: Bool = false) async -> Checkpoint? {
    if let latest, !isLast, clock.now - latest.at < interval { return latest.checkpoint }
    await say("") { () async throws(LedgerError) in
      let head = try await store.treeHead(size: nil)
      guard head.size > 0 else { return }
      guard head.size > latest?.checkpoint.size ?? 0 else {
        latest?.at = clock.now
        return
      }
      latest = (try Checkpoint(head, key: key), clock.now)
    }
    return latest?.checkpoint
  }

  /// Does something; where it fails otherwise than the last time, says so.
  private func say(_ what: String, _ body: () async throws(LedgerError) -> Void) async {
    do throws(LedgerError) {
      try await body()
      complaints[what] = nil
    } catch  where error.code == .busy {
      // The next interval comes.
    } catch {
      guard complaints[what] != error.message else { return }
      complaints[what] = error.message
      watch(.warning(error.message))
    }
  }
}
