import GoalLedger
import Synchronization

/// A worker over the real store: it does what `Shift`, `LeaseKeeper` and `Sealer` do, in the same
/// order, with the scheduler in the place of the doorbell and of the machine's threads.
final class SimulatedWorker: Sendable {
  let stage: Stage
  let process: Int
  let name: String
  let store: SQLiteGoalStore
  private let running = Mutex<[Int64: Running]>([:])
  private let draining = Mutex(false)

  /// An attempt that this process executes, by its token.
  struct Running: Sendable {
    let claim: Claim
    var cancelled: Cancellation?
  }

  /// Why an attempt is to stop.
  enum Cancellation: Sendable { case abandoned, leaseLost, shutdown }

  private init(_ stage: Stage, process: Int, name: String, store: SQLiteGoalStore) {
    self.stage = stage
    self.process = process
    self.name = name
    self.store = store
  }

  /// Starts one in a process of its own.
  static func start(_ stage: Stage, name: String, roster: Roster) {
    let process = stage.scheduler.makeProcess()
    stage.spawn(name, in: process) { thread throws(LedgerError) in
      let store = try await stage.openStore()
      let worker = SimulatedWorker(stage, process: process, name: name, store: store)
      roster.add(worker)
      try await worker.run(thread)
    }
  }

  /// Tells it to finish what runs and to begin nothing more.
  func drain() { draining.withLock { $0 = true } }

  private var isDraining: Bool { draining.withLock { $0 } }
  var runningCount: Int { running.withLock { $0.count } }

  func cancellation(of token: Int64) -> Cancellation? { running.withLock { $0[token]?.cancelled } }

  // MARK: The loop

  private func run(_ thread: SimulatedThread) async throws(LedgerError) {
    let key = Self.key(name, stage.scenario.seed)
    try await persist(thread) { () throws(LedgerError) in try await introduce(key) }
    try await persist(thread) { () throws(LedgerError) in
      try await register("running", key)
    }
    thread.note("runs")
    try await persist(thread) { () throws(LedgerError) in try await undo(nil, thread) }
    stage.spawn("\(name)/keeper", in: process) { thread throws(LedgerError) in
      try await self.keep(thread)
    }
    stage.spawn("\(name)/sealer", in: process) { thread throws(LedgerError) in
      try await self.seal(thread, key)
    }
    while !isDraining {
      try await fill(thread)
      try await thread.sleep(pause(thread, 20...150))
    }
    try await persist(thread) { () throws(LedgerError) in try await register("draining", key) }
    var patience = 20
    while runningCount > 0 {
      if patience == 0 { cancelAll(.shutdown) }
      patience -= 1
      try await thread.sleep(20)
    }
    try await persist(thread) { () throws(LedgerError) in try await register("stopped", key) }
    _ = try? await store.seal(sealer: name, key: key, isLast: true)
    try? await store.endSealing(sealer: name)
    thread.note("has stopped")
    stage.scheduler.kill(process)
  }

