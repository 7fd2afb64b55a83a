import GoalLedger
import Synchronization

/// The stores that were opened in a simulation.
///
/// What must stay true: none is closed because nobody refers to it any more, which happens whenever
/// some thread of the machine gets round to it; only because a killed process's are, at that step.
final class OpenedStores: Sendable {
  private let stores = Mutex<[SQLiteGoalStore]>([])

  func keep(_ store: SQLiteGoalStore) { stores.withLock { $0.append(store) } }
}
