/// One of the auditor's questions, as it was compiled into this binary; the files are for the stock
/// shell.
public struct AuditQuery: Sendable, Hashable {
  /// The SQL, exactly as in the file.
  public let sql: String

  /// Do the tables say just what the ledger says? No row: yes.
  public static let fold = named("fold.sql")

  /// The part of `fold` on derived columns and archives, in which no entry has a say. Where the rest
  /// of `fold` is known to find nothing, and no entry to be missing, this is all that `fold` finds.
  public static let derived = {
    guard
      let start = fold.sql.ranges(of: "\nUNION ALL\n-- The derived columns").first,
      let end = fold.sql.ranges(of: "\nUNION ALL\nSELECT 'ledger', 'ledger', NULL").first
    else { return fold }
    let text = fold.sql[start.upperBound..<end.lowerBound]
    return AuditQuery(sql: "-- The derived columns" + text)
  }()

  private static func named(_ name: String) -> AuditQuery {
    AuditQuery(sql: EmbeddedText.files.first { $0.name == name }?.text ?? "")
  }
}
