// A folder below which files are read and written, and nothing else. Every open starts at the
// folder's own descriptor and goes through openat2 with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS,
// RESOLVE_NO_MAGICLINKS and RESOLVE_NO_XDEV, so that what the kernel resolves is what was checked: a
// symlink put in the way meanwhile makes the open fail, it cannot redirect it. Regular files with a
// single name only: a hard link would change a file that lies elsewhere. A write makes a new file
// beside the old one and renames it, so that a reader sees the old or the new content, and a full
// disk leaves the old one and no remains.

import CLinux
import Glibc
import Synchronization

/// A folder whose files can be read and changed, and nothing outside it.
public final class SafeFolder: FileSource {
  /// Its absolute path.
  public let path: String
  private let root: Descriptor
  private let serial = Atomic<UInt64>(0)

  /// How temporary files begin; one that a killed process left is an untracked file like others.
  static let temporaryPrefix = ".goalledger-"

  /// Opens the folder.
  /// - Throws: `.notFound`, `.refused` (not a folder), `.unavailable` (a kernel without openat2).
  public init(path: String) throws(ExecutionError) {
    let fd = unsafe open(path, GL_O_PATH | O_DIRECTORY | O_CLOEXEC)
    guard fd >= 0 else { throw .system(errno, "open the folder '\(path)'") }
    root = Descriptor(fd)
    self.path = path
    guard gl_has_openat2() == 1 else {
      throw ExecutionError(
        .unavailable,
        "this kernel has no openat2, without which files cannot be changed safely",
        hint: "run the worker on Linux 5.6 or newer"
      )
    }
  }

  // MARK: - Reading

  /// What stands at `path`.
  /// - Parameter maxBytes: a larger file comes back as `.unusable`.
  /// - Throws: `.io` when the disk fails.
  public func entry(at path: RelativePath, maxBytes: Int) throws(ExecutionError) -> FileEntry {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let fd = unsafe gl_open_beneath(root.number, path.text, flags, 0)
    guard fd >= 0 else { return try absence(of: path, error: -fd) }
    let file = Descriptor(fd)
    let status = try file.status(of: path)
    if let words = Self.objection(to: status) { return .unusable(words) }
    guard status.size <= maxBytes else { return .unusable("larger than \(maxBytes) bytes") }
    return .file(try file.readAll(of: path, limit: maxBytes))
  }

  /// What stands at each path.
  /// - Throws: `.io` when the disk fails.
  public func entries(
    at paths: [RelativePath],
    maxBytes: Int
  ) async throws(ExecutionError) -> [RelativePath: FileEntry] {
    var found: [RelativePath: FileEntry] = [:]
    for path in paths { found[path] = try entry(at: path, maxBytes: maxBytes) }
    return found
  }

  /// The permission bits of a regular file, or `nil` if there is none.
  /// - Throws: `.refused` when something else stands there.
  func mode(of path: RelativePath) throws(ExecutionError) -> UInt32? {
    guard let parent = try parentFolder(of: path, creating: false) else { return nil }
    return try checkedStatus(of: path, in: parent)?.mode
  }

  // MARK: - Writing

  /// Writes a whole file; folders above it are made, an existing file keeps its mode.
  /// - Throws: `.refused` (a symlink, a hard link, no regular file), `.diskFull`, `.io`.
  public func write(_ bytes: [UInt8], to path: RelativePath) throws(ExecutionError) {
    var made: [RelativePath] = []
    do throws(ExecutionError) {
      guard let parent = try parentFolder(of: path, creating: true, made: &made) else {
        throw ExecutionError(.internal, "the folder of '\(path)' was not made")
      }
      let mode = try checkedStatus(of: path, in: parent)?.mode
      try replace(path, in: parent, with: bytes, mode: mode.map { $0 & 0o777 } ?? 0o644)
    } catch {
      for folder in made.reversed() { _ = try? removeFolder(folder) }
      throw error
    }
  }

  /// Removes a file and the folders that become empty by it; does nothing when there is none.
  /// - Throws: `.refused` (a symlink, a hard link, no regular file), `.io`.
  public func remove(_ path: RelativePath) throws(ExecutionError) {
    guard let parent = try parentFolder(of: path, creating: false) else { return }
    guard try checkedStatus(of: path, in: parent) != nil else { return }
    guard unsafe unlinkat(parent.number, path.name, 0) == 0 else {
      throw .system(errno, "remove '\(path)'")
    }
    var folder = path.parent
    while let empty = folder {
      guard (try? removeFolder(empty)) == true else { break }
      folder = empty.parent
    }
  }

  /// Removes what a command left: any name, any kind, and the folders that become empty by it.
  /// - Parameter name: a path below the folder, as bytes; a trailing slash means a whole folder.
  /// - Throws: `.refused` (the way there leads elsewhere), `.io`.
  func removeUntracked(_ name: [UInt8]) throws(ExecutionError) {
    var parts = name.split(separator: UInt8(ascii: "/")).map(Array.init)
    guard let last = parts.popLast(), !parts.contains(Array("..".utf8)) else { return }
    guard let parent = try rawFolder(parts) else { return }
    try PlainFiles.removeTree(last, in: parent)
    while let empty = parts.popLast(), let above = try rawFolder(parts) {
      let cName = empty.map { CChar(bitPattern: $0) } + [0]
      guard unsafe unlinkat(above.number, cName, AT_REMOVEDIR) == 0 else { return }
    }
  }

