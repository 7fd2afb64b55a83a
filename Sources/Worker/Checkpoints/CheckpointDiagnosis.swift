import GoalLedger

// What `doctor` says of the files that checkpoints go to.

extension Diagnosis {
  /// Whether the ledger extends what each file holds.
  mutating func look(atCheckpointsOf store: SQLiteGoalStore, _ rules: CheckpointRules) async {
    for path in rules.files {
      do throws(LedgerError) {
        if let kept = try await CheckpointFile(path: path).check(against: store) {
          add(
            "checkpoint",
            .fine,
            "\(path) speaks for \(kept.size) entries, and the ledger extends it"
          )
        } else {
          add("checkpoint", .note, "\(path) is not there yet: a worker writes it")
        }
      } catch {
        add("checkpoint", .wrong, error.message, hint: error.hint)
      }
    }
  }
}
