/// Everything that is random in a simulation: SplitMix64, a seed in, the same numbers out, on every
/// platform.
struct Chance: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// One that is like no other of the same seed.
  init(seed: UInt64, branch: UInt64) {
    var first = Chance(seed: branch &* 0xD6E8_FEB8_6659_FD93 &+ 1)
    self.init(seed: seed ^ first.next())
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number of a range.
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }

  /// Whether something of so many percent happens.
  mutating func happens(_ percent: Int) -> Bool { number(1...100) <= percent }

  /// One of them; there must be one.
  mutating func pick<T>(_ choices: [T]) -> T { choices[number(0...choices.count - 1)] }
}
