import GoalLedger

/// Keeps the database's log short while a worker runs, and names whoever keeps it long.
///
/// What must stay true: what is said is said once for each process and occurrence, and names the
/// process; an occurrence is over when the log was shortened whole. Readers that come and go are in
/// nobody's way: only who is seen at every look, for as long as the rules have patience, is named.
struct LogKeeper: Sendable {
  /// When to say something.
  struct Rules: Sendable {
    /// Between two looks; a quarter of it while much is written.
    var interval = Duration.seconds(1)
    /// How long somebody may be in the way unnamed.
    var patience = Duration.seconds(10)
    /// The size, in bytes, from which nobody is given that long.
    var limit: Int64 = 64 << 20
    /// How long somebody may be in the way unnamed from that size on: other workers' looks, of a
    /// moment each, are not to be taken for somebody who stays.
    var haste = Duration.seconds(2)
  }

  let store: any GoalStore
  let rules: Rules
  let watch: @Sendable (WorkerEvent) -> Void

  /// So many pages between two looks are much: 4 MiB.
  private static let much = 1_000

  /// Looks until its task is cancelled.
  func run() async {
    let clock = ContinuousClock()
    var watched = Occurrence()
    var pause = rules.interval
    while !Task.isCancelled {
      try? await clock.sleep(for: pause)
      guard !Task.isCancelled else { return }
      pause = rules.interval
      do throws(LedgerError) {
        guard let standing = try await store.shortenLog() else { continue }
        if case .complete(let pages) = standing.outcome, pages > Self.much { pause = pause / 4 }
        for sentence in watched.follow(standing, at: clock.now, rules) { watch(.warning(sentence)) }
      } catch {
        watched.fail(error).map { watch(.warning($0)) }
      }
    }
  }

  /// What was seen since the log was last shortened whole.
  struct Occurrence: Sendable {
    private var since: ContinuousClock.Instant?
    private var copied = -1
    /// Since when each process was seen at every look.
    private var seen: [LogHolder: ContinuousClock.Instant] = [:]
    private var named: Set<LogHolder> = []
    private var isLongSaid = false
    private var isFailureSaid = false

    /// Takes the next look.
    /// - returns: what is to be said.
    mutating func follow(
      _ standing: LogStanding,
      at now: ContinuousClock.Instant,
      _ rules: Rules
    ) -> [String] {
      if case .complete = standing.outcome {
        self = Occurrence()
        return []
      }
      if case .held(let copied, _) = standing.outcome, copied != self.copied {
        // It goes on: what a reader needed is no longer needed.
        self.copied = copied
        since = now
      }
      let began = since ?? now
      since = began
      seen = Dictionary(
        uniqueKeysWithValues: standing.holders.map { ($0, seen[$0] ?? now) }
      )
      let isLong = standing.bytes > rules.limit
      let patience = isLong ? min(rules.haste, rules.patience) : rules.patience
      guard now - began >= patience else { return [] }
      let inTheWay = seen.keys
        .filter { now - (seen[$0] ?? now) >= patience }
        .filter { standing.outcome == .busy ? $0.use != .reads : $0.use != .writes }
        .sorted { $0.pid < $1.pid }
      let unnamed = inTheWay.filter { !named.contains($0) }
      named.formUnion(unnamed)
      var sentences = unnamed.map { holder in
        Self.sentence(holder, since: seen[holder] ?? now, now, standing.bytes)
      }
      if isLong, inTheWay.isEmpty, !isLongSaid {
        isLongSaid = true
        sentences.append(
          "the database's log has grown to \(Self.size(standing.bytes)), and who keeps it from being "
            + "shortened cannot be seen"
        )
      }
      return sentences
    }

    /// Takes a failure; it is said once.
    mutating func fail(_ error: LedgerError) -> String? {
      defer { isFailureSaid = true }
      return isFailureSaid ? nil : "the database's log could not be shortened: \(error.message)"
    }

    private static func sentence(
      _ holder: LogHolder,
      since: ContinuousClock.Instant,
      _ now: ContinuousClock.Instant,
      _ bytes: Int64
    ) -> String {
      let seconds = (now - since).components.seconds
      let time = seconds > 0 ? " for \(seconds) s" : ""
      let what =
        switch holder.use {
        case .reads: "has been reading from one view of the database\(time)"
        case .writes: "has held the database's write lock\(time)"
        case .opens: "has the database open, and may be what is in the way"
        }
      return "\(holder.name) \(what): until it ends, the log only grows (now \(size(bytes)))"
    }

    static func size(_ bytes: Int64) -> String {
      let tenths = (bytes * 10 + 500_000) / 1_000_000
      return "\(tenths / 10).\(tenths % 10) MB"
    }
  }
}

extension LogHolder {
  /// What to call it when speaking to people.
  var name: String { command.isEmpty ? "process \(pid)" : "process \(pid) (\(command))" }
}
