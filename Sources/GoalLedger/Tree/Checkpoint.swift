// A checkpoint: the signed head of the ledger's tree, to keep where nobody who can write to the
// database can write. It is a signed note whose text is a tlog-checkpoint (c2sp.org/tlog-checkpoint):
//
//   "goalledger/" the database's id
//   how many entries there are, in decimal
//   the tree's root, in base 64
//
// signed by the ledger's key under the name that is its first line. On one line, as in the trailer
// of a commit, it is its origin, its size, its root and the signature's base 64, a space between.
import Crypto

/// A checkpoint as it was read, which says nothing until its signature was checked.
public struct Checkpoint: Sendable, Hashable {
  /// Which log it speaks of, and the name of the key that signs it.
  public let origin: String
  /// How many entries it speaks for.
  public let size: Int64
  /// The root of their tree, 32 bytes.
  public let root: [UInt8]
  /// The note that says so.
  public let note: SignedNote

  /// What stands before a checkpoint on one line.
  public static let trailer = "Ledger-Checkpoint"

  /// The origin of a database's checkpoints.
  public static func origin(of database: String) -> String { "goalledger/\(database)" }

  /// Signs the head of a tree.
  public init(_ head: TreeHead, key: SealingKey) throws(LedgerError) {
    origin = Self.origin(of: head.databaseID)
    size = head.size
    root = head.root
    note = try SignedNote(signing: Self.text(origin, size, root), name: origin, key: key)
  }

  /// Reads a signed note.
  init?(_ note: SignedNote) {
    let lines = note.text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4, lines[3] == "", VerifierKey.isName(lines[0]),
      let size = Int64(lines[1]), size >= 0, "\(size)" == lines[1],
      let root = bytesOfBase64(lines[2]), root.count == MerkleTree.hashSize
    else { return nil }
    origin = String(lines[0])
    self.size = size
    self.root = root
    self.note = note
  }

  /// Reads a checkpoint as it is kept: a signed note; or, on one line, what a commit or a worker's
  /// output says after "Ledger-Checkpoint: ", of several the last.
  /// - throws: `invalid` where there is none.
  public init(text: String, file: String) throws(LedgerError) {
    let lead = Self.trailer + ": "
    let lines = text.split(separator: "\n")
    let checkpoint: Checkpoint?
    if let line = lines.last(where: { $0.hasPrefix(lead) }) {
      checkpoint = Checkpoint(line: line.dropFirst(lead.count))
    } else if lines.count == 1 {
      checkpoint = Checkpoint(line: lines[0])
    } else {
      checkpoint = SignedNote(text).flatMap { Checkpoint($0) }
    }
    guard let checkpoint else {
      throw LedgerError(
        .invalid,
        "\(file) holds no checkpoint",
        hint: "a checkpoint is what 'goalledger checkpoint' prints"
      )
    }
    self = checkpoint
  }

  /// Reads a checkpoint on one line.
  init?(line: some StringProtocol) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 4, let bytes = bytesOfBase64(words[3]) else { return nil }
    let signature = SignedNote.Signature(name: String(words[0]), bytes: bytes)
    let text = words[..<3].map { $0 + "\n" }.joined()
    self.init(SignedNote(text: text, signature: signature))
  }

  /// The checkpoint on one line.
  public var line: String {
    "\(origin) \(size) \(base64(root)) \(base64(note.signatures.first?.bytes ?? []))"
  }

  /// The checkpoint as a signed note.
  public var text: String { note.description }

  /// Whether a key has signed it, under the checkpoint's own name.
  public func isSigned(by publicKeys: Set<[UInt8]>) -> Bool {
    note.isSigned(byOneOf: publicKeys.map { VerifierKey(name: origin, publicKey: $0) })
  }

  private static func text(_ origin: String, _ size: Int64, _ root: [UInt8]) -> String {
    "\(origin)\n\(size)\n\(base64(root))\n"
  }
}

/// The head of the ledger's tree at some size, not signed.
public struct TreeHead: Sendable, Hashable {
  /// The database's own identity.
  public let databaseID: String
  /// How many entries are in it.
  public let size: Int64
  /// Its root, 32 bytes.
  public let root: [UInt8]
}
