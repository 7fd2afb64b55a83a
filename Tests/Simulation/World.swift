import GoalLedger
import Synchronization

/// What really happened in a simulation, told by those who did it and kept apart from the database:
/// who was given which lease, what was done under it, and what is wrong.
///
/// What must stay true: nothing here is read from the tables that it is compared with.
final class World: Sendable {
  /// Something that a worker did in an attempt's workspace, once and for good.
  struct Effect: Sendable {
    let goal: Int64, attempt: Int64, task: Int, token: Int64, number: Int
  }

  private struct State {
    /// The token of each open attempt's latest lease.
    var leases: [Int64: Int64] = [:]
    var attemptOf: [Int64: Int64] = [:]
    /// How many effects there were when a lease was given.
    var effectsAt: [Int64: Int] = [:]
    /// Effects by the commit that holds them.
    var effects: [String: Effect] = [:]
    var commits: [Int64: [Int: String]] = [:]
    var recorded: Set<String> = []
    var goals: Set<Int64> = []
    var violation: String?
    var counts: [String: Int] = [:]
  }

  private let state = Mutex(State())

  // MARK: What is wrong

  /// The first thing that is not as it must be.
  var violation: String? { state.withLock { $0.violation } }

  func violate(_ sentence: String) {
    state.withLock { if $0.violation == nil { $0.violation = sentence } }
  }

  /// Counts something worth knowing about a run.
  func count(_ what: String) { state.withLock { $0.counts[what, default: 0] += 1 } }

  var counts: [String: Int] { state.withLock { $0.counts } }

  // MARK: Goals

  func born(_ goal: Int64) { state.withLock { _ = $0.goals.insert(goal) } }

  var goals: [Int64] { state.withLock { $0.goals.sorted() } }

  // MARK: Leases

  /// A lease was given: by a claim, or by a take-over.
  func gave(_ token: Int64, attempt: Int64, goal: Int64) {
    state.withLock { state in
      if let open = state.attemptOf[goal], open != attempt, state.violation == nil {
        state.violation = "goal \(goal) was claimed while its attempt \(open) is open"
      }
      if let latest = state.leases.values.max(), token <= latest, state.violation == nil {
        state.violation = "token \(token) was given after token \(latest)"
      }
      state.attemptOf[goal] = attempt
      state.leases[attempt] = token
      state.effectsAt[token] = state.effects.count
    }
  }

  /// A write under a lease was accepted.
  func accepted(_ what: String, token: Int64, attempt: Int64) {
    state.withLock { state in
      guard state.leases[attempt] != token, state.violation == nil else { return }
      let latest = state.leases[attempt].map { "the lease is \($0)" } ?? "the attempt is over"
      state.violation =
        "a write of a stale lease was accepted: \(what) of attempt \(attempt) under token \(token), "
        + "and \(latest)"
    }
  }

  /// A goal's attempt is over.
  func ended(goal: Int64) {
    state.withLock { state in
      guard let attempt = state.attemptOf.removeValue(forKey: goal) else { return }
      state.leases.removeValue(forKey: attempt)
    }
  }

  /// The open attempts and their tokens, in order.
  var openLeases: [String] {
    state.withLock { $0.leases.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" } }
  }

  // MARK: Effects

  /// Does a task's work: its commit.
  func perform(_ claim: (goal: Int64, attempt: Int64, token: Int64), task: Int) -> String {
    state.withLock { state in
      let number = state.effects.count
      let commit = String(0xabc_0000 + number, radix: 16)
      state.effects[commit] = Effect(
        goal: claim.goal,
        attempt: claim.attempt,
        task: task,
        token: claim.token,
        number: number
      )
      // Who works on under a lease that is lost works beside the branch: what the next holder finds
      // there is what was there when it looked.
      if state.leases[claim.attempt] == claim.token {
        state.commits[claim.attempt, default: [:]][task] = commit
      }
      return commit
    }
  }

  /// The commit that an earlier holder has left for a task.
  func commit(of attempt: Int64, task: Int) -> String? {
    state.withLock { $0.commits[attempt]?[task] }
  }

  /// A task's success is on record, with its commit, under a token.
  func recorded(_ commit: String, token: Int64, attempt: Int64, task: Int) {
    state.withLock { state in
      guard state.violation == nil else { return }
      guard let effect = state.effects[commit], effect.attempt == attempt, effect.task == task
      else {
        state.violation =
          "task \(task) of attempt \(attempt) has commit \(commit), which is not its"
        return
      }
      if !state.recorded.insert(commit).inserted {
        state.violation = "commit \(commit) is on record twice"
      } else if effect.token > token {
        state.violation = "commit \(commit) of token \(effect.token) is recorded under \(token)"
      } else if effect.token < token, effect.number >= state.effectsAt[token] ?? 0 {
        state.violation = "an effect of stale token \(effect.token) counts as recorded: \(commit)"
      }
    }
  }

  /// The effect behind a commit.
  func effect(_ commit: String) -> Effect? { state.withLock { $0.effects[commit] } }
}
