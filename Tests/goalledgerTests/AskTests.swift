import Testing

@Suite("Asking and looking")
struct AskTests {
  @Test("goals go in, move and are listed, shown and logged")
  func life() async throws {
    let bench = try Bench()
    try await bench.goalledger("init")
    try await bench.goalledger("list")
    try await bench.goalledger("add", "a first goal", "--value", "0.9")
    try bench.write("context.json", #"{"note": "from a file"}"#)
    try await bench.goalledger(
      "add",
      "record",
      "--context",
      "@context.json",
      "--adopt",
      "--category",
      "notes",
      "--max-attempts",
      "5",
      "--timeout",
      "90s",
      "--metadata",
      #"{"ticket": 7}"#,
      "--deadline",
      "2999-12-31",
      "--not-before",
      "2999-01-01T08:00+02:00"
    )
    try await bench.goalledger(
      "add",
      "after both",
      "--context",
      "-",
      "--depends-on",
      "1",
      "--depends-on",
      "2",
      "--adopt",
      input: #"{"note": "from standard input"}"#
    )
    try await bench.goalledger("list")
    try await bench.goalledger("list", "--state", "adopted", "--limit", "1")
    try await bench.goalledger("list", "--state", "failed")
    try await bench.goalledger("adopt", "1", "--reason", "reviewed")
    try await bench.goalledger("abandon", "1", "--reason", "no longer wanted", "--actor", "boss")
    try await bench.goalledger("show", "1")
    try await bench.goalledger("show", "2")
    try await bench.goalledger("show", "3")
    try await bench.goalledger("log")
    try await bench.goalledger("log", "1", "--after", "1")
    try Golden.check(bench, "life")
  }

  @Test("the same as JSON, one document a command")
  func json() async throws {
    let bench = try Bench()
    try await bench.goalledger("init", "--json")
    try await bench.goalledger("list", "--json")
    try await bench.goalledger("log", "--json")
    try await bench.goalledger("add", "a goal", "--context", #"{"note":"x"}"#, "--json")
    try await bench.goalledger("adopt", "1", "--json")
    try await bench.goalledger("list", "--json")
    try await bench.goalledger("show", "1", "--json")
    try await bench.goalledger("log", "--json")
    try await bench.goalledger("migrate", "--json")
    try Golden.check(bench, "json")
  }

  @Test("what cannot be is refused with a sentence, and recorded where the ledger can hold it")
  func refusals() async throws {
    let bench = try Bench()
    try await bench.goalledger("init")
    try await bench.goalledger("add", "x", "--idempotency-key", "k")
    try await bench.goalledger("add", "x", "--idempotency-key", "k")
    try await bench.goalledger("add", "x", "--value", "2")
    try await bench.goalledger("add", "x", "--depends-on", "99")
    try await bench.goalledger("add", "x", "--task", "fix_buf")
    try await bench.goalledger("retry", "1")
    try await bench.goalledger("abandon", "1")
    try await bench.goalledger("adopt", "1", "98")
    try await bench.goalledger("show", "98")
    try await bench.goalledger("log", "98")
    try await bench.goalledger("plan", "98")
    try await bench.goalledger("diff", "98")
    try await bench.goalledger("diff", "1")
    try await bench.goalledger("execute", "98")
    try await bench.goalledger("execute", "1")
    try await bench.goalledger("list")
    try await bench.goalledger("log")
    try Golden.check(bench, "refusals")
  }

  @Test("a context that is no JSON object is refused before anything is written")
  func contexts() async throws {
    let bench = try Bench()
    try await bench.goalledger("init")
    try bench.write("broken.json", "{\"files\": [\n  {\"path\": }\n]}")
    for context in [
      "{", "[1]", #""text""#, "{\"a\":1}x", #"{"a":1,"a":2}"#, "@broken.json", "@missing.json",
    ] {
      try await bench.goalledger("add", "x", "--context", context)
    }
    try await bench.goalledger("add", "x", "--context", "-", input: "nothing")
    try await bench.goalledger("add", "x", "--metadata", "[]")
    try await bench.goalledger("add", "x", "--success-metrics", "{}")
    try await bench.goalledger("list")
    try Golden.check(bench, "contexts")
  }
}
