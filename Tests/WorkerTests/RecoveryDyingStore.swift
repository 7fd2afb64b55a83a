import GoalLedger
import Synchronization

/// A store under a worker that dies: at one chosen call, before or after it, the worker's last word
/// is spoken. From then on every call fails as one under a lost lease does, so that the worker
/// neither writes nor undoes anything more, exactly as if it had been killed there.
final class DyingStore: GoalStore {
  /// A call at which a worker can die.
  enum Call: Sendable, Equatable {
    case recordPlan, openBranch, endAttempt
    case started(Int)
    case ended(Int)
  }

  /// Before the call has any effect, or after its transaction.
  enum Moment: Sendable, Equatable {
    case before(Call)
    case after(Call)
  }

  private let store: SQLiteGoalStore
  private let moment: Moment
  /// What happens once, after a call's transaction, without this worker's doing.
  private let incident: Mutex<(call: Call, body: @Sendable () throws -> Void)?>
  private let dead = Mutex(false)
  private let looked = Mutex(0)

  /// How often somebody has looked whether anything has changed.
  var looks: Int { looked.withLock { $0 } }

  var isDead: Bool { dead.withLock { $0 } }

  init(_ store: SQLiteGoalStore, dies moment: Moment) {
    self.store = store
    self.moment = moment
    incident = Mutex(nil)
  }

  /// A store under a worker that lives, and to which something happens after a call.
  init(_ store: SQLiteGoalStore, after call: Call, _ body: @escaping @Sendable () throws -> Void) {
    self.store = store
    moment = .before(.started(.max))
    incident = Mutex((call, body))
  }

  private func die() throws(LedgerError) -> Never {
    dead.withLock { $0 = true }
    throw LedgerError(.leaseLost, "this worker was killed")
  }

  private func pass<T: Sendable>(
    _ calls: [Call] = [],
    _ body: () async throws(LedgerError) -> T
  ) async throws(LedgerError) -> T {
    if isDead || calls.contains(where: { moment == .before($0) }) { try die() }
    let result = try await body()
    if calls.contains(where: { moment == .after($0) }) { try die() }
    let body = incident.withLock { incident -> (@Sendable () throws -> Void)? in
      guard let due = incident, calls.contains(due.call) else { return nil }
      incident = nil
      return due.body
    }
    try? body?()
    return result
  }

  func judgeSignatures(for claim: Claim) async throws(LedgerError) -> SignatureVerdict {
    try await pass { () throws(LedgerError) in try await store.judgeSignatures(for: claim) }
  }

  // MARK: Where a worker can die

  func record(
    _ plan: PlanRecord,
    opening change: ChangeRecord?,
    _ events: [TaskEvent],
    for claim: Claim
  ) async throws(LedgerError) {
    let calls = [.recordPlan] + (change == nil ? [] : [.openBranch]) + calls(of: events)
    try await pass(calls) { () throws(LedgerError) in
      try await store.record(plan, opening: change, events, for: claim)
    }
  }

  func open(_ change: ChangeRecord, for claim: Claim) async throws(LedgerError) {
    try await pass([.openBranch]) { () throws(LedgerError) in
      try await store.open(change, for: claim)
    }
  }

  func record(_ events: [TaskEvent], for claim: Claim) async throws(LedgerError) {
    try await pass(calls(of: events)) { () throws(LedgerError) in
      try await store.record(events, for: claim)
    }
  }

  private func calls(of events: [TaskEvent]) -> [Call] {
    events.compactMap { event in
      switch event {
      case .started(let number, _): .started(number)
      case .ended(let number, _, _, _): .ended(number)
      case .moved: nil
      }
    }
  }

  func end(
    _ claim: Claim,
    _ end: AttemptEnd,
    change: ChangeRecord?,
    after events: [TaskEvent]
  ) async throws(LedgerError) {
    try await pass([.endAttempt] + calls(of: events)) { () throws(LedgerError) in
      try await store.end(claim, end, change: change, after: events)
    }
  }

