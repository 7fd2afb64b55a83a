// Verifiers against a lying prover: ten thousand altered checkpoints and proofs, none accepted.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("A lying prover")
struct LyingProverTests {
  /// What was made of a real ledger, and who signed it.
  struct Genuine: Sendable {
    let entries: [EntryProof]
    let consistency: [(old: Checkpoint, proof: ConsistencyProof)]
    let checkpoints: [Checkpoint]
    let key: SealingKey

    static let made = Task { try await Genuine() }

    init() async throws {
      let base = try await SealedFile.made.value
      let store = try await SQLiteGoalStore.open(path: base.path, .asIs)
      key = base.ledgerKey
      let size = try await store.treeHead(size: nil).size
      var entries: [EntryProof] = []
      for seq in stride(from: 1, through: size, by: 5) {
        entries.append(try await store.proveEntry(seq, key: key))
      }
      var consistency: [(Checkpoint, ConsistencyProof)] = []
      var checkpoints: [Checkpoint] = []
      for old in stride(from: 1, to: size, by: 4) {
        let checkpoint = try Checkpoint(await store.treeHead(size: old), key: key)
        checkpoints.append(checkpoint)
        let new = min(size, old + old % 7 * 13)
        let proof = try await store.proveConsistency(from: old, to: new, key: key)
        consistency.append((checkpoint, proof))
      }
      self.entries = entries
      self.consistency = consistency
      self.checkpoints = checkpoints
    }
  }

  @Test("who tells the truth is believed")
  func truth() async throws {
    let genuine = try await Genuine.made.value
    let trusted: Set = [genuine.key.publicKey]
    for proof in genuine.entries {
      let read = try #require(EntryProof(text: proof.text))
      #expect(read == proof && read.holds(for: trusted))
    }
    for (old, proof) in genuine.consistency {
      let read = try #require(ConsistencyProof(text: proof.text))
      #expect(read == proof && read.holds(since: old, for: trusted))
    }
    for checkpoint in genuine.checkpoints {
      #expect(try Checkpoint(text: checkpoint.text, file: "x").isSigned(by: trusted))
    }
    #expect(genuine.entries.count > 10 && genuine.consistency.count > 10)
  }

  @Test("is not believed when the text was altered, 8,000 times", arguments: 0..<4)
  func alteredTexts(part: Int) async throws {
    let genuine = try await Genuine.made.value
    let trusted: Set = [genuine.key.publicKey]
    let entryTexts = genuine.entries.map(\.text)
    let consistencyTexts = genuine.consistency.map(\.proof.text)
    let checkpointTexts = genuine.checkpoints.map(\.text)
    var lie = TextLie(seed: UInt64(40 + part))
    for number in 0..<2_000 {
      switch number % 3 {
      case 0:
        let text = lie.alter(entryTexts[lie.below(entryTexts.count)], others: entryTexts)
        if EntryProof(text: text)?.holds(for: trusted) ?? false {
          Issue.record("\(number): \(text)")
        }
      case 1:
        let place = lie.below(consistencyTexts.count)
        let text = lie.alter(consistencyTexts[place], others: consistencyTexts)
        let old = genuine.consistency[place].old
        if ConsistencyProof(text: text)?.holds(since: old, for: trusted) ?? false {
          Issue.record("\(number): \(text)")
        }
      default:
        let place = lie.below(checkpointTexts.count)
        let isLine = lie.below(2) == 0
        let text = lie.alter(
          isLine ? genuine.checkpoints[place].line + "\n" : checkpointTexts[place],
          others: isLine ? [] : checkpointTexts
        )
        if (try? Checkpoint(text: text, file: "x"))?.isSigned(by: trusted) ?? false {
          Issue.record("\(number): \(text)")
        }
      }
    }
  }

  @Test("is not believed when it lies in good form, 2,000 times", arguments: 0..<2)
  func forged(part: Int) async throws {
    let genuine = try await Genuine.made.value
    let trusted: Set = [genuine.key.publicKey]
    let forger = SealingKey()
    var lie = TextLie(seed: UInt64(90 + part))
    var lies = 0
    var number = 0
    while lies < 1_000 {
      number += 1
      let entry = genuine.entries[lie.below(genuine.entries.count)]
      let other = genuine.entries[lie.below(genuine.entries.count)]
      if let forged = Self.forged(entry, other, number, forger, &lie), forged != entry {
        let read = try #require(EntryProof(text: forged.text))
        #expect(read == forged && !read.holds(for: trusted), "\(number)")
        lies += 1
      }
      let (old, proof) = genuine.consistency[lie.below(genuine.consistency.count)]
      let (oldOther, proofOther) = genuine.consistency[lie.below(genuine.consistency.count)]
      var hashes = proof.hashes
      let checkpoint: Checkpoint
      switch number % 4 {
      case 0:
        hashes = proofOther.hashes
        checkpoint = proof.checkpoint
      case 1: checkpoint = proofOther.checkpoint
      case 2:
        guard !hashes.isEmpty else { continue }
        hashes[lie.below(hashes.count)][lie.below(32)] ^= UInt8(1 + lie.below(255))
        checkpoint = proof.checkpoint
      default:
        let head = TreeHead(databaseID: "x", size: proof.checkpoint.size, root: oldOther.root)
        checkpoint = try Checkpoint(head, key: forger)
      }
      let forged = ConsistencyProof(oldSize: old.size, hashes: hashes, checkpoint: checkpoint)
      guard forged != proof else { continue }
      #expect(!forged.holds(since: old, for: trusted), "\(number): \(old.size) \(forged.text)")
      lies += 1
    }
  }

  /// A proof whose every line is in order, and which does not hold.
  private static func forged(
    _ entry: EntryProof,
    _ other: EntryProof,
    _ kind: Int,
    _ forger: SealingKey,
    _ lie: inout TextLie
  ) -> EntryProof? {
    var (index, bytes, hashes, checkpoint) =
      (entry.index, entry.entry, entry.hashes, entry.checkpoint)
    switch kind % 6 {
    case 0: index = Int64(lie.below(Int(checkpoint.size) + 5))
    case 1: bytes[lie.below(bytes.count)] ^= UInt8(1 + lie.below(255))
    case 2: bytes = other.entry
    case 3: hashes[lie.below(hashes.count)][lie.below(32)] ^= UInt8(1 + lie.below(255))
    case 4:
      // A node's children passed off as an entry, one level up.
      bytes = Array(MerkleTree.leafHash(entry.entry)) + hashes.removeFirst()
      index >>= 1
    default:
      // The truth about another ledger, signed by its key under this one's name.
      bytes = Array("lie".utf8)
      (index, hashes) = (0, [])
      let id = String(checkpoint.origin.dropFirst("goalledger/".count))
      let head = TreeHead(databaseID: id, size: 1, root: MerkleTree.leafHash(bytes))
      guard let signed = try? Checkpoint(head, key: forger) else { return nil }
      checkpoint = signed
    }
    return EntryProof(index: index, entry: bytes, hashes: hashes, checkpoint: checkpoint)
  }
}
