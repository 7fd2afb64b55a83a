// A public key as people have it: 64 hexadecimal digits, or the line of an OpenSSH .pub file,
// "ssh-ed25519 BASE64 comment", where the base 64 is of two strings, each four bytes of length, the
// most significant first, and as many bytes: "ssh-ed25519" and the key's 32 (RFC 8709, section 4).
//
// What must stay true: what is not just that is no key; nothing is guessed, and nothing follows it.

/// An Ed25519 public key as text.
public enum PublicKeyText {
  private static let algorithm = "ssh-ed25519"

  /// The key of a text, 32 bytes; nil where it holds none. White space around it is let go.
  public static func key(_ text: String) -> [UInt8]? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let line = lines.first, lines.dropFirst().allSatisfy({ $0.isEmpty }) else { return nil }
    let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    if words.count == 1 {
      guard let key = bytesOfHexadecimal(words[0]), key.count == 32 else { return nil }
      return key
    }
    guard words[0] == algorithm, let blob = bytesOfBase64(words[1]) else { return nil }
    let head: [UInt8] = [0, 0, 0, UInt8(algorithm.utf8.count)] + algorithm.utf8 + [0, 0, 0, 32]
    guard blob.count == head.count + 32, blob.starts(with: head) else { return nil }
    return Array(blob.suffix(32))
  }

  /// The key as an OpenSSH .pub file has it, without a line end.
  public static func openSSH(_ key: [UInt8], comment: String) -> String {
    let head: [UInt8] = [0, 0, 0, UInt8(algorithm.utf8.count)] + algorithm.utf8 + [0, 0, 0, 32]
    return "\(algorithm) \(base64(head + key)) \(comment)"
  }
}
