// Turns at writing among processes. Two descriptors in one process are to the system what two
// processes are: a turn belongs to the open file.
import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Turns at writing")
struct WriteTurnsTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/goals.db" }

  init() throws {
    folder = try TemporaryFolder("turns")
    _ = try folder.write("", to: "goals.db-wal")
  }

  /// Takes a turn on a thread of its own.
  /// - returns: how long that took, and whether it is one to keep, once both are known.
  private func takeElsewhere() -> (begun: DispatchSemaphore, taken: () -> (Duration, Bool)) {
    let (begun, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let found = Mutex((Duration.zero, false))
    let path = path
    Thread.start {
      let turns = WriteTurns(database: path)
      let clock = ContinuousClock()
      begun.signal()
      let took = clock.measure { turns.take() }
      found.withLock { $0 = (took, turns.isKept) }
      turns.finish()
      ended.signal()
    }
    return (
      begun,
      {
        ended.wait()
        return found.withLock { $0 }
      }
    )
  }

  @Test("are had by one at a time; who had to wait keeps the turn for a while, and nobody else")
  func waiting() {
    let turns = WriteTurns(database: path)
    turns.take()
    #expect(!turns.isKept)
    let other = takeElsewhere()
    other.begun.wait()
    usleep(30_000)
    turns.finish()
    let (took, isKept) = other.taken()
    #expect(took >= .milliseconds(20))
    #expect(isKept)
    turns.take()
    #expect(!turns.isKept)
  }

  @Test("are not waited for without end: who cannot have one goes on without, for a while")
  func stopped() {
    let (turns, other) = (WriteTurns(database: path), WriteTurns(database: path))
    turns.take()
    let clock = ContinuousClock()
    #expect(clock.measure { other.take() } >= .milliseconds(100))
    #expect(!other.isKept)
    #expect(clock.measure { for _ in 0..<10 { other.take() } } < .milliseconds(500))
  }

  @Test("end with who had them, and need no file that is there")
  func ended() {
    var first: WriteTurns? = WriteTurns(database: path)
    first?.take()
    first = nil
    let (took, isKept) = takeElsewhere().taken()
    #expect(took < .milliseconds(100))
    #expect(!isKept)
    let none = WriteTurns(database: folder.path + "/none.db")
    none.take()
    #expect(!none.isKept)
    none.finish()
  }
}

/// Threads that may block.
private enum Thread {
  static func start(_ body: @escaping @Sendable () -> Void) {
    DispatchQueue(label: "thread").async(execute: body)
  }
}
