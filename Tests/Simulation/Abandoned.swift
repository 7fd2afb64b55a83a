import GoalLedger
import Synchronization

/// The stores that killed processes have left open.
final class Abandoned: Sendable {
  private let stores = Mutex<[SQLiteGoalStore]>([])

  func add(_ store: SQLiteGoalStore) { stores.withLock { $0.append(store) } }
}
