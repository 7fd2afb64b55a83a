// The executors of one attempt: one for each action of the domain, made with what they need, so
// that a task says nothing but which symbols it is about.
//
// Resuming. A task whose action is marked `;@ commits` in the domain (create, replace, edit, delete)
// leaves exactly one commit in the attempt's worktree, with the trailer `Task: <number>`, even if
// the file already was as wanted: it is done if and only if that commit is there. All other tasks
// leave nothing: interrupted, they are run again. Those among them that looked on and ended well
// before the interruption need not be: but the tree that the tests passed on must then be handed
// to `init`, for `validate` asks for it.

import GoalLedger
import HTN
import Synchronization

/// Makes the executors of one attempt.
public struct CodingExecutors: Sendable {
  private let scene: AttemptScene
  private let domain: CodingDomain

  /// What an attempt's executors work with.
  ///
  /// - Parameters:
  ///   - workspace: the attempt's worktree; nil for a goal without a workspace, which can then have
  ///     no action but `record_note`.
  ///   - context: the goal's context, as the plan was made for it.
  ///   - text: the goal's text, recorded where the context has no note.
  ///   - testedTree: the tree on which `run_tests` ended with exit code 0 earlier in this attempt,
  ///     when it is resumed; nil if it did not.
  public init(
    workspace: AttemptWorkspace?,
    bindings: BindingTable,
    context: GoalContext,
    metrics: [SuccessMetric] = [],
    text: String = "",
    domain: CodingDomain,
    testedTree: String? = nil
  ) {
    scene = AttemptScene(
      workspace: workspace,
      bindings: bindings,
      context: context,
      metrics: metrics,
      text: text,
      evidence: Evidence(testedTree: testedTree)
    )
    self.domain = domain
  }

  /// One executor for each action of the domain.
  public var all: [any Executor] {
    domain.actionNames.compactMap { name in
      domain.profile(of: name).map { executor(of: name, $0) }
    }
  }

  /// What a task is called in commit trailers and process markers: its number.
  public static func label(of task: TaskNode) -> String { String(task.number) }

  private func executor(of action: String, _ profile: ActionProfile) -> any Executor {
    switch profile.executor {
    case .keepFile: KeepFile(action: action, scene: scene)
    case .findGone: FindGone(action: action, scene: scene)
    case .createFile, .replaceFile, .editFile, .deleteFile:
      ChangeFile(action: action, scene: scene)
    case .runTests: RunTests(action: action, scene: scene, expected: .pass)
    case .proveBaseline: RunTests(action: action, scene: scene, expected: .passBeforeChange)
    case .seeTestsFail: RunTests(action: action, scene: scene, expected: .fail)
    case .runCommand: RunCommand(action: action, scene: scene, command: profile.command)
    case .validate: Validate(action: action, scene: scene, testsRan: true)
    case .validateCommand: Validate(action: action, scene: scene, testsRan: false)
    case .commit: Commit(action: action, scene: scene)
    case .recordNote: RecordNote(action: action, scene: scene)
    }
  }
}

/// What all executors of an attempt share.
struct AttemptScene: Sendable {
  let workspace: AttemptWorkspace?
  let bindings: BindingTable
  let context: GoalContext
  let metrics: [SuccessMetric]
  let text: String
  let evidence: Evidence

  /// The workspace, or the error that the goal has none.
  func workspace(for task: TaskNode) throws(ExecutionError) -> AttemptWorkspace {
    guard let workspace else {
      throw ExecutionError(
        .invalidContext,
        "task \(task.number) (\(task.action)) needs a workspace, and the goal names none",
        hint: "set the goal's workspace"
      )
    }
    return workspace
  }

  /// The file that a task is about, with what the context wants of it.
  func file(of task: TaskNode) throws(ExecutionError) -> (FileRequest, SymbolBinding) {
    guard let symbol = task.arguments.first, let binding = bindings[symbol],
      binding.kind == .file, let index = binding.fileIndex,
      context.files.indices.contains(index),
      Array(context.files[index].path.text.utf8) == Array(binding.name.utf8)
    else {
      throw ExecutionError(
        .internal,
        "task \(task.number) (\(task.action)) is about \(task.arguments), which the attempt's "
          + "bindings do not lead to a file of the goal's context"
      )
    }
    return (context.files[index], binding)
  }

  /// The name of the command that a task's first argument stands for.
  func commandName(of task: TaskNode, _ kind: SymbolBinding.Kind) throws(ExecutionError) -> String {
    guard let symbol = task.arguments.first, let binding = bindings[symbol], binding.kind == kind
    else {
      throw ExecutionError(
        .internal,
        "task \(task.number) (\(task.action)) is about \(task.arguments), which the attempt's "
          + "bindings do not lead to a command"
      )
    }
    return binding.name
  }
}

/// What the attempt has seen to hold.
final class Evidence: Sendable {
  private let tree: Mutex<String?>

  init(testedTree: String?) { tree = Mutex(testedTree) }

  /// The tree on which the tests passed last; nil before they did.
  var testedTree: String? { tree.withLock { $0 } }

  /// Takes note that the tests passed on a tree.
  func testsPassed(on tree: String?) { self.tree.withLock { $0 = tree } }
}
