import GoalLedger

/// What `archive` prints.
enum ArchiveText {
  /// What went where, or that nothing did.
  static func text(_ report: ArchiveReport?, before time: Timestamp) -> String {
    guard let report else {
      return "nothing was sealed before \(time) that is still here; nothing is changed\n"
    }
    let archive = report.archive
    let passes = report.passes > 1 ? ", in \(report.passes) passes" : ""
    return """
      archived entries \(report.firstSeq) to \(archive.lastSeq) under \(report.seals) seals, and \
      \(report.goals) goals, to \(archive.file)\(passes)
      carried \(report.carried) things over that live on
      last seal there \(hexadecimal(archive.lastHash))

      """
  }

  /// The same as a document.
  static func json(_ report: ArchiveReport?) -> JSONValue {
    guard let report else { return ["archive": .null] }
    let archive = report.archive
    return [
      "archive": .integer(archive.number),
      "file": .string(archive.file),
      "passes": .integer(report.passes),
      "first_seq": .integer(report.firstSeq),
      "last_seq": .integer(archive.lastSeq),
      "seals": .integer(report.seals),
      "goals": .integer(report.goals),
      "carried": .integer(report.carried),
      "last_seal": .string(hexadecimal(archive.lastHash)),
      "locked_ms": .integer(Int64(report.lockedMilliseconds.rounded())),
    ]
  }
}
