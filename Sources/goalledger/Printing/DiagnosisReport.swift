import GoalLedger
import Worker

/// What doctor found, a line each, and what to do about it below.
enum DiagnosisReport {
  static func text(_ diagnosis: Diagnosis, for terminal: Terminal) -> String {
    let width = diagnosis.findings.map(\.subject.count).max() ?? 0
    var lines: [String] = []
    for finding in diagnosis.findings {
      let mark = terminal.paint(Columns.padded(finding.level.rawValue, 5), Colour(finding.level))
      lines.append("\(mark)  \(Columns.padded(finding.subject, width))  \(finding.sentence)")
      guard finding.level != .fine, let hint = finding.hint else { continue }
      lines.append(String(repeating: " ", count: width + 9) + hint)
    }
    let wrong = diagnosis.findings.count { $0.level == .wrong }
    lines.append(wrong == 0 ? "nothing is wrong" : "\(wrong) wrong")
    return lines.joined(separator: "\n") + "\n"
  }

  static func json(_ diagnosis: Diagnosis) -> JSONValue {
    [
      "wrong": .bool(diagnosis.isWrong),
      "findings": .array(
        diagnosis.findings.map { finding in
          [
            "subject": .string(finding.subject),
            "level": .string(finding.level.rawValue),
            "sentence": .string(finding.sentence),
            "hint": JSONValue(finding.hint),
          ]
        }
      ),
    ]
  }
}

extension Colour {
  /// The colour of a finding.
  init?(_ level: Finding.Level) {
    switch level {
    case .fine: self = .good
    case .note: self = .busy
    case .wrong: self = .bad
    }
  }
}
