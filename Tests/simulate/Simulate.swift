import ArgumentParser
import Glibc
import Simulation

/// `simulate`: runs seeds, or replays one.
@main struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tools/simulate",
    abstract: "Simulate workers, clients and troubles over the real store, each seed a story.",
    discussion: """
      A seed decides who takes part, in which order they go on, what fails, who is killed, held up \
      or kept waiting, and what time it is. After every few steps what must hold is checked. A seed \
      that breaks a rule is printed with the command that replays it. The exit status is 1 where one \
      did.

      Examples:
        tools/simulate --seeds 2000 --from 1
        tools/simulate --seed 17
        tools/simulate --seed 17 --mutation unguardedEnds
      """
  )

  @Option(help: "How many seeds to run.")
  var seeds: Int = 40

  @Option(help: "The first seed.")
  var from: UInt64 = 1

  @Option(help: "Run this seed alone, and print all that happens.")
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Take a rule out, to see it noticed: \(Mutation.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "rule"
    )
  )
  var mutation: Mutation?

  @Flag(help: "Print a line for each seed.")
  var verbose = false

  func validate() throws {
    if seeds < 1 { throw ValidationError("--seeds must be 1 or more.") }
  }

  func run() async throws {
    if let seed { return try await replay(seed) }
    let clock = ContinuousClock()
    let start = clock.now
    var failed: [UInt64] = []
    var steps = 0
    var counts: [String: Int] = [:]
    for seed in from..<from + UInt64(seeds) {
      let outcome = try await SimulationRun(seed: seed, mutation: mutation, keeping: 40).run()
      steps += outcome.steps
      counts.merge(outcome.counts, uniquingKeysWith: +)
      if verbose { print("seed \(seed): \(outcome.steps) steps, \(outcome.digest)") }
      guard let violation = outcome.violation else { continue }
      failed.append(seed)
      print("seed \(seed) FAILED after \(outcome.steps) steps: \(violation)")
      for line in outcome.trace.suffix(40) { print("  \(line)") }
      print("replay it with: tools/simulate --seed \(seed)\(rule)")
      fflush(nil)
    }
    let spoken = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    let seconds = (clock.now - start).components.seconds
    print("\(seeds) seeds, \(steps) steps in \(seconds) s: \(spoken.joined(separator: ", "))")
    guard failed.isEmpty else {
      print("\(failed.count) failed: \(failed)")
      throw ExitCode(1)
    }
    print("every rule held")
  }

  private var rule: String { mutation.map { " --mutation \($0.rawValue)" } ?? "" }

  private func replay(_ seed: UInt64) async throws {
    let outcome = try await SimulationRun(seed: seed, mutation: mutation) { print($0) }.run()
    print("seed \(seed): \(outcome.steps) steps, digest \(outcome.digest)")
    guard let violation = outcome.violation else { return print("every rule held") }
    print("FAILED: \(violation)")
    throw ExitCode(1)
  }
}

extension Mutation: ExpressibleByArgument {}
