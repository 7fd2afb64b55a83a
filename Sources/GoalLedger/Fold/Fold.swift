// The check that the tables are a fold of the ledger, beside the hashing of the entries: it is given
// the pages that are read for that, and sieves them one after the other on a thread of the pool.
//
// What must stay true: the verdict is that of Schema/audit/fold.sql, and so are its words. Where the
// sieve agrees, fold.sql would find nothing but what its part on derived columns does, and that part
// alone is run; else all of it is. Entries and tables are read in one view of the file.
import AuditQueries
import SQLite
import Synchronization

/// The fold of one verification.
final class Fold: Sendable {
  private let sieve: Mutex<FoldSieve>
  private let latest = Mutex<[Task<Void, Never>]>([])

  /// Begins with no entry taken.
  init(_ reader: LedgerReader) async {
    // Where this cannot be read, fold.sql cannot be run either, and says what is wrong.
    let archive = try? await reader.read { connection throws(SQLiteError) in
      let isArchive = try connection.first("SELECT 1 FROM archive_file") { _ in true } ?? false
      let goals = try isArchive ? connection.query("SELECT id FROM goals") { $0.int(0) ?? 0 } : []
      return (isArchive, goals)
    }
    var sieve = FoldSieve(archivedGoals: archive?.0 == true ? Set(archive?.1 ?? []) : nil)
    if archive == nil { sieve.giveUp() }
    self.sieve = Mutex(sieve)
  }

  /// Takes the next entries; returns while they are being sieved, with one page more waiting at most.
  func take(_ entries: EntryBatch) async {
    let before = latest.withLock { tasks in
      let before = tasks.count > 1 ? tasks.removeFirst() : nil
      let previous = tasks.last
      tasks.append(
        Task {
          await previous?.value
          self.sieve.withLock { $0.take(entries) }
        }
      )
      return before
    }
    await before?.value
  }

  /// Where the tables say what no entry says, or do not say what the ledger does.
  func findings(_ reader: LedgerReader) async throws(LedgerError) -> [Verification.Finding] {
    for task in latest.withLock({ $0 }) { await task.value }
    return try await reader.read { connection throws(SQLiteError) in
      let agrees = try self.sieve.withLock { sieve throws(SQLiteError) in
        try sieve.agrees(connection)
      }
      return try Self.findings(connection, agrees ? .derived : .fold)
    }
  }

  /// What a query finds, in sentences.
  static func findings(
    _ connection: Connection,
    _ query: AuditQuery
  ) throws(SQLiteError) -> [Verification.Finding] {
    var findings: [Verification.Finding] = []
    try connection.forEach(query.sql) { row throws(SQLiteError) in
      let (side, subject, name) = (row.text(0) ?? "", row.text(1) ?? "", row.text(3) ?? "")
      let id = row.isNull(2) ? "" : " \(row.text(2) ?? row.int(2).map { "\($0)" } ?? "")"
      let value = row.text(4) ?? row.int(4).map { "\($0)" } ?? "NULL"
      let whose = side == "ledger" ? "the ledger says" : "no entry explains"
      findings.append(.wrong(subject + id, "\(whose) \(name) = \(value.prefix(80))"))
      return findings.count < Verification.findingLimit
    }
    return findings
  }
}
