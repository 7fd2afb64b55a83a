import Foundation
import GoalLedger
import TestSupport
import Testing
import Worker

@Suite("A worker's memory does not grow with what it has done")
struct MemoryTests {
  /// The memory of this process that no file stands behind, in KiB.
  private func memory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
    return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
  }

  @Test("an attempt that has ended keeps nothing")
  func flat() async throws {
    let fixture = try await WorkerFixture()
    func drain(_ goals: Int) async throws {
      for _ in 0..<goals { _ = try await fixture.adopt("record", ["note": "n"]) }
      let worker = GoalWorker(
        store: fixture.store,
        configuration: fixture.configuration(concurrency: 16),
        keyFolder: fixture.repository.folder.path + "/workers",
        ledgerKeyFile: KeyFile(path: fixture.ledgerKeyPath)
      )
      try await worker.run(drain: true)
    }
    try await drain(200)
    let before = try memory()
    // Looked at while it runs: at its end a worker gives everything back.
    let watching = Task { [memory] () -> [Int] in
      var seen: [Int] = []
      while !Task.isCancelled {
        seen.append((try? memory()) ?? 0)
        try? await Task.sleep(for: .milliseconds(20))
      }
      return seen
    }
    try await drain(600)
    watching.cancel()
    let most = await watching.value.max() ?? 0
    // What was kept of an attempt took 30 KiB.
    #expect(most - before < 600 * 10, "\(before) KiB before, at most \(most) KiB then")
  }
}
