import Foundation
import Testing

@Suite("Setting up and keeping house")
struct SetUpTests {
  @Test("init recognises the project, writes once, and never overwrites")
  func initialise() async throws {
    let bench = try Bench()
    try bench.write("pyproject.toml", "[tool.pytest.ini_options]\n")
    try bench.write("Makefile", "test:\n\tpytest\n")
    try await bench.makeRepository()
    try await bench.goalledger("init")
    let file = try String(contentsOfFile: "\(bench.place)/goalledger.json", encoding: .utf8)
    try await bench.goalledger("init")
    try await bench.goalledger("init", "--config", "other.json", "--workspace", "a b")
    try await bench.goalledger("init", "--config", "other.json", "--repository", "/")
    try await bench.goalledger("init", "--config", "other.json", "--workspace", "again")
    #expect(try String(contentsOfFile: "\(bench.place)/goalledger.json", encoding: .utf8) == file)
    let status = try await bench.run("/usr/bin/git", ["status", "--porcelain"]).output
    #expect(
      status.split(separator: "\n").allSatisfy {
        $0.contains("goals.db") || $0.contains("goalledger.json") || $0.contains("other.json")
      }
    )
    try Golden.check(bench, "init")
  }

  @Test("doctor finds nothing in a sound house")
  func sound() async throws {
    let bench = try Bench()
    try bench.write("Makefile", "test:\n\ttrue\n")
    try bench.write(".gitignore", "/goals.db*\n")
    try await bench.makeRepository()
    try await bench.goalledger("init", "--workspace", "app")
    try await bench.goalledger("doctor")
    try await bench.goalledger("doctor", "--json")
    try Golden.check(bench, "doctor-sound")
  }

  @Test("doctor names everything that is wrong, and ends with 1")
  func unsound() async throws {
    let bench = try Bench()
    try await bench.goalledger("doctor", note: "no database")
    try await bench.goalledger("init")
    try await bench.goalledger("add", "late", "--deadline", "2020-01-01", "--adopt")
    try await bench.goalledger("add", "given up")
    try await bench.goalledger("abandon", "2")
    try await bench.goalledger("add", "stuck", "--depends-on", "2", "--adopt")
    try bench.write("repository/a.txt", "a\n")
    try bench.write(
      "goalledger.json",
      #"""
      {"domain": "missing.hddl",
       "workspaces": {"gone": {"path": "gone"}, "plain": {"path": "repository"}}}
      """#
    )
    try await bench.goalledger("doctor", note: "late and stuck goals, no repositories")
    try bench.write(
      "goalledger.json",
      #"{"workspaces": {"a": {"pat": "x"}}, "worker": {"lease": 3}}"#
    )
    try await bench.goalledger("doctor", note: "a configuration with mistakes")
    bench.variables["PATH"] = "/nonexistent"
    try await bench.goalledger("doctor", note: "no git")
    try Golden.check(bench, "doctor-unsound")
  }

  @Test("a configuration with mistakes keeps a worker from starting, every mistake at once")
  func configuration() async throws {
    let bench = try Bench()
    try await bench.goalledger("init")
    try bench.write("goalledger.json", #"{"worker": {"concurrency": "two"}, "workspace": {}}"#)
    try await bench.goalledger("work", "--drain")
    bench.variables["GOALLEDGER_LEASE_MS"] = "1"
    try await bench.goalledger("work", "--drain")
    try await bench.goalledger("work", "--drain", "--config", "missing.json")
    try Golden.check(bench, "configuration")
  }

  @Test("uncommitted files are fine, and said; a repository without commits is not")
  func repositories() async throws {
    let bench = try Bench()
    try bench.write("Makefile", "test:\n\ttrue\n")
    try bench.write(".gitignore", "/goals.db*\n")
    try await bench.makeRepository(commit: false)
    try await bench.goalledger("init", "--workspace", "app")
    try bench.write("context.json", #"{"files": [{"path": "a.txt", "content": "a\n"}]}"#)
    try await bench.goalledger(
      "add",
      "a file",
      "--task",
      "implement_feature",
      "--context",
      "@context.json"
    )
    try await bench.goalledger("plan", "1", note: "no commit yet")
    try await bench.makeRepository()
    try bench.write("b.txt", "b\n")
    try await bench.goalledger("plan", "1", note: "uncommitted files")
    try await bench.goalledger("plan", "1", "--json")
    bench.variables["PATH"] = "/nonexistent"
    try await bench.goalledger("plan", "1", note: "no git")
    try Golden.check(bench, "repositories")
  }

  @Test("a backup is a database of its own; migrate has nothing to do")
  func backup() async throws {
    let bench = try Bench()
    try await bench.goalledger("init")
    try await bench.goalledger("add", "kept")
    try await bench.goalledger("backup", "copy.db")
    try await bench.goalledger("list", "--db", "copy.db")
    try await bench.goalledger("backup", "copy.db")
    try await bench.goalledger("backup", "no/such/folder/copy.db")
    try await bench.goalledger("migrate")
    try Golden.check(bench, "backup")
  }
}
