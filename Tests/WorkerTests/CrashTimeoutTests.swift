import Execution
import GoalLedger
import TestSupport
import Testing
import Worker

@Suite("A task that will not die")
struct CrashTimeoutTests {
  /// Ignores SIGTERM; starts a child with a grandchild, one in a session of its own, and a daemon by
  /// double fork. Each writes its process id.
  private static func fugitive(_ pids: String) -> [String] {
    [
      "bash", "-c",
      """
      trap '' TERM
      echo $$ >> '\(pids)'
      ( trap '' TERM; echo $BASHPID >> '\(pids)'; ( echo $BASHPID >> '\(pids)'; sleep 600 ) & \
        sleep 600 ) &
      setsid bash -c 'trap "" TERM; echo $$ >> "\(pids)"; sleep 600' &
      ( setsid bash -c 'trap "" TERM; echo $$ >> "\(pids)"; exec sleep 600' & )
      sleep 600
      """,
    ]
  }

  @Test("dies at its timeout with all it started, and its goal fails and is rolled back")
  func timeout() async throws {
    let fixture = try await WorkerFixture()
    let pids = fixture.repository.folder.path + "/pids"
    var configuration = fixture.configuration()
    configuration.workspaces["app"]?.tests["default"] = CommandSpec(
      argv: Self.fugitive(pids),
      timeoutMS: 1_500
    )
    let id = try await fixture.adopt("fix_bug", WorkerFixture.fix, maxAttempts: 1)
    try await fixture.worker(configuration).run(drain: true)
    let goal = try await fixture.goal(id)
    #expect(goal.state == .failed, "\(goal.result ?? "")")
    #expect(try JSONValue.parse(goal.result ?? "")["error"]?["class"] == "timeout")
    let started = (fixture.repository.folder.read("pids") ?? "").split(separator: "\n")
    #expect(started.count >= 5)
    for pid in started {
      let state = try Shell.run(["sed", "-n", "s/^State:[^A-Z]*//p", "/proc/\(pid)/status"])
      #expect(state.code != 0 || state.output.hasPrefix("Z"), "\(pid) lives: \(state.output)")
    }
    let (branches, worktrees) = try fixture.leftovers()
    #expect(branches.isEmpty && worktrees.isEmpty)
  }
}
