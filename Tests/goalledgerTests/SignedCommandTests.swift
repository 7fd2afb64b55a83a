// Signed requests by command, with OpenSSH's own program at the other end.
import Foundation
import TestSupport
import Testing

@Suite("Signed requests by command")
struct SignedCommandTests {
  /// A signature by ssh-keygen of what the program says is to be signed, in a file.
  private func sign(
    _ bench: Bench,
    _ goal: Int,
    key: String = "bob",
    namespace: String = "goal-ledger"
  ) async throws -> String {
    let request = try await bench.run(
      Bench.program,
      ["request", "\(goal)", "--adopt"]
    )
    try bench.write("request", request.output)
    try Shell.succeed(
      [
        "sh", "-c", #"ssh-keygen -q -Y sign -n "$1" -f "$2" < request > "$3".sig"#, "sh", namespace,
        key, "\(goal)",
      ],
      in: bench.place
    )
    return "\(goal).sig"
  }

  @Test("are executed where they are right, and refused on the ledger where they are not")
  func golden() async throws {
    let bench = try Bench()
    try await bench.goalledger("init")
    for name in ["bob", "eve"] {
      try Shell.succeed(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name],
        in: bench.place
      )
    }
    bench.forgetTranscript()
    try await bench.goalledger("identity", "new", "ann", "--kind", "person")
    try await bench.goalledger(
      "identity",
      "new",
      "bob",
      "--kind",
      "person",
      "--public-key",
      "bob.pub"
    )
    try await bench.goalledger("add", "one", "--task", "record", "--adopt", "--sign", "ann")
    try await bench.goalledger("add", "two", "--task", "record")
    try await bench.goalledger("adopt", "2", "--sign", "./bob", "--reason", "reviewed")
    try await bench.goalledger("add", "three", "--task", "record")
    try await bench.goalledger("request", "3")
    let signature = try await sign(bench, 3)
    try await bench.goalledger("adopt", "3", "--signature", signature)

    try await bench.goalledger("add", "four", "--task", "record")
    try await bench.goalledger("adopt", "4", "--signature", signature, note: "replayed")
    try await bench.goalledger("adopt", "4", "--sign", "./eve", note: "nobody's key")
    try await bench.goalledger(
      "adopt",
      "4",
      "--signature",
      try await sign(bench, 4, namespace: "file"),
      note: "for another namespace"
    )
    let early = try await sign(bench, 4)
    try await bench.run(
      "sqlite3",
      ["goals.db", "UPDATE goals SET text = 'four, amended' WHERE id = 4"]
    )
    try await bench.goalledger("adopt", "4", "--signature", early, note: "of what it was before")
    try await bench.goalledger("request", "4", note: "too late")
    try await bench.goalledger("identity", "revoke", "ann")
    try await bench.goalledger("adopt", "4", "--sign", "ann", note: "revoked")
    try await bench.goalledger("adopt", "4", "--sign", "joe")
    try await bench.goalledger("adopt", "4", "--sign", "../joe")
    try await bench.goalledger("adopt", "4", "--sign", "./bob.pub")
    try await bench.goalledger("adopt", "4", "5", "--signature", signature)
    try await bench.goalledger("adopt", "4", "--signature", "bob.pub")

    // A plain client's forgery reaches the worker.
    _ = try await sign(bench, 4, key: "eve")
    try await bench.run(
      "sqlite3",
      [
        "goals.db",
        """
        INSERT INTO goal_signatures(goal_id, goal_version, request, signature)
        VALUES (4, 2, 'adopt', CAST(readfile('4.sig') AS TEXT));
        UPDATE goals SET state = 'adopted' WHERE id = 4;
        """,
      ]
    )
    let work = try await bench.run(Bench.program, ["work", "--drain", "--concurrency", "1"])
    #expect(work.status == 0)
    let states = try await bench.run(
      "sqlite3",
      ["goals.db", "SELECT id || state FROM goals ORDER BY id"]
    )
    #expect(states.output == "1satisfied\n2satisfied\n3satisfied\n4failed\n")
    try await bench.goalledger("log", "4")
    let signed = try await bench.run(
      "sqlite3",
      [
        "goals.db",
        """
        SELECT goal_id, event, json_extract(detail, '$.identity') FROM identity_ledger
        WHERE assurance = 'signed' ORDER BY goal_id, seq
        """,
      ]
    )
    #expect(
      signed.output == """
        1|signature.verified|ann
        1|signature.verified|ann
        2|signature.verified|bob
        3|signature.verified|bob

        """
    )
    let executed = try await bench.run(
      "sqlite3",
      ["goals.db", "SELECT count(*) FROM tasks WHERE goal_id = 4"]
    )
    #expect(executed.output == "0\n")
    #expect(try await bench.run(Bench.program, ["verify"]).status == 0)
    let doctor = try await bench.run(Bench.program, ["doctor"])
    #expect(doctor.output.contains("no entry looks like it holds one"), "\(doctor.output)")
    try Golden.check(bench, "signed")
  }
}
