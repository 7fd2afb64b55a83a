// Redaction as a user meets it: what a command prints, a person types or a file says never reaches
// the database or the terminal's log; what plain SQL wrote is reported and not shown.
import Foundation
import Testing

@Suite("Redaction")
struct RedactionTests {
  /// Put together here, so that no tool that looks for secrets in sources stumbles over it.
  private let token = "ghp_" + "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0fG5iL7"
  private let key = "-----BEGIN PRIVATE KEY-----"

  /// A repository whose tests print secrets, a lot of text, and fail.
  private func bench(_ redaction: String = "{}", script: String) async throws -> Bench {
    let bench = try Bench()
    try bench.write("calc.txt", "sum = a - b\n")
    try bench.write("check.sh", script)
    try bench.write(
      "goalledger.json",
      #"""
      {"workspaces": {"app": {"path": ".", "tests": {"default": {"argv": ["sh", "check.sh"]}}}},
       "redaction": \#(redaction)}

      """#
    )
    try bench.write(".gitignore", "/goals.db*\n/goalledger.json\n/other.json\n")
    try await bench.makeRepository()
    try await bench.goalledger("init", "--config", "other.json")
    return bench
  }

  private static let fix =
    #"{"files": [{"path": "calc.txt", "edits": [{"search": "a - b", "replace": "a + b"}]}]}"#

  /// The bytes of the database's files and of all that was printed.
  private func written(_ bench: Bench) throws -> [(name: String, bytes: Data)] {
    let files = try FileManager.default.contentsOfDirectory(atPath: bench.place)
      .filter { $0.hasPrefix("goals.db") }
    #expect(files.contains("goals.db"))
    return try files.map {
      ($0, try Data(contentsOf: URL(filePath: "\(bench.place)/\($0)")))
    }
  }

  @Test("a token that a goal's tests print reaches neither the database nor the log")
  func output() async throws {
    let bench = try await bench(
      script: """
        echo "mail ann.lee@example.org"
        echo "DB_PASSWORD=hunter2hunter2"
        echo "\(key)"
        echo "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
        echo "-----END PRIVATE KEY-----"
        echo "failed with token \(token)"
        exit 3

        """
    )
    let outcome = try await bench.goalledger(
      "execute",
      "fix it with \(token)",
      "--task",
      "fix_bug",
      "--context",
      Self.fix,
      "--max-attempts",
      "1"
    )
    #expect(outcome.status == 1)
    #expect(outcome.error.contains("failed with token [redacted github-token "))
    let shown = try await bench.goalledger("show", "1", "--json")
    #expect(shown.output.contains("[redacted private-key "))
    #expect(shown.output.contains("[redacted email "))
    let log = try await bench.goalledger("log", "1")
    #expect(log.output.contains("[redacted "))
    let printed = [outcome, shown, log].map { $0.output + $0.error }.joined()
    for secret in [
      token, "hunter2hunter2", "MIIEvQIBADAN",
      "ann.lee@example.org",
    ] {
      #expect(!printed.contains(secret), "\(secret)")
      for (name, bytes) in try written(bench) {
        #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(name)")
      }
    }
    let marks = try await bench.run(
      "sqlite3",
      ["goals.db", ".read '\(Self.root)/Schema/audit/redactions.sql'"]
    )
    for pattern in ["github-token", "email", "private-key", "secret-assignment"] {
      #expect(marks.output.contains("|\(pattern)|"), "\(marks.output) \(marks.error)")
    }
    let fold = try await bench.run(
      "sqlite3",
      ["goals.db", ".read '\(Self.root)/Schema/audit/fold.sql'"]
    )
    #expect(fold.output.isEmpty && fold.status == 0)
  }

  @Test("of a token that lies across the cut of an output, no part is kept")
  func cut() async throws {
    // Of 4,096 bytes at the beginning the last 25 are the token's first; of as many at the end the
    // first 30 are its last.
    let bench = try await bench(
      script: """
        dots() { head -c "$1" /dev/zero | tr '\\0' '.'; }
        dots 4070; printf ' %s' '\(token)'; dots 9000
        printf ' %s ' '\(token)'; dots 4065
        exit 3

        """
    )
    let task = ["--task", "fix_bug", "--context", Self.fix, "--max-attempts", "1"]
    let outcome = try await bench.run(Bench.program, ["execute", "fix"] + task)
    #expect(outcome.status == 1)
    let sizes = try await bench.run(
      "sqlite3",
      ["goals.db", "SELECT output_bytes, length(output_head) FROM task_runs WHERE exit_code = 3"]
    )
    #expect(sizes.output == "17218|4071\n")
    for part in [token.prefix(20), token.suffix(20)] {
      #expect(!outcome.error.contains(part))
      for (name, bytes) in try written(bench) {
        #expect(bytes.range(of: Data(part.utf8)) == nil, "\(part) in \(name)")
      }
    }
  }

  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  @Test("what is typed is redacted or refused, and what plain SQL wrote is reported")
  func typed() async throws {
    let bench = try await bench(script: "exit 0\n")
    try await bench.goalledger(
      "add",
      "ask ann.lee@example.org",
      "--task",
      "record",
      "--context",
      #"{"note": "password=hunter2hunter2"}"#
    )
    try await bench.goalledger("adopt", "1", "--reason", "bob@example.org said so")
    try await bench.goalledger("show", "1")
    try bench.write(
      "key.json",
      #"{"files": [{"path": "a.py", "content": "KEY = '\#(token)'\n# ann.lee@example.org\n"}]}"#
    )
    try await bench.goalledger("add", "x", "--context", "@key.json")
    try await bench.goalledger("log")
    try await bench.goalledger("doctor")
    let sql = "INSERT INTO goals(text, reason) VALUES ('use \(token)', 'ann.lee@example.org')"
    #expect(try await bench.run("sqlite3", ["goals.db", sql]).status == 0)
    let doctor = try await bench.goalledger("doctor")
    #expect(!doctor.output.contains(token) && doctor.output.contains("github-token"))
    try await bench.goalledger("doctor", "--every-entry", "--json")
    try Golden.check(bench, "redaction")
  }

  @Test("what plain SQL asked for is executed as it is, and not shown while it is")
  func progress() async throws {
    let bench = try await bench(script: "exit 0\n")
    let sql = """
      INSERT INTO goals(text, task, context, state)
      VALUES ('say \(token)', 'record', '{"note":"x"}', 'adopted')
      """
    #expect(try await bench.run("sqlite3", ["goals.db", sql]).status == 0)
    let work = try await bench.goalledger("work", "--drain")
    #expect(work.status == 0 && work.error.contains("say [redacted github-token "))
    #expect(!work.error.contains(token))
    let text = try await bench.run("sqlite3", ["goals.db", "SELECT text, state FROM goals"])
    #expect(text.output == "say \(token)|satisfied\n")
  }

  @Test("a secret that commands are given is known, however it looks")
  func environment() async throws {
    let bench = try await bench(script: "echo \"I have got <$DEPLOY_TOKEN$REGION>\"; exit 3\n")
    try bench.write(
      "goalledger.json",
      #"""
      {"workspaces": {"app": {"path": ".", "tests": {"default": {"argv": ["sh", "check.sh"]}},
        "environment": {"DEPLOY_TOKEN": "correct horse battery", "REGION": "in-the-north"}}}}

      """#
    )
    let task = ["--task", "fix_bug", "--context", Self.fix, "--max-attempts", "1"]
    let outcome = try await bench.run(Bench.program, ["execute", "fix"] + task)
    #expect(outcome.status == 1)
    #expect(outcome.error.contains("I have got <[redacted environment "))
    #expect(outcome.error.contains("]in-the-north>"))
    for (name, bytes) in try written(bench) {
      #expect(bytes.range(of: Data("horse battery".utf8)) == nil, "\(name)")
    }
    let context = #"{"files": [{"path": "a", "content": "x correct horse battery"}]}"#
    let refused = try await bench.run(Bench.program, ["add", "x", "--context", context])
    #expect(refused.status == 77 && refused.error.contains("(environment)"))
  }

  @Test("a mistake in what is to be redacted stops whatever could write, and says where it is")
  func configuration() async throws {
    let bench = try await bench(script: "exit 0\n")
    try bench.write(
      "goalledger.json",
      #"""
      {"redaction": {"contexts": "mend", "except": ["e-mail"], "pattern": [], "patterns": [
        {"name": "ACME", "prefix": "acme_"}, {"prefix": "a"}, {"name": "email", "prefix": "acme_"},
        {"name": "a", "prefix": "ab"}, {"name": "b", "prefix": "abc", "characters": "z-a"},
        {"name": "c", "prefix": "abc", "least": 2}, 7]}}

      """#
    )
    try await bench.goalledger("add", "x")
    try await bench.goalledger("abandon", "1", "--reason", "y")
    try await bench.goalledger("list", note: "who only reads is not kept from it")
    try await bench.goalledger("doctor")
    // What else is wrong with the file is no reason not to abandon a goal.
    try bench.write(
      "goalledger.json",
      #"""
      {"wrong": 1, "redaction": {"except": ["email"], "contexts": "keep", "patterns": [
        {"name": "acme-key", "prefix": "acme_", "characters": "a-f0-9", "least": 12}]}}

      """#
    )
    let context = #"{"files": [{"path": "a", "content": "acme_0123456789ab"}]}"#
    try await bench.goalledger("add", "acme_0123456789ab a@example.org", "--context", context)
    try await bench.goalledger("abandon", "1", "--reason", "acme_0123456789ab")
    try await bench.goalledger("log")
    try Golden.check(bench, "redaction-configuration")
  }
}
