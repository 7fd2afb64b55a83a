import GoalLedger
import UnixSignals
import Worker

/// SIGTERM and SIGINT while something works: the first lets it finish what runs, the second has it
/// rolled back at once.
enum Signals {
  static func stopping<T: Sendable>(
    _ body: (StopSignal) async throws(LedgerError) -> T
  ) async throws(LedgerError) -> T {
    let stop = StopSignal()
    // Trapped before anything begins: a signal in the first moment must not kill what has begun.
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    let listener = Task {
      var hasDrained = false
      for await _ in signals {
        if hasDrained { stop.now() } else { stop.drain() }
        hasDrained = true
      }
    }
    defer { listener.cancel() }
    return try await body(stop)
  }
}
