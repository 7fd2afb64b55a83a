import GoalLedger
import Synchronization

/// Seals what anybody has written to the ledger, moments after it was written.
///
/// What must stay true: work never waits for a seal; a key that cannot be had, vouched for or used any
/// more is said once, and leaves entries unsealed, as a database without a worker does. A worker whose
/// key is revoked while it runs seals no more: started again, it takes another.
final class Sealer: Sendable {
  let store: any GoalStore
  let name: String
  /// What it signs with; nil where there is no key to be had.
  let key: WorkerKey?
  let watch: @Sendable (WorkerEvent) -> Void
  /// Rung when somebody has committed something.
  let bell = Doorbell()
  private let stopped = Atomic(false)

  /// What is committed within this time shares a seal.
  private static let gathering = Duration.milliseconds(8)

  /// Takes a key, and registers it.
  init(_ identity: WorkerIdentity, watch: @escaping @Sendable (WorkerEvent) -> Void) async {
    store = identity.store
    name = identity.worker
    self.watch = watch
    do throws(LedgerError) {
      key = try await identity.obtain()
    } catch {
      key = nil
      watch(.warning("nothing is sealed: \(error.message)"))
    }
  }

  /// Seals until its task is cancelled.
  func run() async {
    bell.ring()
    while !Task.isCancelled {
      await bell.wait()
      try? await Task.sleep(for: Self.gathering)
      guard !Task.isCancelled else { return }
      await seal()
    }
  }

  /// Seals what is not sealed yet, a last time, and lets other workers seal.
  func finish() async {
    await seal(isLast: true)
    try? await store.endSealing(sealer: name)
  }

  /// Seals what is not sealed yet.
  /// - Parameter isLast: whether also while another worker has the turn.
  func seal(isLast: Bool = false) async {
    guard let key, !stopped.load(ordering: .relaxed) else { return }
    do throws(LedgerError) {
      try await store.seal(sealer: name, key: key.key, isLast: isLast)
    } catch  where error.code == .busy {
      // Somebody holds the lock for long: the next change rings again.
    } catch {
      if error.code == .refused, await isRevoked(key) {
        stopped.store(true, ordering: .relaxed)
        try? await store.endSealing(sealer: name)
      }
      watch(.warning("the ledger could not be sealed: \(error.message)"))
    }
  }

  private func isRevoked(_ key: WorkerKey) async -> Bool {
    let identities = try? await store.identities()
    return identities?.contains { $0.publicKey == key.key.publicKey && !$0.isLive } ?? false
  }
}
