// What edits mean: dry runs and the real thing, on disk and in a commit, must say the same.

import TestSupport
import Testing

@testable import Execution

@Suite("An edit")
struct FileApplierTests {
  let outer: TemporaryFolder
  let folder: SafeFolder
  let applier: FileApplier

  init() throws {
    outer = try TemporaryFolder("applier")
    try outer.write("one\ntwo\nthree\ntwo and a half\n", to: "a.txt")
    try outer.write("x\0y", to: "binary")
    folder = try SafeFolder(path: outer.path)
    let workspace = WorkspacePolicy(name: "w", path: "/w", maxFileBytes: 1000)
    applier = FileApplier(policy: try workspace.pathPolicy())
  }

  static func edit(_ pairs: (String, String)...) -> FileEdit {
    .edit(pairs.map { SearchReplace(search: $0.0, replace: $0.1) })
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var path: String
    var edit: FileEdit
    /// What stands there afterwards; `nil` for no file.
    var after: String?
    var already = false
    /// Words of the reason, where the edit does not apply.
    var reason: String?
    var testDescription: String { name }
  }

  static let text = "one\ntwo\nthree\ntwo and a half\n"
  static let cases = [
    Case(name: "create new", path: "n/b", edit: .create([65]), after: "A"),
    Case(
      name: "create same",
      path: "a.txt",
      edit: .create(Array(text.utf8)),
      after: text,
      already: true
    ),
    Case(
      name: "create over other",
      path: "a.txt",
      edit: .create([65]),
      after: text,
      reason: "'a.txt' is to be created but exists with other content"
    ),
    Case(name: "replace", path: "a.txt", edit: .replace([65], expectedHash: nil), after: "A"),
    Case(
      name: "replace with the right hash",
      path: "a.txt",
      edit: .replace([65], expectedHash: sha256(Array(text.utf8)).uppercased()),
      after: "A"
    ),
    Case(
      name: "replace with a wrong hash",
      path: "a.txt",
      edit: .replace([65], expectedHash: String(repeating: "0", count: 64)),
      after: text,
      reason: "'a.txt' has changed: its SHA-256 is"
    ),
    Case(
      name: "replace nothing",
      path: "b.txt",
      edit: .replace([65], expectedHash: nil),
      after: nil,
      reason: "'b.txt' is to be replaced but does not exist"
    ),
    Case(
      name: "edits in sequence, the second on the first's result",
      path: "a.txt",
      edit: edit(("one\n", "ONE\n"), ("ONE\ntwo\n", "done\n")),
      after: "done\nthree\ntwo and a half\n"
    ),
    Case(
      name: "edit found twice",
      path: "a.txt",
      edit: edit(("one", "1"), ("two", "2")),
      after: text,
      reason: "search text 2 of 'a.txt' is found 2 times; it must be found once"
    ),
    Case(
      name: "edit not found",
      path: "a.txt",
      edit: edit(("four", "4")),
      after: text,
      reason: "search text 1 of 'a.txt' is not found"
    ),
    Case(
      name: "empty search",
      path: "a.txt",
      edit: edit(("", "4")),
      after: text,
      reason: "search text 1 of 'a.txt' is empty"
    ),
    Case(
      name: "edit made before",
      path: "a.txt",
      edit: edit(("ONE", "one"), ("3", "three")),
      after: text,
      already: true
    ),
    Case(
      name: "insertion made before",
      path: "a.txt",
      edit: edit(("one\n", "one\ntwo\n")),
      after: text,
      already: true
    ),
    Case(
      name: "half of the edits made before",
      path: "a.txt",
      edit: edit(("ONE", "one"), ("four", "five")),
      after: text,
      reason: "search text 1 of 'a.txt' is not found"
    ),
    Case(
      name: "edit of nothing",
      path: "b.txt",
      edit: edit(("a", "b")),
      after: nil,
      reason: "'b.txt' is to be edited but does not exist"
    ),
    Case(
      name: "edit of a binary",
      path: "binary",
      edit: edit(("x", "z")),
      after: "x\0y",
      reason: "'binary' is not UTF-8 text"
    ),
    Case(
      name: "edit that grows too large",
      path: "a.txt",
      edit: edit(("one", String(repeating: "1", count: 1000))),
      after: text,
      reason: "the workspace allows 1000 for a file"
    ),
    Case(name: "delete", path: "a.txt", edit: .delete, after: nil),
    Case(name: "delete nothing", path: "b.txt", edit: .delete, after: nil, already: true),
    Case(
      name: "delete a folder",
      path: "d",
      edit: .delete,
      after: nil,
      reason: "'d' is a folder; goals change regular files only"
    ),
  ]

