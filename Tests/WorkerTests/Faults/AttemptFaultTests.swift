// A whole attempt of a real coding goal, with something failing at each place where it can.
import Glibc
import GoalLedger
import TestSupport
import Testing
import Worker

@Suite("A whole attempt")
struct AttemptFaultTests {
  @Test(
    "on a database whose disk fails at any operation is finished or undone by the next worker",
    arguments: [FaultDisk.Kind.write, .sync]
  )
  func database(kind: FaultDisk.Kind) async throws {
    let dry = try await AttemptFault()
    let before = dry.disk.count(kind)
    await dry.work()
    let total = dry.disk.count(kind) - before
    #expect(try await dry.finish("without a fault").attempts == 1)
    var tally = FaultTally()
    for (place, nth) in FaultPoints.of(total, most: 3).enumerated() {
      for isLasting in FaultPoints.isFull ? [false, true] : [place % 2 == 1] {
        let fault = try await AttemptFault()
        let failure: FaultDisk.Failure = kind == .sync ? .sync : nth % 2 == 0 ? .full : .write
        fault.disk.fail(kind, nth, with: failure, lasting: isLasting)
        await fault.work()
        let hasFired = fault.disk.failures > 0
        let end = try await fault.finish("\(kind) \(nth), \(isLasting ? "lasting" : "once")")
        #expect(end.isSatisfied, "\(kind) \(nth): the goal could have been satisfied")
        tally.add(end, fired: hasFired)
      }
    }
    #expect(tally.fired > 0)
    tally.report("\(kind)s of the database", points: total)
  }

  @Test("with a git whose nth call goes wrong ends right", arguments: GitShim.Way.allCases)
  func git(way: GitShim.Way) async throws {
    let dry = try await AttemptFault()
    var configuration = dry.recovery.configuration()
    let calm = try GitShim(way, nth: 0, repository: dry.recovery.fixture.repository)
    configuration.gitSearchPath = calm.searchPath
    await dry.work(configuration)
    let total = calm.count
    #expect(try await dry.finish("without a fault").attempts == 1)
    try #require(total > 5, "git is not called through the shim")
    var tally = FaultTally()
    for nth in FaultPoints.of(total, most: 2) {
      let fault = try await AttemptFault()
      let shim = try GitShim(way, nth: nth, repository: fault.recovery.fixture.repository)
      var configuration = fault.recovery.configuration()
      configuration.gitSearchPath = shim.searchPath
      await fault.work(configuration)
      let what = "call \(nth), \(shim.what ?? "not reached"), \(way)"
      let end = try await fault.finish(what)
      #expect(end.isSatisfied, "\(what): another attempt would have satisfied it")
      tally.add(end, fired: shim.what != nil)
    }
    tally.report("git \(way)", points: total)
  }

  @Test(
    "on a file system that is full or broken at any call ends right",
    arguments: [ENOSPC, EIO]
  )
  func files(number: Int32) async throws {
    let dry = try await AttemptFault()
    let calls = FaultCalls(below: dry.recovery.fixture.repository.folder.path)
    await dry.work()
    let total = calls.count
    calls.heal()
    #expect(try await dry.finish("without a fault").attempts == 1)
    try #require(total > 10, "the calls do not pass here")
    var tally = FaultTally()
    for nth in FaultPoints.of(total, most: 4) {
      let fault = try await AttemptFault()
      let calls = FaultCalls(
        below: fault.recovery.fixture.repository.folder.path,
        fail: nth,
        with: number
      )
      await fault.work()
      calls.heal()
      let what = "call \(nth), \(calls.what), errno \(number)"
      let end = try await fault.finish(what)
      #expect(end.isSatisfied, "\(what): another attempt would have satisfied it")
      tally.add(end, fired: calls.failures > 0)
    }
    #expect(tally.fired > 0)
    tally.report("system calls with errno \(number)", points: total)
  }

  @Test("on a file system that stays full fails with a sentence, and leaves nothing behind")
  func staysFull() async throws {
    let fault = try await AttemptFault()
    let calls = FaultCalls(
      below: fault.recovery.fixture.repository.state + "/app-1-1",
      fail: 1,
      with: ENOSPC,
      lasting: true
    )
    await fault.work()
    calls.heal()
    #expect(calls.failures > 0)
    let attempts = try await fault.recovery.attempts
    let outcome = attempts.first?.outcome ?? ""
    #expect(outcome.contains("the disk is full"), "\(outcome)")
    try await fault.finish("full for the first attempt")
  }
}
