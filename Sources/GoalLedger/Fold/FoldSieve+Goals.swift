// What entries say of goals: their state, attempts and version, and what was asked.
//
// What must stay true: as in goal_ends, goal_versions and goal_words of fold.sql.

/// What is asked of a goal, by the names that entries have for it.
enum GoalWords {
  /// In the order in which births say it, which is how the next one is found at once.
  static let names = [
    "text", "task", "context", "workspace", "category", "source", "success_metrics", "metadata",
    "timeout_ms", "max_attempts", "idempotency_key", "retry_at", "value", "effort", "risk",
    "not_before", "deadline", "aligns_with", "contradicts",
  ]
  fileprivate static let bytes = names.map { Array($0.utf8) }
  fileprivate static let attempts = Array("attempts".utf8)
  fileprivate static let result = Array("result".utf8)
  fileprivate static let new = DetailKeys("new")
}

extension FoldSieve {
  mutating func takeGoal(_ entry: FoldedEntry, _ bytes: [UInt8]) throws(Unusual) {
    guard let goal = entry.goal, let version = entry.version, version > 0 else { throw Unusual() }
    let slot = goals.slot(of: goal)
    goals[slot + 1] = max(goals[slot + 1], UInt64(version))
    let attempts = try takeWords(entry, slot + 2, bytes)
    guard let state = entry.toState else { return }
    var digest = key.begin()
    digest.add(text: state, of: bytes)
    digest.add(try JSONToken.integer(attempts, bytes) ?? 0)
    goals[slot] = digest.value
  }

  /// Keeps what is asked, and returns what the entry says of attempts.
  private mutating func takeWords(
    _ entry: FoldedEntry,
    _ slot: Int,
    _ bytes: [UInt8]
  ) throws(Unusual) -> JSONToken? {
    guard let detail = entry.detail else { return nil }
    var scanner = DetailScanner(bytes, detail)
    var attempts: JSONToken?
    var (next, said) = (0, 0 as UInt32)
    try scanner.members { (name, token) throws(Unusual) in
      if bytes.holds(GoalWords.attempts, at: name) {
        guard attempts == nil else { throw Unusual() }
        attempts = token
        return
      }
      if bytes.holds(GoalWords.result, at: name) { return }
      let count = GoalWords.bytes.count
      var tried = 0
      while !bytes.holds(GoalWords.bytes[next], at: name) {
        tried += 1
        next = next + 1 == count ? 0 : next + 1
        // What nobody asks for.
        guard tried < count else { throw Unusual() }
      }
      guard said & (1 << UInt32(next)) == 0 else { throw Unusual() }
      said |= 1 << UInt32(next)
      var digest = key.begin()
      if token.kind == .object {
        // An amendment: old and new.
        guard let new = try GoalWords.new.values(bytes, token.range)[0] else { throw Unusual() }
        try digest.add(new, of: bytes)
      } else {
        try digest.add(token, of: bytes)
      }
      goals[slot + next] = digest.value
      next = next + 1 == count ? 0 : next + 1
    }
    return attempts
  }
}
