import GoalLedger
import Worker

/// What `init` made, and what to do next.
enum InitialisationReport {
  static func text(_ result: Initialisation) -> String {
    let first = result.configuration
    var lines = [
      result.databaseExisted
        ? "the database \(result.database) was there already"
        : "made the database \(result.database)",
      "wrote \(first.file)",
    ]
    if let repository = first.repository, let workspace = first.workspace {
      lines.append("workspace \(workspace): \(repository)")
      for project in first.projects {
        lines.append("  recognised \(project.kind.title) by \(project.evidence)")
        if let test = project.test { lines.append("    tests:  \(test.joined(separator: " "))") }
        if let build = project.build { lines.append("    builds: \(build.joined(separator: " "))") }
      }
      if first.projects.allSatisfy({ $0.test == nil }) {
        lines.append("  recognised no way to test it: write a test command into the file, or goals")
        lines.append("  that need tests will fail")
      }
      if !result.missingIgnores.isEmpty {
        lines.append("you may want to add to \(repository)/.gitignore:")
        lines += result.missingIgnores.map { "  \($0)" }
      }
    } else {
      lines.append("this is no git repository, so there is no workspace yet: goals can only record")
    }
    lines.append("next: goalledger add 'what you want' --adopt, then goalledger work")
    return lines.joined(separator: "\n") + "\n"
  }

  static func json(_ result: Initialisation) -> JSONValue {
    let first = result.configuration
    return [
      "database": .string(result.database),
      "database_existed": .bool(result.databaseExisted),
      "configuration": .string(first.file),
      "repository": JSONValue(first.repository),
      "workspace": JSONValue(first.workspace),
      "recognised": .array(
        first.projects.map { project in
          [
            "kind": .string(project.kind.rawValue.lowercased()),
            "evidence": .string(project.evidence),
          ]
        }
      ),
      "missing_ignores": .array(result.missingIgnores.map(JSONValue.string)),
    ]
  }
}
