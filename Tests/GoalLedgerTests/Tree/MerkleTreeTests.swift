// The tree against RFC 6962: known answers, and every root and proof of the sizes 1 to 300 against
// the definitions followed word for word.
import Testing

@testable import GoalLedger

@Suite("The Merkle tree")
struct MerkleTreeTests {
  /// The leaves and roots that implementations of RFC 6962 are tested with
  /// (google/certificate-transparency, merkletree/merkle_tree_test.cc).
  static let leaves = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
  ]
  static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  @Test("has the roots that are known for it")
  func knownAnswers() throws {
    let leaves = try Self.leaves.map { try #require(bytesOfHexadecimal($0)) }
    var edge = TreeEdge()
    #expect(hexadecimal(edge.root) == Self.roots[0])
    for (place, leaf) in leaves.enumerated() {
      _ = edge.grow(by: MerkleTree.leafHash(leaf))
      #expect(hexadecimal(edge.root) == Self.roots[place + 1])
      #expect(hexadecimal(NaiveTree(leaves).hash(0, place + 1)) == Self.roots[place + 1])
    }
  }

  @Test("keeps hashes in an order in which each has one place for good")
  func places() {
    #expect(Subtree(level: 0, index: 12).place == 22)
    #expect(Subtree(level: 1, index: 3).place == 12)
    #expect(Subtree(level: 3, index: 0).place == 14)
    var next: Int64 = 0
    for leaf in 0..<Int64(1_000) {
      #expect(MerkleTree.keptCount(leaf) == next)
      for level in 0...(~leaf).trailingZeroBitCount {
        #expect(Subtree(level: level, index: leaf >> Int64(level)).place == next)
        next += 1
      }
    }
  }

  @Test("of every size from 1 to 300 has the roots and proofs of the definitions, and they check")
  func sizes() throws {
    let leaves = (0..<300).map { number in Array("entry \(number)".utf8) }
    let naive = NaiveTree(leaves)
    let hashes = leaves.map { MerkleTree.leafHash($0) }
    var edge = TreeEdge()
    var kept: [UInt8] = []
    let stored = { (subtree: Subtree) throws(Never) -> [UInt8] in
      Array(kept[32 * Int(subtree.place)..<32 * Int(subtree.place) + 32])
    }
    for size in 1...300 {
      kept += edge.grow(by: hashes[size - 1])
      #expect(kept.count == 32 * Int(MerkleTree.keptCount(Int64(size))))
      let root = naive.hash(0, size)
      #expect(edge.root == root)
      let view = TreeView<Never>(hash: stored)
      #expect(view.edge(Int64(size)) == edge)
      for index in 0..<size {
        let proof = view.inclusionProof(Int64(index), size: Int64(size))
        let checks = TreeProof.isIncluded(
          hashes[index],
          at: Int64(index),
          size: Int64(size),
          root: root,
          proof: proof
        )
        guard proof == naive.path(index, 0, size), checks else {
          Issue.record("entry \(index) of \(size)")
          return
        }
      }
      for old in 1...size {
        let proof = view.consistencyProof(Int64(old), size: Int64(size))
        let checks = TreeProof.extends(
          (Int64(old), naive.hash(0, old)),
          (Int64(size), root),
          proof: proof
        )
        guard proof == naive.subproof(old, 0, size, true), checks else {
          Issue.record("\(old) to \(size)")
          return
        }
      }
    }
  }

  @Test("grows to the same hashes however its leaves come")
  func batches() {
    let hashes = (0..<1_000).map { MerkleTree.leafHash(Array("\($0)".utf8)) }
    var (one, many) = (TreeEdge(), TreeEdge())
    var (oneKept, manyKept) = ([UInt8](), [UInt8]())
    var random = SplitMix(state: 7)
    for hash in hashes { oneKept += one.grow(by: hash) }
    var rest = hashes[...]
    while !rest.isEmpty {
      let count = Int(random.next() % 90)
      manyKept += many.grow(by: rest.prefix(count).flatMap { $0 })
      rest = rest.dropFirst(count)
    }
    #expect(oneKept == manyKept && one == many)
  }

  @Test("base 64 has one spelling")
  func spelling() throws {
    for length in 0..<70 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
      #expect(bytesOfBase64(base64(bytes)) == bytes)
    }
    // RFC 4648, section 10.
    #expect(base64("fooba".utf8) == "Zm9vYmE=" && base64("foob".utf8) == "Zm9vYg==")
    for text in ["Zm9vYmF=", "Zm9vYh==", "Zm9vYg=", "Zm9vYg", "====", "Zm9v\nYmE=", "Zm 9", "Zm=v"]
    {
      #expect(bytesOfBase64(text) == nil, "\(text)")
    }
  }
}
