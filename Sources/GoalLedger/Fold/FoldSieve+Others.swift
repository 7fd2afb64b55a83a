// What entries say of signatures, dependencies, and of what there are few of.
//
// What must stay true: as in signature_ends, edges, belief_words, belief_births, weight_words,
// breaker_ends, worker_ends and identity_words of fold.sql, and in its words on archives.

private enum Keys {
  static let signature = DetailKeys("signature")
  static let dependency = DetailKeys("depends_on")
  static let belief = DetailKeys("belief", "confidence", "active", "immutable", "name", "statement")
  static let weight = DetailKeys("weight", "new")
  static let breaker = DetailKeys("action", "workspace")
  static let worker = DetailKeys("worker", "public_key")
  static let identity = DetailKeys("public_key", "name", "kind", "since", "until", "voucher")
  static let archive = DetailKeys("archive")
  static let edgeThere = [Array("dependency.added".utf8), Array("dependency.carried".utf8)]
  static let beliefBirths = [Array("belief.added".utf8), Array("belief.carried".utf8)]
}

extension FoldSieve {
  mutating func takeSignature(_ entry: FoldedEntry, _ bytes: [UInt8]) throws(Unusual) {
    let said = try Keys.signature.values(bytes, entry.detail)
    guard let id = try JSONToken.integer(said[0], bytes) else { throw Unusual() }
    var digest = key.begin()
    digest.add(orNull: entry.goal)
    digest.add(orNull: entry.toState, of: bytes)
    digest.add(orNull: entry.attempt)
    digest.add(orNull: entry.reason, of: bytes)
    digest.add(orNull: entry.detail, of: bytes)
    let slot = signatures.slot(of: id)
    signatures[slot] = digest.value
  }

  mutating func takeDependency(_ entry: FoldedEntry, _ bytes: [UInt8]) throws(Unusual) {
    let said = try Keys.dependency.values(bytes, entry.detail)
    guard let goal = entry.goal, let other = try JSONToken.integer(said[0], bytes) else {
      throw Unusual()
    }
    let isThere = Keys.edgeThere.contains { bytes.holds($0, at: entry.event) }
    edges[Edge(goal: goal, dependsOn: other)] = isThere
  }

  mutating func takeOther(
    _ kind: Other,
    _ entry: FoldedEntry,
    _ bytes: [UInt8]
  ) throws(Unusual) {
    switch kind {
    case .belief:
      let said = try Keys.belief.values(bytes, entry.detail)
      let isBirth = Keys.beliefBirths.contains { bytes.holds($0, at: entry.event) }
      let birth = try isBirth ? digest(Array(said[4...5]), bytes) : 0
      try say(.belief, [said[0]], try digest(Array(said[1...3]), bytes), birth: birth, bytes)
    case .weight:
      let said = try Keys.weight.values(bytes, entry.detail)
      try say(.weight, [said[0]], try digest([said[1]], bytes), bytes)
    case .breaker:
      guard let state = entry.toState else { throw Unusual() }
      var digest = key.begin()
      digest.add(text: state, of: bytes)
      let isLive = !bytes.holds(FoldWord.closed, at: state)
      let said = try Keys.breaker.values(bytes, entry.detail)
      try say(.breaker, said, digest.value, isLive: isLive, bytes)
    case .worker:
      guard let state = entry.toState else { throw Unusual() }
      let said = try Keys.worker.values(bytes, entry.detail)
      var digest = key.begin()
      digest.add(text: state, of: bytes)
      try digest.add(said[1], of: bytes)
      try say(.worker, [said[0]], digest.value, bytes)
    case .identity:
      let said = try Keys.identity.values(bytes, entry.detail)
      try say(.identity, [said[0]], try digest(Array(said[1...5]), bytes), bytes)
    case .archive:
      let said = try Keys.archive.values(bytes, entry.detail)
      var digest = key.begin()
      digest.add(orNull: entry.detail, of: bytes)
      // fold.sql holds the row against every entry.
      try say(.archive, [said[0]], digest.value, birth: digest.value, bytes)
    }
  }

  /// Keeps what was said last of a subject that is named by one or two values, none of them NULL,
  /// and what was said of its birth, if that is a birth.
  private mutating func say(
    _ kind: Other,
    _ name: [JSONToken?],
    _ last: UInt64,
    birth: UInt64 = 0,
    isLive: Bool = true,
    _ bytes: [UInt8]
  ) throws(Unusual) {
    for token in name {
      guard let token, token.kind != .null else { throw Unusual() }
    }
    let digests = try twoDigests { (digest) throws(Unusual) in
      for token in name { try digest.add(token, of: bytes) }
    }
    let place = OtherKey(kind: kind, name: digests)
    var said = others[place] ?? Said()
    guard birth == 0 || said.birth == 0 || said.birth == birth else { throw Unusual() }
    said.last = last
    said.isLive = isLive
    if birth != 0 { said.birth = birth }
    others[place] = said
  }

  /// Two digests of the same values, so that names are told apart by 128 bits.
  func twoDigests(_ body: (inout KeyedDigest) throws(Unusual) -> Void) throws(Unusual) -> [UInt64] {
    var digests: [UInt64] = []
    for turn in 0..<2 as Range<Int64> {
      var digest = key.begin()
      digest.add(turn)
      try body(&digest)
      digests.append(digest.value)
    }
    return digests
  }
}
