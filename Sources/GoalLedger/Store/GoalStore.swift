/// The store's operations, in the words of the domain. Nothing above this target speaks SQL; a
/// store on another database is a second conformer, and runs the same conformance suite.
///
/// What must stay true: an operation happens whole or not at all; when it returns, it is durable;
/// whatever happens to a goal is on the ledger in the same transaction.
public protocol GoalStore: Sendable {
  // MARK: Asking

  /// Inserts a goal.
  func add(_ draft: GoalDraft, actor: String) async throws(LedgerError) -> Goal
  /// Moves a goal to `adopted`; from `failed` its attempts start anew.
  func adopt(_ id: Goal.ID, actor: String, reason: String?) async throws(LedgerError) -> Goal
  /// Moves a goal to `abandoned`; where it executes, its worker stops and rolls back.
  func abandon(_ id: Goal.ID, actor: String, reason: String?) async throws(LedgerError) -> Goal
  /// Records that something was refused: a refusal itself changes nothing, so it is its own entry.
  func recordRefusal(
    _ sentence: String,
    goal: Goal.ID?,
    actor: String
  ) async throws(LedgerError)

  // MARK: Reading

  /// A goal, or nil.
  func goal(_ id: Goal.ID) async throws(LedgerError) -> Goal?
  /// Where a goal is that was archived; nil for any other.
  func archived(_ goal: Goal.ID) async throws(LedgerError) -> ArchivedGoal?
  /// Goals by their number, newest first.
  func goals(state: GoalState?, limit: Int) async throws(LedgerError) -> [Goal]
  /// A goal's attempts, first to last.
  func attempts(of goal: Goal.ID) async throws(LedgerError) -> [Attempt]
  /// An attempt's tasks by number.
  func tasks(of attempt: Attempt.ID) async throws(LedgerError) -> [TaskRecord]
  /// An attempt's tries by task number, first to last.
  func runs(of attempt: Attempt.ID) async throws(LedgerError) -> [Int: [TaskRunRecord]]
  /// A plan's body, JSON.
  func plan(_ id: Int64) async throws(LedgerError) -> String?
  /// What an attempt did to its workspace, where it did anything.
  func change(of attempt: Attempt.ID) async throws(LedgerError) -> ChangeRecord?
  /// Entries after `seq`, in order, of one goal or of all.
  func entries(
    goal: Goal.ID?,
    after seq: Int64,
    limit: Int
  ) async throws(LedgerError) -> [LedgerEntry]
  /// Names of the active beliefs that have one.
  func activeBeliefs() async throws(LedgerError) -> [String]
  /// Why a goal is not claimable now, as a sentence; nil where it is.
  func obstacle(to goal: Goal.ID) async throws(LedgerError) -> String?
  /// How many goals a worker still has to do with: executing, claimable, or waiting to be retried.
  /// Goals that wait for a later time of the asker's, or for another goal, are not among them. Of each
  /// kind it counts to a hundred and no further: whoever asks wants to know whether it is none.
  func unfinishedCount() async throws(LedgerError) -> Int
  /// A file that is written to whenever somebody commits a change; nil where there is none.
  var logFile: String? { get }
  /// A number that changes when anybody has committed a change to the database.
  func changeCounter() async throws(LedgerError) -> Int64
  /// The database's own identity: 32 hexadecimal digits, the same for its whole life.
  func databaseID() async throws(LedgerError) -> String

  // MARK: Working

  /// Registers a worker, or changes its state: `running`, `draining`, `stopped`.
  func register(_ worker: WorkerRecord) async throws(LedgerError)
  /// Claims up to `limit` goals for `lease` milliseconds each, best first.
  func claim(limit: Int, worker: String, lease: Int64) async throws(LedgerError) -> [Claim]
  /// Claims one goal, whatever its place in the queue; nil where it is not claimable.
  func claim(goal: Goal.ID, worker: String, lease: Int64) async throws(LedgerError) -> Claim?
  /// Takes over up to `limit` attempts whose lease has expired.
  func takeOver(limit: Int, worker: String, lease: Int64) async throws(LedgerError) -> [Claim]
  /// Takes over a goal's attempt if its lease has expired; nil where it has none such.
  func takeOver(goal: Goal.ID, worker: String, lease: Int64) async throws(LedgerError) -> Claim?
  /// Gives leases `lease` more milliseconds from now, and says how each stands. Leases with more
  /// than half of that left are read and not written.
  func extend(_ claims: [Claim], lease: Int64) async throws(LedgerError) -> [LeaseStanding]
  /// Judges the signatures of a goal's requests, and enters a finding on each that has none yet.
  func judgeSignatures(for claim: Claim) async throws(LedgerError) -> SignatureVerdict
  /// Records an attempt's plan and its tasks; with it, in one transaction, that it is to have a
  /// branch, and what happened to its tasks first.
  func record(
    _ plan: PlanRecord,
    opening change: ChangeRecord?,
    _ events: [TaskEvent],
    for claim: Claim
  ) async throws(LedgerError)
  /// Records what happened to an attempt's tasks.
  func record(_ events: [TaskEvent], for claim: Claim) async throws(LedgerError)
  /// Records that the attempt has a branch, before the branch is made.
  func open(_ change: ChangeRecord, for claim: Claim) async throws(LedgerError)
  /// Ends an attempt: what happened to its tasks last, the change's last state, the goal's transition
  /// and the ledger in one transaction.
  func end(
    _ claim: Claim,
    _ end: AttemptEnd,
    change: ChangeRecord?,
    after events: [TaskEvent]
  ) async throws(LedgerError)
  /// Attempts, of one goal or of all, whose lease ran out before a client gave the goal back to the
  /// queue, and whose change nobody has rolled back yet.
  func attemptsToUndo(of goal: Goal.ID?) async throws(LedgerError) -> [Attempt]
  /// Records that the change of such an attempt is rolled back.
  func recordUndone(_ attempt: Attempt.ID) async throws(LedgerError)
  /// Shortens the database's log of what was written lately, where anything was since the last time,
  /// and says what came of it and who was in the way; nil where there was nothing to do.
  func shortenLog() async throws(LedgerError) -> LogStanding?
  /// Promotes due goals, releases dependents and rescores, in one small batch.
  func tidy() async throws(LedgerError) -> TidyStep
  /// When the next waiting goal or lease is due, in milliseconds from now; nil where none waits.
  func nextDue() async throws(LedgerError) -> Int64?
  /// Attempts that are open, whoever holds them.
  func openAttempts() async throws(LedgerError) -> [Attempt]
  /// The circuit breakers.
  func breakers() async throws(LedgerError) -> [BreakerRecord]
  /// Saves a circuit breaker.
  func save(_ breaker: BreakerRecord, actor: String) async throws(LedgerError)

