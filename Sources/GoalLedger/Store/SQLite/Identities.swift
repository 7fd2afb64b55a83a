import SQLite

/// Whose keys are whose. The rules are the schema's.
extension SQLiteGoalStore {
  public func identities() async throws(LedgerError) -> [Identity] {
    try await reader.read { connection throws(SQLiteError) in
      try connection.query("SELECT \(Identity.columns) FROM identities ORDER BY id") {
        row throws(SQLiteError) in try Identity(row)
      }
    }
  }

  public func add(
    _ identity: NewIdentity,
    actor: String
  ) async throws(LedgerError) -> Identity {
    let name = try redactor.admit(identity.name, as: "name")
    let actor = try redactor.admit(actor, as: "actor")
    return try await write { connection throws(SQLiteError) in
      try connection.run(
        """
        INSERT INTO identities(name, kind, public_key, voucher, actor)
        VALUES (?, ?, ?, ?, ?)
        """,
        name,
        identity.kind.rawValue,
        identity.publicKey,
        identity.voucher,
        actor
      )
      return try Self.identity(try connection.lastInsertedRowID, connection)
    }
  }

  public func revoke(
    identity id: Identity.ID,
    actor: String,
    reason: String?
  ) async throws(LedgerError) -> Identity {
    let actor = try redactor.admit(actor, as: "actor")
    let reason = redactor.text(reason)
    return try await write { connection throws(SQLiteError) in
      try connection.run(
        """
        UPDATE identities
        SET until = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), actor = ?, reason = ?
        WHERE id = ?
        """,
        actor,
        reason,
        id
      )
      return try Self.identity(id, connection)
    }
  }

  private static func identity(
    _ id: Identity.ID,
    _ connection: Connection
  ) throws(SQLiteError) -> Identity {
    let found = try connection.first(
      "SELECT \(Identity.columns) FROM identities WHERE id = ?",
      id
    ) { row throws(SQLiteError) in try Identity(row) }
    guard let found else { throw SQLiteError(.notFound, "there is no identity \(id)") }
    return found
  }
}

extension Identity {
  static let columns = "id, name, kind, public_key, since, until, voucher"

  init(_ row: borrowing Row) throws(SQLiteError) {
    self.init(
      id: try row.require(0),
      name: try row.require(1),
      kind: try row.word(2),
      publicKey: try row.require(3),
      since: try row.time(4),
      until: try row.optionalTime(5),
      voucher: row.blob(6)
    )
  }
}
