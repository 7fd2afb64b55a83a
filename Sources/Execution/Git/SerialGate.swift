// One at a time, in order of arrival, across suspension points: an actor alone lets another call in
// at every `await`, which would let a reset run between a write and its commit.

import Synchronization

/// Lets one operation through at a time.
final class SerialGate: Sendable {
  private struct State {
    var isBusy = false
    var nextTicket = 0
    var waiting: [(ticket: Int, resume: CheckedContinuation<Bool, Never>)] = []
    var cancelled: Set<Int> = []
  }

  private let state = Mutex(State())

  /// Runs `body` when all that came before is done.
  /// - Throws: `.cancelled` when the surrounding task is cancelled while it waits and `isPatient` is
  ///   false; what `body` throws.
  func pass<Value: Sendable>(
    isPatient: Bool = false,
    isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(ExecutionError) -> Value
  ) async throws(ExecutionError) -> Value {
    guard await enter(isPatient: isPatient) else {
      throw ExecutionError(.cancelled, "cancelled while waiting for another task's files")
    }
    defer { leave() }
    return try await body()
  }

  private func enter(
    isPatient: Bool,
    isolation: isolated (any Actor)? = #isolation
  ) async -> Bool {
    let ticket = state.withLock { state in
      state.nextTicket += 1
      return state.nextTicket
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          if state.cancelled.remove(ticket) != nil { return false }
          guard state.isBusy else {
            state.isBusy = true
            return true
          }
          state.waiting.append((ticket, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      guard !isPatient else { return }
      let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
        guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else {
          state.cancelled.insert(ticket)
          return nil
        }
        return state.waiting.remove(at: index).resume
      }
      waiter?.resume(returning: false)
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard !state.waiting.isEmpty else {
        state.isBusy = false
        return nil
      }
      return state.waiting.removeFirst().resume
    }
    next?.resume(returning: true)
  }
}