  // MARK: Identity

  /// Whose keys are whose, in the order in which they were added; revoked ones, too.
  func identities() async throws(LedgerError) -> [Identity]
  /// Adds an identity.
  /// - throws: `refused` where its key stands for another one, or its name is a live one's.
  func add(_ identity: NewIdentity, actor: String) async throws(LedgerError) -> Identity
  /// Revokes an identity: from now on its key proves nothing.
  /// - throws: `refused` where it was revoked before.
  func revoke(
    identity: Identity.ID,
    actor: String,
    reason: String?
  ) async throws(LedgerError) -> Identity

  // MARK: Proving

  /// Seals every ledger entry that is not sealed yet, signed with `key`; how many those were. One
  /// sealer at a time does: who has sealed keeps the others away for a second, but for one that seals
  /// for the last time.
  @discardableResult
  func seal(sealer: String, key: SealingKey, isLast: Bool) async throws(LedgerError) -> Int
  /// Lets other sealers seal at once.
  func endSealing(sealer: String) async throws(LedgerError)
  /// The head of the tree over the sealed entries; with a size, as it was when it had that many.
  func treeHead(size: Int64?) async throws(LedgerError) -> TreeHead
  /// Proves that an entry is on the ledger, to whoever trusts `key`.
  func proveEntry(_ seq: Int64, key: SealingKey) async throws(LedgerError) -> EntryProof
  /// Proves that the ledger of `size` entries begins with that of `old`, to whoever trusts `key`.
  func proveConsistency(
    from old: Int64,
    to size: Int64,
    key: SealingKey
  ) async throws(LedgerError) -> ConsistencyProof
  /// Checks the ledger against its seals, and the tables against the ledger; changes nothing.
  func verify(_ demands: VerificationDemands) async throws(LedgerError) -> Verification
}

extension GoalStore {
  /// Seals, as one of several sealers that take turns.
  @discardableResult
  public func seal(sealer: String, key: SealingKey) async throws(LedgerError) -> Int {
    try await seal(sealer: sealer, key: key, isLast: false)
  }

  /// Ends an attempt of whose tasks everything is on record.
  public func end(
    _ claim: Claim,
    _ end: AttemptEnd,
    change: ChangeRecord?
  ) async throws(LedgerError) {
    try await self.end(claim, end, change: change, after: [])
  }
}

/// A worker, as a row of `workers` holds it.
public struct WorkerRecord: Sendable, Hashable {
  /// The worker's name, distinct for each process.
  public var name: String
  /// Its process.
  public var pid: Int32
  /// The machine it runs on.
  public var host: String
  /// `running`, `draining` or `stopped`.
  public var state: String
  /// How many goals it executes at once.
  public var concurrency: Int
  /// The public key that it seals with, 32 bytes; nil where it has none.
  public var publicKey: [UInt8]?

  /// A worker that is about to run.
  public init(
    name: String,
    pid: Int32,
    host: String,
    concurrency: Int,
    publicKey: [UInt8]? = nil
  ) {
    self.publicKey = publicKey
    self.name = name
    self.pid = pid
    self.host = host
    self.state = "running"
    self.concurrency = concurrency
  }
}

/// A circuit breaker, as a row of `circuit_breakers` holds it.
public struct BreakerRecord: Sendable, Hashable {
  /// The action it guards.
  public var action: String
  /// `closed`, `open` or `half_open`.
  public var state: String
  /// Failures in a row.
  public var failures: Int
  /// When it opened.
  public var openedAt: Timestamp?
  /// When it lets one through again.
  public var retryAt: Timestamp?

  /// A breaker's row.
  public init(
    action: String,
    state: String,
    failures: Int,
    openedAt: Timestamp?,
    retryAt: Timestamp?
  ) {
    self.action = action
    self.state = state
    self.failures = failures
    self.openedAt = openedAt
    self.retryAt = retryAt
  }
}

/// What came of one step of tidying.
public enum TidyStep: Sendable, Hashable {
  /// There was nothing to do, and nothing was written.
  case nothing
  /// Something was done, and nothing is left.
  case done
  /// Something was done, and more is left.
  case more
}
