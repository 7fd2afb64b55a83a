import Foundation
import Testing

@Suite("Working")
struct WorkTests {
  /// A repository with a sum that is wrong, and a test that finds it.
  private func bench() async throws -> Bench {
    let bench = try Bench()
    try bench.write("calc.txt", "sum = a - b\n")
    try bench.write(
      "check.sh",
      """
      if grep -q 'a + b' calc.txt; then echo 'the sum is right'; exit 0; fi
      echo "the sum is wrong: $(cat calc.txt)"
      exit 3

      """
    )
    try bench.write(
      "goalledger.json",
      #"""
      {"workspaces": {"app": {"path": ".", "tests": {"default": {"argv": ["sh", "check.sh"]}}}}}

      """#
    )
    try bench.write(".gitignore", "/goals.db*\n/goalledger.json\n/other.json\n/*-context.json\n")
    try await bench.makeRepository()
    try await bench.goalledger("init", "--config", "other.json")
    return bench
  }

  private func fix(_ bench: Bench, by replacement: String) throws {
    try bench.write(
      "fix-context.json",
      """
      {"files": [{"path": "calc.txt", "edits": [{"search": "a - b", "replace": "\(replacement)"}]}]}
      """
    )
  }

  @Test("a bug is fixed on a branch of its own, and the checkout stays as it was")
  func satisfied() async throws {
    let bench = try await bench()
    try fix(bench, by: "a + b")
    let outcome = try await bench.goalledger(
      "execute",
      "fix the sum",
      "--task",
      "fix_bug",
      "--context",
      "@fix-context.json"
    )
    #expect(outcome.status == 0)
    try await bench.goalledger("show", "1")
    try await bench.goalledger("diff", "1")
    try await bench.goalledger("diff", "1", "--json")
    try await bench.goalledger("execute", "1")
    try await bench.goalledger("doctor")
    let checkout = try String(contentsOfFile: "\(bench.place)/calc.txt", encoding: .utf8)
    #expect(checkout.contains("a - b"))
    try Golden.check(bench, "execute-satisfied")
  }

  @Test("a fix whose tests fail is rolled back, and nothing of it is left")
  func failed() async throws {
    let bench = try await bench()
    try fix(bench, by: "a * b")
    let outcome = try await bench.goalledger(
      "execute",
      "fix the sum",
      "--task",
      "fix_bug",
      "--context",
      "@fix-context.json",
      "--max-attempts",
      "1"
    )
    #expect(outcome.status == 1)
    try await bench.goalledger("show", "1")
    try await bench.goalledger("diff", "1")
    try await bench.goalledger("retry", "1")
    let branches = try await bench.run("/usr/bin/git", ["branch", "--list"]).output
    #expect(branches == "* main\n")
    try Golden.check(bench, "execute-failed")
  }

  @Test("what cannot be planned fails at once, with the reason")
  func unplannable() async throws {
    let bench = try await bench()
    try bench.write(
      "bad-context.json",
      #"{"files": [{"path": "gone.txt", "edits": [{"search": "a", "replace": "b"}]}]}"#
    )
    try await bench.goalledger(
      "execute",
      "x",
      "--task",
      "fix_bug",
      "--context",
      "@bad-context.json"
    )
    try await bench.goalledger("execute", "y", "--task", "run_command", "--context", "{}")
    try await bench.goalledger(
      "execute",
      "z",
      "--task",
      "fix_bug",
      "--context",
      #"{"files":[{"path":"../x","content":""}]}"#
    )
    try await bench.goalledger("list")
    try Golden.check(bench, "execute-unplannable")
  }

  @Test("a worker drains what is adopted and stops")
  func drain() async throws {
    let bench = try await bench()
    try await bench.goalledger("work", "--drain", "--name", "w0", note: "nothing to do")
    try await bench.goalledger("add", "record", "--context", #"{"note":"one"}"#, "--adopt")
    try await bench.goalledger("add", "record", "--context", #"{"note":"two"}"#)
    try await bench.goalledger("work", "--drain", "--concurrency", "1", "--name", "w1")
    try await bench.goalledger("list")
    try await bench.goalledger("execute", "2", "--json")
    try Golden.check(bench, "work-drain")
  }

  @Test("SIGTERM stops a worker that has nothing to do, and leaves its row stopped")
  func signal() async throws {
    let bench = try await bench()
    var lines: [String] = []
    let status = try await bench.watch("work", "--name", "w1", onError: true) { line, _ in
      lines.append(line)
      return line.hasPrefix("w1 runs") ? .terminate : .goOn
    }
    #expect(status == 0)
    #expect(lines == ["w1 runs up to 2 goals at once", "stopping: 0 still running", "stopped"])
    let log = try await bench.goalledger("log")
    #expect(log.output.contains("worker.draining"))
    #expect(log.output.contains("worker.stopped"))
  }

  // SCHED_BATCH is 3 and SCHED_IDLE 5 (sched.h).
  @Test(
    "no thread of a worker interrupts another, unless its user chose a policy",
    arguments: [([], 3), (["chrt", "--idle", "0"], 5)]
  )
  func policy(through: [String], expected: Int) async throws {
    let bench = try await bench()
    var policies: Set<Int> = []
    try await bench.watch("work", through: through, onError: true) { line, process in
      guard line.contains("runs up to") else { return .goOn }
      let threads = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
      policies = Set((threads ?? []).compactMap { pid_t($0) }.map { Int(sched_getscheduler($0)) })
      return .terminate
    }
    #expect(policies == [expected])
  }

  @Test("log --follow prints what is added, a JSON document a line")
  func follow() async throws {
    let bench = try await bench()
    try await bench.goalledger("add", "first")
    var events: [String] = []
    try await bench.watch("log", "--follow", "--json", onError: false) { line, _ in
      #expect(line.hasPrefix("{") && line.hasSuffix("}"))
      for event in ["goal.proposed", "goal.adopted"] where line.contains("\"\(event)\"") {
        events.append(event)
      }
      guard events.count == 1 else { return .terminate }
      return .run(["adopt", "1"])
    }
    #expect(events == ["goal.proposed", "goal.adopted"])
  }
}