  private func rawFolder(_ parts: [[UInt8]]) throws(ExecutionError) -> Descriptor? {
    if parts.isEmpty { return root }
    let cPath = parts.joined(separator: [UInt8(ascii: "/")]).map { CChar(bitPattern: $0) } + [0]
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
    let fd = unsafe gl_open_beneath(root.number, cPath, flags, 0)
    if fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP { return nil }
    guard fd >= 0 else { throw .system(-fd, "open a folder that a command left") }
    return Descriptor(fd)
  }

  private func replace(
    _ path: RelativePath,
    in parent: Descriptor,
    with bytes: [UInt8],
    mode: UInt32
  ) throws(ExecutionError) {
    let number = serial.wrappingAdd(1, ordering: .relaxed).newValue
    let temporary = "\(Self.temporaryPrefix)\(getpid())-\(number)"
    _ = unsafe unlinkat(parent.number, temporary, 0)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
    let fd = unsafe gl_open_beneath(parent.number, temporary, flags, 0o600)
    guard fd >= 0 else { throw .system(-fd, "write '\(path)'") }
    do throws(ExecutionError) {
      let file = Descriptor(fd)
      try file.writeAll(bytes, of: path)
      guard fchmod(fd, mode) == 0 else { throw ExecutionError.system(errno, "write '\(path)'") }
      let renamed = unsafe renameat(parent.number, temporary, parent.number, path.name)
      guard renamed == 0 else { throw ExecutionError.system(errno, "write '\(path)'") }
    } catch {
      _ = unsafe unlinkat(parent.number, temporary, 0)
      throw error
    }
  }

  // MARK: - Folders

  private func parentFolder(
    of path: RelativePath,
    creating: Bool
  ) throws(ExecutionError) -> Descriptor? {
    var made: [RelativePath] = []
    return try parentFolder(of: path, creating: creating, made: &made)
  }

  /// The folder that holds `path`; `nil` if it is missing and not to be made.
  private func parentFolder(
    of path: RelativePath,
    creating: Bool,
    made: inout [RelativePath]
  ) throws(ExecutionError) -> Descriptor? {
    guard let parent = path.parent else { return root }
    let flags = GL_O_PATH | O_DIRECTORY | O_NOFOLLOW
    let fd = unsafe gl_open_beneath(root.number, parent.text, flags, 0)
    if fd >= 0 { return Descriptor(fd) }
    guard fd == -ENOENT else { throw .below(parent, error: -fd, path: path) }
    guard creating else { return nil }
    guard let grand = try parentFolder(of: parent, creating: true, made: &made) else { return nil }
    if unsafe mkdirat(grand.number, parent.name, 0o755) == 0 {
      made.append(parent)
    } else if errno != EEXIST {
      throw .system(errno, "make the folder '\(parent)'")
    }
    let created = unsafe gl_open_beneath(root.number, parent.text, flags, 0)
    guard created >= 0 else { throw .below(parent, error: -created, path: path) }
    return Descriptor(created)
  }

  /// Removes a folder if it is empty.
  @discardableResult
  private func removeFolder(_ path: RelativePath) throws(ExecutionError) -> Bool {
    guard let parent = try parentFolder(of: path, creating: false) else { return false }
    return unsafe unlinkat(parent.number, path.name, AT_REMOVEDIR) == 0
  }

  // MARK: - What may be touched

  /// Status of the file at `path`, or `nil` if there is none; anything but a plain file is refused.
  private func checkedStatus(
    of path: RelativePath,
    in parent: Descriptor
  ) throws(ExecutionError) -> gl_status? {
    var status = gl_status()
    let result = unsafe gl_status_at(parent.number, path.name, &status)
    if result == -ENOENT { return nil }
    guard result == 0 else { throw .system(-result, "look at '\(path)'") }
    if let words = Self.objection(to: status) { throw .untouchable(path, words) }
    return status
  }

  /// Why something must not be touched, in words that follow "is"; `nil` for a plain file.
  private static func objection(to status: gl_status) -> String? {
    switch Int(status.kind) {
    case GL_KIND_FILE:
      status.links > 1 ? "a hard link to a file with \(status.links) names" : nil
    case GL_KIND_FOLDER: "a folder"
    case GL_KIND_SYMLINK: "a symbolic link"
    case GL_KIND_FIFO: "a named pipe"
    case GL_KIND_SOCKET: "a socket"
    default: "a device or something else that is no regular file"
    }
  }

  /// What an open that failed means: an answer where it is one, else an error.
  private func absence(of path: RelativePath, error: Int32) throws(ExecutionError) -> FileEntry {
    switch error {
    case ENOENT: return .absent
    case ENOTDIR: return .unusable("below something that is not a folder")
    case EXDEV: return .unusable("on another file system")
    case ENXIO: return .unusable("a named pipe or a socket")
    case ELOOP:
      // With NO_SYMLINKS the kernel does not say whether the link is the last component.
      guard let parent = try? parentFolder(of: path, creating: false) else {
        return .unusable("below a symbolic link")
      }
      var status = gl_status()
      guard unsafe gl_status_at(parent.number, path.name, &status) == 0 else { return .absent }
      return .unusable(Self.objection(to: status) ?? "a symbolic link")
    default: throw .system(error, "read '\(path)'")
    }
  }
}
