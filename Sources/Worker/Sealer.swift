import GoalLedger

/// Seals what anybody has written to the ledger, moments after it was written.
///
/// What must stay true: work never waits for a seal; a key that cannot be had is said once, and
/// leaves entries unsealed, as a database without a worker does.
struct Sealer: Sendable {
  let store: any GoalStore
  let name: String
  /// What it signs with; nil where there is no key to be had.
  let key: SealingKey?
  let watch: @Sendable (WorkerEvent) -> Void
  /// Rung when somebody has committed something.
  let bell = Doorbell()

  /// What is committed within this time shares a seal.
  private static let gathering = Duration.milliseconds(8)

  /// Obtains the key, and makes one where there is none.
  init(
    store: any GoalStore,
    name: String,
    keyFile: KeyFile?,
    watch: @escaping @Sendable (WorkerEvent) -> Void
  ) async throws(LedgerError) {
    self.store = store
    self.name = name
    self.watch = watch
    let file: KeyFile
    if let keyFile {
      file = keyFile
    } else {
      file = KeyFile.ofWorker(
        database: try await store.databaseID(),
        environment: ProcessEnvironment.current
      )
    }
    do throws(LedgerError) {
      key = try file.obtain()
    } catch {
      key = nil
      watch(.warning("nothing is sealed: \(error.message)"))
    }
  }

  /// Seals until its task is cancelled.
  func run() async {
    bell.ring()
    while !Task.isCancelled {
      await bell.wait()
      try? await Task.sleep(for: Self.gathering)
      guard !Task.isCancelled else { return }
      await seal()
    }
  }

  /// Seals what is not sealed yet, a last time, and lets other workers seal.
  func finish() async {
    await seal()
    try? await store.endSealing(sealer: name)
  }

  /// Seals what is not sealed yet.
  func seal() async {
    guard let key else { return }
    do throws(LedgerError) {
      try await store.seal(sealer: name, key: key)
    } catch  where error.code == .busy {
      // Somebody holds the lock for long: the next change rings again.
    } catch {
      watch(.warning("the ledger could not be sealed: \(error.message)"))
    }
  }
}
