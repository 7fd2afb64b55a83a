// How tries, timers and other threads speak to the one function that runs a graph: they leave a
// message, it takes all that have come. One reader only. Cheaper than an actor: the reader owns its
// state as a plain value and is woken once for many messages.
import Synchronization

/// A queue of messages with a single waiting reader.
final class Mailbox<Message: Sendable>: Sendable {
  private struct State {
    var messages: [Message] = []
    var reader: CheckedContinuation<[Message], Never>?
  }

  private let state = Mutex(State())

  /// Leaves a message and wakes the reader if it waits.
  func post(_ message: Message) {
    let reader = state.withLock { state -> CheckedContinuation<[Message], Never>? in
      guard let reader = state.reader else {
        state.messages.append(message)
        return nil
      }
      state.reader = nil
      return reader
    }
    reader?.resume(returning: [message])
  }

  /// Takes all messages, in the order of their coming; waits until there is at least one.
  func receive() async -> [Message] {
    await withCheckedContinuation { reader in
      let waiting = state.withLock { state -> [Message] in
        guard state.messages.isEmpty else {
          defer { state.messages.removeAll() }
          return state.messages
        }
        state.reader = reader
        return []
      }
      if !waiting.isEmpty { reader.resume(returning: waiting) }
    }
  }
}
