// A git in front of the real one, whose nth call goes wrong in one of the ways a git can.
import TestSupport

/// A folder with a program `git` in it, to be put first in the PATH.
struct GitShim {
  /// How a git goes wrong.
  enum Way: String, CaseIterable {
    /// It says so, and does nothing.
    case fails
    /// The disk is full.
    case full
    /// It does all of its work, and then says that it failed.
    case half
    /// It is killed before it does anything.
    case killed
    /// It dies, and leaves its lock files behind.
    case locks
  }

  let searchPath: String
  private let folder: TemporaryFolder

  /// - Parameter nth: which call, from 1; none where it is 0.
  init(_ way: Way, nth: Int, repository: GitFixture) throws {
    folder = repository.folder
    try folder.write("0", to: "shim/count")
    let shim = "\(folder.path)/shim"
    let script = """
      #!/bin/sh
      count=$(($(cat '\(shim)/count') + 1))
      echo $count > '\(shim)/count'
      [ $count -eq \(nth) ] || exec \(try Shell.succeed(["which", "git"])) "$@"
      echo "$@" > '\(shim)/what'
      case \(way.rawValue) in
        fails) echo 'fatal: it does not work today' >&2; exit 128 ;;
        full) echo 'fatal: write error: No space left on device' >&2; exit 128 ;;
        half) \(try Shell.succeed(["which", "git"])) "$@" || exit
          echo 'fatal: it died at the end' >&2; exit 128 ;;
        killed) kill -9 $$ ;;
        locks)
          git='\(repository.path)/.git' lock=
          # Each git leaves the locks that it takes. Nobody waits for the one that all share where it
          # has lain for longer than a git could take.
          case " $* " in
            *' update-ref --no-deref -d '*) lock="$git/packed-refs.lock"; touch -d '2 minutes ago' "$lock" ;;
            *' worktree add '* | *' fast-import '* | *' update-ref '*)
              lock="$git/refs/heads/goal/1/1.lock"
              mkdir -p "${lock%/*}"; : > "$lock" ;;
            *' read-tree '* | *' update-index '*)
              for tree in "$git"/worktrees/*/; do
                lock="$tree/index.lock"; : > "$lock"; : > "$tree/HEAD.lock"
              done ;;
          esac
          echo "fatal: Unable to create '$lock': File exists." >&2; exit 128 ;;
      esac
      """
    try folder.write(script, to: "shim/git", executable: true)
    searchPath = "\(shim):/usr/local/bin:/usr/bin:/bin"
  }

  /// How many calls there were.
  var count: Int { Int(folder.read("shim/count")?.split(separator: "\n").first ?? "") ?? 0 }

  /// The call that went wrong; nil where none did.
  var what: String? {
    folder.read("shim/what").map { text in
      let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
      let options = zip(words, words.dropFirst()).filter { $0.0 != "-c" && $0.1 != "-c" }
      return options.map(\.1).filter { !$0.contains("=") }.prefix(3).joined(separator: " ")
    }
  }
}
