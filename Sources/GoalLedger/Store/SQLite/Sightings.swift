import SQLite

/// Looks for secrets that are on the ledger already: this program redacts what it writes, so they
/// were written by plain SQL, or before a pattern was known. The ledger is never rewritten; what can
/// be done is to make the secret worthless.
///
/// What must stay true: what redaction would have left is not reported; a report names an entry and
/// a pattern, and never the secret.

/// What was found, and how far was looked.
public struct SecretSightings: Sendable, Hashable {
  /// An entry that holds what looks like a secret.
  public struct Sighting: Sendable, Hashable {
    /// The entry.
    public let seq: Int64
    /// The names of the patterns, without repetition.
    public let patterns: [String]
  }

  /// The first and the last entry looked at; nil where there is none.
  public var range: ClosedRange<Int64>?
  /// Whether every entry was looked at.
  public var isWhole = true
  /// How many entries hold something.
  public var count = 0
  /// The newest of them, newest first, at most ``shown``.
  public var newest: [Sighting] = []

  /// How many sightings are kept.
  public static let shown = 5
}

extension SQLiteGoalStore {
  /// Looks at the newest entries.
  /// - Parameters:
  ///   - entries: how many at most; nil for all.
  ///   - bytes: how much text at most, so that a look at large entries takes no longer.
  public func secretSightings(
    entries most: Int? = 20_000,
    bytes limit: Int = 32 << 20
  ) async throws(LedgerError) -> SecretSightings {
    var sightings = SecretSightings()
    var next = Int64.max
    var left = most ?? .max
    var bytes = 0
    while left > 0 {
      let (page, below) = (min(left, 500), next)
      let entries = try await reader.read { connection throws(SQLiteError) in
        try connection.query(
          """
          SELECT \(LedgerEntry.columns)
          FROM identity_ledger
          WHERE seq < ?
          ORDER BY seq DESC
          LIMIT ?
          """,
          below,
          page
        ) { row throws(SQLiteError) in try LedgerEntry(row) }
      }
      for entry in entries {
        if most != nil, bytes > limit {
          sightings.isWhole = false
          return sightings
        }
        next = entry.seq
        bytes += entry.detail.utf8.count + (entry.reason?.utf8.count ?? 0)
        sightings.range = entry.seq...(sightings.range?.upperBound ?? entry.seq)
        let patterns = redactor.patterns(in: entry)
        guard !patterns.isEmpty else { continue }
        sightings.count += 1
        if sightings.newest.count < SecretSightings.shown {
          sightings.newest.append(.init(seq: entry.seq, patterns: patterns))
        }
      }
      left -= entries.count
      guard entries.count == page else { return sightings }
    }
    let rest = next
    let older = try await reader.read { connection throws(SQLiteError) in
      try connection.first("SELECT 1 FROM identity_ledger WHERE seq < ?", rest) { _ in true }
    }
    sightings.isWhole = older == nil
    return sightings
  }
}

extension Redactor {
  /// Details of entries that are names, paths and commands, by the member's key: of these only keys
  /// and tokens are taken out.
  private static let names: Set<[UInt8]> = Set(
    [
      "action", "arguments", "branch", "files", "host", "idempotency_key", "name", "subject",
      "task", "worker", "workspace",
    ].map { Array($0.utf8) }
  )
  /// Details that are documents of their own, as text.
  private static let documents: Set<[UInt8]> = Set(
    ["context", "metadata", "success_metrics"].map { Array($0.utf8) }
  )

  /// The names of the patterns that redaction would have found in an entry.
  func patterns(in entry: LedgerEntry) -> [String] {
    var found = patterns(in: entry.actor, .work) + patterns(in: entry.reason ?? "")
    if entry.event == "refused" || entry.event == "note" {
      found += patterns(inDocument: entry.detail)
    } else {
      found += sightings(in: entry.detail) { string in
        guard case .key(let key)? = string.path.first else { return .words }
        if Self.documents.contains(key) { return .keep }
        return Self.names.contains(key) ? .work : .words
      }.map(\.pattern)
      found += patterns(inDocumentsOf: entry.detail)
    }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }
  }

  private func patterns(inDocument text: String) -> [String] {
    sightings(in: text) { _ in .words }.map(\.pattern)
  }

  /// What a goal's birth or amendment says of its context, metadata and success metrics.
  private func patterns(inDocumentsOf detail: String) -> [String] {
    let isGoal =
      detail.utf8.span.contains("\"context\"") || detail.utf8.span.contains("\"metadata\"")
      || detail.utf8.span.contains("\"success_metrics\"")
    guard isGoal, let strings = JSONStrings.all(in: detail.utf8.span) else { return [] }
    var found: [String] = []
    for string in strings where !string.isKey {
      guard case .key(let key)? = string.path.first, Self.documents.contains(key) else { continue }
      let document = String(decoding: string.bytes, as: UTF8.self)
      let isContext = key != Array("metadata".utf8)
      if isContext, contexts == .keep { continue }
      found += sightings(in: document) { inner in
        isContext && !Self.isNote(inner) ? .work : .words
      }.map(\.pattern)
    }
    return found
  }
}

extension Span<UInt8> {
  /// Whether this text is somewhere in it.
  fileprivate func contains(_ text: StaticString) -> Bool {
    let first = unsafe text.utf8Start[0]
    for place in 0..<count where self[place] == first && begins(with: text, at: place) {
      return true
    }
    return false
  }
}
