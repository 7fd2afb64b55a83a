import Foundation
import Glibc
import Testing

@Suite("Archiving by command")
struct ArchiveCommandTests {
  /// A bench with goals that are done, sealed, and one that waits.
  private func bench(goals: Int) async throws -> Bench {
    let bench = try Bench()
    try await bench.makeRepository()
    try await bench.goalledger("init")
    for number in 1...goals {
      try await bench.goalledger(
        "add",
        "record \(number)",
        "--task",
        "record",
        "--context",
        #"{"note":"n"}"#,
        "--adopt"
      )
    }
    try await bench.goalledger("add", "later")
    try await bench.goalledger("work", "--drain", "--concurrency", "1")
    bench.forgetTranscript()
    return bench
  }

  @Test("moves what is old, says where it is, and verifies both files")
  func golden() async throws {
    let bench = try await bench(goals: 3)
    try await bench.goalledger("archive", "--before", "2020-01-01")
    try await bench.goalledger("archive", "--before", "2020-01-01", "--json")
    try await bench.goalledger("archive")
    try await bench.goalledger("archive", "--before", "+1m", "--to", "goals.db")
    try await bench.goalledger("archive", "--before", "+1m", "--to", "no/such/folder/a.db")
    try await bench.goalledger("archive", "--before", "+1m")
    try await bench.goalledger("archive", "--before", "+1m")
    try await bench.goalledger("list")
    for command in ["show", "log", "plan", "adopt", "abandon", "retry", "diff", "execute"] {
      try await bench.goalledger(command, "1")
    }
    try await bench.goalledger("verify", note: "nothing has sealed the entries that carry over yet")
    try await bench.goalledger("verify", "--archive", "goals.archive.db")
    try await bench.goalledger("list", "--db", "goals.archive.db")
    try await bench.goalledger("verify", "--db", "goals.archive.db")
    try await bench.goalledger("add", "more", "--db", "goals.archive.db")
    try await bench.goalledger("work", "--drain", "--db", "goals.archive.db")
    try await bench.goalledger("work", "--drain")
    try await bench.goalledger("archive", "--before", "+1m", "--json")
    try await bench.goalledger("verify", "--archive", "goals.archive.db")
    _ = try await bench.run(
      "sqlite3",
      [
        "goals.archive.db", ".dbconfig enable_trigger off",
        "UPDATE identity_ledger SET actor = 'eve' WHERE seq = 3",
      ]
    )
    try await bench.goalledger("verify", "--archive", "goals.archive.db")
    try await bench.goalledger("verify", "--archive", "nowhere.db")
    try Golden.check(bench, "archive")
  }

  @Test("is where an archived entry is proven, and is missed where it is gone")
  func whereabouts() async throws {
    let bench = try await bench(goals: 2)
    try await bench.goalledger("archive", "--before", "+1m")
    let refused = try await bench.goalledger("prove", "entry", "3")
    #expect(refused.status == 65)
    #expect(refused.error.contains("entry 3 was archived to "), "\(refused.error)")
    #expect(refused.error.contains("goalledger prove entry 3 --db "), "\(refused.error)")
    let nowhere = try await bench.goalledger("prove", "entry", "30000")
    #expect(nowhere.error.contains("there is no entry 30000 in this file"), "\(nowhere.error)")
    let proof = try await bench.goalledger("prove", "entry", "3", "--db", "goals.archive.db")
    #expect(proof.status == 0, "\(proof.error)")
    let there = try await bench.goalledger("doctor")
    #expect(there.output.contains("goals.archive.db has entries 1 to "), "\(there.output)")
    _ = try await bench.run("mv", ["goals.archive.db", "elsewhere.db"])
    let gone = try await bench.goalledger("doctor")
    #expect(gone.output.contains("which is not there or cannot be read"), "\(gone.output)")
    #expect(gone.status == there.status)
  }

  @Test("killed at any moment is finished by the next run")
  func killed() async throws {
    let bench = try await bench(goals: 12)
    _ = try await bench.run("sqlite3", ["goals.db", "VACUUM INTO 'base.db'"])
    let total = try await bench.run("sqlite3", ["base.db", "SELECT max(seq) FROM identity_ledger"])
    var killed = 0
    for round in 1...12 {
      _ = try await bench.run("/bin/sh", ["-c", "rm -f goals.*db*; cp base.db goals.db"])
      let run = try await bench.run(
        "timeout",
        ["-s", "KILL", "\(Double(round) * 0.008)", Bench.program, "archive", "--before", "+1m"]
      )
      if run.status != 0 { killed += 1 }
      let verify = try await bench.run(Bench.program, ["verify"])
      #expect(verify.status == 0, "round \(round): \(verify.output)")
      let again = try await bench.run(Bench.program, ["archive", "--before", "+1m"])
      #expect(again.status == 0, "round \(round): \(again.error)")
      let both = try await bench.run(Bench.program, ["verify", "--archive", "goals.archive.db"])
      #expect(both.status == 0, "round \(round): \(both.output)\(both.error)")
      let entries = try await bench.run(
        "sqlite3",
        ["goals.archive.db", "SELECT max(seq) FROM identity_ledger WHERE 1 = 1"]
      )
      #expect(entries.output == total.output, "round \(round)")
    }
    #expect(killed > 2, "of 12 runs \(killed) were killed")
  }

  @Test("on a full disk deletes nothing", .enabled(if: geteuid() == 0), arguments: [200, 600])
  func fullDisk(kilobytes: Int) async throws {
    let bench = try await bench(goals: 2)
    _ = try await bench.run(
      "sqlite3",
      [
        "goals.db",
        """
        INSERT INTO identity_ledger(event, reason)
        SELECT 'note', hex(randomblob(20000)) FROM generate_series(1, 20)
        """,
      ]
    )
    try await bench.goalledger("work", "--drain")
    _ = try await bench.run("mkdir", ["disk"])
    let mount = try await bench.run(
      "mount",
      ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", "disk"]
    )
    guard mount.status == 0 else { return }
    let run = try await bench.goalledger("archive", "--before", "+1m", "--to", "disk/a.db")
    #expect(run.status == 69 && run.error.contains("disk is full"), "\(run.error)")
    let verify = try await bench.goalledger("verify")
    #expect(verify.status == 0 && !verify.output.contains("archived"))
    _ = try await bench.run("mount", ["-o", "remount,size=20m", "disk"])
    #expect(
      try await bench.goalledger("archive", "--before", "+1m", "--to", "disk/a.db").status == 0
    )
    #expect(try await bench.goalledger("verify", "--archive", "disk/a.db").status == 0)
    _ = try await bench.run("umount", ["-l", "disk"])
  }
}
