import Execution
import Glibc
import GoalLedger

// What `goalledger doctor` finds: the database's soundness, the tools and repositories a worker will
// need, and business that waits for a person. It looks and changes nothing.

/// One thing that was looked at.
public struct Finding: Sendable, Hashable {
  /// How it stands.
  public enum Level: String, Sendable, Hashable, CaseIterable {
    /// As it should be.
    case fine
    /// Worth knowing; nothing is wrong yet.
    case note
    /// Wrong: something will not work until a person does something.
    case wrong
  }

  /// What was looked at, such as `journal`.
  public let subject: String
  /// How it stands.
  public let level: Level
  /// The finding, as a sentence.
  public let sentence: String
  /// What to do about it.
  public let hint: String?

  /// A finding.
  public init(_ subject: String, _ level: Level, _ sentence: String, hint: String? = nil) {
    self.subject = subject
    self.level = level
    self.sentence = sentence
    self.hint = hint
  }
}

/// Everything that was looked at, in a fixed order.
public struct Diagnosis: Sendable {
  /// The findings.
  public private(set) var findings: [Finding] = []

  /// Whether anything is wrong.
  public var isWrong: Bool { findings.contains { $0.level == .wrong } }

  /// Looks at everything.
  /// - Parameters:
  ///   - store: the database, or why it cannot be opened.
  ///   - configuration: the configuration, or every mistake in it.
  ///   - now: the time leases are measured by.
  ///   - everyEntry: whether to look at the whole ledger for secrets, and not at its newest entries.
  public static func make(
    store: Result<SQLiteGoalStore, LedgerError>,
    configuration: Result<Configuration, ConfigurationError>,
    environment: [String: String],
    now: GoalLedger.Timestamp,
    everyEntry: Bool = false
  ) async -> Diagnosis {
    var diagnosis = Diagnosis()
    await diagnosis.look(atDatabase: store)
    if case .success(let store) = store {
      await diagnosis.look(forSecretsIn: store, everyEntry: everyEntry)
    }
    await diagnosis.look(atGit: environment["PATH"] ?? CommandRunner.defaultSearchPath)
    switch configuration {
    case .failure(let error):
      for mistake in error.mistakes {
        diagnosis.add("configuration", .wrong, "\(error.file): \(mistake)")
      }
    case .success(let configuration):
      diagnosis.look(at: configuration)
      if case .success(let store) = store {
        await diagnosis.look(atWorkOf: store, configuration, environment, now)
      }
    }
    return diagnosis
  }

  mutating func add(
    _ subject: String,
    _ level: Finding.Level,
    _ sentence: String,
    hint: String? = nil
  ) {
    findings.append(Finding(subject, level, sentence, hint: hint))
  }

  // MARK: - The database

  private mutating func look(atDatabase store: Result<SQLiteGoalStore, LedgerError>) async {
    do throws(LedgerError) {
      let store = try store.get()
      let health = try await store.health()
      add("database", .fine, "\(store.path) opens and has this program's schema")
      look(at: health)
      await look(atLogOf: store)
    } catch {
      add("database", .wrong, error.message, hint: error.hint)
    }
  }

  private mutating func look(at health: DatabaseHealth) {
    if health.hasWALResetFix {
      add("sqlite", .fine, "SQLite \(health.sqliteVersion)")
    } else {
      add(
        "sqlite",
        .note,
        "SQLite \(health.sqliteVersion) has the WAL-reset bug: a checkpoint by another program can "
          + "lose committed pages",
        hint: "goalledger checkpoints in a way that is safe; other clients should set "
          + "wal_autocheckpoint=0, or use SQLite 3.51.3 and later"
      )
    }
    if health.journalMode == "wal" {
      add("journal", .fine, "write-ahead log")
    } else {
      add(
        "journal",
        .wrong,
        "the journal mode is \(health.journalMode), not wal",
        hint: "somebody changed it; run: PRAGMA journal_mode=wal"
      )
    }
    if health.damage.isEmpty { add("integrity", .fine, "SQLite's integrity check found nothing") }
    for line in health.damage {
      add("integrity", .wrong, line, hint: "restore a backup, or use the sqlite3 shell's .recover")
    }
    for concern in health.pastDeadline {
      add("deadline", .wrong, "goal \(concern.goal) \(concern.why)")
    }
    for concern in health.stuck {
      add("stuck", .wrong, "goal \(concern.goal) \(concern.why)")
    }
    look(for: health.archives)
  }

