// What a goal, or an author, may want done to one file, and what is said about it beforehand and
// afterwards. These are values; `FileApplier` is the one place that gives them a meaning.

/// One replacement within a file: `search` must occur exactly once.
public struct SearchReplace: Sendable, Equatable, Hashable {
  /// The text to find; not empty.
  public var search: String
  /// What stands there afterwards.
  public var replace: String

  /// Makes a replacement.
  public init(search: String, replace: String) {
    self.search = search
    self.replace = replace
  }
}

/// One wanted change of one file.
public enum FileEdit: Sendable, Equatable {
  /// The file is made; it must not exist yet, unless it is already as wanted.
  case create([UInt8])
  /// The file's content is replaced; with a hash, only if the file still has it (SHA-256, hex).
  case replace([UInt8], expectedHash: String?)
  /// The replacements are made one after the other.
  case edit([SearchReplace])
  /// The file is gone afterwards.
  case delete

  /// The bytes this edit alone would write; an edit's size depends on the file.
  public var contentBytes: Int? {
    switch self {
    case .create(let bytes), .replace(let bytes, _): bytes.count
    case .edit, .delete: nil
    }
  }
}

/// What was done to one file.
public struct AppliedChange: Sendable, Equatable {
  /// Which file.
  public var path: RelativePath
  /// SHA-256 of the content before, lowercase hex; `nil` if there was no file.
  public var before: String?
  /// SHA-256 of the content afterwards; `nil` if there is no file.
  public var after: String?
  /// The file's size afterwards, in bytes; 0 if there is none.
  public var bytes: Int

  /// Whether anything changed.
  public var isChange: Bool { before != after }

  /// Makes a record of a change.
  public init(path: RelativePath, before: String?, after: String?, bytes: Int) {
    self.path = path
    self.before = before
    self.after = after
    self.bytes = bytes
  }
}

/// What an edit would meet: the planner's facts about one file.
public struct Observation: Sendable, Equatable {
  /// Whether the file exists.
  public var present: Bool
  /// Whether the edit would apply now.
  public var matches: Bool
  /// Whether there is nothing left to do.
  public var alreadyAsWanted: Bool
  /// Why the edit would not apply: a sentence; `nil` when it would.
  public var reason: String?
  /// SHA-256 of the present content, lowercase hex.
  public var sha256: String?
  /// SHA-256 of the content the edit leads to; `nil` for a deletion or when it would not apply.
  public var wantedSHA256: String?

  /// Makes an observation.
  public init(
    present: Bool,
    matches: Bool,
    alreadyAsWanted: Bool,
    reason: String? = nil,
    sha256: String? = nil,
    wantedSHA256: String? = nil
  ) {
    self.present = present
    self.matches = matches
    self.alreadyAsWanted = alreadyAsWanted
    self.reason = reason
    self.sha256 = sha256
    self.wantedSHA256 = wantedSHA256
  }
}

/// What stands at a path.
public enum FileEntry: Sendable, Equatable {
  /// Nothing.
  case absent
  /// A regular file with this content.
  case file([UInt8])
  /// Something a goal must not touch (a folder, a symlink, a hard link, a submodule, a device, a
  /// file over the size limit), said in words that follow "is", such as "a symbolic link".
  case unusable(String)
}

/// Where files are read from: a folder on disk, or the tree of a commit.
public protocol FileSource: Sendable {
  /// Reads what stands at each of `paths`, in one go.
  /// - Parameter maxBytes: larger files come back as `.unusable`.
  /// - Throws: only when the source itself fails; an absent or unusable file is an answer.
  func entries(
    at paths: [RelativePath],
    maxBytes: Int
  ) async throws(ExecutionError) -> [RelativePath: FileEntry]
}
