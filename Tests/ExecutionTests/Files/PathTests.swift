// Which paths are paths, and which of them a policy lets through.

import Testing

@testable import Execution

@Suite("A path")
struct PathTests {
  @Test(
    "below the root is accepted as it is",
    arguments: [
      "a", "src/a.py", ".gitignore", ".github/x", "a.git", ".gitx/y", "x/.gitmodulesx", "ünï/çode",
      "with space", "\"quoted\"", "-dash", "a..b", "...", "git", "~", "a:b",
      String(repeating: "x", count: 255),
    ]
  )
  func accepted(text: String) throws {
    #expect(try RelativePath(text).text == text)
  }

  @Test(
    "that could leave the root or reach git is refused with a reason",
    arguments: [
      ("", "is empty"), ("/etc/passwd", "is absolute"), ("a/", "ends with a slash"),
      ("..", "component '..'"), ("../x", "component '..'"), ("a/../../x", "component '..'"),
      ("a/..", "component '..'"), (".", "component '.'"), ("./a", "component '.'"),
      ("a//b", "empty component"), (".git", "belongs to git"), (".git/config", "belongs to git"),
      (".GIT/config", "belongs to git"), ("x/.Git/hooks/y", "belongs to git"),
      (".git./x", "belongs to git"), (".git /x", "belongs to git"),
      (".git::$INDEX_ALLOCATION/x", "git"),
      ("GIT~1/x", "belongs to git"), (".g\u{200c}it/config", "belongs to git"),
      ("a\0b", "control character"), ("a\nb", "control character"),
      ("a\u{7f}", "control character"),
      ("a\\b", "backslash"), (String(repeating: "x", count: 256), "longer than 255"),
      (String(repeating: "x/", count: 2100) + "x", "longer than 4096"),
    ]
  )
  func refused(text: String, reason: String) {
    let error = #expect(throws: ExecutionError.self) { try RelativePath(text) }
    #expect(error?.code == .refused)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    #expect(error?.message.utf8.contains(0) == false)
  }

  @Test("knows its name, its parents and its order")
  func parts() throws {
    let path = try RelativePath("a/b/c.txt")
    #expect(path.name == "c.txt")
    #expect(path.parent?.text == "a/b")
    #expect(path.parent?.parent?.parent == nil)
    #expect(path.components == ["a", "b", "c.txt"])
    let sorted = try ["a/b", "a.b", "a", "B"].map { try RelativePath($0) }.sorted()
    #expect(sorted.map(\.text) == ["B", "a", "a.b", "a/b"])
  }

  @Test(
    "is checked against the policy, which says the glob",
    arguments: [
      ("src/a.py", nil), ("docs/x", "the workspace allows only 'src/**', 'tests/**'"),
      ("src/.env", "the workspace forbids '**/.env'"),
      ("src/deep/server.pem", "forbids '**/*.pem'"),
    ] as [(String, String?)]
  )
  func policy(text: String, words: String?) throws {
    let policy = try WorkspacePolicy(name: "w", path: "/w", allowed: ["src/**", "tests/**"])
      .pathPolicy()
    let path = try RelativePath(text)
    guard let words else { return try policy.check(path) }
    let error = #expect(throws: ExecutionError.self) { try policy.check(path) }
    #expect(error?.code == .refused)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test("may carry only so many bytes, one goal so many files and bytes")
  func limits() throws {
    let workspace = WorkspacePolicy(
      name: "w",
      path: "/w",
      maxFileBytes: 10,
      maxFiles: 2,
      maxTotalBytes: 15
    )
    let policy = try workspace.pathPolicy()
    try policy.check(try RelativePath("a"), bytes: 10)
    let tooLarge = #expect(throws: ExecutionError.self) {
      try policy.check(try RelativePath("a"), bytes: 11)
    }
    #expect(tooLarge?.code == .tooLarge)
    try policy.check(files: 2, totalBytes: 15)
    #expect(throws: ExecutionError.self) { try policy.check(files: 3, totalBytes: 1) }
    #expect(throws: ExecutionError.self) { try policy.check(files: 1, totalBytes: 16) }
  }

  @Test(
    "is called a test file by the usual conventions",
    arguments: [
      ("tests/test_a.py", true), ("pkg/a_test.go", true), ("Tests/XTests/YTests.swift", true),
      ("src/a.test.ts", true), ("src/a.spec.jsx", true), ("test_x.py", true), ("src/a.py", false),
      ("src/contest.py", false), ("latest/a.py", false),
    ]
  )
  func testFiles(text: String, isTest: Bool) throws {
    let policy = WorkspacePolicy(name: "w", path: "/w")
    #expect(try policy.isTestFile(try RelativePath(text)) == isTest)
  }
}
