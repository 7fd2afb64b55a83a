// What the signatures of a goal's requests come to as an attempt begins with it.
//
// What must stay true: an adoption is signed only by a signature over the goal as it was adopted; all
// are judged anew whenever an attempt begins, so that a finding that somebody else entered decides
// nothing; each finding is entered once, under the lease.
import SQLite

/// What the signatures of a goal come to.
public struct SignatureVerdict: Sendable, Hashable {
  /// Why a signature that was not judged before is refused: a forgery, in a sentence.
  public internal(set) var forgery: String?
  /// Who signed the latest adoption; nil where nobody has.
  public internal(set) var adoptedBy: String?

  /// What no signature comes to.
  public init() {}
}

extension SQLiteGoalStore {
  public func judgeSignatures(for claim: Claim) async throws(LedgerError) -> SignatureVerdict {
    let goal = claim.goal.id
    let judged = try await reader.read { connection throws(SQLiteError) in
      try JudgedSignature.all(of: goal, connection)
    }
    var verdict = SignatureVerdict()
    for signature in judged {
      if case .forged(let reason, _) = signature.judgement,
        signature.finding == nil || signature.attempt == claim.attempt.id
      {
        verdict.forgery =
          verdict.forgery ?? "signature \(signature.id) of the goal was refused: \(reason)"
      }
      if case .verified(let identity) = signature.judgement, signature.request == .adopt,
        signature.finding != "refused"
      {
        verdict.adoptedBy = verdict.adoptedBy ?? identity
      }
    }
    let new = judged.filter { $0.finding == nil }
    guard !new.isEmpty else { return verdict }
    let redactor = redactor
    try await prove(claim) { connection throws(SQLiteError) in
      for signature in new {
        try connection.run(
          """
          UPDATE goal_signatures
          SET finding = ?, finding_reason = ?, identity = ?, attempt_id = ?, lease_token = ?
          WHERE id = ? AND finding IS NULL
          """,
          signature.judgement.finding,
          redactor.text(signature.judgement.reason),
          signature.judgement.identity,
          claim.attempt.id,
          claim.token,
          signature.id
        )
      }
    }
    return verdict
  }
}

/// A signature with what it was judged to be.
private struct JudgedSignature: Sendable {
  let id: Int64
  let request: GoalRequest
  let finding: String?
  /// The attempt in which the finding was made.
  let attempt: Attempt.ID?
  let judgement: SignatureJudgement

  private static let given = """
    SELECT s.id, s.goal_version, s.request, s.signature, s.at, s.finding, s.attempt_id, i.id,
      \(CanonicalRequest.columns.map { "g.\($0)" }.joined(separator: ", "))
    FROM goal_signatures s JOIN goals g ON g.id = s.goal_id CROSS JOIN database_info i
    WHERE s.goal_id = ?
    ORDER BY s.id
    """

  /// The signatures of a goal, in the order in which they were given.
  static func all(
    of goal: Goal.ID,
    _ connection: Connection
  ) throws(SQLiteError) -> [JudgedSignature] {
    let rows = try connection.query(given, goal) { row throws(SQLiteError) in
      let request: GoalRequest = try row.word(2)
      let version: Int64 = try row.require(1)
      return Given(
        id: try row.require(0),
        version: version,
        request: request,
        armored: try row.require(3),
        at: try row.require(4),
        finding: row.text(5),
        attempt: row.int(6),
        bytes: CanonicalRequest.bytes(
          request,
          database: try row.require(7),
          goal: goal,
          version: version,
          row,
          from: 8
        )
      )
    }
    guard !rows.isEmpty else { return [] }
    let standing = try Standing(of: goal, connection)
    var judged: [JudgedSignature] = []
    for row in rows {
      let judgement = try SignatureJudgement.of(
        row.armored,
        given: row.at,
        over: row.bytes,
        outdated: standing.objection(to: row.request, version: row.version),
        connection
      )
      judged.append(
        JudgedSignature(
          id: row.id,
          request: row.request,
          finding: row.finding,
          attempt: row.attempt,
          judgement: judgement
        )
      )
    }
    return judged
  }

  /// A row as it was given.
  private struct Given {
    let id: Int64
    let version: Int64
    let request: GoalRequest
    let armored: String
    let at: String
    let finding: String?
    let attempt: Attempt.ID?
    let bytes: [UInt8]
  }
}

/// Which versions of a goal a signature may speak for.
private struct Standing {
  /// The version that the latest adoption by whoever asked made; a retry is none.
  let adopted: Int64?
  /// The latest version that changed something that is signed.
  let amended: Int64

  init(of goal: Goal.ID, _ connection: Connection) throws(SQLiteError) {
    // Where an archive took the adoption away, the goal was carried over as it stood then.
    adopted =
      try connection.first(
        """
        SELECT goal_version
        FROM identity_ledger
        WHERE goal_id = ? AND goal_version IS NOT NULL
          AND (event = 'goal.adopted' AND from_state IS NOT 'executing'
            OR event = 'goal.carried' AND to_state IN ('adopted', 'executing'))
        ORDER BY event = 'goal.carried', goal_version DESC
        LIMIT 1
        """,
        goal
      ) { $0.int(0) } ?? nil
    let names = CanonicalRequest.columns.map { "'\($0)'" }.joined(separator: ", ")
    amended =
      try connection.first(
        """
        SELECT max(l.goal_version)
        FROM identity_ledger l, json_each(l.detail) d
        WHERE l.goal_id = ? AND l.event = 'goal.amended' AND d.key IN (\(names))
        """,
        goal
      ) { $0.int(0) ?? 1 } ?? 1
  }

  /// Why a signature of that version does not count any more, to follow "the signature".
  func objection(to request: GoalRequest, version: Int64) -> String? {
    if amended > version {
      return "speaks for version \(version) of the goal, and the goal was amended since"
    }
    guard request == .adopt else { return nil }
    guard let adopted, version == adopted || version == adopted - 1 else {
      let which = adopted.map { ", and the goal was adopted anew as version \($0)" } ?? ""
      return "speaks for the adoption of version \(version)\(which)"
    }
    return nil
  }
}
