import Execution
import GoalLedger

/// Gives a worker its key, and says on the ledger whose that is: an identity of kind `worker`, vouched
/// for by the ledger's key.
///
/// What must stay true: what a worker seals with is registered before it seals; a key that is
/// registered is not again; nothing is sealed with a key that was revoked, nor with one that cannot
/// be vouched for, since nobody could tell it from a forger's.
struct WorkerIdentity: Sendable {
  let store: any GoalStore
  /// The worker's name on the ledger.
  let worker: String
  /// Where workers' keys are; nil for the usual place.
  let folder: String?
  /// Where the ledger's key is; nil for the usual place.
  let ledgerKeyFile: KeyFile?

  /// Takes a free key whose identity was not revoked, and registers it where it is new.
  func obtain() async throws(LedgerError) -> WorkerKey {
    do throws(LedgerError) {
      return try await take()
    } catch  where error.code == .refused {
      // Another worker may have been given the same name at the same time: now it is seen.
      return try await take()
    }
  }

  private func take() async throws(LedgerError) -> WorkerKey {
    let database = try await store.databaseID()
    let environment = ProcessEnvironment.current
    let identities = try await store.identities()
    let refused = Set(
      identities.filter { !$0.isLive || $0.kind != .worker }.map(\.publicKey)
    )
    let key = try WorkerKey.take(
      in: folder ?? WorkerKey.folder(ofDatabase: database, environment: environment)
    ) { refused.contains($0) }
    if identities.contains(where: { $0.publicKey == key.key.publicKey }) { return key }
    let ledgerKey = try
      (ledgerKeyFile ?? KeyFile.ofLedger(database: database, environment: environment)).obtain()
    let identity = try NewIdentity(
      worker: name(of: key, beside: identities),
      publicKey: key.key.publicKey,
      database: database,
      ledgerKey: ledgerKey
    )
    _ = try await store.add(identity, actor: worker)
    return key
  }

  /// `worker-N@host`; with the key's first digits where another's live key has that name: hosts are
  /// called alike, and users have folders of their own.
  private func name(of key: WorkerKey, beside identities: [Identity]) -> String {
    let plain = "worker-\(key.number)@\(WorkerName.host)"
    guard identities.contains(where: { $0.isLive && $0.name == plain }) else { return plain }
    return "\(plain)-\(hexadecimal(key.key.publicKey).prefix(12))"
  }
}
