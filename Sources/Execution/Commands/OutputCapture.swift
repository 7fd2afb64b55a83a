// Keeps the beginning and the end of an output of any length, with its size and its hash, in
// memory bounded by what is kept.

import Crypto
import GoalLedger

/// A running capture of one output.
struct OutputCapture {
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var total = 0
  private var hash = SHA256()
  private let headLimit: Int
  private let tailLimit: Int

  init(headBytes: Int, tailBytes: Int) {
    headLimit = max(0, headBytes)
    tailLimit = max(0, tailBytes)
  }

  /// Takes the next bytes.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    unsafe hash.update(bufferPointer: bytes)
    total += bytes.count
    let forHead = min(bytes.count, headLimit - head.count)
    if forHead > 0 { unsafe head.append(contentsOf: bytes[..<forHead]) }
    let rest = unsafe bytes[max(0, forHead)...]
    unsafe tail.append(contentsOf: rest.suffix(tailLimit))
    // Cut only now and then, so that many small pieces stay cheap.
    if tail.count > 2 * tailLimit + 4096 { tail.removeFirst(tail.count - tailLimit) }
  }

  /// What was captured.
  func finish() -> CapturedOutput {
    CapturedOutput(
      head: head,
      tail: Array(tail.suffix(tailLimit)),
      totalBytes: total,
      sha256: hexadecimal(hash.finalize())
    )
  }
}

/// SHA-256 of `bytes`, as 64 lowercase hex digits.
func sha256(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }
