import Synchronization
import Worker

/// What a worker warned of.
final class Heard: Sendable {
  private let texts = Mutex<[String]>([])

  var warnings: [String] { texts.withLock { $0 } }

  @Sendable func hear(_ event: WorkerEvent) {
    if case .warning(let text) = event { texts.withLock { $0.append(text) } }
  }
}
