import Execution
import GoalLedger

// Recognises what a repository is built and tested with, from the files at its root, so that
// `goalledger init` can write a configuration that works without being edited. It reads names and
// manifests only; it runs nothing.

/// A way to build and test a project.
public enum ProjectKind: String, Sendable, CaseIterable {
  case swiftPM, npm, cargo, go, pytest, unittest, make

  /// The kind's name for people.
  public var title: String {
    switch self {
    case .swiftPM: "SwiftPM"
    case .npm: "npm"
    case .cargo: "Cargo"
    case .go: "Go"
    case .pytest: "pytest"
    case .unittest: "unittest"
    case .make: "make"
    }
  }
}

/// What was recognised: the kind, its commands, and what counts as a test file.
public struct RecognisedProject: Sendable, Equatable {
  /// The kind.
  public let kind: ProjectKind
  /// The file it was recognised by.
  public let evidence: String
  /// The command that runs the tests; nil where the project has none to run.
  public let test: [String]?
  /// The command that builds; nil where nothing is built.
  public let build: [String]?
  /// Globs of its test files.
  public let testFiles: [String]
  /// Variables its commands need.
  public var environment: [String: String] = [:]

  /// Every kind a folder shows, the one that decides the default commands first.
  public static func all(in folder: ProjectFolder) -> [RecognisedProject] {
    [swiftPM, cargo, go, npm, python, make].compactMap { $0(folder) }
  }

  private static func swiftPM(_ folder: ProjectFolder) -> RecognisedProject? {
    guard folder.has("Package.swift") else { return nil }
    return RecognisedProject(
      kind: .swiftPM,
      evidence: "Package.swift",
      test: ["swift", "test"],
      build: ["swift", "build"],
      testFiles: ["Tests/**"]
    )
  }

  private static func cargo(_ folder: ProjectFolder) -> RecognisedProject? {
    guard folder.has("Cargo.toml") else { return nil }
    return RecognisedProject(
      kind: .cargo,
      evidence: "Cargo.toml",
      test: ["cargo", "test"],
      build: ["cargo", "build"],
      testFiles: ["tests/**", "**/tests/**", "benches/**"]
    )
  }

  private static func go(_ folder: ProjectFolder) -> RecognisedProject? {
    guard folder.has("go.mod") else { return nil }
    return RecognisedProject(
      kind: .go,
      evidence: "go.mod",
      test: ["go", "test", "./..."],
      build: ["go", "build", "./..."],
      testFiles: ["**/*_test.go", "**/testdata/**"]
    )
  }

  /// The lock file says which package manager; the scripts say what there is to run.
  private static func npm(_ folder: ProjectFolder) -> RecognisedProject? {
    guard let text = folder.text("package.json") else { return nil }
    let scripts = (try? JSONValue.parse(text))?.scripts
    let tools = [("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lock", "bun")]
    let tool = tools.first { folder.has($0.0) }?.1 ?? "npm"
    // `npm init` writes a test script that only fails.
    let test = scripts?.test?.string.flatMap { $0.contains("no test specified") ? nil : $0 }
    return RecognisedProject(
      kind: .npm,
      evidence: "package.json",
      test: test == nil ? nil : [tool, "run", "test"],
      build: scripts?.build?.string == nil ? nil : [tool, "run", "build"],
      testFiles: [
        "test/**", "tests/**", "**/__tests__/**", "**/*.test.{js,jsx,ts,tsx,mjs,cjs}",
        "**/*.spec.{js,jsx,ts,tsx,mjs,cjs}",
      ]
    )
  }

  private static func python(_ folder: ProjectFolder) -> RecognisedProject? {
    let globs = ["tests/**", "test/**", "**/test_*.py", "**/*_test.py", "**/conftest.py"]
    // Python's byte code and pytest's cache would lie in the worktree beside the goal's changes.
    let quiet = ["PYTHONDONTWRITEBYTECODE": "1"]
    if let evidence = pytestEvidence(folder) {
      return RecognisedProject(
        kind: .pytest,
        evidence: evidence,
        test: ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        build: nil,
        testFiles: globs,
        environment: quiet
      )
    }
    let folders = ["tests", "test"].filter { name in
      folder.names(in: name).contains(where: isPythonTest)
    }
    let atRoot = folder.names(in: ".").first(where: isPythonTest)
    guard let evidence = folders.first.map({ "\($0)/" }) ?? atRoot else { return nil }
    // A folder without __init__.py is no package, and discovery from the root would pass it by.
    var test = ["python3", "-m", "unittest", "discover"]
    if let tests = folders.first {
      test += ["-s", tests]
      if folder.has("\(tests)/__init__.py") { test += ["-t", "."] }
    }
    return RecognisedProject(
      kind: .unittest,
      evidence: evidence,
      test: test,
      build: nil,
      testFiles: globs,
      environment: quiet
    )
  }

  private static func pytestEvidence(_ folder: ProjectFolder) -> String? {
    let own = ["pytest.ini", "conftest.py", "tests/conftest.py"]
    if let file = own.first(where: folder.has) { return file }
    let mentions = [
      ("pyproject.toml", "pytest"), ("setup.cfg", "[tool:pytest]"), ("tox.ini", "pytest"),
      ("requirements.txt", "pytest"), ("requirements-dev.txt", "pytest"),
      ("dev-requirements.txt", "pytest"),
    ]
    return mentions.first { folder.text($0.0)?.contains($0.1) == true }?.0
  }

  private static func isPythonTest(_ name: String) -> Bool {
    name.hasSuffix(".py") && (name.hasPrefix("test_") || name == "test.py")
  }

  private static func make(_ folder: ProjectFolder) -> RecognisedProject? {
    guard let file = ["GNUmakefile", "makefile", "Makefile"].first(where: folder.has),
      let text = folder.text(file)
    else { return nil }
    let targets = Set(
      text.split(whereSeparator: \.isNewline).compactMap { line -> Substring? in
        guard line.first != "\t", let colon = line.firstIndex(of: ":"),
          line[line.index(after: colon)...].first != "="
        else { return nil }
        return line[..<colon]
      }
      .flatMap { $0.split(separator: " ") }
    )
    let test = ["test", "check"].first { targets.contains(Substring($0)) }
    return RecognisedProject(
      kind: .make,
      evidence: file,
      test: test.map { ["make", $0] },
      build: ["make"],
      testFiles: ["test/**", "tests/**"]
    )
  }
}
