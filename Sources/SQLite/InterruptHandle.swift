// The one thing another thread may do to a connection: stop what it runs. sqlite3_interrupt is "safe
// to call from a thread different from the thread that is currently running the database operation",
// but not once the connection is closed; the lock here keeps the two apart.
import CSQLite
import Synchronization

/// Stops the running statements of one connection, from any thread.
public final class InterruptHandle: Sendable {
  /// The connection's address, 0 once it is closed. As a number it may cross threads; it is made a
  /// pointer again only under the lock.
  private let address: Mutex<UInt>

  init(_ database: OpaquePointer?) {
    address = Mutex(UInt(bitPattern: database))
  }

  /// Stops the statements that run now: they throw ``ResultCode/interrupt``, and a write among them
  /// is undone with its transaction. Statements that start later, and closed connections, are not
  /// affected.
  public func interrupt() {
    address.withLock { address in
      guard let database = unsafe OpaquePointer(bitPattern: address) else { return }
      unsafe sqlite3_interrupt(database)
    }
  }

  func invalidate() {
    address.withLock { $0 = 0 }
  }
}
