import Testing

@Suite("Help")
struct HelpTests {
  static let commands = [
    "", "abandon", "add", "adopt", "archive", "backup", "check-proof", "checkpoint", "diff",
    "doctor", "execute", "identity", "init", "list", "log", "migrate", "plan", "prove", "request",
    "retry", "show", "verify", "work",
  ]

  @Test("says what each command does, with examples", arguments: commands)
  func help(command: String) async throws {
    let bench = try Bench()
    if command.isEmpty {
      try await bench.goalledger("--help")
    } else {
      let outcome = try await bench.goalledger("help", command)
      #expect(outcome.output.contains("Examples:\n  goalledger \(command)") || command == "migrate")
    }
    try Golden.check(bench, command.isEmpty ? "help" : "help-\(command)")
  }

  @Test("a version, and a completion script for each shell", arguments: ["bash", "zsh", "fish"])
  func completion(shell: String) async throws {
    let bench = try Bench()
    let script = try await bench.goalledger("--generate-completion-script", shell)
    #expect(script.status == 0)
    #expect(script.output.contains("goalledger"))
    #expect(script.error.isEmpty)
    let version = try await bench.goalledger("--version")
    #expect(version.output == "0.1.0\n")
  }

  @Test("mistakes in usage end with 64 and say what is expected")
  func usage() async throws {
    let bench = try Bench()
    try await bench.goalledger("paint")
    try await bench.goalledger("list", "--stat", "failed")
    try await bench.goalledger("list", "--state", "happy")
    try await bench.goalledger("list", "--limit", "0")
    try await bench.goalledger("add")
    try await bench.goalledger("add", "x", "--deadline", "tomorrow")
    try await bench.goalledger("add", "x", "--timeout", "10")
    try await bench.goalledger("adopt")
    try await bench.goalledger("adopt", "one")
    try await bench.goalledger("work", "--concurrency", "0")
    try await bench.goalledger("work", "--name", "")
    try await bench.goalledger("execute", "3", "--task", "fix_bug")
    try await bench.goalledger("list", "--db", "")
    try Golden.check(bench, "usage")
  }
}
