// The executors of file actions. Changes go through the workspace's single applier, each as one
// commit; checks change nothing. What a change found is compared with what the plan saw: a file that
// has another content by now is a conflict, not something to overwrite.

import GoalLedger

extension FileRequest {
  /// What is to be done, for the applier.
  ///
  /// - Parameters:
  ///   - replacing: whether a file is there and its content is to be replaced.
  ///   - expected: the hash of the content that may be replaced; nil for any.
  func edit(replacing: Bool, expected: String? = nil) -> FileEdit {
    switch wish {
    case .content(let text):
      replacing
        ? .replace(Array(text.utf8), expectedHash: expected) : .create(Array(text.utf8))
    case .edits(let edits):
      .edit(edits.map { SearchReplace(search: $0.search, replace: $0.replace) })
    case .deletion: .delete
    }
  }
}

/// Creates, replaces, edits or deletes a file.
struct ChangeFile: Executor {
  let action: String
  let scene: AttemptScene

  func admit(_ task: TaskNode) throws(ExecutionError) {
    _ = try scene.workspace(for: task)
    _ = try scene.file(of: task)
  }

  func execute(_ context: ExecutionContext) async throws(ExecutionError) -> TaskResult {
    let workspace = try scene.workspace(for: context.task)
    let (file, binding) = try scene.file(of: context.task)
    let edit = file.edit(replacing: binding.expects != nil, expected: binding.expects)
    _ = try await workspace.open()
    if binding.expects != nil { try await expect(binding, file, edit, in: workspace) }
    let done = try await workspace.apply(
      edit,
      to: file.path,
      task: CodingExecutors.label(of: context.task),
      summary: "\(verb(of: file, binding)) \(file.path)",
      checkpoint: true
    )
    var detail = ["path": file.path.text, "bytes": String(done.change.bytes)]
    detail["before"] = done.change.before
    detail["after"] = done.change.after
    return TaskResult(tree: done.tree.text, commit: done.commit.text, detail: detail)
  }

  /// Throws if the file has another content than when the goal was planned.
  private func expect(
    _ binding: SymbolBinding,
    _ file: FileRequest,
    _ edit: FileEdit,
    in workspace: AttemptWorkspace
  ) async throws(ExecutionError) {
    let seen = try await workspace.observe([(file.path, edit)])[file.path]
    if let found = seen?.sha256, found == binding.expects || seen?.alreadyAsWanted == true {
      return
    }
    guard seen?.present == true else {
      throw ExecutionError(
        .notFound,
        "\(file.path) was there when the goal was planned, and is gone"
      )
    }
    throw ExecutionError(
      .conflict,
      "\(file.path) has another content than when the goal was planned",
      hint: "look at what changed it and queue the goal anew"
    )
  }

  private func verb(of file: FileRequest, _ binding: SymbolBinding) -> String {
    switch file.wish {
    case .content: binding.expects == nil ? "Create" : "Replace"
    case .edits: "Edit"
    case .deletion: "Delete"
    }
  }
}

/// Checks that a file still is as wanted.
struct KeepFile: Executor {
  let action: String
  let scene: AttemptScene

  func admit(_ task: TaskNode) throws(ExecutionError) {
    _ = try scene.workspace(for: task)
    _ = try scene.file(of: task)
  }

  func execute(_ context: ExecutionContext) async throws(ExecutionError) -> TaskResult {
    let workspace = try scene.workspace(for: context.task)
    let (file, _) = try scene.file(of: context.task)
    let seen = try await workspace.observe([(file.path, file.edit(replacing: true))])[file.path]
    guard seen?.alreadyAsWanted == true else {
      throw ExecutionError(
        .conflict,
        "\(file.path) was as wanted when the goal was planned, and no longer is",
        hint: "queue the goal anew"
      )
    }
    return TaskResult(detail: ["path": file.path.text])
  }
}

/// Checks that a file still does not exist.
struct FindGone: Executor {
  let action: String
  let scene: AttemptScene

  func admit(_ task: TaskNode) throws(ExecutionError) {
    _ = try scene.workspace(for: task)
    _ = try scene.file(of: task)
  }

  func execute(_ context: ExecutionContext) async throws(ExecutionError) -> TaskResult {
    let workspace = try scene.workspace(for: context.task)
    let (file, _) = try scene.file(of: context.task)
    let seen = try await workspace.observe([(file.path, .delete)])[file.path]
    guard seen?.present == false else {
      throw ExecutionError(
        .conflict,
        "\(file.path) did not exist when the goal was planned, and now does",
        hint: "queue the goal anew"
      )
    }
    return TaskResult(detail: ["path": file.path.text])
  }
}

/// Keeps a note: the note is the result.
struct RecordNote: Executor {
  let action: String
  let scene: AttemptScene

  func execute(_ context: ExecutionContext) async throws(ExecutionError) -> TaskResult {
    TaskResult(detail: ["note": scene.context.note ?? scene.text])
  }
}
