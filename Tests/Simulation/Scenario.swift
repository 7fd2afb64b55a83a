/// What a seed decides before anything happens: who takes part, and how rough it gets.
struct Scenario: Sendable {
  let seed: UInt64
  /// A lease, in milliseconds.
  let lease: Int64
  let workers: Int
  let sqlWorkers: Int
  let clients: Int
  let concurrency: Int
  /// How many goals there may be at most.
  let goals: Int
  /// How long things go wrong, in milliseconds.
  let trouble: Int64
  /// Percent of tries that fail.
  let failures: Int
  /// Whether the wall clock jumps.
  let jumps: Bool
  let mutation: Mutation?

  init(seed: UInt64, mutation: Mutation? = nil) {
    var chance = Chance(seed: seed, branch: 1 << 32)
    self.seed = seed
    self.mutation = mutation
    lease = Int64(chance.pick([100, 200, 400]))
    workers = chance.number(2...3)
    // A mutant of the schema shows itself to whoever does without our code alone.
    sqlWorkers = chance.number(mutation == nil ? 0...1 : 1...2)
    clients = chance.number(1...3)
    concurrency = chance.number(1...3)
    goals = chance.number(10...20)
    trouble = Int64(chance.number(1_500...3_500))
    failures = chance.pick([5, 20, 40])
    jumps = chance.happens(50)
  }
}

/// A rule that is taken out, so that a simulation can show that it notices.
public enum Mutation: String, Sendable, CaseIterable {
  /// Goals take the end of an attempt from anybody.
  case unguardedEnds
  /// A worker that has lost its lease looks up the new token, and goes on with that.
  case stolenTokens
  /// Leases are taken over before they have expired.
  case earlyTakeOvers
  /// A task's transitions are not on the ledger.
  case silentTasks
  /// Nobody rolls back the change of an attempt whose goal was given back.
  case noUndoing
  /// A worker's goal that failed for the last time is given back to be tried again.
  case endlessAttempts
}