  @Test("means the same in a dry run, on disk and in a commit", arguments: cases)
  func table(item: Case) async throws {
    try outer.write("x", to: "d/x")
    let path = try RelativePath(item.path)
    let git = try GitFixture(["a.txt": Self.text, "binary": "x\0y", "d/x": "x"])
    let repository = try await Repository.open(path: git.path, state: git.state)
    let onDisk = try await applier.dryRun([(path, item.edit)], in: folder)
    let inTree = try await applier.dryRun(
      [(path, item.edit)],
      in: GitTree(repository: repository, commit: repository.head)
    )
    #expect(onDisk == inTree)
    let seen = try #require(onDisk[path])
    #expect(seen.alreadyAsWanted == item.already)
    #expect(seen.matches == (item.reason == nil))
    if let reason = item.reason {
      #expect(seen.reason?.contains(reason) == true, "\(seen.reason ?? "none")")
      let error = #expect(throws: ExecutionError.self) {
        try applier.apply(item.edit, to: path, in: folder)
      }
      #expect(error?.message == seen.reason)
      #expect(error?.isRetryable == false)
    } else {
      #expect(seen.reason == nil)
      let change = try applier.apply(item.edit, to: path, in: folder)
      #expect(change.isChange == !item.already)
      #expect(change.before == seen.sha256)
      #expect(change.after == seen.wantedSHA256)
      #expect(change.after == item.after.map { sha256(Array($0.utf8)) })
      #expect(change.bytes == item.after?.utf8.count ?? 0)
    }
    if item.path != "d" { #expect(outer.read(item.path) == item.after) }
    // What was done once is as wanted afterwards.
    if item.reason == nil {
      let again = try await applier.dryRun([(path, item.edit)], in: folder)
      if case .replace(_, .some) = item.edit {
      } else {
        #expect(again[path]?.alreadyAsWanted == true)
      }
    }
  }

  @Test("of a forbidden path or size is refused before anything is read")
  func policy() async throws {
    let cases: [(String, FileEdit, ExecutionError.Code)] = [
      ("x/.env", .create([1]), .refused), ("keys/a.pem", .delete, .refused),
      ("big", .create([UInt8](repeating: 0, count: 1001)), .tooLarge),
    ]
    for (text, edit, code) in cases {
      let path = try RelativePath(text)
      let dry = await #expect(throws: ExecutionError.self) {
        try await applier.dryRun([(path, edit)], in: folder)
      }
      let wet = #expect(throws: ExecutionError.self) {
        try applier.apply(edit, to: path, in: folder)
      }
      #expect(dry?.code == code)
      #expect(dry == wet)
    }
  }

  @Test("meets links and submodules of a commit as it meets them on disk")
  func treeObstacles() async throws {
    let git = try GitFixture(["real/x": "x"])
    try Shell.succeed(["sh", "-c", "ln -s real link; ln -s real/x file"], in: git.path)
    try git.commit("links")
    try git.git([
      "update-index", "--add", "--cacheinfo", "160000,\(git.git(["rev-parse", "HEAD"])),sub",
    ])
    try git.git(["commit", "-qm", "submodule"])
    let repository = try await Repository.open(path: git.path, state: git.state)
    let tree = GitTree(repository: repository, commit: repository.head)
    let paths = try [
      "link", "link/x", "file", "file/x", "sub", "sub/x", "real", "real/x", "real/x/y", "no",
    ]
    .map { try RelativePath($0) }
    let entries = try await tree.entries(at: paths, maxBytes: 100)
    let shown = paths.map { path in
      switch entries[path] {
      case .unusable(let words)?: words
      case .file?: "file"
      case .absent?: "absent"
      case nil: "missing"
      }
    }
    #expect(
      shown == [
        "a symbolic link", "below a symbolic link", "a symbolic link", "below a symbolic link",
        "a submodule", "in a submodule", "a folder", "file",
        "below something that is not a folder", "absent",
      ]
    )
  }

  @Test("list reads many files of a commit in two processes' time")
  func manyFiles() async throws {
    let names = (0..<450).map { "dir\($0 % 7)/file\($0).txt" }
    let git = try GitFixture(
      Dictionary(uniqueKeysWithValues: names.map { ($0, "text of \($0)\n") })
    )
    let repository = try await Repository.open(path: git.path, state: git.state)
    let tree = GitTree(repository: repository, commit: repository.head)
    let paths = try names.map { try RelativePath($0) }
    let entries = try await tree.entries(at: paths, maxBytes: 100)
    for path in paths { #expect(entries[path] == .file(Array("text of \(path)\n".utf8))) }
  }
}
