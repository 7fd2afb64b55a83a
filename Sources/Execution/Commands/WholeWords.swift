// What is shown of an output that was cut. A secret that is cut in two no longer looks like one, and
// each half would be written as it is; so at a cut only whole lines are shown, or where lines are
// long, whole words.

/// Text that was cut out of a longer one, without what the cut may have left of a word.
enum WholeWords {
  /// How far from the cut a line break is looked for.
  private static let reach = 2048

  /// The beginning of a text that was cut after it: up to its last line break, or its last word.
  static func beginning(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let near = bytes.suffix(reach)
    let cut = near.lastIndex(of: 0x0A) ?? bytes.lastIndex(where: separates)
    return cut.map { bytes[...$0] } ?? []
  }

  /// The end of a text that was cut before it: from its first line break, or its fourth word, for
  /// the first three can be `password = value` without its beginning; whichever comes first.
  static func end(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes
    for _ in 0..<3 {
      guard let cut = rest.firstIndex(where: separates) else { return [] }
      let next = rest[cut...].firstIndex { !separates($0) } ?? rest.endIndex
      if let line = rest[cut..<next].firstIndex(of: 0x0A) { return rest[(line + 1)...] }
      rest = rest[next...]
    }
    return rest
  }

  /// What stands between words, those of JSON included.
  private static func separates(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ","), UInt8(ascii: ";"):
      true
    default: false
    }
  }
}

extension CapturedOutput {
  /// `head`, without what the cut may have left of its last word.
  var wholeHead: [UInt8] {
    omittedBytes > 0 ? Array(WholeWords.beginning(of: head[...])) : head
  }

  /// `tail`, without what the cut may have left of its first words.
  var wholeTail: [UInt8] {
    omittedBytes > 0 ? Array(WholeWords.end(of: tail[...])) : tail
  }
}
