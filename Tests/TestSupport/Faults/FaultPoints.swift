// Which of many places a test fails at: all of them, or a fixed sample.
//
// What must stay true: the sample is the same in each run, holds the first place and the last, and
// says how much of the whole it is.
import Glibc

/// The places to fail at, of `total` that there are.
public enum FaultPoints {
  /// Whether every place is wanted: `GOALLEDGER_FAULTS=full`, as `tools/faults --full` sets it.
  public static let isFull: Bool =
    unsafe getenv("GOALLEDGER_FAULTS").map {
      unsafe String(cString: $0) == "full"
    } ?? false

  /// All places from 1 and the first beyond the last, at which nothing may fail any more; or, where
  /// not all are wanted, at most `most` of them: the first, the last and every k-th between.
  public static func of(_ total: Int, most: Int) -> [Int] {
    if isFull { return Array(1...(total + 1)) }
    guard total > most, most > 1 else {
      return total > 0 ? Array(1...min(total, max(1, most))) : []
    }
    return (0..<most).map { 1 + $0 * (total - 1) / (most - 1) }
  }

  /// Leaves a line for people, in the full run alone: what was enumerated.
  public static func report(_ line: String) {
    guard isFull else { return }
    var bytes = Array("faults: \(line)\n".utf8)
    _ = unsafe Glibc.write(2, &bytes, bytes.count)
  }
}
