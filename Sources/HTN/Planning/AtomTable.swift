// Ground atoms as small integers, in the order they are first met, with lists to find them by
// predicate and by argument. What must stay true: an identifier never changes or goes away, so that
// a state is a set of integers (an array of bits, or a bitset one day), and lists only grow, so that
// an enumeration can be resumed after the state has changed and been restored.

/// All ground atoms met so far.
struct AtomTable {
  private let arities: [Int]
  private let objectCount: Int
  private(set) var count = 0
  /// The predicate of each atom.
  private(set) var predicates: [Int32] = []
  /// Where each atom's arguments begin in `arguments`.
  private(set) var starts: [Int32] = []
  private(set) var arguments: [Int32] = []
  /// Open addressing, a power of two in size; -1 where empty.
  private var slots: [Int32]
  private(set) var byPredicate: [[Int32]]
  /// Atoms by predicate, position and object; `offsets[predicate]` says where a predicate begins.
  private(set) var byArgument: [[Int32]]
  let offsets: [Int]

  init(arities: [Int], objectCount: Int) {
    self.arities = arities
    self.objectCount = objectCount
    var offsets: [Int] = []
    var total = 0
    for arity in arities {
      offsets.append(total)
      total += arity * objectCount
    }
    self.offsets = offsets
    byPredicate = Array(repeating: [], count: arities.count)
    byArgument = Array(repeating: [], count: total)
    slots = Array(repeating: -1, count: 1024)
  }

  /// The list of atoms with an object at a position.
  func list(_ predicate: Int, position: Int, object: Int32) -> Int {
    offsets[predicate] + position * objectCount + Int(object)
  }

  private func slot(_ predicate: Int32, _ key: [Int32], _ arity: Int) -> Int {
    var hash = UInt64(truncatingIfNeeded: predicate) &* 0x9E37_79B9_7F4A_7C15
    var index = 0
    while index < arity {
      hash = (hash ^ UInt64(truncatingIfNeeded: key[index])) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 29
      index += 1
    }
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash >> 17) & mask
    while true {
      let atom = slots[place]
      if atom < 0 { return place }
      if predicates[Int(atom)] == predicate {
        let start = Int(starts[Int(atom)])
        var same = true
        index = 0
        while index < arity {
          if arguments[start + index] != key[index] {
            same = false
            break
          }
          index += 1
        }
        if same { return place }
      }
      place = (place + 1) & mask
    }
  }

  /// The atom of a predicate whose arguments stand at the front of `key`; -1 if never met.
  func find(_ predicate: Int32, _ key: [Int32]) -> Int32 {
    slots[slot(predicate, key, arities[Int(predicate)])]
  }

  /// The atom of a predicate whose arguments stand at the front of `key`.
  mutating func intern(_ predicate: Int32, _ key: [Int32]) -> Int32 {
    let arity = arities[Int(predicate)]
    let place = slot(predicate, key, arity)
    if slots[place] >= 0 { return slots[place] }
    let atom = Int32(count)
    count += 1
    slots[place] = atom
    predicates.append(predicate)
    starts.append(Int32(arguments.count))
    byPredicate[Int(predicate)].append(atom)
    for position in 0..<arity {
      arguments.append(key[position])
      byArgument[list(Int(predicate), position: position, object: key[position])].append(atom)
    }
    if count * 2 > slots.count { grow() }
    return atom
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    var key: [Int32] = []
    for atom in 0..<count {
      let arity = arities[Int(predicates[atom])]
      let start = Int(starts[atom])
      key.replaceSubrange(0..<key.count, with: arguments[start..<start + arity])
      slots[slot(predicates[atom], key, arity)] = Int32(atom)
    }
  }
}

/// Spreads an integer over 64 bits (the finaliser of SplitMix64).
func spread(_ value: UInt64) -> UInt64 {
  var mixed = value &+ 0x9E37_79B9_7F4A_7C15
  mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
  mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
  return mixed ^ (mixed >> 31)
}
