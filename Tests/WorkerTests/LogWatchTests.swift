import Foundation
import GoalLedger
import TestSupport
import Testing

@testable import Worker

@Suite("A worker hears of writes to the log")
struct LogWatchTests {
  @Test("a write wakes whoever waits, long before the time is up; each write once")
  func write() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/log"
    try Data("a".utf8).write(to: URL(filePath: path))
    let watch = try #require(LogWatch(path))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    for _ in 0..<3 {
      #expect(watch.arm())
      let writing = Task {
        try await Task.sleep(for: .milliseconds(30))
        try handle.write(contentsOf: Data("b".utf8))
      }
      let clock = ContinuousClock()
      let start = clock.now
      #expect(await watch.wait(.seconds(20)))
      #expect(clock.now - start < .seconds(10))
      try await writing.value
    }
  }

  @Test("without a write, and for one before it was asked, the time passes")
  func silence() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/log"
    try Data("a".utf8).write(to: URL(filePath: path))
    let watch = try #require(LogWatch(path))
    try Data("before".utf8).write(to: URL(filePath: path))
    #expect(watch.arm())
    let clock = ContinuousClock()
    let start = clock.now
    #expect(await !watch.wait(.milliseconds(60)))
    #expect(clock.now - start >= .milliseconds(60))
  }

  @Test("a log that is not there is not watched")
  func missing() throws {
    let folder = try TemporaryFolder()
    let watch = try #require(LogWatch(folder.path + "/log"))
    #expect(!watch.arm())
  }

  @Test("an idle worker looks at the database a few times a second at most, and wakes at once")
  func idle() async throws {
    let fixture = try await WorkerFixture()
    let store = DyingStore(fixture.store, dies: .before(.started(99)))
    let (doorbell, sealing) = (Doorbell(), Doorbell())
    let watcher = Task {
      await ChangeWatcher(
        store: store,
        doorbell: doorbell,
        hasNews: Flag(),
        sealing: sealing,
        slowest: .seconds(60)
      ).run()
    }
    defer { watcher.cancel() }
    await doorbell.wait()
    try await Task.sleep(for: .milliseconds(1_500))
    let before = store.looks
    try await Task.sleep(for: .milliseconds(1_500))
    #expect(store.looks - before <= 5)
    let clock = ContinuousClock()
    let start = clock.now
    _ = try await fixture.adopt("record", ["note": "n"])
    await doorbell.wait()
    #expect(clock.now - start < .seconds(20))
  }
}
