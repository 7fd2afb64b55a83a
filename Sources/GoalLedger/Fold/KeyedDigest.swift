// Digests of values under a key that is drawn for one run: 64 bits, compared with each other only.
//
// What must stay true: equal digests mean equal values but for a chance of 1 in 2^64, which nobody
// can better who does not know the key; class and length take part, so that NULL, 0, '0' and '' all
// differ, and so do ('a', 'bc') and ('ab', 'c'). No digest is 0, which stands for "nothing was said".
import SQLite

/// A key of this run.
struct DigestKey {
  private let seeded: Hasher

  /// Draws a key.
  init() {
    var hasher = Hasher()
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2 { hasher.combine(random.next()) }
    seeded = hasher
  }

  /// Nothing digested yet.
  func begin() -> KeyedDigest { KeyedDigest(hasher: seeded) }
}

/// A digest of some values, one after the other.
struct KeyedDigest {
  fileprivate var hasher: Hasher

  /// The digest of what was added; never 0.
  var value: UInt64 { max(1, UInt64(bitPattern: Int64(hasher.finalize()))) }

  /// Adds NULL.
  mutating func addNull() { hasher.combine(0 as UInt8) }

  /// Adds an INTEGER.
  mutating func add(_ number: Int64) {
    hasher.combine(1 as UInt8)
    hasher.combine(number)
  }

  /// Adds a TEXT.
  mutating func add(text: [UInt8]) {
    unsafe text.withUnsafeBytes { unsafe add(2, $0) }
  }

  /// Adds a part of some bytes as a TEXT.
  mutating func add(text: Range<Int>, of bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe add(2, UnsafeRawBufferPointer(rebasing: bytes[text]))
    }
  }

  /// Adds a column of a row.
  mutating func add(_ index: Int, of row: borrowing Row) {
    row.withStored(index) { storageClass, number, span in
      switch storageClass {
      case .null: addNull()
      case .integer: add(number)
      case .real:
        hasher.combine(3 as UInt8)
        hasher.combine(number)
      case .text: unsafe span.withUnsafeBytes { unsafe add(2, $0) }
      case .blob: unsafe span.withUnsafeBytes { unsafe add(4, $0) }
      }
    }
  }

  private mutating func add(_ tag: UInt8, _ bytes: UnsafeRawBufferPointer) {
    hasher.combine(tag)
    hasher.combine(bytes.count)
    unsafe hasher.combine(bytes: bytes)
  }
}
