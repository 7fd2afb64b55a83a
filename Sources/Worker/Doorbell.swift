import Synchronization

/// What a worker's loop waits at: anything worth a look rings it, and any number of rings while
/// nobody waits count as one.
struct Doorbell: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() {
    (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Wakes whoever waits, now or next.
  func ring() { continuation.yield() }

  /// Waits for a ring.
  func wait() async {
    for await _ in stream { return }
  }
}

/// Says to whoever waits at a doorbell that there is something of a certain kind to look at.
final class Flag: Sendable {
  private let isRaised = Atomic(true)

  func raise() { isRaised.store(true, ordering: .releasing) }

  /// Whether it was raised since it was last lowered.
  func lower() -> Bool { isRaised.exchange(false, ordering: .acquiringAndReleasing) }
}
