// The files of one commit, read without a worktree: planning looks at a goal's files before there
// is one. Two processes for any number of paths: one says what the tree holds, one brings contents.

/// The files of one commit.
public struct GitTree: FileSource {
  /// The repository.
  public let repository: Repository
  /// The commit.
  public let commit: CommitID

  /// Makes a source.
  public init(repository: Repository, commit: CommitID) {
    self.repository = repository
    self.commit = commit
  }

  /// How many paths one git is asked for, well below what an argument list may hold.
  private static let batch = 200

  /// Reads what stands at each path in the commit's tree.
  /// - Throws: `.gitFailed`.
  public func entries(
    at paths: [RelativePath],
    maxBytes: Int
  ) async throws(ExecutionError) -> [RelativePath: FileEntry] {
    let items = try await items(at: paths)
    var found: [RelativePath: FileEntry] = [:]
    var wanted: [(path: RelativePath, item: Item)] = []
    for path in Set(paths).sorted() {
      if let blocked = Self.obstacle(above: path, in: items) {
        found[path] = .unusable(blocked)
      } else if let item = items[path.text] {
        switch item.mode {
        case "100644", "100755", "100664":
          if item.size > maxBytes {
            found[path] = .unusable("larger than \(maxBytes) bytes")
          } else {
            wanted.append((path, item))
          }
        case "120000": found[path] = .unusable("a symbolic link")
        case "160000": found[path] = .unusable("a submodule")
        default: found[path] = .unusable("a folder")
        }
      } else {
        found[path] = .absent
      }
    }
    let contents = try await blobs(wanted.map(\.item))
    for (path, item) in wanted { found[path] = .file(contents[item.hash] ?? []) }
    return found
  }

  private struct Item {
    var mode: String
    var hash: String
    var size: Int
  }

  /// Why nothing can stand at `path`: something above it is no folder.
  private static func obstacle(above path: RelativePath, in items: [String: Item]) -> String? {
    var folder = path.parent
    while let above = folder {
      switch items[above.text]?.mode {
      case nil, "040000": folder = above.parent
      case "120000": return "below a symbolic link"
      case "160000": return "in a submodule"
      default: return "below something that is not a folder"
      }
    }
    return nil
  }

  /// What the tree holds at the paths and at the folders above them.
  private func items(at paths: [RelativePath]) async throws(ExecutionError) -> [String: Item] {
    var asked: Set<RelativePath> = []
    for path in paths {
      var next: RelativePath? = path
      while let at = next, asked.insert(at).inserted { next = at.parent }
    }
    var found: [String: Item] = [:]
    var rest = asked.sorted()[...]
    while !rest.isEmpty {
      let some = rest.prefix(Self.batch)
      rest = rest.dropFirst(Self.batch)
      let answer = try await repository.git.run(
        ["ls-tree", "-z", "-l", "-t", "--full-tree", commit.text, "--"] + some.map(\.text),
        in: repository.safe.place()
      )
      for line in answer.output.split(separator: 0) {
        let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
        guard parts.count == 2 else { continue }
        let fields = parts[0].split(separator: UInt8(ascii: " "))
          .map { String(decoding: $0, as: UTF8.self) }
        guard fields.count == 4 else { continue }
        found[String(decoding: parts[1], as: UTF8.self)] = Item(
          mode: fields[0],
          hash: fields[2],
          size: Int(fields[3]) ?? 0
        )
      }
    }
    return found
  }

  /// The contents of blobs, by hash.
  private func blobs(_ items: [Item]) async throws(ExecutionError) -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    guard !items.isEmpty else { return contents }
    let input = Array((items.map(\.hash).joined(separator: "\n") + "\n").utf8)
    let total = items.reduce(0) { $0 + $1.size + 128 }
    let output = try await repository.git.run(
      ["cat-file", "--batch"],
      in: repository.safe.place(),
      input: input,
      limit: total
    ).output
    var at = 0
    for item in items {
      guard let end = output[at...].firstIndex(of: UInt8(ascii: "\n")),
        output[at..<end].starts(with: item.hash.utf8),
        end + 1 + item.size <= output.count
      else {
        throw ExecutionError(.gitFailed, "git cat-file did not bring the blob \(item.hash)")
      }
      contents[item.hash] = Array(output[(end + 1)..<(end + 1 + item.size)])
      at = end + 1 + item.size + 1
    }
    return contents
  }
}
