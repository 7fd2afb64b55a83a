/// One of the auditor's questions, as it was compiled into this binary; the files are for the stock
/// shell.
public struct AuditQuery: Sendable, Hashable {
  /// The SQL, exactly as in the file.
  public let sql: String

  /// Do the tables say just what the ledger says? No row: yes.
  public static let fold = named("fold.sql")

  private static func named(_ name: String) -> AuditQuery {
    AuditQuery(sql: EmbeddedText.files.first { $0.name == name }?.text ?? "")
  }
}
