import Crypto
import Synchronization

/// All that happened in a simulation, line by line, and a digest of it: two runs of which one step or
/// one result differs have different digests.
final class Trace: Sendable {
  private struct State {
    var hash = SHA256()
    var lines: [String] = []
    var count = 0
  }

  private let state = Mutex(State())
  /// How many lines are kept, the latest; the digest is of all.
  private let kept: Int
  /// Is told of each line at once.
  private let listener: (@Sendable (String) -> Void)?

  init(keeping kept: Int, listener: (@Sendable (String) -> Void)?) {
    self.kept = kept
    self.listener = listener
  }

  func add(_ line: String) {
    listener?(line)
    state.withLock { state in
      state.hash.update(data: Array((line + "\n").utf8))
      state.count += 1
      state.lines.append(line)
      if state.lines.count > 2 * kept { state.lines.removeFirst(state.lines.count - kept) }
    }
  }

  /// The latest lines.
  var lines: [String] { state.withLock { $0.lines.suffix(kept) } }

  /// SHA-256 of every line so far, in hexadecimal.
  var digest: String {
    state.withLock { state in
      let hash = state.hash
      return hash.finalize().map { byte in
        let text = String(byte, radix: 16)
        return text.count == 1 ? "0" + text : text
      }.joined()
    }
  }
}
