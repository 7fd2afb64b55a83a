// Signed notes as C2SP has them (c2sp.org/signed-note), with Ed25519 alone: a text of lines, an empty
// line, and a line for each signature:
//
//   "— " name " " base64(key id, signature)     the key id is the first four bytes of the SHA-256
//                                               of name "\n" 0x01 public key
//
// A key that notes are checked with is written as golang.org/x/mod/sumdb/note writes it,
// name "+" key id in hexadecimal "+" base64(0x01, public key).
//
// What must stay true: a note is read strictly, so that what is accepted has one spelling; a note of
// which a known key's signature does not fit is refused, whatever else has signed it.
import Crypto

/// A key that notes are checked with.
public struct VerifierKey: Sendable, Hashable {
  /// Whose key it is: without white space and plus signs.
  public let name: String
  /// The Ed25519 public key, 32 bytes.
  public let publicKey: [UInt8]

  /// The byte that says Ed25519.
  private static let algorithm: UInt8 = 1

  /// A key of this name.
  public init(name: String, publicKey: [UInt8]) {
    self.name = name
    self.publicKey = publicKey
  }

  /// Reads a key as it is written; nil where that is none.
  public init?(text: String) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, Self.isName(parts[0]), let bytes = bytesOfBase64(parts[2]),
      bytes.count == 33, bytes[0] == Self.algorithm
    else { return nil }
    self.init(name: String(parts[0]), publicKey: Array(bytes.dropFirst()))
    guard bytesOfHexadecimal(parts[1]) == id else { return nil }
  }

  /// The key as it is written.
  public var text: String {
    "\(name)+\(hexadecimal(id))+\(base64([Self.algorithm] + publicKey))"
  }

  /// What a signature names it by: four bytes.
  var id: [UInt8] {
    let named = Array(name.utf8) + [UInt8(ascii: "\n"), Self.algorithm] + publicKey
    return Array(SHA256.hash(data: named).prefix(4))
  }

  /// Whether a signature of 64 bytes is this key's.
  func hasSigned(_ text: String, _ signature: some Sequence<UInt8>) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(Array(signature), for: Array(text.utf8))
  }

  /// Whether a key can be called so.
  static func isName(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && !text.contains("+")
      && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0.value < 0x20 }
  }
}

/// A signed note that was read, and not checked yet.
public struct SignedNote: Sendable, Hashable {
  /// A signature, of any algorithm.
  struct Signature: Sendable, Hashable {
    let name: String
    /// The key's id, and the signature itself.
    let bytes: [UInt8]
  }

  /// What is signed; ends with a line feed.
  let text: String
  let signatures: [Signature]

  private static let dash = "\u{2014} "

  /// How many signatures a note may have.
  private static let limit = 100

  /// Signs a text that ends with a line feed.
  init(signing text: String, name: String, key: SealingKey) throws(LedgerError) {
    let known = VerifierKey(name: name, publicKey: key.publicKey)
    do {
      let signature = try key.key.signature(for: Array(text.utf8))
      self.text = text
      signatures = [Signature(name: name, bytes: known.id + signature)]
    } catch {
      throw LedgerError(.internal, "the checkpoint could not be signed: \(error)")
    }
  }

  init(text: String, signature: Signature) {
    self.text = text
    signatures = [signature]
  }

  /// Reads a note; nil where it is none.
  init?(_ note: String) {
    let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
    // A character may be made of several scalars, such as CR and LF: look at those.
    guard lines.last == "", let gap = lines.dropLast().lastIndex(of: ""), gap > 0,
      !note.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" })
    else { return nil }
    let signed = lines[(gap + 1)...].dropLast()
    guard 1...Self.limit ~= signed.count else { return nil }
    var signatures: [Signature] = []
    for line in signed {
      guard line.hasPrefix(Self.dash) else { return nil }
      let words = line.dropFirst(Self.dash.count)
        .split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 2, VerifierKey.isName(words[0]), let bytes = bytesOfBase64(words[1]),
        bytes.count > 4
      else { return nil }
      signatures.append(Signature(name: String(words[0]), bytes: bytes))
    }
    self.signatures = signatures
    text = lines[..<gap].map { $0 + "\n" }.joined()
  }

  /// The note as it is written.
  public var description: String {
    text + "\n"
      + signatures.map { "\(Self.dash)\($0.name) \(base64($0.bytes))\n" }.joined()
  }

  /// Whether one of these keys has signed it, and no signature by one of them is wrong.
  func isSigned(byOneOf keys: [VerifierKey]) -> Bool {
    var isSigned = false
    for signature in signatures {
      for key in keys where key.name == signature.name && signature.bytes.prefix(4) == key.id[...] {
        guard key.hasSigned(text, signature.bytes.dropFirst(4)) else { return false }
        isSigned = true
      }
    }
    return isSigned
  }
}
