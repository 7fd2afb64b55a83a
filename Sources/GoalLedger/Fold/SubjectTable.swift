// What the ledger says last of the subjects of one kind, such as tasks, in a few words each: a hash
// table by id whose slots lie one after the other.
//
// What must stay true: a slot takes 8 bytes for its id, 8 for each word and some 8 in the index,
// whatever was said of it; a word of 0 says nothing. Whatever a live row is compared with is taken
// out, so that no two rows are explained by the same words.

struct SubjectTable {
  /// How many words a subject has.
  let width: Int
  private var ids: [Int64] = []
  private var words: [UInt64] = []
  /// The slot of an id near the place that its hash says, plus 1; 0 where there is none.
  private var index = [UInt32](repeating: 0, count: 16)
  private let multiplier = UInt64.random(in: 0...UInt64.max) | 1
  /// How many subjects were explained.
  private var explained = 0

  init(width: Int) { self.width = width }

  /// Whether every subject that the ledger speaks of was found in the tables.
  var isExplained: Bool { explained == ids.count }

  /// Makes room for so many subjects.
  mutating func reserve(_ count: Int) {
    ids.reserveCapacity(count)
    words.reserveCapacity(count * width)
  }

  /// Where the words of a subject begin; a new one has said nothing.
  mutating func slot(of id: Int64) -> Int {
    let place = place(of: id)
    if index[place] != 0 { return (Int(index[place]) - 1) * width }
    ids.append(id)
    for _ in 0..<width { words.append(0) }
    index[place] = UInt32(ids.count)
    if ids.count * 2 > index.count { grow() }
    return (ids.count - 1) * width
  }

  /// A word, by its place.
  subscript(place: Int) -> UInt64 {
    get { words[place] }
    set { words[place] = newValue }
  }

  /// Whether a subject's words are these; it has none afterwards.
  mutating func explains(_ id: Int64, _ said: [UInt64]) -> Bool {
    let place = place(of: id)
    guard index[place] != 0 else { return false }
    let slot = (Int(index[place]) - 1) * width
    for offset in 0..<width {
      guard words[slot + offset] == said[offset] else { return false }
    }
    // Words of nothing but zeros would explain a second row.
    guard words[slot] != 0 else { return false }
    words[slot] = 0
    explained += 1
    return true
  }

  private func place(of id: Int64) -> Int {
    let mask = index.count - 1
    let mixed = UInt64(bitPattern: id) &* multiplier
    var place = Int(truncatingIfNeeded: mixed >> 32) & mask
    while index[place] != 0, ids[Int(index[place]) - 1] != id { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    index = [UInt32](repeating: 0, count: index.count * 2)
    for (slot, id) in ids.enumerated() { index[place(of: id)] = UInt32(slot + 1) }
  }
}
