// What verification demands and what it found, as values that a command prints.

/// What seals must show besides being right in themselves.
public struct VerificationDemands: Sendable, Hashable {
  /// The public keys, 32 bytes each, that seals may be signed with, or that vouch for the workers'
  /// keys that they are signed with; nil for those of any worker that the ledger names.
  public var publicKeys: Set<[UInt8]>?
  /// Archives to check as well, each by itself and together with the database.
  public var archives: [String] = []
  /// Checkpoints that the ledger's tree must extend.
  public var checkpoints: [CheckpointDemand] = []

  /// Demands nothing in particular unless told to.
  public init(publicKeys: Set<[UInt8]>? = nil) { self.publicKeys = publicKeys }
}

/// A checkpoint that was kept elsewhere, and who may have signed it.
public struct CheckpointDemand: Sendable, Hashable {
  /// The checkpoint.
  public let checkpoint: Checkpoint
  /// The public keys of which one must have signed it.
  public let publicKeys: Set<[UInt8]>

  /// Demands that the ledger extends a checkpoint.
  public init(_ checkpoint: Checkpoint, publicKeys: Set<[UInt8]>) {
    self.checkpoint = checkpoint
    self.publicKeys = publicKeys
  }
}

/// What verification found.
public struct Verification: Sendable, Hashable {
  /// Something that verification found.
  public struct Finding: Sendable, Hashable {
    /// Whether it shows that the record is not what it was.
    public let isWrong: Bool
    /// What it is about, such as `entry 17` or `seal of 1 to 200`.
    public let subject: String
    /// What is wrong with it.
    public let sentence: String

    /// A finding that shows the record to be altered.
    static func wrong(_ subject: String, _ sentence: String) -> Finding {
      Finding(isWrong: true, subject: subject, sentence: sentence)
    }

    /// A finding that a person should know of.
    static func note(_ subject: String, _ sentence: String) -> Finding {
      Finding(isWrong: false, subject: subject, sentence: sentence)
    }
  }

  /// A key that seals are signed with.
  public struct Signer: Sendable, Hashable {
    /// The public key, in hexadecimal.
    public let key: String
    /// What the ledger calls whose it is; nil where it does not say.
    public let name: String?
  }

  /// How many findings are kept; the rest are counted.
  static let findingLimit = 100

  /// The entries that seals speak for.
  public internal(set) var sealed: Int64 = 0
  /// The entries after them, which no seal speaks for yet.
  public internal(set) var unsealed: Int64 = 0
  /// How many seals there are.
  public internal(set) var seals: Int64 = 0
  /// The hash of the last seal, in hexadecimal; nil where there is none.
  public internal(set) var lastSeal: String?
  /// How many entries are in the tree.
  public internal(set) var treeSize: Int64 = 0
  /// The tree's root, 32 bytes; nil where it cannot be read.
  public internal(set) var treeRoot: [UInt8]?
  /// The public keys of the seals, in the order of their first use.
  public internal(set) var signers: [Signer] = []
  /// What was found, first things first, up to a hundred.
  public private(set) var findings: [Finding] = []
  /// What was found that shows the record to be altered, whether kept or not.
  public private(set) var wrongCount = 0
  /// Whether something was found wrong with the tree.
  private var isTreeWrong = false

  init() {}

  /// Whether nothing shows the record to be altered.
  public var isSound: Bool { wrongCount == 0 }

  mutating func add(_ finding: Finding) {
    if finding.isWrong { wrongCount += 1 }
    if findings.count < Self.findingLimit { findings.append(finding) }
  }

  mutating func add(_ more: [Finding]) {
    for finding in more { add(finding) }
  }

  /// Adds what was found of some seals; of the tree only what is wrong first.
  mutating func add(_ page: SealPage.Findings) {
    add(page.sealed)
    guard let tree = page.tree, !isTreeWrong else { return }
    isTreeWrong = true
    add(tree)
  }
}
