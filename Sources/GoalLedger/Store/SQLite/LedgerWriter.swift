import Dispatch
import Glibc
import Migrations
import SQLite

/// The one writer of a process. It gathers what its callers want written while the transaction
/// before is still committing, and writes all of it in the next one, with what comes in meanwhile, so
/// that full durability costs one fsync for many.
///
/// What must stay true: a caller hears of success only after the commit; one refusal does not take the
/// others along; when the transaction itself is lost (a full disk), every caller in it is told, and
/// nothing of it is left. Refusals are rare and savepoints are not free: so all is written without
/// one, and where somebody's work is refused, all of it is undone and done again, each in a savepoint
/// of its own. What callers give must bear being done twice. However much is waiting or comes in,
/// nothing more is begun once a transaction has held the lock for some milliseconds: the rest goes with
/// the next one, and other writers get their turn between the two.
actor LedgerWriter {
  private let executor: DatabaseExecutor
  private let connection: Connection
  /// The database's file, symbolic links resolved.
  nonisolated let file: String
  private let inbox = WriterInbox()
  /// What has left the inbox and is not written yet.
  private var waiting: ArraySlice<WriterWork> = []
  /// Nil in a simulation, whose processes are one, and once it is closed.
  private var turns: WriteTurns?
  /// What `pagesWritten` was when the log was last shortened, or could not be.
  private var pagesAtShortening = 0
  /// Kept open for the next time.
  private var checkpointer: WALCheckpointer?
  /// So many pages of log, 4 MiB, are copied in a few milliseconds; the lock is held for no longer.
  private static let pagesOfLog = 1_000
  /// What `lockWaits` was when others were last let have the lock, and for how long they are, in
  /// microseconds: as long as one that waits may sleep before it looks again.
  private var lockWaits: UInt32 = 0
  private static let wayOfOthers: UInt32 = 400
  /// How long a transaction takes on more work. What it has begun it ends, and then it commits.
  private static let timeForWork = Duration.milliseconds(8)

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(path: String, options: OpenOptions) throws(LedgerError) {
    do throws(SQLiteError) {
      executor = try DatabaseExecutor(name: "ledger-writer")
      connection = try Connection(
        path: path,
        options: Simulation.current?.adapted(options) ?? options
      )
    } catch {
      throw LedgerError(error)
    }
    file = connection.file
    turns = Simulation.current == nil ? WriteTurns(database: file) : nil
  }

  /// Runs `body` in a transaction with whatever else is waiting, and returns once it is durable.
  nonisolated func write<T: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(LedgerError) -> T
  ) async throws(LedgerError) -> T {
    try await Simulation.awaitTurn()
    let result: Result<T, LedgerError> = await withCheckedContinuation { continuation in
      if inbox.put(WriterWork(body, continuation)) { flushSoon() }
    }
    return try result.get()
  }

  /// Has statements compiled that are going to be needed, while no lock is held. One that cannot be is
  /// refused when it is run.
  nonisolated func prepare(_ statements: [String]) {
    executor.perform { [self] in
      assumeIsolated { writer in
        for statement in statements { try? writer.connection.prepare(statement) }
      }
    }
  }

  /// Has the writer's thread write what waits, after what else that thread was asked for.
  private nonisolated func flushSoon() {
    let simulation = Simulation.current
    executor.perform { [self] in
      Simulation.$current.withValue(simulation) { assumeIsolated { $0.flush() } }
    }
  }

  /// Runs `body` on the writer's connection outside any transaction: for what cannot be in one.
  func maintain<T: Sendable>(
    _ body: @Sendable (Connection) throws(SQLiteError) -> T
  ) throws(LedgerError) -> T {
    turns?.finish()
    do throws(SQLiteError) {
      return try body(connection)
    } catch {
      throw LedgerError(error)
    }
  }

  /// Closes the connection at once: what is asked of it later fails.
  func close() {
    turns = nil
    checkpointer = nil
    connection.close()
  }

  /// Brings the database to this binary's schema, or says what it lacks.
  @discardableResult
  func migrate(_ opening: SQLiteGoalStore.Opening) throws(LedgerError) -> [String] {
    let migrator = Migrator()
    guard opening == .asIs else { return try migrator.migrate(connection) }
    guard let next = try migrator.pending(connection).first else { return [] }
    throw LedgerError(
      .incompatible,
      "\(connection.path) lacks migration \(next.name)",
      hint: "run: goalledger migrate"
    )
  }

  private func flush() {
    giveWay()
    turns?.take()
    waiting += inbox.takeAll()
    var begun: ArraySlice<WriterWork> = []
    var loss: LedgerError?
    do throws(LedgerError) {
      if try !commitTogether(&begun) { try commitApart(begun) }
    } catch {
      loss = error
      // Where no transaction began, that is the answer for all who waited for it.
      if begun.isEmpty { swap(&begun, &waiting) }
    }
    // A slice keeps what was taken from it.
    if waiting.isEmpty { waiting = [] }
    let keepsTurn = turns?.isKept ?? false
    if !keepsTurn { turns?.finish() }
    for work in begun { work.finish(loss) }
    if keepsTurn, waiting.isEmpty { linger() }
    let written = (try? connection.pagesWritten) ?? 0
    if written - pagesAtShortening >= Self.pagesOfLog {
      // What goes wrong now goes wrong again when the log is next looked at, and is said there.
      _ = try? shortenLog()
    }
    if inbox.isWanted(besides: !waiting.isEmpty) { flushSoon() }
  }

  private static let moment = DispatchTimeInterval.microseconds(300)

  /// Waits a moment for what those who have just been told will want written next, so that it needs no
  /// turn of its own.
  private func linger() {
    if !inbox.hasMore(within: Self.moment) { turns?.finish() }
  }

  /// Lets others have the lock, where there are others: whoever has just had it would take it again
  /// before any of them looks, and some would wait for many turns.
  private func giveWay() {
    guard connection.lockWaits != lockWaits, Simulation.current == nil else { return }
    lockWaits = connection.lockWaits
    usleep(Self.wayOfOthers)
  }

  /// Copies the log into the database, so that the next writer can begin it anew.
  func shortenLog() throws(LedgerError) -> CheckpointOutcome {
    turns?.finish()
    do throws(SQLiteError) {
      pagesAtShortening = try connection.pagesWritten
      return try openCheckpointer().checkpoint()
    } catch {
      checkpointer = nil
      throw LedgerError(error)
    }
  }

  private func openCheckpointer() throws(SQLiteError) -> WALCheckpointer {
    if let checkpointer { return checkpointer }
    let opened = try WALCheckpointer(
      path: connection.path,
      busyTimeout: min(50, connection.options.busyTimeout),
      vfs: connection.options.vfs
    )
    checkpointer = opened
    return opened
  }

  /// Writes as one what there is time for, which is the rule; the rest goes on waiting.
  /// - Parameter begun: whose work was done, or was to be.
  /// - returns: false where the work of one among several was refused, and nothing is left of anybody's.
  private func commitTogether(_ begun: inout ArraySlice<WriterWork>) throws(LedgerError) -> Bool {
    var isRefused = false
    do throws(LedgerError) {
      try connection.transaction(wrapping: LedgerError.init) { () throws(LedgerError) in
        // A simulation has no time but its own.
        let end = Simulation.current == nil ? ContinuousClock.now + Self.timeForWork : nil
        while let work = waiting.popFirst() {
          begun.append(work)
          let failure = work.perform(connection)
          if let failure {
            isRefused = true
            throw failure
          }
          if let end, ContinuousClock.now > end { break }
          if waiting.isEmpty { waiting = inbox.takeAll() }
        }
      }
    } catch  where isRefused {
      // Who was alone has had its answer.
      return begun.count == 1
    }
    return true
  }

  /// Writes everybody's work in a savepoint of its own.
  private func commitApart(_ batch: ArraySlice<WriterWork>) throws(LedgerError) {
    try connection.transaction(wrapping: LedgerError.init) { () throws(LedgerError) in
      for work in batch {
        let failure = work.performApart(connection)
        // A full disk or an I/O error ends the whole transaction, not only the savepoint.
        guard connection.isInTransaction else {
          throw failure ?? LedgerError(.internal, "the transaction ended by itself")
        }
      }
    }
  }
}

