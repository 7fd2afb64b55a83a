import Execution
import GoalLedger

/// Keeps the leases of what runs, and notices when a goal was abandoned or a lease lost.
///
/// What must stay true: a worker that could not extend its leases for as long as they last stops by
/// itself; it must not work on what another may have taken over. Nothing is written while no lease
/// is held, nor while each has more than half of its time left.
struct LeaseKeeper: Sendable {
  let store: any GoalStore
  let running: RunningAttempts
  /// How long a lease lasts, in milliseconds.
  let lease: Int64
  let watch: @Sendable (WorkerEvent) -> Void

  /// How often it looks: an abandoned goal must stop within a second, and a short lease must not
  /// run out between two looks.
  private var interval: Duration { .milliseconds(min(200, max(10, lease / 8))) }

  /// Looks until its task is cancelled.
  func run() async {
    let clock = ContinuousClock()
    var heldSince = clock.now
    while !Task.isCancelled {
      try? await clock.sleep(for: interval)
      let claims = running.claims
      guard !claims.isEmpty else {
        heldSince = clock.now
        continue
      }
      let asked = clock.now
      do throws(LedgerError) {
        let standings = try await store.extend(claims, lease: lease)
        heldSince = asked
        for (claim, standing) in zip(claims, standings) {
          switch standing {
          case .held: break
          case .abandoned: running.cancel(claim, .abandoned)
          case .lost: running.cancel(claim, .leaseLost)
          }
        }
      } catch {
        watch(.warning("the leases could not be extended: \(error.message)"))
        if clock.now - heldSince > .milliseconds(lease) {
          running.cancelAll(.leaseLost)
        }
      }
    }
  }
}
