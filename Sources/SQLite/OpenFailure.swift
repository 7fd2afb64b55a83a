// Why a database could not be opened, in words: SQLite says "unable to open database file" and no
// more, whether the directory is missing, the file is, or the permissions forbid it.
import CSQLite
import Glibc

enum OpenFailure {
  static func explain(_ error: SQLiteError, path: String, options: OpenOptions) -> SQLiteError {
    var error = error
    let reason: String
    switch error.code {
    case .cantOpen: (reason, error.hint) = cantOpen(path: path, options: options)
    case .readOnly where !options.readOnly:
      reason = "it may not be written"
      error.hint = "make the file and its directory writable, or open it for reading"
    default: reason = error.message
    }
    error.message = "cannot open the database \(path): \(reason)"
    return error
  }

  private static func cantOpen(path: String, options: OpenOptions) -> (String, String?) {
    let directory = directory(of: path)
    if !exists(directory) {
      return ("the directory \(directory) does not exist", "create it with mkdir -p")
    }
    var status = stat()
    let isThere = unsafe stat(path, &status) == 0
    if isThere && status.st_mode & S_IFMT == S_IFDIR {
      return ("it is a directory", "name a file in it")
    }
    if !isThere && (options.readOnly || !options.create) {
      return ("there is no such file", "check the path, or create the database first")
    }
    if unsafe isThere && access(path, R_OK) != 0 {
      return ("its permissions forbid reading it", "check them with ls -l")
    }
    if unsafe access(directory, W_OK) != 0 {
      return (
        "the directory \(directory) may not be written, and the log and its index belong there",
        "make the directory writable"
      )
    }
    return ("the system refused it", "check the path and how many files this process has open")
  }

  static func directory(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}
