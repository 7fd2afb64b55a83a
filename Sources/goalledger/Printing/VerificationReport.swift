import GoalLedger

/// What `verify` prints.
enum VerificationReport {
  /// A line for each finding, then the verdict.
  static func text(_ verification: Verification) -> String {
    var lines: [String] = []
    for finding in verification.findings {
      lines.append("\(finding.isWrong ? "WRONG" : "note "): \(finding.subject) \(finding.sentence)")
    }
    let kept = verification.findings.count { $0.isWrong }
    if verification.wrongCount > kept {
      lines.append("and \(verification.wrongCount - kept) more that are wrong")
    }
    lines.append(
      "\(verification.seals) seals speak for \(verification.sealed) entries; "
        + "\(verification.unsealed) more are not sealed yet"
    )
    if let last = verification.lastSeal { lines.append("last seal \(last)") }
    if let root = verification.treeRoot {
      lines.append("tree of \(verification.treeSize) entries \(hexadecimal(root))")
    }
    for signer in verification.signers {
      lines.append(
        "signed by \(signer.key)\(signer.name.map { ", \(Columns.oneLine($0, 200))" } ?? "")"
      )
    }
    lines.append(verification.isSound ? "sound" : "NOT SOUND")
    return lines.map { $0 + "\n" }.joined()
  }

  /// The same as a document.
  static func json(_ verification: Verification) -> JSONValue {
    [
      "sound": .bool(verification.isSound),
      "wrong": .integer(Int64(verification.wrongCount)),
      "findings": .array(
        verification.findings.map { finding in
          [
            "level": .string(finding.isWrong ? "wrong" : "note"),
            "subject": .string(finding.subject),
            "sentence": .string(finding.sentence),
          ]
        }
      ),
      "sealed": .integer(verification.sealed),
      "unsealed": .integer(verification.unsealed),
      "seals": .integer(verification.seals),
      "last_seal": JSONValue(verification.lastSeal),
      "tree_size": .integer(verification.treeSize),
      "tree_root": JSONValue(verification.treeRoot.map { hexadecimal($0) }),
      "keys": .array(verification.signers.map { .string($0.key) }),
      "signers": .array(
        verification.signers.map { ["key": .string($0.key), "name": JSONValue($0.name)] }
      ),
    ]
  }
}
