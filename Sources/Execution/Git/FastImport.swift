// The stream `git fast-import` takes (git-fast-import(1)) for one commit on one branch, and what it
// answers: the id of every file written, the tree, the commit.

/// A commit made by a task.
public struct TaskCommit: Sendable, Equatable {
  /// The value of the commit's `Task:` trailer.
  public var task: String
  /// The commit.
  public var commit: CommitID

  /// Makes a record.
  public init(task: String, commit: CommitID) {
    self.task = task
    self.commit = commit
  }
}

/// Builds the stream of one commit.
struct FastImport {
  private var bytes: [UInt8]
  private var questions = ""

  init(branch: String, parent: CommitID, signature: String, message: String) {
    bytes = Array("feature done\ncommit refs/heads/\(branch)\nmark :1\n".utf8)
    bytes += "committer \(signature) now\n".utf8
    bytes += "data \(message.utf8.count)\n\(message)\nfrom \(parent)\n".utf8
  }

  mutating func write(_ content: [UInt8], to path: RelativePath, isExecutable: Bool) {
    bytes += "M \(isExecutable ? 100755 : 100644) inline \(Self.quoted(path))\n".utf8
    bytes += "data \(content.count)\n".utf8
    bytes += content
    bytes.append(UInt8(ascii: "\n"))
    questions += "ls :1 \(Self.quoted(path))\n"
  }

  mutating func delete(_ path: RelativePath) {
    bytes += "D \(Self.quoted(path))\n".utf8
    questions += "ls :1 \(Self.quoted(path))\n"
  }

  /// The whole stream.
  func finish() -> [UInt8] {
    bytes + Array("\n\(questions)ls :1 \"\"\nget-mark :1\ndone\n".utf8)
  }

  private static func quoted(_ path: RelativePath) -> String {
    var text = "\""
    for character in path.text.unicodeScalars {
      if character == "\"" || character == "\\" { text += "\\" }
      text.unicodeScalars.append(character)
    }
    return text + "\""
  }

  /// A commit message with its trailers in a paragraph of their own.
  static func message(_ text: String, _ trailers: [Trailer]) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.filter { $0 != "\0" && $0 != "\r" } }
    var message = lines.joined(separator: "\n")
    while message.last?.isWhitespace == true { message.removeLast() }
    if message.isEmpty { message = "Change files" }
    guard !trailers.isEmpty else { return message + "\n" }
    message += "\n\n"
    for trailer in trailers {
      message += "\(trailer.key): \(trailer.value.filter { !$0.isNewline && $0 != "\0" })\n"
    }
    return message
  }

  /// What fast-import answered.
  struct Result {
    var commit: CommitID
    /// `nil` when the commit holds no file at all.
    var tree: TreeID?
    /// The changed files as `update-index --index-info` takes them.
    var indexInfo: [UInt8] = []

    /// - Parameter paths: the paths in the order they were written or deleted.
    init(_ lines: [String], paths: [RelativePath]) throws(ExecutionError) {
      guard lines.count == paths.count + 2, let last = lines.last else {
        throw ExecutionError(.gitFailed, "git fast-import gave an answer nobody asked for")
      }
      commit = try CommitID(last)
      let treeFields = lines[lines.count - 2].split(whereSeparator: { $0 == " " || $0 == "\t" })
      if treeFields.count >= 3, treeFields[1] == "tree" { tree = try TreeID(String(treeFields[2])) }
      for (line, path) in zip(lines, paths) {
        let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        let isThere = fields.count >= 3 && fields[1] == "blob"
        let none = String(repeating: "0", count: last.utf8.count)
        indexInfo += (isThere ? "\(fields[0]) \(fields[2])" : "0 \(none)").utf8
        indexInfo += "\t\(path)\0".utf8
      }
    }
  }
}
