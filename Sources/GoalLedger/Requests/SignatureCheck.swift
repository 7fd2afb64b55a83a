// Verification of the findings on signatures: whatever a row says was verified is verified again, over
// what the ledger says the goal was when it was signed.
//
// What must stay true: a finding that somebody entered who has no right signature to show is found; a
// goal that was amended since its signature is judged by what it was then.
import SQLite

enum SignatureCheck {
  /// What is wrong with signatures that a finding says were verified.
  static func findings(
    _ connection: Connection
  ) throws(SQLiteError) -> [Verification.Finding] {
    let database = try connection.first("SELECT id FROM database_info") { $0.text(0) ?? "" } ?? ""
    // An archive has no identities: its signatures are checked against the keys that they name.
    let isArchive = try connection.first("SELECT 1 FROM archive_file") { _ in true } ?? false
    let rows = try connection.query(
      """
      SELECT s.id, s.goal_id, s.goal_version, s.request, s.signature, s.at, s.identity,
        EXISTS (
          SELECT 1 FROM identity_ledger
          WHERE goal_id = s.goal_id AND goal_version <= s.goal_version
            AND json_type(detail, '$.text') = 'text'),
        \(CanonicalRequest.columns.map(word).joined(separator: ",\n  "))
      FROM goal_signatures s
      WHERE s.finding = 'verified'
      ORDER BY s.id
      """
    ) { row throws(SQLiteError) in
      let request: GoalRequest = try row.word(3)
      let goal: Goal.ID = try row.require(1)
      let version: Int64 = try row.require(2)
      return Given(
        id: try row.require(0),
        armored: try row.require(4),
        at: try row.require(5),
        identity: row.text(6),
        isComplete: row.int(7) == 1,
        bytes: CanonicalRequest.bytes(
          request,
          database: database,
          goal: goal,
          version: version,
          row,
          from: 8
        )
      )
    }
    var findings: [Verification.Finding] = []
    for row in rows {
      let name = "signature \(row.id)"
      guard row.isComplete else {
        findings.append(
          .note(name, "is over what only an archive says of its goal, and was not checked")
        )
        continue
      }
      guard let problem = try row.problem(isArchive: isArchive, connection) else { continue }
      findings.append(.wrong(name, "is said to be verified, and is not: \(problem)"))
    }
    return findings
  }

  /// A column as the ledger says it was at the version that was signed.
  private static func word(_ column: String) -> String {
    """
    (SELECT CASE json_type(l.detail, '$.\(column)')
        WHEN 'object' THEN json_extract(l.detail, '$.\(column).new')
        ELSE json_extract(l.detail, '$.\(column)') END
      FROM identity_ledger l
      WHERE l.goal_id = s.goal_id AND l.goal_version <= s.goal_version
        AND json_type(l.detail, '$.\(column)') IS NOT NULL
      ORDER BY l.goal_version DESC
      LIMIT 1)
    """
  }

  /// A row as it was given, and what it must be over.
  private struct Given {
    let id: Int64
    let armored: String
    let at: String
    let identity: String?
    /// Whether the ledger here goes back to the version that was signed.
    let isComplete: Bool
    let bytes: [UInt8]

    /// What is wrong with it; nil where it is right.
    func problem(isArchive: Bool, _ connection: Connection) throws(SQLiteError) -> String? {
      guard isArchive else {
        let judgement = try SignatureJudgement.of(armored, given: at, over: bytes, connection)
        if let reason = judgement.reason { return reason }
        guard judgement.identity == identity else {
          return "it is \(judgement.identity ?? "nobody")'s, not \(identity ?? "nobody")'s"
        }
        return nil
      }
      do throws(LedgerError) {
        let signature = try SSHSignature(armored: armored)
        guard signature.namespace == SSHSignature.requestNamespace, signature.isValid(for: bytes)
        else { return "the signature does not fit" }
        return nil
      } catch {
        return error.message
      }
    }
  }
}
