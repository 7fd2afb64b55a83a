import Dispatch
import SQLite
import Synchronization

/// What a caller wants written: how it is done, and whom to tell what came of it.
struct WriterWork: Sendable {
  /// Does it, for the first time or again; why it was refused, where it was.
  let perform: @Sendable (Connection) -> LedgerError?
  /// Makes this the answer, whatever came of it.
  let refuse: @Sendable (LedgerError) -> Void
  /// Tells its caller; with an error where the transaction was lost.
  let finish: @Sendable (LedgerError?) -> Void

  /// What came of it so far.
  private final class Outcome<T: Sendable>: Sendable {
    private let state = Mutex<Result<T, LedgerError>?>(nil)

    var result: Result<T, LedgerError>? {
      get { state.withLock { $0 } }
      set { state.withLock { $0 = newValue } }
    }
  }

  init<T: Sendable>(
    _ body: @escaping @Sendable (Connection) throws(LedgerError) -> T,
    _ continuation: CheckedContinuation<Result<T, LedgerError>, Never>
  ) {
    let outcome = Outcome<T>()
    perform = { connection in
      do throws(LedgerError) {
        outcome.result = .success(try body(connection))
        return nil
      } catch {
        outcome.result = .failure(error)
        return error
      }
    }
    refuse = { outcome.result = .failure($0) }
    finish = { lost in
      // Its own refusal stands; success, or not having been reached, is what befell them all.
      switch (outcome.result, lost) {
      case (.failure(let own)?, _): continuation.resume(returning: .failure(own))
      case (_, let lost?): continuation.resume(returning: .failure(lost))
      case (let result?, nil): continuation.resume(returning: result)
      case (nil, nil):
        let missed = LedgerError(.internal, "a write was neither made nor refused")
        continuation.resume(returning: .failure(missed))
      }
    }
  }

  /// Does it so that it can be undone alone.
  func performApart(_ connection: Connection) -> LedgerError? {
    do throws(LedgerError) {
      try connection.savepoint(wrapping: LedgerError.init) { () throws(LedgerError) in
        if let failure = perform(connection) { throw failure }
      }
      return nil
    } catch {
      refuse(error)
      return error
    }
  }
}

/// What callers want written, until the writer takes it.
final class WriterInbox: Sendable {
  private struct State {
    var works: [WriterWork] = []
    /// Whether the writer is going to look.
    var isScheduled = false
    /// Whether the writer sleeps until something comes in.
    var isAwaited = false
  }

  private let state = Mutex(State())
  private let arrival = DispatchSemaphore(value: 0)

  /// Puts it last; true where the writer must be told to look.
  func put(_ work: WriterWork) -> Bool {
    state.withLock { state in
      state.works.append(work)
      if state.isAwaited {
        state.isAwaited = false
        arrival.signal()
      }
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
  }

  func takeAll() -> ArraySlice<WriterWork> {
    state.withLock { state in
      defer { state.works = [] }
      return state.works[...]
    }
  }

  /// Whether the writer, about to rest, is to look again, for what has come in or for its own reasons.
  func isWanted(besides own: Bool) -> Bool {
    state.withLock { state in
      state.isScheduled = own || !state.works.isEmpty
      return state.isScheduled
    }
  }

  /// Whether there is something, or comes in within the time.
  func hasMore(within time: DispatchTimeInterval) -> Bool {
    let isEmpty = state.withLock { state in
      state.isAwaited = state.works.isEmpty
      return state.isAwaited
    }
    guard isEmpty else { return true }
    let isLate = arrival.wait(timeout: .now() + time) == .timedOut
    // Between the end of the time and now it may have come all the same.
    let isStillEmpty = state.withLock { state in
      defer { state.isAwaited = false }
      return state.isAwaited
    }
    if isLate && !isStillEmpty { arrival.wait() }
    return !isStillEmpty
  }
}
