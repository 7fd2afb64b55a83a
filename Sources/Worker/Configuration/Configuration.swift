import Execution
import GoalLedger

// The operator's `goalledger.json` as typed values: which repositories goals may change and under
// what rules, how much a worker does at once, and where its worktrees lie.
//
// What must stay true: a value of this type was validated whole, so no one above asks again whether
// a glob compiles or a path is absolute; a missing file is the cautious default, in which no goal
// can touch any repository.

/// The configuration of one database's worker and command line.
public struct Configuration: Sendable, Equatable {
  /// The repositories goals may change, by name.
  public var workspaces: [String: WorkspacePolicy]
  /// The workspace of goals that name none; nil where there are none, or several and no default.
  public var defaultWorkspace: String?
  /// How much a worker does at once, and how patient it is.
  public var limits: WorkerLimits
  /// What the commits of `work` and `execute` promise.
  public var durability: SQLiteGoalStore.Durability
  /// What is redacted before it is written.
  public var redaction = RedactionSettings()
  /// The absolute path of the folder for worktrees; nil for ``worktreesFolder(databaseID:)``'s.
  public var worktrees: String?
  /// Where checkpoints of the ledger go.
  public var checkpoints = CheckpointRules()
  /// The absolute path of the operator's own domain file, merged after the built-in one.
  public var domainFile: String?
  /// Where git is looked up, as a PATH; nil for the usual folders.
  package var gitSearchPath: String?
  /// The absolute path of the file this was read from; nil where there was none.
  public var file: String?

  /// The configuration of an operator who has said nothing: no workspace, and default limits.
  public init() {
    workspaces = [:]
    limits = WorkerLimits()
    durability = .full
  }

  /// The workspace of a goal that asks for `name`, or for none.
  /// - throws: `.invalid` where there is no such workspace, or several and no default.
  public func workspace(named name: String?) throws(LedgerError) -> WorkspacePolicy {
    let names = workspaces.keys.sorted()
    guard let name = name ?? defaultWorkspace else {
      guard !names.isEmpty else {
        throw LedgerError(
          .invalid,
          "no workspace is configured, so no goal can change files",
          hint: "run 'goalledger init' in a git repository, or add it to goalledger.json"
        )
      }
      throw LedgerError(
        .invalid,
        "the goal names no workspace, and there are \(names.count): "
          + names.joined(separator: ", "),
        hint: "name one, or set default_workspace in goalledger.json"
      )
    }
    guard let workspace = workspaces[name] else {
      let known =
        names.isEmpty ? "none is configured" : "there are: " + names.joined(separator: ", ")
      let near = Suggestion.nearest(to: name, among: names)
      throw LedgerError(
        .invalid,
        "there is no workspace '\(name)'; \(known)",
        hint: near.map { "did you mean '\($0)'?" }
      )
    }
    return workspace
  }

  /// Where worktrees lie: the configured folder, else one named after the database under
  /// `$XDG_STATE_HOME/goalledger` or `~/.local/state/goalledger`, outside any checkout.
  /// - throws: `.invalid` where neither variable says where that is.
  public func worktreesFolder(
    databaseID: String,
    environment: [String: String]
  ) throws(LedgerError) -> String {
    if let worktrees { return worktrees }
    // The XDG base directory specification: a relative path in its variables is to be ignored.
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return "\(state)/goalledger/\(databaseID)"
    }
    if let home = environment["HOME"], home.hasPrefix("/") {
      return "\(home)/.local/state/goalledger/\(databaseID)"
    }
    throw LedgerError(
      .invalid,
      "there is no folder for worktrees: neither XDG_STATE_HOME nor HOME is set",
      hint: "set 'worktrees' in goalledger.json, or GOALLEDGER_WORKTREES"
    )
  }
}
