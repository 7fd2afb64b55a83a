// The other half: every live row against what was said of its subject.
//
// What must stay true: as in `live` of fold.sql, whose expressions these are. Views that the fold reads
// are read here, too, but for goal_asked, which would read the goals once for each of its columns: a
// test holds `goalColumns` to be the same.
import SQLite

extension FoldSieve {
  /// Whether the tables say just what the ledger does: where true, fold.sql has nothing to say but
  /// what `AuditQuery.derived` has.
  mutating func agrees(_ connection: Connection) throws(SQLiteError) -> Bool {
    guard isUsual, try isWhole(connection) else { return false }
    guard try goalsAgree(connection), try attemptsAgree(connection), try tasksAgree(connection),
      try changesAgree(connection), try signaturesAgree(connection), try edgesAgree(connection)
    else { return false }
    return try othersAgree(connection)
  }

  /// Whether all entries were taken, and none is missing from the first on.
  private func isWhole(_ connection: Connection) throws(SQLiteError) -> Bool {
    try connection.first(
      """
      SELECT (SELECT first_seq FROM ledger_start),
        (SELECT min(seq) FROM identity_ledger), (SELECT max(seq) FROM identity_ledger)
      """
    ) { row in
      guard let range else { return row.isNull(1) && row.isNull(2) }
      return row.int(0) == range.first && row.int(1) == range.first && row.int(2) == range.last
        && count == range.last &- range.first &+ 1
    } ?? false
  }

  /// What `goals` has in place of goal_asked, in the order of `GoalWords.names`.
  static let goalColumns = GoalWords.names.map { name in
    ["value", "effort", "risk"].contains(name) ? "printf('%!.17g', \(name))" : name
  }

  private mutating func goalsAgree(_ connection: Connection) throws(SQLiteError) -> Bool {
    var said = [UInt64](repeating: 0, count: goals.width)
    let agrees = try agree(
      connection,
      "SELECT id, version, state, attempts, \(Self.goalColumns.joined(separator: ", ")) FROM goals"
    ) { sieve, row in
      guard let id = row.int(0), let version = row.int(1), version > 0 else { return false }
      said[0] = sieve.digest(2...3, of: row)
      said[1] = UInt64(version)
      for place in 2..<said.count { said[place] = sieve.digest(place + 2...place + 2, of: row) }
      return sieve.goals.explains(id, said)
    }
    return agrees && goals.isExplained
  }

  private mutating func attemptsAgree(_ connection: Connection) throws(SQLiteError) -> Bool {
    let agrees = try agree(
      connection,
      """
      SELECT a.id, a.goal_id, a.state, a.worker, a.lease_token, a.plan_id, p.digest, p.id
      FROM attempts a LEFT JOIN plans p ON p.id = a.plan_id
      """
    ) { sieve, row in
      // A plan that is not there says no digest, not even NULL.
      guard let id = row.int(0), row.isNull(5) || !row.isNull(7) else { return false }
      let plan = row.isNull(5) ? 0 : sieve.digest(5...6, of: row)
      let said = [sieve.digest(1...2, of: row), sieve.digest(3...4, of: row), plan]
      return sieve.attempts.explains(id, said)
    }
    return agrees && attempts.isExplained
  }

  private mutating func tasksAgree(_ connection: Connection) throws(SQLiteError) -> Bool {
    let agrees = try agree(
      connection,
      """
      SELECT id, attempt_id, goal_id, state, commit_id, number, action, json(arguments), priority,
        tries, state IN ('succeeded', 'failed', 'aborted', 'cancelled')
      FROM tasks
      """
    ) { sieve, row in
      guard let id = row.int(0), let tries = row.int(9) else { return false }
      let end = sieve.digest(1...(row.int(10) == 1 ? 4 : 3), of: row)
      let said = [end, sieve.digest(5...8, of: row), UInt64(max(0, tries))]
      return sieve.tasks.explains(id, said)
    }
    return agrees && tasks.isExplained
  }

  private mutating func changesAgree(_ connection: Connection) throws(SQLiteError) -> Bool {
    let agrees = try agree(
      connection,
      """
      SELECT attempt_id, goal_id, state, branch, head_commit, tree, state <> 'open' FROM changes
      """
    ) { sieve, row in
      guard let id = row.int(0) else { return false }
      return sieve.changes.explains(id, [sieve.digest(1...(row.int(6) == 1 ? 5 : 3), of: row)])
    }
    return agrees && changes.isExplained
  }

