// Commands, run for real: how they end, what is kept of their output, and what is refused.

import Crypto
import TestSupport
import Testing

@testable import Execution

@Suite("A command")
struct CommandRunnerTests {
  let folder: TemporaryFolder
  let runner = CommandRunner()

  init() throws { folder = try TemporaryFolder("command") }

  func request(
    _ argv: [String],
    environment: [String: String] = ["PATH": "/usr/bin:/bin"],
    timeout: Duration = .seconds(20),
    input: [UInt8]? = nil,
    limits: ResourceLimits? = nil
  ) -> CommandRequest {
    CommandRequest(
      argv: argv,
      workingDirectory: folder.path,
      environment: environment,
      timeout: timeout,
      grace: .milliseconds(50),
      marker: "test/\(folder.path)",
      standardInput: input,
      limits: limits
    )
  }

  @Test("ends as it ends", arguments: [("exit 0", 0), ("exit 3", 3), ("exit 255", 255)])
  func exits(script: String, code: Int) async throws {
    let outcome = try await runner.run(request(["sh", "-c", script]))
    #expect(outcome.exit == .exited(Int32(code)))
    #expect(outcome.exit.isSuccess == (code == 0))
  }

  @Test("that dies by a signal says which")
  func signalled() async throws {
    #expect(try await runner.run(request(["sh", "-c", "kill -SEGV $$"])).exit == .signalled(11))
  }

  @Test("writes both outputs into one, in order of arrival")
  func order() async throws {
    let outcome = try await runner.run(request(["sh", "-c", "echo a; echo b >&2; echo c"]))
    #expect(outcome.output.text == "a\nb\nc\n")
    #expect(outcome.output.totalBytes == 6)
  }

  @Test("that writes ten megabytes leaves head, tail, size and hash")
  func longOutput() async throws {
    let script = "i=0; while [ $i -lt 1000 ]; do printf '%010d' $i; i=$((i+1)); done"
    let block = try await runner.run(request(["sh", "-c", script]))
    #expect(block.output.totalBytes == 10_000)
    #expect(block.output.omittedBytes == 10_000 - 8192)

    let python = "import sys\nfor i in range(1048576): sys.stdout.write('%09d\\n' % i)"
    let outcome = try await runner.run(request(["python3", "-c", python]))
    let all = (0..<1_048_576).map { number in
      let text = "\(number)"
      return String(repeating: "0", count: 9 - text.count) + text + "\n"
    }.joined()
    let bytes = Array(all.utf8)
    #expect(outcome.output.totalBytes == 10_485_760)
    #expect(outcome.output.head == Array(bytes.prefix(4096)))
    #expect(outcome.output.tail == Array(bytes.suffix(4096)))
    #expect(outcome.output.sha256 == sha256(bytes))
    #expect(outcome.output.text.contains("[... 10477568 bytes left out ...]"))
  }

  @Test(
    "with a short output has it all in the head, once",
    arguments: [0, 1, 4096, 4097, 8192, 8193]
  )
  func shortOutput(count: Int) async throws {
    let outcome = try await runner.run(request(["head", "-c", "\(count)", "/dev/zero"]))
    #expect(outcome.output.head.count == min(count, 4096))
    #expect(outcome.output.tail.count == min(max(0, count - 4096), 4096))
    #expect(outcome.output.omittedBytes == max(0, count - 8192))
  }

  @Test("finds exactly the environment it was given, and the marker")
  func environment() async throws {
    let outcome = try await runner.run(
      request(["env"], environment: ["A": "1", "PATH": "/usr/bin"])
    )
    let lines = Set(outcome.output.text.split(separator: "\n").map(String.init))
    #expect(lines == ["A=1", "PATH=/usr/bin", "GOALLEDGER_MARK=test/\(folder.path)"])
  }

  @Test("reads the input it was given, however long, or nothing")
  func input() async throws {
    let bytes = [UInt8](repeating: 65, count: 300_000)
    let outcome = try await runner.run(request(["wc", "-c"], input: bytes))
    #expect(outcome.output.text == "300000\n")
    #expect(try await runner.run(request(["wc", "-c"])).output.text == "0\n")
    #expect(try await runner.run(request(["true"], input: bytes)).exit == .exited(0))
  }

  @Test("leads a session of its own in its folder")
  func session() async throws {
    let script = "echo $$ $(ps -o sid= -p $$) $(pwd)"
    let words = try await runner.run(request(["sh", "-c", script])).output.text.split(
      separator: " "
    )
    #expect(words[0] == words[1])
    #expect(words[2].dropLast() == folder.path)
  }

  @Test("inherits no descriptor of the worker's")
  func descriptors() async throws {
    let outcome = try await runner.run(request(["sh", "-c", "ls /proc/$$/fd"]))
    #expect(outcome.output.text == "0\n1\n2\n")
  }

  @Test("reports the CPU time it used")
  func cpuTime() async throws {
    let outcome = try await runner.run(request(["python3", "-c", "sum(range(6000000))"]))
    let used = try #require(outcome.cpuTime)
    #expect(used > .milliseconds(20))
    #expect(used <= outcome.duration * 2)
  }

  @Test("keeps to the limits set for it")
  func limits() async throws {
    let script = "head -c 100000 /dev/zero > big; stat -c %s big"
    let limits = ResourceLimits(fileBytes: 4096, openFiles: 50)
    let outcome = try await runner.run(request(["sh", "-c", script], limits: limits))
    #expect(outcome.output.text.hasSuffix("4096\n"))
  }

  @Test("that cannot be started is refused in a sentence")
  func spawnFailures() async throws {
    try folder.write("#!/bin/sh\n", to: "plain")
    try folder.write("no program", to: "text", executable: true)
    let cases: [([String], ExecutionError.Code, String)] = [
      (["no-such-program"], .unavailable, "was not found in PATH"),
      (["./missing"], .unavailable, "does not exist"),
      (["./plain"], .unavailable, "is not executable"),
      (["/tmp"], .unavailable, "is not executable"),
      (["./text"], .spawnFailed, "neither a binary for this machine nor a script"),
      ([], .spawnFailed, "the command is empty"),
      (["echo", "a\0b"], .spawnFailed, "NUL"),
      (["echo", String(repeating: "x", count: 3_000_000)], .spawnFailed, "too long"),
    ]
    for (argv, code, words) in cases {
      let error = await #expect(throws: ExecutionError.self) { try await runner.run(request(argv)) }
      #expect(error?.code == code, "\(argv.first ?? "")")
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
      #expect(error?.isRetryable == false)
    }
    var lost = request(["true"])
    lost.workingDirectory = "\(folder.path)/nowhere"
    let error = await #expect(throws: ExecutionError.self) { try await runner.run(lost) }
    #expect(error?.code == .notFound)
  }

  @Test("leaks no descriptor, also when it cannot be started")
  func descriptorLeakInOwnProcess() async {
    // In a process of its own, where nothing else opens any.
    await #expect(processExitsWith: .success) {
      func request(_ program: String) -> CommandRequest {
        CommandRequest(
          argv: [program],
          workingDirectory: "/",
          environment: ["PATH": "/usr/bin:/bin"],
          timeout: .seconds(10),
          marker: "leak"
        )
      }
      let runner = CommandRunner()
      _ = try await runner.run(request("true"))
      let before = PlainFiles.names(in: "/proc/self/fd")
      for _ in 0..<20 {
        _ = try await runner.run(request("true"))
        _ = try? await runner.run(request("/etc/passwd"))
      }
      #expect(PlainFiles.names(in: "/proc/self/fd") == before)
    }
  }
}
