import Glibc

// Paths as texts: joined and made absolute by their letters alone, without asking the file system,
// so that the same file and folder always give the same configuration; but for one question, whether
// two folders are the same in the end.

/// Operations on the texts of paths.
public enum PathText {
  /// `path` if it is absolute, else below `folder`; `~/` is the shell's and not expanded. Without
  /// `.`, `..` and doubled slashes.
  public static func absolute(_ path: String, in folder: String) -> String {
    normal(path.hasPrefix("/") ? path : join(folder, path))
  }

  /// `folder/name`.
  public static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// The folder that holds an absolute path.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component.
  public static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? "/"
  }

  /// Whether `path` is `folder` or lies below it; both absolute and normal.
  public static func contains(_ folder: String, _ path: String) -> Bool {
    path == folder || path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
  }

  /// The path without symbolic links, as the file system has it now; as it is where nothing is there.
  static func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  /// The process's working folder.
  public static var workingFolder: String {
    guard let path = unsafe getcwd(nil, 0) else { return "." }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  private static func normal(_ path: String) -> String {
    var components: [Substring] = []
    for component in path.split(separator: "/") where component != "." {
      if component == ".." { _ = components.popLast() } else { components.append(component) }
    }
    return "/" + components.joined(separator: "/")
  }
}
