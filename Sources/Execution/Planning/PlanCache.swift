// Plans that were found before: the same task over the same objects and facts has the same plan, so it
// is searched for, verified and deordered once. What files, commands and beliefs the symbols stand
// for is no part of the key: goals of the same shape share a plan.
//
// What must stay true: whatever a plan depends on is in the key, or the same for the planner's whole
// life; only plans that the verifier has accepted are kept; the number kept is bounded.

import Crypto
import GoalLedger
import HTN
import Synchronization

/// The plans a planner has found, the least recently used one dropped first.
final class PlanCache: Sendable {
  /// A plan with all that follows from it alone.
  struct Entry: Sendable {
    let problem: Problem
    let plan: Plan
    /// Pairs of step ids, the earlier one first: the orderings that matter.
    let orderings: [(Int, Int)]
    let body: PlanBody
    /// Decompositions and actions that the search tried.
    let nodes: Int
  }

  private struct State {
    var entries: [String: (entry: Entry, lastUse: UInt64)] = [:]
    var uses: UInt64 = 0
  }

  private let capacity: Int
  private let state = Mutex(State())

  /// A cache of at most `capacity` plans, at least 1.
  init(capacity: Int = 256) { self.capacity = max(1, capacity) }

  /// What a plan is kept under: the SHA-256 of all that it depends on.
  static func key(task: String, _ facts: GoalFacts) -> String {
    var text = "\(task)\n"
    for object in facts.objects { text += "\(object.name) - \(object.type)\n" }
    for fact in facts.facts { text += "\(fact)\n" }
    return hexadecimal(SHA256.hash(data: Array(text.utf8)))
  }

  /// The plan of a key, where it was found before.
  func entry(_ key: String) -> Entry? {
    state.withLock { state in
      state.uses += 1
      state.entries[key]?.lastUse = state.uses
      return state.entries[key]?.entry
    }
  }

  /// Keeps a plan.
  func keep(_ entry: Entry, as key: String) {
    state.withLock { state in
      if state.entries.count >= capacity, state.entries[key] == nil,
        let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
      {
        state.entries.removeValue(forKey: oldest)
      }
      state.uses += 1
      state.entries[key] = (entry, state.uses)
    }
  }
}
