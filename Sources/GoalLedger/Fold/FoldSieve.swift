// The fold as one pass over the ledger and one over the tables: whether Schema/audit/fold.sql would
// find nothing. What it would find, should it find anything, is left to it.
//
// The entries are taken in their order; of each subject what was said last is kept, as digests. Then
// every live row must be just what was said of its subject, and every subject must have its row. The
// rules are those of fold.sql, one for one; where an entry is anything but what the schema's triggers
// write, the sieve does not decide: it calls the ledger unusual, and fold.sql is run.
//
// What must stay true: where the sieve agrees, fold.sql finds nothing. The other way round is but a
// matter of time: what fold.sql allows and the triggers never write costs its run.

struct FoldSieve {
  let key = DigestKey()
  /// In an archive, its goals: what belongs to no goal is elsewhere.
  let archivedGoals: Set<Int64>?

  /// State and attempts; version; the words of `GoalWords` in their order.
  var goals = SubjectTable(width: 2 + GoalWords.names.count)
  /// Goal and state; lease; plan.
  var attempts = SubjectTable(width: 3)
  /// Where it belongs, state and commit; what it is; tries.
  var tasks = SubjectTable(width: 3)
  /// By the attempt.
  var changes = SubjectTable(width: 1)
  var signatures = SubjectTable(width: 1)
  /// Whether a dependency was there last.
  var edges: [Edge: Bool] = [:]
  /// What there are few of: beliefs, weights, breakers, workers, identities, archives.
  var others: [OtherKey: Said] = [:]

  /// Whether all that was taken can be decided here.
  private(set) var isUsual = true
  /// The first and last entry taken, and how many.
  private(set) var range: (first: Int64, last: Int64)?
  private(set) var count: Int64 = 0

  struct Edge: Hashable { let goal, dependsOn: Int64 }

  enum Other: UInt8 { case belief, weight, breaker, worker, identity, archive }

  /// A subject of which there are few; its name as two digests.
  struct OtherKey: Hashable {
    let kind: Other
    let name: [UInt64]
  }

  /// What was said of such a subject.
  struct Said {
    var last: UInt64 = 0
    var birth: UInt64 = 0
    /// Whether a live row must say so, too.
    var isLive = true
  }

  init(archivedGoals: Set<Int64>?) { self.archivedGoals = archivedGoals }

  /// Leaves everything to SQL.
  mutating func giveUp() { isUsual = false }

  /// Takes the next entries; those that it has had already are passed over.
  mutating func take(_ batch: EntryBatch) {
    guard isUsual else { return }
    do throws(Unusual) {
      let bytes = batch.bytes
      var start = 0
      for end in batch.ends {
        try take(try FoldedEntry(bytes, at: start), bytes)
        start = end
      }
    } catch {
      isUsual = false
    }
  }

  private mutating func take(_ entry: FoldedEntry, _ bytes: [UInt8]) throws(Unusual) {
    if let range, entry.seq <= range.last { return }
    range = (range?.first ?? entry.seq, entry.seq)
    count += 1
    if let archivedGoals {
      guard let goal = entry.goal, archivedGoals.contains(goal) else { return }
    }
    // GLOB would see no further than a NUL byte.
    guard !bytes[entry.event].contains(0) else { throw Unusual() }
    switch Event(bytes, entry.event) {
    case .goal: try takeGoal(entry, bytes)
    case .attempt: try takeAttempt(entry, bytes)
    case .plan: try takePlan(entry, bytes)
    case .task: try takeTask(entry, bytes)
    case .change: try takeChange(entry, bytes)
    case .signature: try takeSignature(entry, bytes)
    case .dependency: try takeDependency(entry, bytes)
    case .other(let kind): try takeOther(kind, entry, bytes)
    case .none: break
    }
  }
}

/// What an entry's event is about.
enum Event {
  case goal, attempt, plan, task, change, signature, dependency
  case other(FoldSieve.Other)
  case none

  private static let kinds: [([UInt8], Event)] = [
    (Array("goal.".utf8), .goal), (Array("attempt.".utf8), .attempt),
    (Array("task.".utf8), .task), (Array("change.".utf8), .change),
    (Array("signature.".utf8), .signature), (Array("dependency.".utf8), .dependency),
    (Array("belief.".utf8), .other(.belief)), (Array("weight.".utf8), .other(.weight)),
    (Array("breaker.".utf8), .other(.breaker)), (Array("worker.".utf8), .other(.worker)),
    (Array("identity.".utf8), .other(.identity)), (Array("archive.".utf8), .other(.archive)),
  ]
  private static let planMade = Array("plan.made".utf8)

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    for (prefix, kind) in Self.kinds
    where range.count >= prefix.count
      && bytes.holds(prefix, at: range.lowerBound..<range.lowerBound + prefix.count)
    {
      self = kind
      return
    }
    self = bytes.holds(Self.planMade, at: range) ? .plan : .none
  }
}
