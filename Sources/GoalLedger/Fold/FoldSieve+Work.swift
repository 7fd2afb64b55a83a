// What entries say of attempts, plans, tasks and changes.
//
// What must stay true: as in attempt_ends, attempt_leases, attempt_plans, task_ends, task_births,
// task_tries and change_ends of fold.sql.

private enum Keys {
  static let lease = DetailKeys("worker", "lease_token")
  static let plan = DetailKeys("plan_id", "digest")
  static let task = DetailKeys("commit", "number", "action", "arguments", "priority", "try")
  static let change = DetailKeys("branch", "head_commit", "tree")
}

/// Words that the rules ask for.
enum FoldWord {
  static let open = Array("open".utf8)
  static let closed = Array("closed".utf8)
  fileprivate static let attemptCarried = Array("attempt.carried".utf8)
  fileprivate static let leases = [
    Array("attempt.open".utf8), Array("attempt.taken_over".utf8), attemptCarried,
  ]
  fileprivate static let births = [Array("task.pending".utf8), Array("task.carried".utf8)]
  fileprivate static let tries = [Array("task.running".utf8), Array("task.carried".utf8)]
  /// The states whose commit is compared.
  fileprivate static let ends = ["succeeded", "failed", "aborted", "cancelled"].map {
    Array($0.utf8)
  }
}

extension [UInt8] {
  fileprivate func holdsOne(of words: [[UInt8]], at range: Range<Int>) -> Bool {
    words.contains { holds($0, at: range) }
  }
}

extension KeyedDigest {
  /// Adds an INTEGER or NULL.
  mutating func add(orNull number: Int64?) {
    if let number { add(number) } else { addNull() }
  }

  /// Adds a TEXT or NULL.
  mutating func add(orNull text: Range<Int>?, of bytes: [UInt8]) {
    if let text { add(text: text, of: bytes) } else { addNull() }
  }
}

extension FoldSieve {
  mutating func takeAttempt(_ entry: FoldedEntry, _ bytes: [UInt8]) throws(Unusual) {
    guard let attempt = entry.attempt else { throw Unusual() }
    let slot = attempts.slot(of: attempt)
    if let state = entry.toState {
      var digest = key.begin()
      digest.add(orNull: entry.goal)
      digest.add(text: state, of: bytes)
      attempts[slot] = digest.value
    }
    if bytes.holdsOne(of: FoldWord.leases, at: entry.event) {
      attempts[slot + 1] = try digest(Keys.lease.values(bytes, entry.detail), bytes)
    }
    if bytes.holds(FoldWord.attemptCarried, at: entry.event) {
      let plan = try Keys.plan.values(bytes, entry.detail)
      if let id = plan[0], id.kind != .null { attempts[slot + 2] = try digest(plan, bytes) }
    }
  }

  mutating func takePlan(_ entry: FoldedEntry, _ bytes: [UInt8]) throws(Unusual) {
    let plan = try Keys.plan.values(bytes, entry.detail)
    guard let attempt = entry.attempt, let id = plan[0], id.kind != .null else { throw Unusual() }
    attempts[attempts.slot(of: attempt) + 2] = try digest(plan, bytes)
  }

  mutating func takeTask(_ entry: FoldedEntry, _ bytes: [UInt8]) throws(Unusual) {
    guard let task = entry.task, let state = entry.toState else { throw Unusual() }
    let said = try Keys.task.values(bytes, entry.detail)
    let slot = tasks.slot(of: task)
    var end = key.begin()
    end.add(orNull: entry.attempt)
    end.add(orNull: entry.goal)
    end.add(text: state, of: bytes)
    if bytes.holdsOne(of: FoldWord.ends, at: state) { try end.add(said[0], of: bytes) }
    tasks[slot] = end.value
    if bytes.holdsOne(of: FoldWord.births, at: entry.event) {
      let birth = try digest(Array(said[1...4]), bytes)
      // fold.sql holds the row against every birth.
      guard tasks[slot + 1] == 0 || tasks[slot + 1] == birth else { throw Unusual() }
      tasks[slot + 1] = birth
    }
    if bytes.holdsOne(of: FoldWord.tries, at: entry.event),
      let tries = try JSONToken.integer(said[5], bytes), tries > 0
    {
      tasks[slot + 2] = max(tasks[slot + 2], UInt64(tries))
    }
  }

  mutating func takeChange(_ entry: FoldedEntry, _ bytes: [UInt8]) throws(Unusual) {
    guard let attempt = entry.attempt, let state = entry.toState else { throw Unusual() }
    let said = try Keys.change.values(bytes, entry.detail)
    var digest = key.begin()
    digest.add(orNull: entry.goal)
    digest.add(text: state, of: bytes)
    try digest.add(said[0], of: bytes)
    if !bytes.holds(FoldWord.open, at: state) {
      try digest.add(said[1], of: bytes)
      try digest.add(said[2], of: bytes)
    }
    let slot = changes.slot(of: attempt)
    changes[slot] = digest.value
  }

  /// The digest of some values.
  func digest(_ tokens: [JSONToken?], _ bytes: [UInt8]) throws(Unusual) -> UInt64 {
    var digest = key.begin()
    for token in tokens { try digest.add(token, of: bytes) }
    return digest.value
  }
}
