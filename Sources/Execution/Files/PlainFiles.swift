// Files and folders of the worker's own, outside any workspace: state folders, git's small text
// files, and the removal of a whole worktree. Nothing here is reached by a path that a goal names,
// except a removal, which works on descriptors and follows no link.

import CLinux
import Glibc

/// Small operations on paths of the worker.
enum PlainFiles {
  /// Whether anything stands at `path`, a broken link included.
  static func exists(_ path: String) -> Bool {
    var status = gl_status()
    return unsafe gl_status_at(AT_FDCWD, path, &status) == 0
  }

  /// How long ago the file was last written; `nil` if it does not exist.
  static func age(of path: String) -> Duration? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    return .seconds(time(nil) - status.st_mtim.tv_sec)
  }

  /// The path with every link resolved, or `nil` if it does not exist.
  static func realPath(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(ExecutionError) {
    if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw .system(errno, "make the folder '\(path)'")
    }
    try makeFolder(String(path[..<slash]))
    guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw .system(errno, "make the folder '\(path)'")
    }
  }

  /// A small text file's content, or `nil`.
  static func read(_ path: String) -> String? {
    let fd = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard fd >= 0 else { return nil }
    let file = Descriptor(fd)
    guard let name = try? RelativePath("file"),
      let bytes = try? file.readAll(of: name, limit: 1 << 20)
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes a small text file in one step: a reader sees the old or the new content.
  static func write(_ text: String, to path: String) throws(ExecutionError) {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let fd = unsafe open(temporary, flags, 0o644)
    guard fd >= 0 else { throw .system(errno, "write '\(path)'") }
    do throws(ExecutionError) {
      try Descriptor(fd).writeAll(Array(text.utf8), of: RelativePath("file"))
    } catch {
      _ = unsafe unlink(temporary)
      throw ExecutionError(error.code, "cannot write '\(path)'", hint: error.hint)
    }
    guard unsafe rename(temporary, path) == 0 else {
      let number = errno
      _ = unsafe unlink(temporary)
      throw .system(number, "write '\(path)'")
    }
  }

  /// The names in a folder, in byte order; empty when it cannot be read.
  static func names(in path: String) -> [String] {
    let fd = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard fd >= 0 else { return [] }
    return entries(of: Descriptor(fd)).map { String(decoding: $0, as: UTF8.self) }.sorted()
  }

  /// Removes whatever stands at `path`, folders with all they hold; nothing there is fine.
  static func removeTree(_ path: String) throws(ExecutionError) {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let parent = path[..<slash].isEmpty ? "/" : String(path[..<slash])
    let fd = unsafe open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard fd >= 0 else {
      if errno == ENOENT { return }
      throw .system(errno, "open the folder '\(parent)'")
    }
    let name = Array(path[path.index(after: slash)...].utf8)
    try removeTree(name, in: Descriptor(fd))
  }

  /// Removes `name` from a folder. The name is bytes: what a command makes need not be UTF-8.
  static func removeTree(_ name: [UInt8], in folder: Descriptor) throws(ExecutionError) {
    let cName = name.map { CChar(bitPattern: $0) } + [0]
    if unsafe unlinkat(folder.number, cName, 0) == 0 || errno == ENOENT { return }
    let shown = String(decoding: name, as: UTF8.self)
    guard errno == EISDIR || errno == EPERM || errno == EACCES else {
      throw .system(errno, "remove '\(shown)'")
    }
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    var fd = unsafe openat(folder.number, cName, flags)
    if fd < 0, errno == EACCES, unsafe fchmodat(folder.number, cName, 0o700, 0) == 0 {
      fd = unsafe openat(folder.number, cName, flags)
    }
    guard fd >= 0 else { throw .system(errno, "remove '\(shown)'") }
    let inner = Descriptor(fd)
    _ = fchmod(fd, 0o700)
    for entry in entries(of: inner) { try removeTree(entry, in: inner) }
    guard unsafe unlinkat(folder.number, cName, AT_REMOVEDIR) == 0 || errno == ENOENT else {
      throw .system(errno, "remove the folder '\(shown)'")
    }
  }

  /// The names in an open folder, as bytes, `.` and `..` left out.
  static func entries(of folder: Descriptor) -> [[UInt8]] {
    let copy = unsafe openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = unsafe fdopendir(copy) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [[UInt8]] = []
    while let item = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &item.pointee.d_name) { bytes in
        unsafe Array(bytes.prefix { $0 != 0 })
      }
      if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(name) }
    }
    return names
  }
}

extension PlainFiles {
  /// Removes a folder if it is there and empty.
  static func removeEmptyFolder(_ path: String) { _ = unsafe rmdir(path) }
}
