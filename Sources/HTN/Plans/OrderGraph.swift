// A partial order under construction: edges between small integers, closed and reduced at the end with
// one row of bits for each. A few thousand marks take a few megabytes and milliseconds.

struct OrderGraph {
  private let count: Int
  private var successors: [[Int]]

  init(count: Int) {
    self.count = count
    successors = Array(repeating: [], count: count)
  }

  mutating func add(_ before: Int, _ after: Int) {
    successors[before].append(after)
  }

  /// The order among the first `kept` marks, without edges that follow from others.
  func reduced(to kept: Int) -> [(before: Int, after: Int)] {
    let order = sorted()
    let words = (kept + 63) / 64
    var reach = [UInt64](repeating: 0, count: count * words)
    var result: [(before: Int, after: Int)] = []
    for mark in order.reversed() {
      for successor in successors[mark] {
        if successor < kept {
          reach[mark * words + successor / 64] |= 1 << UInt64(successor % 64)
        }
        for word in 0..<words {
          reach[mark * words + word] |= reach[successor * words + word]
        }
      }
    }
    for before in 0..<kept {
      // Steps are numbered in an order that works, so what covers an edge stands between its ends.
      var covered = [UInt64](repeating: 0, count: words)
      for word in 0..<words {
        var bits = reach[before * words + word]
        while bits != 0 {
          let bit = bits.trailingZeroBitCount
          bits &= bits - 1
          let after = word * 64 + bit
          if covered[word] >> UInt64(bit) & 1 == 1 { continue }
          result.append((before, after))
          for other in word..<words { covered[other] |= reach[after * words + other] }
        }
      }
    }
    return result
  }

  /// The marks in an order that respects the edges.
  private func sorted() -> [Int] {
    var waiting = [Int](repeating: 0, count: count)
    for list in successors { for successor in list { waiting[successor] += 1 } }
    var ready = waiting.indices.filter { waiting[$0] == 0 }
    var result: [Int] = []
    while let mark = ready.popLast() {
      result.append(mark)
      for successor in successors[mark] {
        waiting[successor] -= 1
        if waiting[successor] == 0 { ready.append(successor) }
      }
    }
    return result
  }
}
