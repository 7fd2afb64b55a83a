import GoalLedger

// What plain SQL wrote is not redacted: doctor says so, with the entries' numbers and the patterns'
// names, and never with what they hold.

extension Diagnosis {
  /// Looks at the newest entries of the ledger, or at all of them.
  mutating func look(forSecretsIn store: SQLiteGoalStore, everyEntry: Bool) async {
    do throws(LedgerError) {
      let found = try await store.secretSightings(entries: everyEntry ? nil : 20_000)
      guard let range = found.range else {
        return add("secrets", .fine, "the ledger has no entry yet")
      }
      let looked =
        found.isWhole
        ? "all \(range.count) entries looked at"
        : "looked at entries \(range.lowerBound) to \(range.upperBound) only"
      let more =
        found.isWhole ? nil : "goalledger doctor --every-entry looks at the whole ledger"
      guard found.count > 0 else {
        return add("secrets", .fine, "no entry looks like it holds one; \(looked)", hint: more)
      }
      let named = found.newest.map { "\($0.seq) (\($0.patterns.joined(separator: ", ")))" }
      let entries =
        found.count == 1
        ? "1 entry looks like it holds one" : "\(found.count) entries look like they hold one"
      let rest = found.count > found.newest.count ? " and older ones" : ""
      add(
        "secrets",
        .note,
        "\(entries): \(named.joined(separator: ", "))\(rest); \(looked)",
        hint: "plain SQL wrote it, or the pattern is newer; an entry is never rewritten, so change "
          + "the password or revoke the key"
          + (more.map { "; " + $0 } ?? "")
      )
    } catch {
      add("secrets", .wrong, error.message, hint: error.hint)
    }
  }
}
