import Foundation
import Testing

/// Golden files: what the program printed when somebody last looked and found it good. With
/// RECORD_GOLDEN=1 they are written anew; a missing one is a failure.
enum Golden {
  /// Compares a transcript with the golden file of that name, after everything that changes from run
  /// to run was replaced.
  static func check(
    _ bench: Bench,
    _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let printed = Volatile.replaced(bench.transcript, root: bench.root)
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
      try Data(printed.utf8).write(to: file)
      return
    }
    guard let golden = try? String(contentsOf: file, encoding: .utf8) else {
      Issue.record(
        "there is no \(file.lastPathComponent): record it with RECORD_GOLDEN=1 and read it",
        sourceLocation: sourceLocation
      )
      return
    }
    guard golden != printed else { return }
    let difference = difference(golden, printed)
    Issue.record(
      "\(name).txt differs (- golden, + printed):\n\(difference)",
      sourceLocation: sourceLocation
    )
  }

  private static func difference(_ golden: String, _ printed: String) -> String {
    let old = golden.split(separator: "\n", omittingEmptySubsequences: false)
    let new = printed.split(separator: "\n", omittingEmptySubsequences: false)
    let changes = new.difference(from: old).map { change in
      switch change {
      case .remove(let offset, let line, _): (offset, 0, "\(offset + 1) - \(line)")
      case .insert(let offset, let line, _): (offset, 1, "\(offset + 1) + \(line)")
      }
    }
    return changes.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(60).map(\.2)
      .joined(separator: "\n")
  }
}

/// What changes from run to run, replaced by words.
enum Volatile {
  private static let rules: [(String, String)] = [
    (#"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"#, "TIME"),
    // The whole finding depends on which SQLite is linked.
    (#"(?m)^(fine|note)   sqlite .*\n( {10,}.*\n)?"#, "SQLITE\n"),
    (
      #"(?s)    \{\n      "hint": [^\n]*\n      "level": [^\n]*\n      "sentence": "SQLite [^\n]*\n[^\n]*\n    \},?\n"#,
      "    SQLITE\n"
    ),
    (#"git version [0-9.]+"#, "git version VERSION"),
    (#"worker@[^\s"]+"#, "WORKER"),
    (#"worker-(\d+)@[^\s",;]+"#, "worker-$1@HOST"),
    (#"\[redacted ([a-z0-9-]+) [0-9a-f]{16}:[0-9a-f]{32}\]"#, "[redacted $1 MARK]"),
    (#"\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}"#, "+ID+KEY"),
    (#"[A-Za-z0-9+/]{91}="#, "SIGNATURE"),
    (#"[A-Za-z0-9+/]{43}="#, "HASH"),
    (#"extra [A-Za-z0-9+/=]+"#, "extra ENTRY"),
    (#"\b[0-9a-f]{64}\b"#, "SHA256"),
    (#"\b[0-9a-f]{40}\b"#, "COMMIT"),
    (#"\b[0-9a-f]{32}\b"#, "DATABASE"),
    (#"t32:[0-9a-f]{32}"#, "t32:DATABASE"),
    (#"\b[0-9a-f]{12}\b"#, "COMMIT"),
    (#"\b\d+\.\d+s\b"#, "DURATION"),
    // How many there are depends on when the worker looked.
    (#"\b\d+ seals\b"#, "SEALS seals"),
    (#""seals": \d+"#, #""seals": SEALS"#),
    (#""locked_ms": \d+"#, #""locked_ms": DURATION"#),
    (#""duration_ms": [0-9.e-]+"#, #""duration_ms": DURATION"#),
    (#"\b\d+(\.\d+)? (ms|s)\b"#, "DURATION"),
    (#"index [0-9a-f]{7,}\.\.[0-9a-f]{7,}"#, "index BLOB..BLOB"),
  ]

  static func replaced(_ text: String, root: String) -> String {
    var text = text.replacingOccurrences(of: root, with: "/ROOT")
    for (pattern, word) in rules {
      text = text.replacingOccurrences(of: pattern, with: word, options: .regularExpression)
    }
    // A table's columns are as wide as its durations.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let isTask = line.contains(#/^ +[0-9]+  [a-z]+ +[0-9]+  /#)
      guard isTask || line.contains("DURATION") || line.contains("TRIES") else {
        return String(line)
      }
      let indent = line.prefix { $0 == " " }
      return indent
        + line.dropFirst(indent.count)
        .replacingOccurrences(of: " {2,}", with: "  ", options: .regularExpression)
    }
    return lines.joined(separator: "\n")
  }
}