/// Reads, on a connection and a thread of their own, so that they never wait for a write.
actor LedgerReader {
  private let executor: DatabaseExecutor
  private let connection: Connection
  /// Whether every read has the same view.
  private var holdsView = false

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(path: String, vfs: String? = nil) throws(LedgerError) {
    var options = OpenOptions.reader
    options.vfs = vfs
    do throws(SQLiteError) {
      executor = try DatabaseExecutor(name: "ledger-reader")
      connection = try Connection(
        path: path,
        options: Simulation.current?.adapted(options) ?? options
      )
    } catch {
      throw LedgerError(error)
    }
  }

  /// Has all reads from here on see the database as it is now, until the reader goes.
  func holdView() throws(LedgerError) {
    do throws(SQLiteError) {
      try connection.execute("BEGIN")
      // The view is that of the first read (sqlite.org/isolation.html).
      _ = try connection.first("SELECT count(*) FROM sqlite_schema") { $0.int(0) }
    } catch {
      throw LedgerError(error)
    }
    holdsView = true
  }

  /// Runs `body` on a consistent view of the database.
  func read<T: Sendable>(
    _ body: @Sendable (Connection) throws(SQLiteError) -> T
  ) async throws(LedgerError) -> T {
    try await Simulation.awaitTurn()
    do throws(SQLiteError) {
      if holdsView { return try body(connection) }
      return try connection.transaction(.deferred) { () throws(SQLiteError) in
        try body(connection)
      }
    } catch {
      throw LedgerError(error)
    }
  }

  /// Closes the connection at once: what is asked of it later fails.
  func close() { connection.close() }

  /// A number that changes when another connection has committed.
  func dataVersion() throws(LedgerError) -> Int64 {
    do throws(SQLiteError) {
      return try connection.dataVersion
    } catch {
      throw LedgerError(error)
    }
  }
}
