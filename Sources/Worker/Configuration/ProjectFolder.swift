import Glibc
import GoalLedger

// What recognising a project asks of its folder: which names are there, and what a manifest says.

/// A folder of a project, for reading.
public struct ProjectFolder: Sendable {
  /// The folder's absolute path.
  public let path: String

  /// The folder at an absolute path.
  public init(_ path: String) { self.path = path }

  /// Whether something of that name is there.
  public func has(_ name: String) -> Bool { unsafe access(PathText.join(path, name), F_OK) == 0 }

  /// The text of a file; nil where it cannot be read.
  public func text(_ name: String) -> String? {
    try? TextFile.readIfThere(PathText.join(path, name))
  }

  /// The names in a folder below this one, sorted; none where there is no such folder.
  public func names(in name: String) -> [String] {
    guard let folder = unsafe opendir(PathText.join(path, name)) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The root of the git repository that holds `path`: the nearest folder with a `.git`.
  public static func repositoryRoot(of path: String) -> String? {
    var folder = path
    while true {
      if ProjectFolder(folder).has(".git") { return folder }
      if folder == "/" || folder == "." { return nil }
      folder = PathText.folder(of: folder)
    }
  }
}
