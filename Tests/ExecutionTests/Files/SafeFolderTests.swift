// Attacks on the folder: every way out of it that was thought of, and a full disk.

import Glibc
import TestSupport
import Testing

@testable import Execution

@Suite("A folder")
struct SafeFolderTests {
  let outer: TemporaryFolder
  let folder: SafeFolder

  init() throws {
    outer = try TemporaryFolder("folder")
    try outer.write("outside\n", to: "outside/secret")
    try outer.write("inside\n", to: "root/file")
    folder = try SafeFolder(path: "\(outer.path)/root")
  }

  func shell(_ script: String) throws { try Shell.succeed(["sh", "-c", script], in: outer.path) }

  @Test("reads, writes and removes files below it, and makes and clears folders on the way")
  func plain() throws {
    let deep = try RelativePath("a/b/c.txt")
    #expect(try folder.entry(at: deep, maxBytes: 100) == .absent)
    try folder.write(Array("one".utf8), to: deep)
    try folder.write(Array("two".utf8), to: deep)
    #expect(try folder.entry(at: deep, maxBytes: 100) == .file(Array("two".utf8)))
    #expect(try folder.entry(at: deep, maxBytes: 2) == .unusable("larger than 2 bytes"))
    try folder.remove(deep)
    try folder.remove(deep)
    #expect(!outer.exists("root/a"))
    #expect(outer.exists("root/file"))
  }

  @Test("keeps the mode of a file it replaces, and drops set-user-id")
  func mode() throws {
    try shell("chmod 4755 root/file")
    try folder.write([1], to: try RelativePath("file"))
    #expect(try Shell.succeed(["stat", "-c", "%a", "\(outer.path)/root/file"]) == "755")
    try folder.write([1], to: try RelativePath("new"))
    #expect(try Shell.succeed(["stat", "-c", "%a", "\(outer.path)/root/new"]) == "644")
  }

  @Test(
    "refuses whatever is no plain file of its own",
    arguments: [
      ("ln -s ../outside/secret root/x", "x", "a symbolic link"),
      ("ln -s /etc/passwd root/x", "x", "a symbolic link"),
      ("ln -s nowhere root/x", "x", "a symbolic link"),
      ("ln outside/secret root/x", "x", "a hard link"),
      ("mkfifo root/x", "x", "a named pipe"),
      ("mkdir root/x", "x", "a folder"),
      ("ln -s ../outside root/d", "d/secret", "a symbolic link"),
      ("ln -s . root/d", "d/file", "a symbolic link"),
      ("ln -s /proc/self/root root/d", "d/etc/passwd", "a symbolic link"),
      ("mkdir root/m; ln -s ../../outside root/m/d", "m/d/secret", "a symbolic link"),
      ("true", "file/x", "not a folder"),
      ("python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('root/x')\"", "x", "socket"),
    ]
  )
  func attacks(preparation: String, path: String, words: String) throws {
    try shell(preparation)
    let path = try RelativePath(path)
    guard case .unusable(let found) = try folder.entry(at: path, maxBytes: 1000) else {
      Issue.record("\(path) could be read")
      return
    }
    #expect(found.contains(words))
    let write = #expect(throws: ExecutionError.self) { try folder.write([1, 2, 3], to: path) }
    #expect(write?.code == .refused, "\(write?.message ?? "")")
    let remove = #expect(throws: ExecutionError.self) { try folder.remove(path) }
    #expect(remove?.code == .refused, "\(remove?.message ?? "")")
    #expect(outer.read("outside/secret") == "outside\n")
    #expect(outer.read("root/file") == "inside\n")
    #expect(
      try Shell.run(["sh", "-c", "find root -name '.goalledger*'"], in: outer.path).output == ""
    )
  }

  @Test("is not fooled by a symlink that is swapped in and out")
  func swapped() async throws {
    try shell("mkdir root/d; echo inside > root/d/secret; ln -s ../outside root/link")
    // RENAME_EXCHANGE: the name is always there, now a folder, now a link to the outside.
    let script = """
      import ctypes, os
      swap = ctypes.CDLL(None).renameat2
      while not os.path.exists('stop'):
        for _ in range(100): swap(-100, b'root/d', -100, b'root/link', 2)
      """
    let place = outer.path
    let swapper = Task.detached { try Shell.succeed(["python3", "-c", script], in: place) }
    var written = 0
    for round in 0..<400 {
      let path = try RelativePath("d/secret")
      if (try? folder.write(Array("round \(round)".utf8), to: path)) != nil { written += 1 }
      if case .file(let bytes)? = try? folder.entry(at: path, maxBytes: 100) {
        #expect(bytes != Array("outside\n".utf8))
      }
    }
    try outer.write("", to: "stop")
    _ = try await swapper.value
    #expect(written > 0)
    #expect(outer.read("outside/secret") == "outside\n")
    #expect(try Shell.succeed(["ls", "-A", "outside"], in: outer.path) == "secret")
  }

  @Test("with no room left keeps the old content and leaves no remains")
  func diskFull() throws {
    guard getuid() == 0 else { return }
    try shell("mkdir small")
    let mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "\(outer.path)/small"]
    guard try Shell.run(mount).code == 0 else { return }
    defer { _ = try? Shell.run(["umount", "\(outer.path)/small"]) }
    let small = try SafeFolder(path: "\(outer.path)/small")
    let path = try RelativePath("sub/file")
    try small.write(Array("old".utf8), to: path)
    let error = #expect(throws: ExecutionError.self) {
      try small.write([UInt8](repeating: 7, count: 200_000), to: path)
    }
    #expect(error?.code == .diskFull)
    #expect(error?.isRetryable == true)
    #expect(try small.entry(at: path, maxBytes: 100) == .file(Array("old".utf8)))
    #expect(throws: ExecutionError.self) {
      try small.write([UInt8](repeating: 7, count: 200_000), to: try RelativePath("new/deep/file"))
    }
    #expect(
      try Shell.succeed(["sh", "-c", "cd small; find . | sort"], in: outer.path)
        == ".\n./sub\n./sub/file"
    )
  }

  @Test("removes what a command left, whatever its name, and nothing beyond")
  func untracked() throws {
    try shell(
      """
      mkdir -p root/junk/.git/x root/junk/sub; ln -s ../../outside root/junk/link
      printf x > "$(printf 'root/junk/\\377\\n')"; chmod 000 root/junk/sub
      ln -s ../outside root/link
      """
    )
    try folder.removeUntracked(Array("junk/".utf8))
    try folder.removeUntracked(Array("link/secret".utf8))
    try folder.removeUntracked(Array("../outside/secret".utf8))
    try folder.removeUntracked(Array("gone/x".utf8))
    try folder.removeUntracked(Array("link".utf8))
    #expect(try Shell.succeed(["ls", "-A", "root"], in: outer.path) == "file")
    #expect(outer.read("outside/secret") == "outside\n")
  }
}
