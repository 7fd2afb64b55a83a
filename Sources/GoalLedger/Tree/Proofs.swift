// Proofs as texts that whoever has the ledger's key can check offline.
//
// That an entry is on the ledger is a tlog-proof (c2sp.org/tlog-proof):
//
//   c2sp.org/tlog-proof@v1
//   extra  the entry's canonical bytes in base 64: with a byte 0 before them, they hash to the leaf
//   index  the entry's seq less one
//   the hashes of RFC 6962's audit path, each in base 64 on a line of its own
//   an empty line, and a checkpoint
//
// That the ledger only grew between two checkpoints is what a witness is sent (c2sp.org/tlog-witness):
//
//   old  how many entries the old checkpoint speaks for
//   the hashes of RFC 6962's consistency proof, likewise
//   an empty line, and the new checkpoint
//
// What must stay true: what is read has one spelling; nothing a proof says counts before the
// checkpoint's signature was checked and the hashes were led to its root.

/// What proves that an entry is on the ledger.
public struct EntryProof: Sendable, Hashable {
  /// The entry's place in the tree, from 0.
  public let index: Int64
  /// The entry's canonical bytes.
  public let entry: [UInt8]
  let hashes: [[UInt8]]
  /// The checkpoint that it leads to.
  public let checkpoint: Checkpoint

  private static let head = "c2sp.org/tlog-proof@v1"

  init(index: Int64, entry: [UInt8], hashes: [[UInt8]], checkpoint: Checkpoint) {
    self.index = index
    self.entry = entry
    self.hashes = hashes
    self.checkpoint = checkpoint
  }

  /// Reads a proof; nil where it is none.
  public init?(text: String) {
    guard let (lines, checkpoint) = ProofText.read(text), lines.count >= 3,
      lines[0] == Self.head, let extra = ProofText.word(lines[1], after: "extra"),
      let entry = bytesOfBase64(extra), let number = ProofText.word(lines[2], after: "index"),
      let index = ProofText.number(number), let hashes = ProofText.hashes(lines[3...])
    else { return nil }
    self.init(index: index, entry: entry, hashes: hashes, checkpoint: checkpoint)
  }

  /// The proof as a text.
  public var text: String {
    let lines = [Self.head, "extra \(base64(entry))", "index \(index)"] + hashes.map { base64($0) }
    return ProofText.written(lines, checkpoint)
  }

  /// Whether it proves, to whoever trusts one of these keys, that the entry is on the ledger.
  public func holds(for publicKeys: Set<[UInt8]>) -> Bool {
    checkpoint.isSigned(by: publicKeys)
      && TreeProof.isIncluded(
        MerkleTree.leafHash(entry),
        at: index,
        size: checkpoint.size,
        root: checkpoint.root,
        proof: hashes
      )
  }
}

/// What proves that the ledger of one checkpoint begins with that of an older one.
public struct ConsistencyProof: Sendable, Hashable {
  /// How many entries the older checkpoint speaks for.
  public let oldSize: Int64
  let hashes: [[UInt8]]
  /// The newer checkpoint.
  public let checkpoint: Checkpoint

  init(oldSize: Int64, hashes: [[UInt8]], checkpoint: Checkpoint) {
    self.oldSize = oldSize
    self.hashes = hashes
    self.checkpoint = checkpoint
  }

  /// Reads a proof; nil where it is none.
  public init?(text: String) {
    guard let (lines, checkpoint) = ProofText.read(text), let first = lines.first,
      let number = ProofText.word(first, after: "old"), let oldSize = ProofText.number(number),
      let hashes = ProofText.hashes(lines[1...])
    else { return nil }
    self.init(oldSize: oldSize, hashes: hashes, checkpoint: checkpoint)
  }

  /// The proof as a text.
  public var text: String {
    ProofText.written(["old \(oldSize)"] + hashes.map { base64($0) }, checkpoint)
  }

  /// Whether it proves, to whoever trusts one of these keys, that nothing the older checkpoint
  /// speaks for was altered since.
  public func holds(since old: Checkpoint, for publicKeys: Set<[UInt8]>) -> Bool {
    old.origin == checkpoint.origin && old.size == oldSize
      && old.isSigned(by: publicKeys) && checkpoint.isSigned(by: publicKeys)
      && TreeProof.extends(
        (old.size, old.root),
        (checkpoint.size, checkpoint.root),
        proof: hashes
      )
  }
}

/// What both texts have in common.
private enum ProofText {
  /// The lines before the first empty one, and the checkpoint after it.
  static func read(_ text: String) -> ([Substring], Checkpoint)? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let gap = lines.firstIndex(of: ""),
      let note = SignedNote(lines[(gap + 1)...].joined(separator: "\n")),
      let checkpoint = Checkpoint(note)
    else { return nil }
    return (Array(lines[..<gap]), checkpoint)
  }

  static func written(_ lines: [String], _ checkpoint: Checkpoint) -> String {
    lines.map { $0 + "\n" }.joined() + "\n" + checkpoint.text
  }

  static func word(_ line: Substring, after name: String) -> Substring? {
    line.hasPrefix(name + " ") ? line.dropFirst(name.count + 1) : nil
  }

  static func number(_ text: Substring) -> Int64? {
    guard let number = Int64(text), number >= 0, "\(number)" == text else { return nil }
    return number
  }

  static func hashes(_ lines: ArraySlice<Substring>) -> [[UInt8]]? {
    var hashes: [[UInt8]] = []
    for line in lines {
      guard let hash = bytesOfBase64(line), hash.count == MerkleTree.hashSize else { return nil }
      hashes.append(hash)
    }
    return hashes
  }
}
