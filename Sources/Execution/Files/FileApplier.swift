// The one place that gives edits their meaning, whoever proposes them. A dry run and the real thing
// decide by the same function, `resolve`, so that what was planned is what happens, or the task
// fails with a sentence because the file has changed since.

/// Applies edits to files, or says what they would meet.
public struct FileApplier: Sendable {
  /// The rules for paths and sizes.
  public let policy: PathPolicy

  /// Makes an applier.
  public init(policy: PathPolicy) { self.policy = policy }

  /// What each edit would meet in `source`, in one read of it.
  /// - Throws: `.refused` or `.tooLarge` when the policy forbids a path or a size; what the source
  ///   throws. An edit that would not apply is an answer, with its reason.
  public func dryRun(
    _ edits: [(path: RelativePath, edit: FileEdit)],
    in source: any FileSource
  ) async throws(ExecutionError) -> [RelativePath: Observation] {
    for (path, edit) in edits { try policy.check(path, bytes: edit.contentBytes ?? 0) }
    let entries = try await source.entries(at: edits.map(\.path), maxBytes: readLimit)
    var observations: [RelativePath: Observation] = [:]
    for (path, edit) in edits {
      observations[path] = observe(edit, at: path, entry: entries[path] ?? .absent)
    }
    return observations
  }

  /// Applies one edit.
  /// - Throws: `.refused`, `.tooLarge`, `.conflict` (it does not match), `.notFound`, `.binary`,
  ///   `.diskFull`, `.io`.
  public func apply(
    _ edit: FileEdit,
    to path: RelativePath,
    in folder: SafeFolder
  ) throws(ExecutionError) -> AppliedChange {
    try policy.check(path, bytes: edit.contentBytes ?? 0)
    let entry = try folder.entry(at: path, maxBytes: readLimit)
    switch resolve(edit, at: path, entry: entry) {
    case .mismatch(let error): throw error
    case .asWanted(let bytes):
      let hash = bytes.map(sha256)
      return AppliedChange(path: path, before: hash, after: hash, bytes: bytes?.count ?? 0)
    case .write(let bytes):
      try policy.check(path, bytes: bytes.count)
      try folder.write(bytes, to: path)
      return AppliedChange(
        path: path,
        before: entry.content.map(sha256),
        after: sha256(bytes),
        bytes: bytes.count
      )
    case .delete:
      try folder.remove(path)
      return AppliedChange(path: path, before: entry.content.map(sha256), after: nil, bytes: 0)
    }
  }

  /// A present file may be larger than what may be written: deleting or replacing it is no harm.
  private var readLimit: Int { max(policy.maxFileBytes, 16 << 20) }

  private func observe(_ edit: FileEdit, at path: RelativePath, entry: FileEntry) -> Observation {
    let hash = entry.content.map(sha256)
    switch resolve(edit, at: path, entry: entry) {
    case .asWanted:
      return Observation(
        present: entry != .absent,
        matches: true,
        alreadyAsWanted: true,
        sha256: hash,
        wantedSHA256: hash
      )
    case .write(let bytes):
      do throws(ExecutionError) {
        try policy.check(path, bytes: bytes.count)
      } catch {
        return Observation(
          present: entry != .absent,
          matches: false,
          alreadyAsWanted: false,
          reason: error.message,
          sha256: hash
        )
      }
      return Observation(
        present: entry != .absent,
        matches: true,
        alreadyAsWanted: false,
        sha256: hash,
        wantedSHA256: sha256(bytes)
      )
    case .delete:
      return Observation(present: true, matches: true, alreadyAsWanted: false, sha256: hash)
    case .mismatch(let error):
      return Observation(
        present: entry != .absent,
        matches: false,
        alreadyAsWanted: false,
        reason: error.message,
        sha256: hash
      )
    }
  }

  // MARK: - The meaning of an edit

  private enum Resolution {
    case asWanted([UInt8]?)
    case write([UInt8])
    case delete
    case mismatch(ExecutionError)
  }

  private func resolve(_ edit: FileEdit, at path: RelativePath, entry: FileEntry) -> Resolution {
    if case .unusable(let words) = entry { return .mismatch(.untouchable(path, words)) }
    let present = entry.content
    switch edit {
    case .create(let wanted):
      guard let present else { return .write(wanted) }
      if present == wanted { return .asWanted(present) }
      return .mismatch(
        ExecutionError(
          .conflict,
          "'\(path)' is to be created but exists with other content",
          hint: "say 'replace' if it should be overwritten, or edit it"
        )
      )
    case .replace(let wanted, let expectedHash):
      guard let present else {
        return .mismatch(
          ExecutionError(.notFound, "'\(path)' is to be replaced but does not exist")
        )
      }
      if present == wanted { return .asWanted(present) }
      if let expectedHash, expectedHash.lowercased() != sha256(present) {
        return .mismatch(
          ExecutionError(
            .conflict,
            "'\(path)' has changed: its SHA-256 is \(sha256(present)), expected \(expectedHash)",
            hint: "look at the file again and make the change anew"
          )
        )
      }
      return .write(wanted)
    case .edit(let edits):
      guard let present else {
        return .mismatch(ExecutionError(.notFound, "'\(path)' is to be edited but does not exist"))
      }
      return resolve(edits, at: path, present: present)
    case .delete:
      return present == nil ? .asWanted(nil) : .delete
    }
  }

  private func resolve(
    _ edits: [SearchReplace],
    at path: RelativePath,
    present: [UInt8]
  ) -> Resolution {
    if present.contains(0) || String(validating: present, as: UTF8.self) == nil {
      return .mismatch(
        ExecutionError(
          .binary,
          "'\(path)' is not UTF-8 text and cannot be edited",
          hint: "replace it as a whole"
        )
      )
    }
    let forward = TextEdits.apply(edits, to: present)
    if TextEdits.areApplied(edits, to: present, forward: forward) { return .asWanted(present) }
    switch forward {
    case .success(let bytes): return bytes == present ? .asWanted(present) : .write(bytes)
    case .failure(let fault):
      return .mismatch(ExecutionError(.conflict, fault.sentence(path), hint: fault.hint))
    }
  }
}

extension FileEntry {
  /// The bytes of a regular file.
  var content: [UInt8]? {
    guard case .file(let bytes) = self else { return nil }
    return bytes
  }
}
