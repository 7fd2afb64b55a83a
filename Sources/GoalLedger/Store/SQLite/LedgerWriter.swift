import Migrations
import SQLite

/// The one writer of a process. It gathers what its callers want written while the transaction
/// before is still committing, and writes all of it in the next one, so that full durability costs
/// one fsync for many.
///
/// What must stay true: a caller hears of success only after the commit; each caller's work is in a
/// savepoint of its own, so that one refusal does not take the others along; when the transaction
/// itself is lost (a full disk), every caller in it is told, and nothing of it is left.
actor LedgerWriter {
  private let executor: DatabaseExecutor
  private let connection: Connection
  private var waiting: [Work] = []
  private var isFlushing = false

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(path: String, options: OpenOptions) throws(LedgerError) {
    do throws(SQLiteError) {
      executor = try DatabaseExecutor(name: "ledger-writer")
      connection = try Connection(path: path, options: options)
    } catch {
      throw LedgerError(error)
    }
  }

  /// Runs `body` in a transaction with whatever else is waiting, and returns once it is durable.
  func write<T: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(LedgerError) -> T
  ) async throws(LedgerError) -> T {
    let result: Result<T, LedgerError> = await withCheckedContinuation { continuation in
      waiting.append(Work(body, continuation))
      guard !isFlushing else { return }
      isFlushing = true
      Task { flush() }
    }
    return try result.get()
  }

  /// Runs `body` on the writer's connection outside any transaction: for what cannot be in one.
  func maintain<T: Sendable>(
    _ body: @Sendable (Connection) throws(SQLiteError) -> T
  ) throws(LedgerError) -> T {
    do throws(SQLiteError) {
      return try body(connection)
    } catch {
      throw LedgerError(error)
    }
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
    isFlushing = false
    let batch = waiting
    waiting = []
    do throws(LedgerError) {
      try connection.transaction(wrapping: LedgerError.init) { () throws(LedgerError) in
        for work in batch {
          work.perform(connection)
          // A full disk or an I/O error ends the whole transaction, not only the savepoint.
          guard connection.isInTransaction else {
            throw work.failure ?? LedgerError(.internal, "the transaction ended by itself")
          }
        }
      }
      for work in batch { work.finish(nil) }
    } catch {
      for work in batch { work.finish(error) }
    }
  }

  /// A caller's work: what to do, what came of it, and whom to tell.
  private final class Work {
    let perform: (Connection) -> Void
    let finish: (LedgerError?) -> Void
    let outcome: Outcome

    final class Outcome { var failure: LedgerError? }

    var failure: LedgerError? { outcome.failure }

    init<T: Sendable>(
      _ body: @escaping @Sendable (Connection) throws(LedgerError) -> T,
      _ continuation: CheckedContinuation<Result<T, LedgerError>, Never>
    ) {
      let outcome = Outcome()
      var result: Result<T, LedgerError>?
      self.outcome = outcome
      perform = { connection in
        do throws(LedgerError) {
          result = .success(
            try connection.savepoint(wrapping: LedgerError.init) { () throws(LedgerError) in
              try body(connection)
            }
          )
        } catch {
          outcome.failure = error
          result = .failure(error)
        }
      }
      finish = { failure in
        // Its own refusal stands; success, or not having been reached, is what befell them all.
        if case .failure = result {} else if let failure { result = .failure(failure) }
        let lost = LedgerError(.internal, "a write was neither made nor refused")
        continuation.resume(returning: result ?? .failure(lost))
      }
    }
  }
}

/// Reads, on a connection and a thread of their own, so that they never wait for a write.
actor LedgerReader {
  private let executor: DatabaseExecutor
  private let connection: Connection

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(path: String, vfs: String? = nil) throws(LedgerError) {
    var options = OpenOptions.reader
    options.vfs = vfs
    do throws(SQLiteError) {
      executor = try DatabaseExecutor(name: "ledger-reader")
      connection = try Connection(path: path, options: options)
    } catch {
      throw LedgerError(error)
    }
  }

  /// Runs `body` on a consistent view of the database.
  func read<T: Sendable>(
    _ body: @Sendable (Connection) throws(SQLiteError) -> T
  ) throws(LedgerError) -> T {
    do throws(SQLiteError) {
      return try connection.transaction(.deferred) { () throws(SQLiteError) in
        try body(connection)
      }
    } catch {
      throw LedgerError(error)
    }
  }

  /// A number that changes when another connection has committed.
  func dataVersion() throws(LedgerError) -> Int64 {
    do throws(SQLiteError) {
      return try connection.dataVersion
    } catch {
      throw LedgerError(error)
    }
  }
}
