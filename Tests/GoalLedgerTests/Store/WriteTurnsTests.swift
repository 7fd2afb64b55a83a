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

  /// Takes a turn on a thread of its own, to be kept for long where it has to be waited for.
  /// - returns: waits for that thread, and says whether the turn was one to keep.
  private func takeElsewhere() -> () -> Bool {
    let ended = DispatchSemaphore(value: 0)
    let isKept = Mutex(false)
    let path = path
    DispatchQueue(label: "elsewhere").async {
      let turns = WriteTurns(database: path, length: .seconds(60), patience: .seconds(20))
      turns.take()
      isKept.withLock { $0 = turns.isKept }
      turns.finish()
      ended.signal()
    }
    return {
      ended.wait()
      return isKept.withLock { $0 }
    }
  }

  /// Whether the system knows of somebody who waits for a lock on the log.
  private func isWaitedFor() throws -> Bool {
    var status = stat()
    guard unsafe stat(path + "-wal", &status) == 0 else { return false }
    return try Shell.succeed(["cat", "/proc/locks"])
      .split(separator: "\n")
      .contains { $0.contains("-> OFDLCK") && $0.contains(":\(status.st_ino) ") }
  }

  @Test("are had by one at a time; who had to wait keeps the turn for a while, and nobody else")
  func waiting() throws {
    let turns = WriteTurns(database: path, length: .seconds(60))
    turns.take()
    #expect(turns.isTaken && !turns.isKept)
    let other = takeElsewhere()
    var looks = 0
    while try !isWaitedFor(), looks < 3_000 {
      usleep(1_000)
      looks += 1
    }
    turns.finish()
    #expect(other())
    turns.take()
    #expect(turns.isTaken && !turns.isKept)
  }

  @Test("are not waited for without end: who cannot have one goes on without, for a while")
  func stopped() {
    let (turns, other) = (WriteTurns(database: path), WriteTurns(database: path))
    turns.take()
    let clock = ContinuousClock()
    #expect(clock.measure { other.take() } >= .milliseconds(250))
    #expect(!other.isTaken)
    turns.finish()
    other.take()
    #expect(!other.isTaken)
    let third = WriteTurns(database: path)
    third.take()
    #expect(third.isTaken)
  }

  @Test("end with who had them, and need no file that is there")
  func ended() {
    var first: WriteTurns? = WriteTurns(database: path)
    first?.take()
    first = nil
    #expect(!takeElsewhere()())
    let none = WriteTurns(database: folder.path + "/none.db")
    none.take()
    #expect(!none.isTaken)
    none.finish()
  }

  @Test("are not kept by a store that has nothing more to write, by whatever name it was opened")
  func idle() async throws {
    try await EmptyDatabase.copy(to: folder.path + "/real.db")
    try Shell.succeed(["ln", "-s", "real.db", folder.path + "/link.db"])
    let store = try await SQLiteGoalStore.open(path: folder.path + "/link.db", .asIs)
    _ = try await store.add(GoalDraft(text: "first"), actor: "ann")
    let turns = WriteTurns(database: folder.path + "/real.db")
    for _ in 0..<3 {
      turns.take()
      #expect(turns.isTaken)
      let writing = Task { try await store.add(GoalDraft(text: "x"), actor: "ann") }
      usleep(20_000)
      turns.finish()
      _ = try await writing.value
    }
    turns.take()
    #expect(turns.isTaken)
    turns.finish()
    await store.close()
  }
}
