// What lies between two commits, for the change record and for people. The plumbing `diff-tree`
// runs no external diff and no text conversion, and reads through the private git folder.

/// What happened to one file between two commits.
public struct FileChangeStat: Sendable, Equatable {
  /// The kinds of change.
  public enum Status: String, Sendable {
    /// The file is new.
    case added
    /// Its content or its mode changed.
    case modified
    /// It is gone.
    case deleted
    /// It became another kind of thing, such as a link.
    case typeChanged
  }

  /// Which file.
  public var path: String
  /// What happened.
  public var status: Status
  /// Lines added; `nil` for a binary file.
  public var additions: Int?
  /// Lines removed; `nil` for a binary file.
  public var deletions: Int?

  /// Makes a record.
  public init(path: String, status: Status, additions: Int?, deletions: Int?) {
    self.path = path
    self.status = status
    self.additions = additions
    self.deletions = deletions
  }
}

extension Repository {
  private static let diffTree = [
    "diff-tree", "-r", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color",
    "--ignore-submodules=all",
  ]

  /// The files that differ between two commits, by path. A rename is a deletion and an addition.
  /// - Throws: `.gitFailed`.
  public func diffStat(
    from: CommitID,
    to: CommitID
  ) async throws(ExecutionError) -> [FileChangeStat] {
    if from == to { return [] }
    let answer = try await git.run(
      Self.diffTree + ["-z", "--raw", "--numstat", from.text, to.text],
      in: safe.place()
    )
    var statuses: [String: FileChangeStat.Status] = [:]
    var stats: [FileChangeStat] = []
    var fields = answer.output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }[...]
    while let field = fields.popFirst() {
      if field.hasPrefix(":") {
        guard let path = fields.popFirst() else { break }
        statuses[path] =
          switch field.last {
          case "A": .added
          case "D": .deleted
          case "T": .typeChanged
          default: .modified
          }
      } else {
        let parts = field.split(separator: "\t", maxSplits: 2).map(String.init)
        guard parts.count == 3 else { continue }
        stats.append(
          FileChangeStat(
            path: parts[2],
            status: statuses[parts[2]] ?? .modified,
            additions: Int(parts[0]),
            deletions: Int(parts[1])
          )
        )
      }
    }
    return stats
  }

  /// The difference between two commits, as a patch.
  /// - Parameter maxBytes: what is longer is cut, with a line that says so.
  /// - Throws: `.gitFailed`.
  public func diff(
    from: CommitID,
    to: CommitID,
    maxBytes: Int = 4 << 20
  ) async throws(ExecutionError) -> String {
    if from == to { return "" }
    let answer = try await git.run(
      Self.diffTree + ["-p", from.text, to.text],
      in: safe.place(),
      limit: maxBytes + 1
    )
    let text = String(decoding: answer.output.prefix(maxBytes), as: UTF8.self)
    guard answer.output.count > maxBytes else { return text }
    return text + "\n[... the rest of the difference is left out ...]\n"
  }
}