  private static func key(_ name: String, _ seed: UInt64) -> SealingKey {
    var chance = Chance(seed: seed, branch: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
    let bytes = (0..<32).map { _ in UInt8(chance.number(0...255)) }
    return SealingKey(seed: bytes) ?? SealingKey()
  }

  private func introduce(_ key: SealingKey) async throws(LedgerError) {
    let known = try await store.identities()
    guard !known.contains(where: { $0.publicKey == key.publicKey }) else { return }
    let identity = try NewIdentity(
      worker: "key of \(name)",
      publicKey: key.publicKey,
      database: try await store.databaseID(),
      ledgerKey: Self.key("ledger", stage.scenario.seed)
    )
    do throws(LedgerError) { _ = try await store.add(identity, actor: name) } catch {
      // Another one of the same name was quicker.
      guard error.code == .refused else { throw error }
    }
  }

  private func register(_ state: String, _ key: SealingKey) async throws(LedgerError) {
    var record = WorkerRecord(
      name: name,
      pid: Int32(process),
      host: "h",
      concurrency: stage.scenario.concurrency,
      publicKey: key.publicKey
    )
    record.state = state
    do throws(LedgerError) { try await store.register(record) } catch {
      // One of the same name has stopped meanwhile, or goes on.
      guard error.code == .refused else { throw error }
    }
  }

  /// Begins as many attempts as there are free places and goals for them.
  private func fill(_ thread: SimulatedThread) async throws(LedgerError) {
    do throws(LedgerError) {
      while try await store.tidy() == .more {}
      let free = stage.scenario.concurrency - runningCount
      guard free > 0 else { return }
      var claims = try await store.takeOver(limit: free, worker: name, lease: stage.scenario.lease)
      begin(claims, thread)
      if claims.count < free {
        claims = try await store.claim(
          limit: free - claims.count,
          worker: name,
          lease: stage.scenario.lease
        )
        begin(claims, thread)
      }
    } catch  where error.code == .busy {
      thread.note("is kept waiting")
      stage.world.count("busy")
    }
  }

  private func begin(_ claims: [Claim], _ thread: SimulatedThread) {
    for claim in claims {
      let (goal, attempt, token) = (claim.goal.id, claim.attempt.id, claim.token)
      let verb = claim.isTakenOver ? "takes over" : "claims"
      thread.note("\(verb) goal \(goal), attempt \(attempt), token \(token)")
      stage.world.count(claim.isTakenOver ? "take-overs" : "claims")
      stage.world.gave(token, attempt: attempt, goal: goal)
      running.withLock { $0[token] = Running(claim: claim) }
      let earlier = running.withLock { running in
        running.filter { $0.value.claim.attempt.id == attempt && $0.key < token }.map(\.key)
      }
      for token in earlier { cancel(token, .leaseLost) }
      stage.spawn("\(name)/\(token)", in: process) { thread throws(LedgerError) in
        // What runs under an earlier lease of the same attempt ends first.
        while earlier.contains(where: { token in self.running.withLock { $0[token] != nil } }) {
          try await thread.sleep(5)
        }
        let attempt = SimulatedAttempt(worker: self, claim: claim, thread: thread)
        try await attempt.run()
        self.running.withLock { _ = $0.removeValue(forKey: token) }
      }
    }
  }

  // MARK: Its other threads

  private func keep(_ thread: SimulatedThread) async throws(LedgerError) {
    let lease = stage.scenario.lease
    var heldSince = stage.scheduler.time
    while true {
      try await thread.sleep(max(10, lease / 8))
      let claims = running.withLock { $0.sorted { $0.key < $1.key }.map(\.value.claim) }
      guard !claims.isEmpty else {
        heldSince = stage.scheduler.time
        try await thread.sleep(pause(thread, 0...0))
        continue
      }
      let asked = stage.scheduler.time
      do throws(LedgerError) {
        let standings = try await store.extend(claims, lease: lease)
        heldSince = asked
        for (claim, standing) in zip(claims, standings) where standing != .held {
          thread.note("token \(claim.token) is \(standing)")
          cancel(claim.token, standing == .lost ? .leaseLost : .abandoned)
        }
      } catch  where error.code == .busy {
        if stage.scheduler.time - heldSince > lease { cancelAll(.leaseLost) }
      }
    }
  }

  private func seal(_ thread: SimulatedThread, _ key: SealingKey) async throws(LedgerError) {
    while true {
      try await thread.sleep(pause(thread, 20...120))
      do throws(LedgerError) {
        let count = try await store.seal(sealer: name, key: key)
        if count > 0 { thread.note("seals \(count)") }
      } catch  where error.code == .busy || error.code == .refused {
        // Refused where the clock was set back between the hashing and the insertion.
        thread.note("cannot seal: \(error.message)")
      }
    }
  }

  /// How long to wait before looking again: longer the longer nothing has gone wrong, since then it
  /// is leases far in the future that are waited for.
  private func pause(_ thread: SimulatedThread, _ range: ClosedRange<Int>) -> Int64 {
    let calm = max(0, stage.scheduler.time - stage.scenario.trouble)
    return Int64(thread.number(range)) + calm / 20
  }

  private func cancel(_ token: Int64, _ reason: Cancellation) {
    running.withLock { running in
      guard running[token]?.cancelled == nil else { return }
      running[token]?.cancelled = reason
    }
  }

  private func cancelAll(_ reason: Cancellation) {
    for token in running.withLock({ $0.keys.sorted() }) { cancel(token, reason) }
  }

  // MARK: What the worker and its attempts do alike

  /// Rolls back what attempts left that a client gave back after their lease had run out.
  func undo(_ goal: Int64?, _ thread: SimulatedThread) async throws(LedgerError) {
    guard stage.scenario.mutation != .noUndoing else { return }
    for attempt in try await store.attemptsToUndo(of: goal) {
      try await store.recordUndone(attempt.id)
      thread.note("rolls back attempt \(attempt.id)")
    }
  }

  /// Does what must be done, however long others keep the database locked.
  func persist<T: Sendable>(
    _ thread: SimulatedThread,
    _ body: () async throws(LedgerError) -> T
  ) async throws(LedgerError) -> T {
    while true {
      do throws(LedgerError) { return try await body() } catch  where error.code == .busy {
        stage.world.count("busy")
        try await thread.sleep(Int64(thread.number(5...40)))
      }
    }
  }
}
