// Checkpoints and proofs as the program prints them, checked by code that nobody here wrote: the Go
// team's golang.org/x/mod/sumdb, called by Tests/Independent/checkproof.go.
import Foundation
import TestSupport
import Testing

@Suite("Proofs")
struct ProofTests {
  /// A database with some sealed history.
  private func bench(goals: Int) async throws -> Bench {
    let bench = try Bench()
    try await bench.goalledger("init")
    for number in 1...goals {
      try await bench.goalledger("add", "note \(number)", "--task", "record", "--adopt")
    }
    try await bench.goalledger("work", "--drain")
    return bench
  }

  /// What Go's code says of each line of a list.
  private func answers(_ bench: Bench, key: String, _ list: [String]) throws -> [String] {
    let source = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Independent/checkproof.go").path()
    let program = bench.root + "/checkproof"
    if !FileManager.default.fileExists(atPath: program) {
      try Shell.succeed(
        ["go", "build", "-o", program, source],
        environment: [
          "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": bench.root + "/go",
          "CGO_ENABLED": "0",
        ]
      )
    }
    try bench.write("list", list.map { $0 + "\n" }.joined())
    let answer = try Shell.succeed(
      ["sh", "-c", #"exec "$0" "$1" < list"#, program, key],
      in: bench.place
    )
    return answer.split(separator: "\n").map(String.init)
  }

  @Test("are accepted by Go's sumdb where they are true, and by neither where they were altered")
  func independent() async throws {
    let bench = try await bench(goals: 5)
    let key = try await bench.goalledger("checkpoint", "--verifier-key").output
    try bench.write("key", key)
    let head = try await bench.goalledger("checkpoint").output
    let size = try #require(Int(head.split(separator: "\n")[1]))
    var texts: [String: String] = ["head": head]
    var list = ["checkpoint head"]
    for old in [1, 2, 3, 8, 13, size - 1, size] {
      texts["c\(old)"] = try await bench.goalledger("checkpoint", "--size", "\(old)").output
      list.append("checkpoint c\(old)")
      for new in [old, 8, 21, size] where new >= old {
        let proof = try await bench.goalledger("prove", "consistency", "\(old)", "\(new)")
        texts["c\(old)-\(new)"] = proof.output
        list.append("consistency c\(old) c\(old)-\(new)")
      }
    }
    for seq in stride(from: 1, through: size, by: 3) {
      texts["e\(seq)"] = try await bench.goalledger("prove", "entry", "\(seq)").output
      list.append("entry e\(seq)")
    }
    for (name, text) in texts { try bench.write(name, text) }
    let answers = try answers(bench, key: key.trimmingCharacters(in: .newlines), list)
    #expect(answers == list.map { _ in "accepted" })
    for line in list where !line.hasPrefix("checkpoint") {
      #expect(try await own(bench, line) == 0, "\(line)")
    }

    // Lies on the texts; our own verifier is asked about some, being a process each.
    var lie = TextLie(seed: 11)
    var lies: [String] = []
    for number in 0..<1_500 {
      let words = list[lie.below(list.count)].split(separator: " ").map(String.init)
      let text = try #require(words.last.flatMap { texts[$0] })
      let others = texts.filter { $0.key.first == words.last?.first }.map(\.value).sorted()
      try bench.write("lie\(number)", lie.alter(text, others: others))
      lies.append((words.dropLast() + ["lie\(number)"]).joined(separator: " "))
    }
    for (line, answer) in zip(lies, try self.answers(bench, key: Self.line(key), lies)) {
      #expect(answer.hasPrefix("refused"), "\(line)")
    }
    for line in lies.prefix(150) where !line.hasPrefix("checkpoint") {
      #expect(try await own(bench, line) != 0, "\(line)")
    }
    for line in lies.prefix(100) where line.hasPrefix("checkpoint") {
      let file = String(line.dropFirst("checkpoint ".count))
      let outcome = try await bench.goalledger("verify", "--checkpoint", file, "--key", "key")
      #expect(outcome.status != 0, "\(line)")
    }
  }

  private static func line(_ text: String) -> String { text.trimmingCharacters(in: .newlines) }

  /// How `goalledger check-proof` ends with a line of the list.
  private func own(_ bench: Bench, _ line: String) async throws -> Int {
    let words = line.split(separator: " ").map(String.init)
    if words[0] == "entry" {
      return try await bench.goalledger("check-proof", words[1], "--key", "key").status
    }
    return try await bench.goalledger(
      "check-proof",
      words[2],
      "--from",
      words[1],
      "--key",
      "key"
    ).status
  }

  @Test("and checkpoints print what they should, and say what is wrong with what they are given")
  func printed() async throws {
    let bench = try await bench(goals: 1)
    try bench.write("key", try await bench.goalledger("checkpoint", "--verifier-key").output)
    try bench.write("kept", try await bench.goalledger("checkpoint").output)
    try bench.write("old", try await bench.goalledger("checkpoint", "--size", "3").output)
    try bench.write("entry", try await bench.goalledger("prove", "entry", "2").output)
    try bench.write("grown", try await bench.goalledger("prove", "consistency", "3", "7").output)
    try await bench.goalledger("check-proof", "grown", "--from", "old", "--key", "key")
    try await bench.goalledger("check-proof", "entry", "--key", "key")
    try await bench.goalledger("check-proof", "entry", "--key", String(repeating: "0", count: 64))
    try await bench.goalledger("check-proof", "entry", "--key", "entry")
    try await bench.goalledger("check-proof", "entry", "--key", "key", "--from", "old")
    try await bench.goalledger("check-proof", "grown", "--key", "key")
    try await bench.goalledger("check-proof", "entry")
    try await bench.goalledger("verify", "--checkpoint", "kept")
    try await bench.goalledger("verify", "--checkpoint", "old", "--key", "key", "--json")
    try await bench.goalledger("verify", "--checkpoint", "entry")
    try await bench.goalledger("prove", "entry", "0")
    try await bench.goalledger("prove", "entry", "5000")
    try await bench.goalledger("prove", "consistency", "5", "3")
    try await bench.goalledger("prove", "consistency", "5", "5000")
    try await bench.goalledger("checkpoint", "--size", "5000")
    try await bench.goalledger("checkpoint", "--size", "0")
    try await bench.goalledger("add", "later", "--task", "record")
    try await bench.goalledger("prove", "entry", "13")
    bench.variables["HOME"] = bench.root + "/elsewhere"
    try await bench.goalledger("verify", "--checkpoint", "kept")
    try Golden.check(bench, "checkpoint")
  }
}