  // MARK: Everything else

  func add(_ draft: GoalDraft, actor: String) async throws(LedgerError) -> Goal {
    try await pass { () throws(LedgerError) in try await store.add(draft, actor: actor) }
  }

  func adopt(_ id: Goal.ID, actor: String, reason: String?) async throws(LedgerError) -> Goal {
    try await pass { () throws(LedgerError) in
      try await store.adopt(id, actor: actor, reason: reason)
    }
  }

  func abandon(_ id: Goal.ID, actor: String, reason: String?) async throws(LedgerError) -> Goal {
    try await pass { () throws(LedgerError) in
      try await store.abandon(id, actor: actor, reason: reason)
    }
  }

  func recordRefusal(_ sentence: String, goal: Goal.ID?, actor: String) async throws(LedgerError) {
    try await pass { () throws(LedgerError) in
      try await store.recordRefusal(sentence, goal: goal, actor: actor)
    }
  }

  func goal(_ id: Goal.ID) async throws(LedgerError) -> Goal? {
    try await pass { () throws(LedgerError) in try await store.goal(id) }
  }

  func goals(state: GoalState?, limit: Int) async throws(LedgerError) -> [Goal] {
    try await pass { () throws(LedgerError) in try await store.goals(state: state, limit: limit) }
  }

  func attempts(of goal: Goal.ID) async throws(LedgerError) -> [Attempt] {
    try await pass { () throws(LedgerError) in try await store.attempts(of: goal) }
  }

  func tasks(of attempt: Attempt.ID) async throws(LedgerError) -> [TaskRecord] {
    try await pass { () throws(LedgerError) in try await store.tasks(of: attempt) }
  }

  func runs(of attempt: Attempt.ID) async throws(LedgerError) -> [Int: [TaskRunRecord]] {
    try await pass { () throws(LedgerError) in try await store.runs(of: attempt) }
  }

  func plan(_ id: Int64) async throws(LedgerError) -> String? {
    try await pass { () throws(LedgerError) in try await store.plan(id) }
  }

  func change(of attempt: Attempt.ID) async throws(LedgerError) -> ChangeRecord? {
    try await pass { () throws(LedgerError) in try await store.change(of: attempt) }
  }

  func entries(
    goal: Goal.ID?,
    after seq: Int64,
    limit: Int
  ) async throws(LedgerError) -> [LedgerEntry] {
    try await pass { () throws(LedgerError) in
      try await store.entries(goal: goal, after: seq, limit: limit)
    }
  }

  func activeBeliefs() async throws(LedgerError) -> [String] {
    try await pass { () throws(LedgerError) in try await store.activeBeliefs() }
  }

  func obstacle(to goal: Goal.ID) async throws(LedgerError) -> String? {
    try await pass { () throws(LedgerError) in try await store.obstacle(to: goal) }
  }

  func unfinishedCount() async throws(LedgerError) -> Int {
    try await pass { () throws(LedgerError) in try await store.unfinishedCount() }
  }

  var logFile: String? { store.logFile }

  func changeCounter() async throws(LedgerError) -> Int64 {
    looked.withLock { $0 += 1 }
    return try await pass { () throws(LedgerError) in try await store.changeCounter() }
  }

  func databaseID() async throws(LedgerError) -> String {
    try await pass { () throws(LedgerError) in try await store.databaseID() }
  }

  func register(_ worker: WorkerRecord) async throws(LedgerError) {
    try await pass { () throws(LedgerError) in try await store.register(worker) }
  }

  func claim(limit: Int, worker: String, lease: Int64) async throws(LedgerError) -> [Claim] {
    try await pass { () throws(LedgerError) in
      try await store.claim(limit: limit, worker: worker, lease: lease)
    }
  }

  func claim(goal: Goal.ID, worker: String, lease: Int64) async throws(LedgerError) -> Claim? {
    try await pass { () throws(LedgerError) in
      try await store.claim(goal: goal, worker: worker, lease: lease)
    }
  }

