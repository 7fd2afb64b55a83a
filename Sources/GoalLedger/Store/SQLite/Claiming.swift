import SQLite

/// Claims, take-overs and leases. A claim is one INSERT into `attempts`: its trigger moves the goal.
/// All times are the database's own `now`, so that workers' clocks need not agree.
extension SQLiteGoalStore {
  private static let leaseEnd = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', (? / 1000.0) || ' seconds')"

  public func claim(
    limit: Int,
    worker: String,
    lease: Int64
  ) async throws(LedgerError) -> [Claim] {
    try await write { connection throws(SQLiteError) in
      var tickets: [Ticket] = []
      while tickets.count < limit {
        let wanted = min(limit - tickets.count, Self.claimsOfStatement)
        let claimed = try connection.query(
          Self.insertAttempts,
          worker,
          lease,
          wanted,
          map: Ticket.init
        )
        tickets += claimed
        guard claimed.count == wanted else { break }
      }
      return try claims(tickets, takenOver: false, connection)
    }
  }

  /// What more claims in one statement would change is more than SQLite keeps in memory to undo it.
  private static let claimsOfStatement = 16

  /// The claim names its index: one added later made the planner sort the backlog.
  static let insertAttempts = """
    INSERT INTO attempts(goal_id, number, worker, lease_token, lease_expires_at)
    SELECT id, (SELECT count(*) + 1 FROM attempts WHERE goal_id = claimable.id), ?,
      (SELECT coalesce(max(lease_token), 0) FROM attempts) + place, \(leaseEnd)
    FROM (
      SELECT g.id AS id, row_number() OVER (ORDER BY g.score DESC, g.id) AS place
      FROM goals g INDEXED BY goals_claimable
      WHERE g.state = 'adopted' AND g.blockers = 0 AND g.waits_until IS NULL
        AND NOT EXISTS (\(contradiction))
      ORDER BY g.score DESC, g.id
      LIMIT ?
    ) claimable
    RETURNING id, lease_token
    """

  public func claim(
    goal: Goal.ID,
    worker: String,
    lease: Int64
  ) async throws(LedgerError) -> Claim? {
    try await write { connection throws(SQLiteError) in
      try connection.run(
        """
        UPDATE goals
        SET waits_until = NULL
        WHERE id = ? AND state = 'adopted' AND waits_until <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        """,
        goal
      )
      let ticket = try connection.first(
        """
        INSERT INTO attempts(goal_id, worker, lease_token, lease_expires_at)
        SELECT g.id, ?, (SELECT coalesce(max(lease_token), 0) + 1 FROM attempts), \(Self.leaseEnd)
        FROM goals g
        WHERE g.id = ? AND g.state = 'adopted' AND g.blockers = 0 AND g.waits_until IS NULL
          AND NOT EXISTS (\(Self.contradiction))
        RETURNING id, lease_token
        """,
        worker,
        lease,
        goal,
        map: Ticket.init
      )
      guard let ticket else { return nil }
      return try claims([ticket], takenOver: false, connection).first
    }
  }

  public func takeOver(
    limit: Int,
    worker: String,
    lease: Int64
  ) async throws(LedgerError) -> [Claim] {
    let expired = try await reader.read { connection throws(SQLiteError) in
      try connection.query(
        """
        SELECT id
        FROM attempts
        WHERE state = 'open' AND lease_expires_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        ORDER BY lease_expires_at
        LIMIT ?
        """,
        limit
      ) { row throws(SQLiteError) in try row.require(0, as: Int64.self) }
    }
    return try await takeOver(expired, worker, lease)
  }

  public func takeOver(
    goal: Goal.ID,
    worker: String,
    lease: Int64
  ) async throws(LedgerError) -> Claim? {
    let expired = try await reader.read { connection throws(SQLiteError) in
      try connection.query(
        """
        SELECT id
        FROM attempts
        WHERE goal_id = ? AND state = 'open'
          AND lease_expires_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        """,
        goal
      ) { row throws(SQLiteError) in try row.require(0, as: Int64.self) }
    }
    return try await takeOver(expired, worker, lease).first
  }

  private func takeOver(
    _ expired: [Int64],
    _ worker: String,
    _ lease: Int64
  ) async throws(LedgerError) -> [Claim] {
    guard !expired.isEmpty else { return [] }
    return try await write { connection throws(SQLiteError) in
      var tickets: [Ticket] = []
      for id in expired {
        let ticket = try connection.first(
          """
          UPDATE attempts
          SET worker = ?, lease_token = (SELECT max(lease_token) + 1 FROM attempts),
            lease_expires_at = \(Self.leaseEnd), takeovers = takeovers + 1
          WHERE id = ? AND state = 'open'
            AND lease_expires_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
          RETURNING id, lease_token
          """,
          worker,
          lease,
          id,
          map: Ticket.init
        )
        if let ticket { tickets.append(ticket) }
      }
      return try claims(tickets, takenOver: true, connection)
    }
  }

  public func extend(
    _ claims: [Claim],
    lease: Int64
  ) async throws(LedgerError) -> [LeaseStanding] {
    let looks = try await reader.read { connection throws(SQLiteError) in
      try claims.map { claim throws(SQLiteError) in
        try connection.first(
          """
          SELECT goal.state = 'abandoned',
            (julianday(attempt.lease_expires_at) - julianday('now')) * 86400000.0
          FROM attempts attempt
          JOIN goals goal ON goal.id = attempt.goal_id
          WHERE attempt.id = ? AND attempt.lease_token = ? AND attempt.state = 'open'
          """,
          claim.attempt.id,
          claim.token
        ) { row throws(SQLiteError) in
          (isAbandoned: try row.require(0, as: Bool.self), left: row.real(1) ?? 0)
        }
      }
    }
    let due = zip(claims, looks).filter { ($0.1?.left ?? .infinity) < Double(lease) / 2 }.map(\.0)
    if !due.isEmpty {
      try await write { connection throws(SQLiteError) in
        for claim in due {
          try connection.run(
            """
            UPDATE attempts
            SET lease_expires_at = \(Self.leaseEnd)
            WHERE id = ? AND lease_token = ? AND state = 'open'
            """,
            lease,
            claim.attempt.id,
            claim.token
          )
        }
      }
    }
    return looks.map { look in
      guard let look else { return .lost }
      return look.isAbandoned ? .abandoned : .held
    }
  }

  /// What a claim or a take-over returns: just enough to read the rest.
  private struct Ticket {
    let attempt: Int64, token: Int64

    init(_ row: borrowing Row) throws(SQLiteError) {
      attempt = try row.require(0)
      token = try row.require(1)
    }
  }

  private func claims(
    _ tickets: [Ticket],
    takenOver: Bool,
    _ connection: Connection
  ) throws(SQLiteError) -> [Claim] {
    guard !tickets.isEmpty else { return [] }
    let beliefs = try Self.activeBeliefs(connection)
    return try tickets.map { ticket throws(SQLiteError) in
      let claim = try connection.first(Claim.query, ticket.attempt) { row throws(SQLiteError) in
        try Claim(row, token: ticket.token, isTakenOver: takenOver, beliefs: beliefs)
      }
      guard let claim else { throw SQLiteError(.notFound, "the attempt just made is gone") }
      return claim
    }
  }
}