  private mutating func signaturesAgree(_ connection: Connection) throws(SQLiteError) -> Bool {
    let agrees = try agree(
      connection,
      "SELECT signature_id, goal_id, to_state, attempt_id, reason, detail FROM carried_signatures"
    ) { sieve, row in
      guard let id = row.int(0) else { return false }
      return sieve.signatures.explains(id, [sieve.digest(1...5, of: row)])
    }
    return agrees && signatures.isExplained
  }

  private mutating func edgesAgree(_ connection: Connection) throws(SQLiteError) -> Bool {
    let sql = "SELECT goal_id, depends_on FROM goal_dependencies"
    let agrees = try agree(connection, sql) { sieve, row in
      guard let goal = row.int(0), let other = row.int(1) else { return false }
      let edge = Edge(goal: goal, dependsOn: other)
      return sieve.edges.updateValue(false, forKey: edge) == true
    }
    return agrees && !edges.values.contains(true)
  }

  private mutating func othersAgree(_ connection: Connection) throws(SQLiteError) -> Bool {
    let agree = [
      try agree(
        connection,
        "SELECT id, name, statement, printf('%!.17g', confidence), active, immutable FROM beliefs"
      ) { sieve, row in
        sieve.explains(.belief, 0...0, of: row, 3...5, birth: sieve.digest(1...2, of: row))
      },
      try agree(
        connection,
        "SELECT name, printf('%!.17g', weight), weight <> standard FROM score_weights"
      ) { sieve, row in
        sieve.explains(.weight, 0...0, of: row, 1...1)
          || row.int(2) != 1 && !sieve.speaks(.weight, row)
      },
      try agree(
        connection,
        "SELECT action, workspace, state FROM circuit_breakers WHERE state <> 'closed'"
      ) { sieve, row in
        sieve.explains(.breaker, 0...1, of: row, 2...2)
      },
      try agree(
        connection,
        """
        SELECT name, state, CASE WHEN public_key IS NOT NULL THEN lower(hex(public_key)) END
        FROM workers
        """
      ) { sieve, row in
        sieve.explains(.worker, 0...0, of: row, 1...2)
      },
      try agree(
        connection,
        """
        SELECT lower(hex(public_key)), name, kind, since, until, nullif(lower(hex(voucher)), '')
        FROM identities
        WHERE NOT EXISTS (SELECT 1 FROM archive_file)
        """
      ) { sieve, row in
        sieve.explains(.identity, 0...0, of: row, 1...5)
      },
      try agree(
        connection,
        """
        SELECT substr(subject, 9) + 0, detail
        FROM carried_subjects
        WHERE event = 'archive.carried'
        """
      ) { sieve, row in
        sieve.explains(.archive, 0...0, of: row, 1...1, birth: sieve.digest(1...1, of: row))
      },
    ]
    return !agree.contains(false) && !others.values.contains { $0.isLive }
  }

  /// Whether every row passes.
  private mutating func agree(
    _ connection: Connection,
    _ sql: String,
    _ passes: (inout FoldSieve, borrowing Row) -> Bool
  ) throws(SQLiteError) -> Bool {
    var agrees = true
    try connection.forEach(sql) { row throws(SQLiteError) in
      agrees = passes(&self, row)
      return agrees
    }
    return agrees
  }

  /// The digest of some columns that follow each other.
  private func digest(_ columns: ClosedRange<Int>, of row: borrowing Row) -> UInt64 {
    var digest = key.begin()
    for column in columns { digest.add(column, of: row) }
    return digest.value
  }

  /// Whether a row of which there are few is what was said of it; it is taken out.
  private mutating func explains(
    _ kind: Other,
    _ name: ClosedRange<Int>,
    of row: borrowing Row,
    _ last: ClosedRange<Int>,
    birth: UInt64 = 0
  ) -> Bool {
    let place = otherKey(kind, name, of: row)
    guard let said = others[place], said.isLive, said.birth == birth,
      said.last == digest(last, of: row)
    else { return false }
    others[place]?.isLive = false
    return true
  }

  /// Whether the ledger says anything of a subject.
  private func speaks(_ kind: Other, _ row: borrowing Row) -> Bool {
    others[otherKey(kind, 0...0, of: row)] != nil
  }

  private func otherKey(
    _ kind: Other,
    _ name: ClosedRange<Int>,
    of row: borrowing Row
  ) -> OtherKey {
    var digests: [UInt64] = []
    for turn in 0..<2 as Range<Int64> {
      var digest = key.begin()
      digest.add(turn)
      for column in name { digest.add(column, of: row) }
      digests.append(digest.value)
    }
    return OtherKey(kind: kind, name: digests)
  }
}
