// The arguments of a goal's task, as its `context` says them: which files are to look how, which
// tests to run, which command. A value of this type has been validated (see `ContextReader`): its
// paths are relative and stay below the root, no file is named twice, and no edit is empty.
//
// The same rules are written down for clients as JSON Schemas in `Schema/context`, one a task; a
// test holds the two in agreement.

/// One replacement of text in a file; its search text must occur exactly once.
public struct EditRequest: Sendable, Hashable {
  /// The text to find; never empty.
  public let search: String
  /// What stands there instead; empty to remove it.
  public let replace: String

  /// An edit.
  public init(search: String, replace: String) {
    self.search = search
    self.replace = replace
  }
}

/// What is to become of one file.
public struct FileRequest: Sendable, Hashable {
  /// What is wanted.
  public enum Wish: Sendable, Hashable {
    /// The file has exactly this content, whatever was there.
    case content(String)
    /// The file exists, and these edits are made one after the other; at least one.
    case edits([EditRequest])
    /// The file does not exist.
    case deletion
  }

  /// The file, below the workspace's root.
  public let path: RelativePath
  /// What is wanted.
  public let wish: Wish
  /// The SHA-256, in lower-case hexadecimal digits, of the content that the asker expects to find;
  /// nil if any will do.
  public let expects: String?

  /// A file and what is wanted of it.
  public init(path: RelativePath, wish: Wish, expects: String? = nil) {
    self.path = path
    self.wish = wish
    self.expects = expects
  }
}

/// The validated arguments of a goal's task.
public struct GoalContext: Sendable, Hashable {
  /// The files to change, in the order given.
  public let files: [FileRequest]
  /// The name of the test command in the workspace's policy; `default` unless the context says so.
  public let tests: String
  /// The name of the command to run, in the workspace's policy; nil if none is asked for.
  public let command: String?
  /// The commands that the context brings itself, by the key that brings them (`tests`, `command`);
  /// only a workspace whose policy says so takes them.
  public let brought: [String: CommandSpec]
  /// A note: the result of a `record` goal, a remark on any other; nil if there is none.
  public let note: String?

  /// Arguments.
  public init(
    files: [FileRequest] = [],
    tests: String = GoalContext.defaultTests,
    command: String? = nil,
    brought: [String: CommandSpec] = [:],
    note: String? = nil
  ) {
    self.files = files
    self.tests = tests
    self.command = command
    self.brought = brought
    self.note = note
  }

  /// What a command that the context brings itself is called in bindings and sentences.
  public static let broughtName = "(the goal's own)"

  /// The test command taken when a context names none.
  public static let defaultTests = "default"
}

/// Which keys the context of a task takes.
public struct ContextForm: Sendable, Hashable {
  /// The keys that may be there.
  public let keys: [String]
  /// The keys that must be there.
  public let required: [String]

  /// The form of a task's context; tasks of an operator's domain take every key and need none.
  public init(task: String) {
    switch task {
    case "implement_feature", "fix_bug", "refactor_code", "add_tests":
      keys = ["files", "tests", "note"]
      required = ["files"]
    case "run_command":
      keys = ["command", "note"]
      required = ["command"]
    case "record":
      keys = ["note"]
      required = []
    default:
      keys = ["files", "tests", "command", "note"]
      required = []
    }
  }
}
