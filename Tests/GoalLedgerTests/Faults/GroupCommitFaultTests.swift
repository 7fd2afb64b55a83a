// The group commit on a disk that fails: each caller hears what became of its own write, and the store
// goes on once the disk does.
import TestSupport
import Testing

@testable import GoalLedger

@Suite("A group of writes on a disk that fails")
struct GroupCommitFaultTests {
  private let folder: TemporaryFolder
  private let disk: FaultDisk
  private var path: String { folder.path + "/goals.db" }

  init() async throws {
    folder = try TemporaryFolder("group")
    disk = try FaultDisk()
    try await EmptyDatabase.copy(to: folder.path + "/goals.db")
  }

  private func open() async throws -> SQLiteGoalStore {
    try await SQLiteGoalStore.open(path: path, .asIs, durability: .full, vfs: disk.vfs)
  }

  /// Sends goals all at once; returns what each was answered, nil for success.
  private func send(
    _ keys: [String],
    to store: SQLiteGoalStore,
    note: String = "short"
  ) async -> [String: LedgerError] {
    await withTaskGroup(of: (String, LedgerError?).self) { group in
      for key in keys {
        group.addTask {
          var draft = GoalDraft(text: key)
          draft.idempotencyKey = key
          draft.context = #"{"note":"\#(note)"}"#
          do throws(LedgerError) {
            _ = try await store.add(draft, actor: "ann")
            return (key, nil)
          } catch {
            return (key, error)
          }
        }
      }
      return await group.reduce(into: [:]) { answers, answer in answers[answer.0] = answer.1 }
    }
  }

  private func present(_ store: SQLiteGoalStore) async throws -> Set<String> {
    Set(try await store.goals(state: nil, limit: 1_000).compactMap(\.idempotencyKey))
  }

  @Test("is there exactly as far as it was reported, wherever the disk failed once")
  func once() async throws {
    let store = try await open()
    var (told, kept) = (0, 0)
    for kind in [FaultDisk.Kind.write, .sync] {
      for nth in FaultPoints.of(kind == .write ? 60 : 6, most: 6) {
        let keys = (1...8).map { "\(kind) \(nth) \($0)" }
        disk.fail(kind, nth, with: kind == .write ? .full : .sync)
        let answers = await send(keys, to: store)
        disk.heal()
        let there = try await present(store)
        for key in keys {
          #expect(
            (answers[key] == nil) == there.contains(key),
            "\(key): \(answers[key]?.message ?? "")"
          )
        }
        told += answers.count
        kept += keys.count - answers.count
      }
    }
    #expect(told > 0 && kept > 0)
    await store.close()
    #expect(try await Invariants.breachesVerified(of: path).isEmpty)
  }

  @Test(
    "is told that the disk is full, every caller, and succeeds on the same store once it is not"
  )
  func fullAndSpaceAgain() async throws {
    let store = try await open()
    let keys = (1...16).map { "goal \($0)" }
    disk.fail(.write, 1, with: .full, lasting: true)
    for _ in 1...3 {
      let answers = await send(keys, to: store)
      #expect(answers.count == keys.count)
      #expect(answers.values.allSatisfy { $0.code == .diskFull }, "\(answers)")
      #expect(try await present(store).isEmpty)
    }
    disk.heal()
    #expect(await send(keys, to: store).isEmpty)
    #expect(try await present(store) == Set(keys))
    try await store.checkpoint()
    await store.close()
    #expect(try await Invariants.breachesVerified(of: path).isEmpty)
  }

  @Test("is told, every caller, where the disk fails before the commit, within one of the writes")
  func spilled() async throws {
    let store = try await open()
    let long = String(repeating: "a long note ", count: 40_000)
    // More than the page cache holds: pages go to the log while the statements still run.
    disk.fail(.write, 300, with: .full, lasting: true)
    let keys = (1...8).map { "long \($0)" }
    let answers = await send(keys, to: store, note: long)
    #expect(disk.failures > 0)
    #expect(answers.values.allSatisfy { $0.code == .diskFull }, "\(answers.mapValues(\.message))")
    let there = try await present(store)
    for key in keys { #expect((answers[key] == nil) == there.contains(key), "\(key)") }
    disk.heal()
    #expect(await send(keys.filter { answers[$0] != nil }, to: store, note: long).isEmpty)
    #expect(try await present(store) == Set(keys))
    await store.close()
    #expect(try await Invariants.breachesVerified(of: path).isEmpty)
  }

  @Test("leaves a refusal to the one it is for")
  func refusalBeside() async throws {
    let store = try await open()
    #expect(await send(["taken"], to: store).isEmpty)
    disk.fail(.sync, 1, with: .sync)
    let answers = await send(["taken", "other"], to: store)
    disk.heal()
    #expect(answers["taken"] != nil)
    #expect(answers["taken"]?.code == .refused || answers["taken"]?.code == .unavailable)
    let there = try await present(store)
    #expect((answers["other"] == nil) == there.contains("other"))
    let after = await send(["taken", "next"], to: store)
    #expect(after["taken"]?.code == .refused && after["next"] == nil)
    await store.close()
    #expect(try await Invariants.breachesVerified(of: path).isEmpty)
  }
}
