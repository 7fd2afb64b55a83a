// The check of proofs, for whoever has nothing but roots and hashes: the algorithms of RFC 9162,
// sections 2.1.3.2 and 2.1.4.2, which are those for the trees of RFC 6962.
//
// What must stay true: this shares nothing with the making of proofs but the two hash functions.

/// Checks of the tree's proofs.
enum TreeProof {
  /// Whether a leaf of this hash is the leaf `index` of the tree with this size and root.
  static func isIncluded(
    _ leaf: [UInt8],
    at index: Int64,
    size: Int64,
    root: [UInt8],
    proof: [[UInt8]]
  ) -> Bool {
    guard index >= 0, index < size else { return false }
    var (first, last) = (index, size - 1)
    var hash = leaf
    for sibling in proof {
      guard last > 0 else { return false }
      if first & 1 == 1 || first == last {
        hash = MerkleTree.nodeHash(sibling, hash)
        while first & 1 == 0, first != 0 { (first, last) = (first >> 1, last >> 1) }
      } else {
        hash = MerkleTree.nodeHash(hash, sibling)
      }
      (first, last) = (first >> 1, last >> 1)
    }
    return last == 0 && hash == root
  }

  /// Whether the tree with the second size and root begins with the tree of the first; the first
  /// has at least one leaf.
  static func extends(
    _ old: (size: Int64, root: [UInt8]),
    _ new: (size: Int64, root: [UInt8]),
    proof: [[UInt8]]
  ) -> Bool {
    guard old.size > 0, old.size <= new.size else { return false }
    if old.size == new.size { return proof.isEmpty && old.root == new.root }
    var rest = proof[...]
    // A complete subtree is a node of the new tree, and the proof leaves it out.
    if old.size.nonzeroBitCount == 1 { rest = [old.root] + rest }
    guard let start = rest.popFirst() else { return false }
    var (first, last) = (old.size - 1, new.size - 1)
    while first & 1 == 1 { (first, last) = (first >> 1, last >> 1) }
    var (oldHash, newHash) = (start, start)
    for sibling in rest {
      guard last > 0 else { return false }
      if first & 1 == 1 || first == last {
        oldHash = MerkleTree.nodeHash(sibling, oldHash)
        newHash = MerkleTree.nodeHash(sibling, newHash)
        while first & 1 == 0, first != 0 { (first, last) = (first >> 1, last >> 1) }
      } else {
        newHash = MerkleTree.nodeHash(newHash, sibling)
      }
      (first, last) = (first >> 1, last >> 1)
    }
    return last == 0 && oldHash == old.root && newHash == new.root
  }
}
