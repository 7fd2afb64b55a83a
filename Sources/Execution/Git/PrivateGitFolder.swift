// A git folder of our own, beside the worktrees, through which everything that touches files is
// done. It holds no object and no ref: the objects are the repository's, by environment; the index
// is the worktree's. What it has of its own is a configuration with nothing in it, and attributes
// that switch filters and conversions off, at the one place that wins over a `.gitattributes` in the
// tree. So a filter, a monitor or a hook named in the repository's configuration is not overridden
// here: it is never read.

import Glibc

/// The folder, made where it is missing.
struct PrivateGitFolder: Sendable, Equatable {
  /// Its absolute path.
  let path: String
  /// The repository's git folder.
  let commonFolder: String

  /// Makes the folder below `state`, or puts right what stands there.
  /// - Parameter objectFormat: `sha1` or `sha256`.
  init(state: String, commonFolder: String, objectFormat: String) throws(ExecutionError) {
    self.commonFolder = commonFolder
    path = "\(state)/git-\(sha256(Array(commonFolder.utf8)).prefix(16))"
    for folder in ["", "/objects", "/refs", "/info"] { try PlainFiles.makeFolder(path + folder) }
    let version = objectFormat == "sha1" ? 0 : 1
    let format = objectFormat == "sha1" ? "" : "[extensions]\n\tobjectFormat = \(objectFormat)\n"
    let files = [
      "HEAD": "ref: refs/heads/none\n",
      "config": "[core]\n\trepositoryFormatVersion = \(version)\n\tbare = false\n\(format)",
      "info/attributes": "* -filter -text -eol -ident -working-tree-encoding -export-subst\n",
    ]
    for (name, text) in files.sorted(by: { $0.key < $1.key }) {
      let file = "\(path)/\(name)"
      if PlainFiles.read(file) != text { try PlainFiles.write(text, to: file) }
    }
  }

  /// Where git is to work: on objects alone, or on a worktree and its index.
  func place(worktree: String? = nil, index: String? = nil) -> GitPlace {
    var environment = [
      "GIT_DIR": path,
      "GIT_COMMON_DIR": path,
      "GIT_OBJECT_DIRECTORY": "\(commonFolder)/objects",
    ]
    environment["GIT_WORK_TREE"] = worktree
    environment["GIT_INDEX_FILE"] = index
    return GitPlace(startFolder: worktree ?? path, environment: environment)
  }

  /// The repository's own list of what is ignored, as a setting of git.
  var excludes: [String] { ["-c", "core.excludesFile=\(commonFolder)/info/exclude"] }
}
