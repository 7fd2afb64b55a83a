// RFC 6962's section 2.1 word for word, over all leaves at once: what the tree that grows is held
// against.
import Crypto

/// MTH, PATH and PROOF of RFC 6962, over the leaves' bytes.
final class NaiveTree {
  let leaves: [[UInt8]]
  private var hashes: [[Int]: [UInt8]] = [:]

  init(_ leaves: [[UInt8]]) { self.leaves = leaves }

  /// MTH(D[low:high]).
  func hash(_ low: Int, _ high: Int) -> [UInt8] {
    if let known = hashes[[low, high]] { return known }
    let hash: [UInt8]
    switch high - low {
    case 0: hash = Array(SHA256.hash(data: [UInt8]()))
    case 1: hash = Array(SHA256.hash(data: [0x00] + leaves[low]))
    default:
      let k = split(high - low)
      hash = Array(
        SHA256.hash(data: [0x01] + self.hash(low, low + k) + self.hash(low + k, high))
      )
    }
    hashes[[low, high]] = hash
    return hash
  }

  /// PATH(m, D[low:high]).
  func path(_ m: Int, _ low: Int, _ high: Int) -> [[UInt8]] {
    guard high - low > 1 else { return [] }
    let k = split(high - low)
    if m < k { return path(m, low, low + k) + [hash(low + k, high)] }
    return path(m - k, low + k, high) + [hash(low, low + k)]
  }

  /// SUBPROOF(m, D[low:high], b).
  func subproof(_ m: Int, _ low: Int, _ high: Int, _ isWhole: Bool) -> [[UInt8]] {
    guard m < high - low else { return isWhole ? [] : [hash(low, high)] }
    let k = split(high - low)
    if m <= k { return subproof(m, low, low + k, isWhole) + [hash(low + k, high)] }
    return subproof(m - k, low + k, high, false) + [hash(low, low + k)]
  }

  /// The largest power of 2 smaller than n.
  private func split(_ n: Int) -> Int {
    var k = 1
    while 2 * k < n { k *= 2 }
    return k
  }
}