  /// Whether the files are there that history was moved to; verification reads them.
  private mutating func look(for passes: [ArchiveRecord]) {
    for (file, passes) in Dictionary(grouping: passes, by: \.file).sorted(by: { $0.key < $1.key }) {
      let first = passes.map(\.firstSeq).min() ?? 0
      let last = passes.map(\.lastSeq).max() ?? 0
      guard unsafe access(file, R_OK) == 0 else {
        add(
          "archive",
          .note,
          "entries \(first) to \(last) were archived to \(file), which is not there or cannot be read",
          hint: "keep that file, and verify it where it is: goalledger verify --archive FILE"
        )
        continue
      }
      add("archive", .fine, "\(file) has entries \(first) to \(last)")
    }
  }

  // MARK: - Tools and repositories

  private mutating func look(atGit searchPath: String) async {
    do throws(ExecutionError) {
      add("git", .fine, try await GitProgram.version(searchPath: searchPath))
    } catch {
      add("git", .wrong, error.message, hint: "install git 2.36 or newer")
    }
  }

  private mutating func look(at configuration: Configuration) {
    add("configuration", .fine, configuration.file.map { "\($0) is valid" } ?? "none: defaults")
    if configuration.workspaces.isEmpty {
      add(
        "workspace",
        .note,
        "no workspace is configured: goals can record, and change no files",
        hint: "run 'goalledger init' in a git repository"
      )
    }
    guard let domain = configuration.domainFile else { return }
    do throws(LedgerError) {
      _ = try configuration.domain()
      add("domain", .fine, "\(domain) fits the built-in domain")
    } catch {
      add("domain", .wrong, error.message, hint: error.hint)
    }
  }

  private mutating func look(
    at workspace: WorkspacePolicy,
    _ configuration: Configuration,
    _ environment: [String: String],
    _ open: [Attempt]
  ) async {
    let subject = "workspace"
    do throws(ExecutionError) {
      let repository = try await configuration.repository(
        of: workspace,
        searchPath: environment["PATH"]
      )
      let base = try await repository.resolve(workspace.baseRevision)
      let changed = try await repository.uncommittedFiles()
      add(subject, .fine, "\(workspace.name): \(workspace.path), goals start from \(base.short)")
      if changed > 0 {
        add(
          subject,
          .note,
          "\(workspace.name): \(changed) uncommitted \(changed == 1 ? "file" : "files"), which goals "
            + "will not see: they start from \(workspace.baseRevision)"
        )
      }
      if workspace.tests.isEmpty {
        add(
          subject,
          .note,
          "\(workspace.name) has no test command, so goals that need tests will fail",
          hint: "set workspaces.\(workspace.name).tests.default.argv"
        )
      }
      try await look(forWorktreesOf: repository, workspace, open)
    } catch {
      add(subject, .wrong, "\(workspace.name): \(error.message)", hint: error.hint)
    }
  }

  // MARK: - Business that waits

  /// Leases that ran out, the workspaces, and worktrees that belong to no open attempt.
  private mutating func look(
    atWorkOf store: SQLiteGoalStore,
    _ configuration: Configuration,
    _ environment: [String: String],
    _ now: GoalLedger.Timestamp
  ) async {
    do throws(LedgerError) {
      let open = try await store.openAttempts()
      for attempt in open where attempt.leaseExpiresAt < now {
        add(
          "lease",
          .wrong,
          "attempt \(attempt.number) of goal \(attempt.goalID): the lease of \(attempt.worker) "
            + "expired at \(attempt.leaseExpiresAt)",
          hint: "a running worker takes it over: goalledger work"
        )
      }
      let folder = try configuration.worktreesFolder(
        databaseID: try await store.databaseID(),
        environment: environment
      )
      for workspace in configuration.workspaces.values.sorted(by: { $0.name < $1.name }) {
        await look(at: workspace, configuration, environment, open)
      }
      add("worktrees", .fine, "they lie in \(folder)")
      await look(atCheckpointsOf: store, configuration.checkpoints)
    } catch {
      add("work", .wrong, error.message, hint: error.hint)
    }
  }

  private mutating func look(
    forWorktreesOf repository: Repository,
    _ workspace: WorkspacePolicy,
    _ open: [Attempt]
  ) async throws(ExecutionError) {
    let branches = Set(open.compactMap(\.branch))
    let found = try await repository.listGoalWorktrees(prefix: workspace.branchPrefix + "/")
    for worktree in found where !branches.contains(worktree.branch) {
      add(
        "worktrees",
        .wrong,
        "\(worktree.path) is left over: no open attempt works on \(worktree.branch)",
        hint: "a worker removes it when it starts: goalledger work --drain"
      )
    }
  }
}

extension CommitID {
  /// The first twelve digits: enough for people.
  public var short: String { String(text.prefix(12)) }
}