  func takeOver(limit: Int, worker: String, lease: Int64) async throws(LedgerError) -> [Claim] {
    try await pass { () throws(LedgerError) in
      try await store.takeOver(limit: limit, worker: worker, lease: lease)
    }
  }

  func takeOver(goal: Goal.ID, worker: String, lease: Int64) async throws(LedgerError) -> Claim? {
    try await pass { () throws(LedgerError) in
      try await store.takeOver(goal: goal, worker: worker, lease: lease)
    }
  }

  func extend(_ claims: [Claim], lease: Int64) async throws(LedgerError) -> [LeaseStanding] {
    try await pass { () throws(LedgerError) in try await store.extend(claims, lease: lease) }
  }

  func attemptsToUndo(of goal: Goal.ID?) async throws(LedgerError) -> [Attempt] {
    try await pass { () throws(LedgerError) in try await store.attemptsToUndo(of: goal) }
  }

  func recordUndone(_ attempt: Attempt.ID) async throws(LedgerError) {
    try await pass { () throws(LedgerError) in try await store.recordUndone(attempt) }
  }

  func shortenLog() async throws(LedgerError) -> LogStanding? {
    try await pass { () throws(LedgerError) in try await store.shortenLog() }
  }

  func tidy() async throws(LedgerError) -> TidyStep {
    try await pass { () throws(LedgerError) in try await store.tidy() }
  }

  func nextDue() async throws(LedgerError) -> Int64? {
    try await pass { () throws(LedgerError) in try await store.nextDue() }
  }

  func openAttempts() async throws(LedgerError) -> [Attempt] {
    try await pass { () throws(LedgerError) in try await store.openAttempts() }
  }

  func breakers() async throws(LedgerError) -> [BreakerRecord] {
    try await pass { () throws(LedgerError) in try await store.breakers() }
  }

  func save(_ breaker: BreakerRecord, actor: String) async throws(LedgerError) {
    try await pass { () throws(LedgerError) in try await store.save(breaker, actor: actor) }
  }

  func seal(sealer: String, key: SealingKey, isLast: Bool) async throws(LedgerError) -> Int {
    try await pass { () throws(LedgerError) in
      try await store.seal(sealer: sealer, key: key, isLast: isLast)
    }
  }

  func identities() async throws(LedgerError) -> [Identity] {
    try await pass { () throws(LedgerError) in try await store.identities() }
  }

  func add(_ identity: NewIdentity, actor: String) async throws(LedgerError) -> Identity {
    try await pass { () throws(LedgerError) in try await store.add(identity, actor: actor) }
  }

  func revoke(
    identity: Identity.ID,
    actor: String,
    reason: String?
  ) async throws(LedgerError) -> Identity {
    try await pass { () throws(LedgerError) in
      try await store.revoke(identity: identity, actor: actor, reason: reason)
    }
  }

  func endSealing(sealer: String) async throws(LedgerError) {
    try await pass { () throws(LedgerError) in try await store.endSealing(sealer: sealer) }
  }

  func treeHead(size: Int64?) async throws(LedgerError) -> TreeHead {
    try await pass { () throws(LedgerError) in try await store.treeHead(size: size) }
  }

  func proveEntry(_ seq: Int64, key: SealingKey) async throws(LedgerError) -> EntryProof {
    try await pass { () throws(LedgerError) in try await store.proveEntry(seq, key: key) }
  }

  func proveConsistency(
    from old: Int64,
    to size: Int64,
    key: SealingKey
  ) async throws(LedgerError) -> ConsistencyProof {
    try await pass { () throws(LedgerError) in
      try await store.proveConsistency(from: old, to: size, key: key)
    }
  }

  func verify(_ demands: VerificationDemands) async throws(LedgerError) -> Verification {
    try await pass { () throws(LedgerError) in try await store.verify(demands) }
  }
}
