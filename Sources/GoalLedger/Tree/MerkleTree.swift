// The Merkle tree of RFC 6962 over the ledger's entries: SHA-256, a leaf is the hash of the byte 0
// and the entry's canonical bytes, a node the hash of the byte 1 and its two children. Leaf n, from
// 0, is the entry of seq n + 1.
//
// What is kept are the hashes of complete subtrees, those of 2^level leaves that begin at a multiple
// of 2^level, in the order in which they become complete: each leaf, and after it every subtree that
// it completes, lowest level first. So the hashes of n leaves are the first 2n - (bits set in n) of
// all that will ever be, and one number names a hash for good (golang.org/x/mod/sumdb/tlog keeps
// them in the same order). Roots and proofs of any size need the hashes of O(log n) of them.
//
// What must stay true: what is kept is never changed by what comes later.
import Crypto

/// A complete subtree: the leaves from `index << level`, `1 << level` of them.
struct Subtree: Sendable, Hashable {
  let level: Int
  let index: Int64

  /// The last entry in it, whose hash makes it complete.
  var lastSeq: Int64 { (index + 1) << Int64(level) }
  /// Its place among all hashes that are kept.
  var place: Int64 { MerkleTree.keptCount(lastSeq - 1) + Int64(level) }
}

/// The tree's hashes and numbers.
enum MerkleTree {
  /// The length of a hash, in bytes.
  static let hashSize = 32
  /// What is hashed before a leaf's bytes, and before a node's children.
  static let leafPrefix: [UInt8] = [0]
  static let nodePrefix: [UInt8] = [1]
  /// The root of a tree without leaves.
  static let emptyRoot = Array(SHA256.hash(data: [UInt8]()))

  /// How many hashes are kept of a tree of so many leaves.
  static func keptCount(_ size: Int64) -> Int64 { 2 * size - Int64(size.nonzeroBitCount) }

  /// The hash of a leaf.
  static func leafHash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    Array(SHA256.hash(data: leafPrefix + bytes))
  }

  /// The hash of a node.
  static func nodeHash(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> [UInt8] {
    Array(SHA256.hash(data: nodePrefix + left + right))
  }

  /// The subtrees that a tree of some size is made of, first leaves first.
  static func peaks(of size: Int64) -> [Subtree] {
    var peaks: [Subtree] = []
    var start: Int64 = 0
    for level in stride(from: 62, through: 0, by: -1) where size & (1 << Int64(level)) != 0 {
      peaks.append(Subtree(level: level, index: start >> Int64(level)))
      start += 1 << Int64(level)
    }
    return peaks
  }
}

/// The right edge of a tree, all that is needed to let it grow.
struct TreeEdge: Sendable, Hashable {
  /// How many leaves there are.
  private(set) var size: Int64 = 0
  /// The hashes of the tree's peaks, 32 bytes each.
  private(set) var peaks: [UInt8] = []

  /// A tree without leaves.
  init() {}

  /// The edge of a tree whose peaks' hashes are known.
  init(size: Int64, peaks: [UInt8]) {
    self.size = size
    self.peaks = peaks
  }

  /// Adds leaves by their hashes, 32 bytes each.
  /// - returns: the hashes that become complete, in their order.
  mutating func grow(by leaves: some Collection<UInt8>) -> [UInt8] {
    var complete: [UInt8] = []
    complete.reserveCapacity(2 * leaves.count + 256)
    peaks.reserveCapacity(peaks.count + 64)
    var rest = leaves[...]
    while rest.count >= MerkleTree.hashSize {
      let leaf = rest.prefix(MerkleTree.hashSize)
      rest = rest.dropFirst(MerkleTree.hashSize)
      complete += leaf
      peaks += leaf
      // Each bit set at the end of the size is a peak that this leaf makes part of a larger one.
      for _ in 0..<(~size).trailingZeroBitCount { complete += merge() }
      size += 1
    }
    return complete
  }

  /// Puts the node above the last two peaks in their place.
  private mutating func merge() -> SHA256.Digest {
    var hash = SHA256()
    hash.update(data: MerkleTree.nodePrefix)
    unsafe peaks.withUnsafeBytes { bytes in
      unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes.suffix(64)))
    }
    let node = hash.finalize()
    peaks.removeLast(64)
    peaks += node
    return node
  }

  /// The tree's root.
  var root: [UInt8] {
    guard !peaks.isEmpty else { return MerkleTree.emptyRoot }
    var root = Array(peaks.suffix(32))
    for start in stride(from: peaks.count - 64, through: 0, by: -32) {
      root = MerkleTree.nodeHash(peaks[start..<start + 32], root)
    }
    return root
  }
}

/// A tree that can be asked for the hash of each of its complete subtrees.
struct TreeView<Failure: Error> {
  /// A complete subtree's hash.
  let hash: (Subtree) throws(Failure) -> [UInt8]

  /// The right edge of the tree when it had so many leaves.
  func edge(_ size: Int64) throws(Failure) -> TreeEdge {
    var peaks: [UInt8] = []
    for peak in MerkleTree.peaks(of: size) { peaks += try hash(peak) }
    return TreeEdge(size: size, peaks: peaks)
  }

  /// PATH(m, D[n]) of RFC 6962, section 2.1.1: what proves that leaf `index` is in the tree of
  /// `size` leaves.
  func inclusionProof(_ index: Int64, size: Int64) throws(Failure) -> [[UInt8]] {
    var proof: [[UInt8]] = []
    var (low, high) = (Int64(0), size)
    // Down from the root; the proof goes up from the leaf.
    while high - low > 1 {
      let middle = low + Self.half(high - low)
      if index < middle {
        proof.append(try hash(middle, high))
        high = middle
      } else {
        proof.append(try hash(low, middle))
        low = middle
      }
    }
    return proof.reversed()
  }

  /// PROOF(m, D[n]) of RFC 6962, section 2.1.2: what proves that the tree of `size` leaves begins
  /// with that of `old` leaves.
  func consistencyProof(_ old: Int64, size: Int64) throws(Failure) -> [[UInt8]] {
    guard old > 0, old < size else { return [] }
    var proof: [[UInt8]] = []
    var (low, high) = (Int64(0), size)
    while high != old {
      let middle = low + Self.half(high - low)
      if old <= middle {
        proof.append(try hash(middle, high))
        high = middle
      } else {
        proof.append(try hash(low, middle))
        low = middle
      }
    }
    // What begins with the first leaf is the old tree's root, which whoever asks knows.
    if low > 0 { proof.append(try hash(low, high)) }
    return proof.reversed()
  }

  /// MTH(D[low:high]), where low is a multiple of the largest power of 2 in the difference.
  private func hash(_ low: Int64, _ high: Int64) throws(Failure) -> [UInt8] {
    let count = high - low
    if count.nonzeroBitCount == 1 {
      let level = count.trailingZeroBitCount
      return try hash(Subtree(level: level, index: low >> Int64(level)))
    }
    let middle = low + Self.half(count)
    return MerkleTree.nodeHash(try hash(low, middle), try hash(middle, high))
  }

  /// The largest power of 2 smaller than a count above 1.
  private static func half(_ count: Int64) -> Int64 {
    1 << Int64(63 - (count - 1).leadingZeroBitCount)
  }
}
