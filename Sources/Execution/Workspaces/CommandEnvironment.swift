// What a command finds in its environment: a PATH, a home and a folder for temporary files of its
// own, a language, and what the operator's policy adds. Nothing else of the worker's environment
// gets there: its secrets are not the goal's.

import Glibc

/// The environment of commands.
enum CommandEnvironment {
  /// The folders of this process's PATH, absolute ones only, and the usual ones after them.
  static let searchPath: String = {
    let own = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
    var folders: [Substring] = []
    for folder in (own + ":" + CommandRunner.defaultSearchPath).split(separator: ":")
    where folder.hasPrefix("/") && !folders.contains(folder) {
      folders.append(folder)
    }
    return folders.joined(separator: ":")
  }()

  /// The variables of a command.
  static func variables(
    searchPath: String,
    directory: String,
    policy: [String: String]
  ) -> [String: String] {
    let own = [
      "PATH": searchPath,
      "HOME": "\(directory)/home",
      "TMPDIR": "\(directory)/tmp",
      "LANG": "C.UTF-8",
      "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_TERMINAL_PROMPT": "0",
    ]
    return own.merging(policy) { $1 }
  }
}
