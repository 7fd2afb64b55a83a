import Execution
import Foundation
import GoalLedger
import TestSupport
import Testing

@testable import Worker

@Suite("Recognising a project")
struct ProjectKindTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let files: [String: String]
    let kinds: [ProjectKind]
    let test: [String]?
    let build: [String]?
    var testDescription: String { files.keys.sorted().joined(separator: " ") }
  }

  static let cases = [
    Case(files: [:], kinds: [], test: nil, build: nil),
    Case(
      files: ["Package.swift": ""],
      kinds: [.swiftPM],
      test: ["swift", "test"],
      build: ["swift", "build"]
    ),
    Case(
      files: ["package.json": #"{"scripts": {"test": "jest", "build": "tsc"}}"#],
      kinds: [.npm],
      test: ["npm", "run", "test"],
      build: ["npm", "run", "build"]
    ),
    Case(
      files: ["package.json": #"{"scripts": {"test": "vitest"}}"#, "pnpm-lock.yaml": ""],
      kinds: [.npm],
      test: ["pnpm", "run", "test"],
      build: nil
    ),
    Case(
      files: [
        "package.json": #"{"scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}"#
      ],
      kinds: [.npm],
      test: nil,
      build: nil
    ),
    Case(
      files: ["Cargo.toml": ""],
      kinds: [.cargo],
      test: ["cargo", "test"],
      build: ["cargo", "build"]
    ),
    Case(
      files: ["go.mod": ""],
      kinds: [.go],
      test: ["go", "test", "./..."],
      build: ["go", "build", "./..."]
    ),
    Case(
      files: ["pyproject.toml": "[tool.pytest.ini_options]"],
      kinds: [.pytest],
      test: ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
      build: nil
    ),
    Case(
      files: ["tests/test_a.py": ""],
      kinds: [.unittest],
      test: ["python3", "-m", "unittest", "discover", "-s", "tests"],
      build: nil
    ),
    Case(
      files: ["tests/test_a.py": "", "tests/__init__.py": ""],
      kinds: [.unittest],
      test: ["python3", "-m", "unittest", "discover", "-s", "tests", "-t", "."],
      build: nil
    ),
    Case(
      files: ["test_a.py": ""],
      kinds: [.unittest],
      test: ["python3", "-m", "unittest", "discover"],
      build: nil
    ),
    Case(
      files: ["Makefile": "X := 1\nall test: a.c\n\tcc a.c\n"],
      kinds: [.make],
      test: ["make", "test"],
      build: ["make"]
    ),
    Case(files: ["Makefile": "all:\n\ttest: x\n"], kinds: [.make], test: nil, build: ["make"]),
    Case(
      files: ["Cargo.toml": "", "Makefile": "check:\n"],
      kinds: [.cargo, .make],
      test: ["cargo", "test"],
      build: ["cargo", "build"]
    ),
  ]

  private func folder(_ files: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, text) in files { try folder.write(text, to: name) }
    return folder
  }

  @Test("finds the kind, its tests and its build", arguments: cases)
  func recognises(_ given: Case) throws {
    let folder = try folder(given.files)
    let found = RecognisedProject.all(in: ProjectFolder(folder.path))
    #expect(found.map(\.kind) == given.kinds)
    #expect(found.compactMap(\.test).first == given.test)
    #expect(found.compactMap(\.build).first == given.build)
  }

  @Test("what init writes is read without a mistake, and says the same", arguments: cases)
  func roundTrip(_ given: Case) throws {
    let folder = try folder(given.files)
    let root = folder.path
    try FileManager.default.createDirectory(
      atPath: "\(root)/.git",
      withIntermediateDirectories: true
    )
    let file = "\(root)/ops/goalledger.json"
    let first = InitialConfiguration(file: file, folder: "\(root)/src", name: "app")
    let read = try Configuration.parse(first.text, file: file, environment: [:])
    let policy = try read.workspace(named: nil)
    #expect(policy.name == "app")
    #expect(policy.path == root)
    #expect(policy.tests["default"]?.argv == given.test)
    #expect(policy.builds["default"]?.argv == given.build)
    #expect(read.limits == WorkerLimits())
    #expect(!policy.testFiles.isEmpty)
  }

  @Test("outside of a repository there is no workspace")
  func outside() throws {
    let folder = try folder([:])
    let file = "\(folder.path)/goalledger.json"
    let first = InitialConfiguration(file: file, folder: folder.path, name: nil)
    #expect(first.repository == nil)
    #expect(try Configuration.parse(first.text, file: file, environment: [:]).workspaces.isEmpty)
  }

  @Test(
    "only the lines a .gitignore lacks are suggested",
    arguments: [
      ("", ["/goals.db", "/goals.db-*"]), ("*.db\n", ["/goals.db-*"]),
      ("/goals.db\n/goals.db-*\n", []), ("goals.db\n", ["/goals.db-*"]),
    ]
  )
  func ignores(text: String, missing: [String]) throws {
    let folder = try folder([".gitignore": text, ".git/HEAD": ""])
    let root = folder.path
    let first = InitialConfiguration(file: "\(root)/goalledger.json", folder: root, name: nil)
    #expect(first.missingIgnores(database: "\(root)/goals.db") == missing)
    #expect(first.missingIgnores(database: "/elsewhere/goals.db") == [])
  }

  @Test(
    "a folder's name becomes a workspace's name",
    arguments: [
      ("my app", "my-app"), ("-x", "x"), ("...", "app"), ("ok_1.2", "ok_1.2"), ("日本", "app"),
    ]
  )
  func names(folder: String, name: String) {
    #expect(InitialConfiguration.name(after: folder) == name)
  }

  @Test(
    "paths are joined by their letters alone",
    arguments: [
      ("a/b", "/r/a/b"), ("../a", "/a"), ("/x//y/./z", "/x/y/z"), (".", "/r"), ("../../..", "/"),
    ]
  )
  func paths(given: String, absolute: String) {
    #expect(PathText.absolute(given, in: "/r") == absolute)
  }
}
