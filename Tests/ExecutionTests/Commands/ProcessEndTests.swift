// Nothing a command starts outlives it, whatever it does to get away. Each test asks /proc.

import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Execution

@Suite("What a command starts")
struct ProcessEndTests {
  let folder: TemporaryFolder
  let runner = CommandRunner()

  init() throws { folder = try TemporaryFolder("ends") }

  func request(_ argv: [String], timeout: Duration, grace: Duration = .milliseconds(100))
    -> CommandRequest
  {
    CommandRequest(
      argv: argv,
      workingDirectory: folder.path,
      environment: ["PATH": "/usr/bin:/bin"],
      timeout: timeout,
      grace: grace,
      marker: "ends/\(folder.path)"
    )
  }

  /// The processes, zombies left out, whose ids the script wrote into the file `pids`.
  func living() throws -> [pid_t] {
    let pids = (folder.read("pids") ?? "").split(separator: "\n").compactMap { pid_t($0) }
    return pids.filter { pid in ProcessTable.entry(pid).map { !$0.isZombie } ?? false }
  }

  var recorded: Int { (folder.read("pids") ?? "").split(separator: "\n").count }

  /// Ignores SIGTERM and starts a child, a grandchild, one in a session of its own, and a daemon by
  /// double fork.
  static let fugitive = """
    trap '' TERM
    echo $$ >> pids
    ( trap '' TERM; echo $BASHPID >> pids; ( trap '' TERM; echo $BASHPID >> pids; sleep 60 ) & \
      sleep 60 ) &
    setsid bash -c 'trap "" TERM; echo $$ >> pids; sleep 60' &
    ( setsid bash -c 'trap "" TERM; echo $$ >> pids; exec sleep 60' & )
    while [ $(wc -l < pids) -lt 5 ]; do sleep 0.01; done
    """

  @Test("is dead after its timeout, SIGTERM ignored and sessions left")
  func timeout() async throws {
    let outcome = try await runner.run(
      request(["bash", "-c", Self.fugitive + "\nsleep 60"], timeout: .seconds(1))
    )
    #expect(outcome.exit == .timedOut)
    #expect(recorded == 5)
    #expect(try living() == [])
    #expect(outcome.duration < .seconds(30))
  }

  @Test("is dead when the command just ends, and does not keep the runner waiting")
  func leftBehind() async throws {
    let outcome = try await runner.run(
      request(["bash", "-c", Self.fugitive + "\necho done"], timeout: .seconds(30))
    )
    #expect(outcome.exit == .exited(0))
    #expect(outcome.output.text == "done\n")
    #expect(outcome.strays > 0)
    #expect(recorded == 5)
    #expect(try living() == [])
    #expect(outcome.duration < .seconds(30))
  }

  @Test("is dead when the surrounding task is cancelled")
  func cancellation() async throws {
    let task = Task {
      try await runner.run(
        request(["bash", "-c", Self.fugitive + "\ntouch ready; sleep 60"], timeout: .seconds(60))
      )
    }
    while !folder.exists("ready") { await Task.yield() }
    task.cancel()
    let outcome = try await task.value
    #expect(outcome.exit == .cancelled)
    #expect(recorded == 5)
    #expect(try living() == [])
  }

  @Test("gets SIGTERM first and may end by itself within the grace")
  func grace() async throws {
    let script = "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.01; done"
    let outcome = try await runner.run(
      request(["bash", "-c", script], timeout: .milliseconds(300), grace: .seconds(20))
    )
    #expect(outcome.exit == .timedOut)
    #expect(outcome.output.text.hasPrefix("up\n"))
    #expect(outcome.output.text.hasSuffix("bye\n"))
    #expect(outcome.duration < .seconds(30))
  }

  @Test("cannot go on writing once the command has ended")
  func writer() async throws {
    let outcome = try await runner.run(
      request(["bash", "-c", "yes & echo $! >> pids; sleep 0.05"], timeout: .seconds(20))
    )
    #expect(outcome.exit == .exited(0))
    #expect(try living() == [])
    #expect(outcome.duration < .seconds(30))
  }

  @Test("may close its output and still be waited for")
  func closedOutput() async throws {
    let outcome = try await runner.run(
      request(["bash", "-c", "exec >&- 2>&-; sleep 0.2; exit 4"], timeout: .seconds(20))
    )
    #expect(outcome.exit == .exited(4))
    #expect(outcome.duration >= .milliseconds(200))
  }

  @Test("is cancelled before it has begun")
  func cancelledEarly() async throws {
    let task = Task {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return try await runner.run(request(["sleep", "60"], timeout: .seconds(60)))
    }
    let outcome = try await task.value
    #expect(outcome.exit == .cancelled)
    #expect(outcome.duration < .seconds(30))
  }

  @Test("of one command is not touched by the end of another")
  func neighbours() async throws {
    async let slow = runner.run(
      request(["bash", "-c", "(sleep 0.6; echo child) & wait; echo parent"], timeout: .seconds(20))
    )
    for _ in 0..<10 {
      var quick = request(["bash", "-c", "sleep 60 & exit 0"], timeout: .seconds(20))
      quick.marker = "ends/other/\(folder.path)"
      #expect(try await runner.run(quick).exit == .exited(0))
    }
    #expect(try await slow.output.text == "child\nparent\n")
  }

  @Test("is found though it left the session and cleared its environment")
  func clearedEnvironmentInOwnProcess() async {
    // In a process of its own: an orphan without a marker is only ours for sure while no other
    // command runs that it could belong to.
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder("cleared")
      let script = """
        env -i /usr/bin/setsid /bin/bash -c 'trap "" TERM; echo $$ >> pids; /bin/sleep 60' &
        ( env -i /usr/bin/setsid /bin/bash -c 'echo $$ >> pids; exec /bin/sleep 60' & )
        while [ $(cat pids 2>/dev/null | wc -l) -lt 2 ]; do sleep 0.01; done
        """
      let outcome = try await CommandRunner().run(
        CommandRequest(
          argv: ["bash", "-c", script],
          workingDirectory: folder.path,
          environment: ["PATH": "/usr/bin:/bin"],
          timeout: .seconds(20),
          marker: "cleared"
        )
      )
      #expect(outcome.exit == .exited(0))
      #expect(outcome.strays >= 2)
      let pids = (folder.read("pids") ?? "").split(separator: "\n").compactMap { pid_t($0) }
      #expect(pids.count == 2)
      for pid in pids { #expect(ProcessTable.entry(pid).map(\.isZombie) ?? true) }
      #expect(ProcessTable.children(of: getpid()).isEmpty)
    }
  }

  @Test("by a worker that died is found by its marker and killed")
  func sweep() async throws {
    let marker = "dead-worker/\(folder.path)"
    try Shell.succeed(
      [
        "bash", "-c",
        """
        for i in 1 2 3; do setsid bash -c 'echo $$ >> pids; sleep 60' >/dev/null 2>&1 & done
        while [ $(cat pids 2>/dev/null | wc -l) -lt 3 ]; do sleep 0.01; done
        """,
      ],
      in: folder.path,
      environment: ["GOALLEDGER_MARK": "\(marker)/7/1/t1"]
    )
    #expect(try living().count == 3)
    #expect(await ProcessSweep.killAll(markerPrefix: "other\(marker)") == 0)
    #expect(await ProcessSweep.killAll(markerPrefix: "") == 0)
    #expect(try living().count == 3)
    #expect(await ProcessSweep.killAll(markerPrefix: "\(marker)/7/") >= 3)
    #expect(try living() == [])
    #expect(await ProcessSweep.killAll(markerPrefix: "\(marker)/7/") == 0)
  }
}
