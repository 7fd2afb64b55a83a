// Identities as the program shows them, and workers' keys with real processes.
import Foundation
import TestSupport
import Testing

@Suite("Identity by command")
struct IdentityCommandTests {
  @Test("makes keys, takes OpenSSH's, lists and revokes")
  func golden() async throws {
    let bench = try Bench()
    try await bench.goalledger("init")
    try Shell.succeed(
      ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bob at home", "-f", "bob"],
      in: bench.place
    )
    bench.forgetTranscript()
    try await bench.goalledger("identity", "list")
    try await bench.goalledger("identity", "new", "ann", "--kind", "person")
    try await bench.goalledger("identity", "new", "ann", "--kind", "person")
    try await bench.goalledger(
      "identity",
      "new",
      "bot",
      "--kind",
      "agent",
      "--key-file",
      "bot.key",
      "--json"
    )
    try await bench.goalledger(
      "identity",
      "new",
      "bot2",
      "--kind",
      "agent",
      "--key-file",
      "bot.key"
    )
    try await bench.goalledger("identity", "new", "../x", "--kind", "person")
    try await bench.goalledger("identity", "new", "w", "--kind", "worker")
    try await bench.goalledger(
      "identity",
      "new",
      "bob",
      "--kind",
      "person",
      "--public-key",
      "bob.pub"
    )
    try await bench.goalledger(
      "identity",
      "new",
      "eve",
      "--kind",
      "person",
      "--public-key",
      "bob.pub"
    )
    try await bench.goalledger("identity", "new", "eve", "--kind", "person", "--public-key", "bob")
    try await bench.goalledger("identity", "revoke", "ann", "--reason", "the laptop is gone")
    try await bench.goalledger("identity", "revoke", "ann")
    try await bench.goalledger("identity", "revoke", "nobody")
    try await bench.goalledger("identity", "new", "ann", "--kind", "person")
    try await bench.goalledger(
      "identity",
      "new",
      "ann",
      "--kind",
      "person",
      "--key-file",
      "ann2.key"
    )
    try await bench.goalledger("identity", "list")
    try await bench.goalledger("identity", "list", "--json")
    try await bench.goalledger("log")
    try await bench.goalledger("verify")
    try Golden.check(bench, "identity")
    let mode = try Shell.succeed(["stat", "-c", "%a", "bot.key", "ann2.key"], in: bench.place)
    #expect(mode == "600\n600")
    // No private key is in the database.
    let seed = try String(contentsOfFile: "\(bench.place)/bot.key", encoding: .utf8)
      .split(separator: " ").last?.trimmingCharacters(in: .newlines)
    let database = try Shell.succeed(["sqlite3", "goals.db", ".dump"], in: bench.place)
    #expect(try !database.contains(#require(seed)) && database.contains("identity.added"))
  }

  /// Runs two workers at once until both have registered, then stops them.
  private func twoWorkers(_ bench: Bench) async throws {
    let script = """
      "$0" work & one=$!
      "$0" work & two=$!
      n=0
      while [ "$(sqlite3 -readonly goals.db "SELECT count(*) FROM workers WHERE state = 'running'")" \
        != 2 ] && [ $n -lt 200 ]; do n=$((n + 1)); sleep 0.1; done
      kill -TERM $one $two
      wait $one && wait $two
      """
    let outcome = try await bench.run("sh", ["-c", script, Bench.program])
    #expect(outcome.status == 0, "\(outcome.error)")
  }

  private func value(_ bench: Bench, _ query: String) throws -> String {
    try Shell.succeed(["sqlite3", "-readonly", "goals.db", query], in: bench.place)
  }

  @Test("workers that run at once have keys and identities of their own, and keep them")
  func workers() async throws {
    let bench = try Bench()
    try await bench.goalledger("init")
    try await twoWorkers(bench)
    #expect(
      try value(bench, "SELECT count(*), count(DISTINCT public_key) FROM identities") == "2|2"
    )
    let related = """
      SELECT count(DISTINCT w.public_key)
      FROM workers w JOIN identities i ON i.public_key = w.public_key AND i.kind = 'worker'
      """
    #expect(try value(bench, related) == "2")
    let keys =
      bench.root + "/home/.local/state/goalledger/keys/"
      + (try value(bench, "SELECT id FROM database_info"))
    #expect(try Shell.succeed(["ls", keys + "/workers"]) == "1.key\n2.key")
    #expect(
      try Shell.succeed(["sh", "-c", "stat -c %a \(keys)/*.key \(keys)/workers/*.key"])
        == "600\n600\n600"
    )
    // Started again, they take the same keys and register none.
    try await twoWorkers(bench)
    #expect(try value(bench, "SELECT count(*) FROM identities") == "2")
    let added = "SELECT count(*) FROM identity_ledger WHERE event = 'identity.added'"
    #expect(try value(bench, added) == "2")
    try bench.write("key", try await bench.goalledger("checkpoint", "--verifier-key").output)
    let verify = try await bench.goalledger("verify", "--key", "key")
    #expect(verify.status == 0, "\(verify.output)")
    let folder = try Shell.run(["sqlite3", "goals.db", ".read \(Self.verifySQL)"], in: bench.place)
    #expect(folder.output.contains("\nverdict|sound\n"), "\(folder.output)")
  }

  private static var verifySQL: String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Schema/audit/verify.sql").path()
  }

  @Test("a worker whose key was revoked takes another; one that nobody vouches for is found")
  func revoked() async throws {
    let bench = try Bench()
    try await bench.goalledger("init")
    try await bench.goalledger("work", "--drain")
    let first = try value(bench, "SELECT lower(hex(public_key)) FROM identities")
    try await bench.goalledger("identity", "revoke", first)
    try await bench.goalledger("work", "--drain")
    #expect(try value(bench, "SELECT count(*) FROM identities WHERE until IS NULL") == "1")
    try bench.write("key", try await bench.goalledger("checkpoint", "--verifier-key").output)
    #expect(try await bench.goalledger("verify", "--key", "key").status == 0)
    #expect(try await bench.goalledger("verify", "--key", first).status == 1)
    // A forger: every seal made anew by a worker with keys of their own.
    _ = try await bench.run(
      "sqlite3",
      [
        "goals.db", ".dbconfig enable_trigger off",
        "UPDATE identity_ledger SET actor = 'eve' WHERE seq = 1",
        "DELETE FROM ledger_seals; DELETE FROM ledger_tree",
        "UPDATE sealer_lease SET holder = NULL",
      ]
    )
    bench.variables["HOME"] = bench.root + "/forger"
    try await bench.goalledger("work", "--drain")
    let plain = try await bench.goalledger("verify")
    #expect(plain.status == 0, "\(plain.output)")
    let held = try await bench.goalledger("verify", "--key", "key")
    #expect(held.status == 1 && held.output.contains("nor one that such a key vouches for"))
  }
}
