// Seeded alterations of checkpoints and proofs as a liar would try them on the text.
//
// What must stay true: each differs from the original in what it says, so that to accept it is wrong.
// Left out, since they leave the meaning as it is: a signature's line written twice, the letter
// before the padding of a signature (a reader that ignores the bits which the padding cuts off sees
// the same bytes, as Go's does), and line feeds at the end. This project's reader refuses the first
// two all the same, which other tests say.

/// A liar.
public struct TextLie: Sendable {
  private var random: UInt64

  public init(seed: UInt64) { random = seed }

  /// A number below `limit`, the same for the same seed (SplitMix64).
  public mutating func below(_ limit: Int) -> Int {
    random &+= 0x9E37_79B9_7F4A_7C15
    var mixed = random
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }

  /// An altered text.
  /// - Parameter others: genuine texts of the same kind, of which lines may be borrowed.
  public mutating func alter(_ text: String, others: [String]) -> String {
    while true {
      let altered = once(text, others)
      if altered != text { return altered }
    }
  }

  private mutating func once(_ text: String, _ others: [String]) -> String {
    switch below(8) {
    case 0, 1, 2: return byte(text)
    case 3: return lines(text) { lie, lines in lines.remove(at: lie.below(lines.count)) }
    case 4:
      return lines(text) { lie, lines in
        lines.swapAt(lie.below(lines.count), lie.below(lines.count))
      }
    case 5:
      return lines(text) { lie, lines in
        let place = lie.below(lines.count)
        guard !lines[place].hasPrefix("\u{2014}") else { return }
        lines.insert(lines[place], at: lie.below(place + 1))
      }
    case 6:
      // A number, of an entry or of a size, that is another.
      return lines(text) { lie, lines in
        let numbered = lines.indices.filter { lines[$0].last?.isNumber == true }
          .filter { Int(lines[$0].split(separator: " ").last ?? "") != nil }
        guard !numbered.isEmpty else { return }
        let place = numbered[lie.below(numbered.count)]
        var words = lines[place].split(separator: " ").map(String.init)
        let number = Int(words.last ?? "") ?? 0
        words[words.count - 1] = "\(number + [-2, -1, 1, 2, number + 1, 1 << 20][lie.below(6)])"
        lines[place] = words.joined(separator: " ")
      }
    default:
      // A line of another genuine text in the place of one of this.
      guard !others.isEmpty else { return text }
      let other = others[below(others.count)].split(separator: "\n").map(String.init)
      return lines(text) { lie, lines in
        lines[lie.below(lines.count)] = other[lie.below(other.count)]
      }
    }
  }

  /// One byte replaced, taken out or put in.
  private mutating func byte(_ text: String) -> String {
    var bytes = Array(text.utf8)
    let place = below(bytes.count - 1)
    let isBeforePadding = bytes[place + 1] == UInt8(ascii: "=")
    switch below(3) {
    case 0:
      guard !isBeforePadding else { return text }
      bytes[place] ^= UInt8(1 + below(127))
    case 1: bytes.remove(at: place)
    default: bytes.insert(UInt8(32 + below(95)), at: place)
    }
    return String(validating: bytes, as: UTF8.self) ?? text
  }

  /// The lines changed; what ends the text stays as it is.
  private mutating func lines(
    _ text: String,
    _ change: (inout TextLie, inout [String]) -> Void
  ) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let end = lines.removeLast()
    change(&self, &lines)
    return (lines + [end]).joined(separator: "\n")
  }
}
