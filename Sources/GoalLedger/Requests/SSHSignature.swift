// Signatures as ssh-keygen -Y sign makes them (PROTOCOL.sshsig), with Ed25519 alone:
//
//   armor   = "-----BEGIN SSH SIGNATURE-----\n" base64, 70 letters a line "-----END SSH SIGNATURE-----\n"
//   blob    = "SSHSIG" uint32(1) string(public key) string(namespace) string(reserved)
//             string(hash algorithm) string(signature)
//   key     = string("ssh-ed25519") string(32 bytes)
//   signature = string("ssh-ed25519") string(64 bytes)
//   signed  = "SSHSIG" string(namespace) string(reserved) string(hash algorithm) string(hash)
//
// where string(x) is its length, four bytes, the most significant first, and then x; and hash is that
// of the message, by sha256 or sha512.
//
// What must stay true: what is read has one spelling, but for the last line feed, so that a signature
// cannot be given twice in different clothes; a signature speaks only within the namespace it names.
import Crypto

/// A signature that was read, and not checked yet.
struct SSHSignature: Sendable, Hashable {
  /// The hash algorithms that the format knows.
  enum HashAlgorithm: String, Sendable, CaseIterable {
    case sha256, sha512
  }

  /// Who signed: an Ed25519 public key, 32 bytes.
  let publicKey: [UInt8]
  /// What the signature is for.
  let namespace: String
  let hashAlgorithm: HashAlgorithm
  /// The Ed25519 signature, 64 bytes.
  let signature: [UInt8]

  /// What requests of goals are signed for.
  static let requestNamespace = "goal-ledger"

  /// A signature of these parts, right or not.
  init(
    publicKey: [UInt8],
    namespace: String,
    hashAlgorithm: HashAlgorithm,
    signature: [UInt8]
  ) {
    self.publicKey = publicKey
    self.namespace = namespace
    self.hashAlgorithm = hashAlgorithm
    self.signature = signature
  }

  private static let magic = Array("SSHSIG".utf8)
  private static let algorithm = "ssh-ed25519"

  /// Signs a message.
  /// - throws: `internal` where the key cannot sign.
  init(
    signing message: [UInt8],
    namespace: String = requestNamespace,
    hashAlgorithm: HashAlgorithm = .sha512,
    key: SealingKey
  ) throws(LedgerError) {
    let signed = Self.signed(message, namespace, hashAlgorithm)
    do {
      signature = Array(try key.key.signature(for: signed))
    } catch {
      throw LedgerError(.internal, "the request could not be signed: \(error)")
    }
    publicKey = key.publicKey
    self.namespace = namespace
    self.hashAlgorithm = hashAlgorithm
  }

  /// Reads an armored signature.
  /// - throws: `invalid`, with what is wrong with it.
  init(armored text: String) throws(LedgerError) {
    guard let blob = SSHArmor.signature.bytes(text) else {
      throw Self.invalid(
        "is not armored as ssh-keygen -Y sign does: 70 letters of base 64 a line "
          + "between -----BEGIN SSH SIGNATURE----- and -----END SSH SIGNATURE-----"
      )
    }
    var reader = SSHReader(blob)
    guard reader.take(Self.magic.count) == Self.magic, let version = reader.number() else {
      throw Self.invalid("does not begin with SSHSIG")
    }
    guard version == 1 else { throw Self.invalid("is of version \(version), and must be of 1") }
    guard let key = reader.string(), let namespace = reader.text(), let reserved = reader.string(),
      let hash = reader.text(), let signature = reader.string()
    else { throw Self.invalid("ends too early") }
    guard reader.isAtEnd else { throw Self.invalid("has bytes after its end") }
    publicKey = try Self.ed25519(key, 32, "the key")
    guard reserved.isEmpty else { throw Self.invalid("has something in its reserved field") }
    guard let algorithm = HashAlgorithm(rawValue: hash) else {
      throw Self.invalid("is over a hash by \(hash.prefix(40)), and must be by sha256 or sha512")
    }
    self.namespace = namespace
    hashAlgorithm = algorithm
    self.signature = try Self.ed25519(signature, 64, "the signature itself")
  }

  /// The signature as ssh-keygen writes it.
  var armored: String {
    var blob = Self.magic + SSHWriting.number(1)
    blob += SSHWriting.string(SSHWriting.string(Self.algorithm) + SSHWriting.string(publicKey))
    blob += SSHWriting.string(namespace) + SSHWriting.string("")
    blob += SSHWriting.string(hashAlgorithm.rawValue)
    blob += SSHWriting.string(SSHWriting.string(Self.algorithm) + SSHWriting.string(signature))
    return SSHArmor.signature.text(blob)
  }

  /// Whether the key that it names made it, of this message.
  func isValid(for message: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(signature, for: Self.signed(message, namespace, hashAlgorithm))
  }

  /// The bytes that are signed for a message.
  private static func signed(
    _ message: [UInt8],
    _ namespace: String,
    _ algorithm: HashAlgorithm
  ) -> [UInt8] {
    let hash: [UInt8] =
      switch algorithm {
      case .sha256: Array(SHA256.hash(data: message))
      case .sha512: Array(SHA512.hash(data: message))
      }
    return magic + SSHWriting.string(namespace) + SSHWriting.string("")
      + SSHWriting.string(algorithm.rawValue) + SSHWriting.string(hash)
  }

  /// What an Ed25519 key or signature holds besides the algorithm's name.
  private static func ed25519(
    _ bytes: [UInt8],
    _ count: Int,
    _ what: String
  ) throws(LedgerError) -> [UInt8] {
    var reader = SSHReader(bytes)
    guard let name = reader.text() else { throw invalid("does not say of what kind \(what) is") }
    guard name == algorithm else {
      throw invalid("is by a key of kind \(name.prefix(60)): only \(algorithm) keys sign requests")
    }
    guard let value = reader.string(), value.count == count, reader.isAtEnd else {
      throw invalid("is broken: \(what) does not have \(count) bytes")
    }
    return value
  }

  private static func invalid(_ what: String) -> LedgerError {
    LedgerError(
      .invalid,
      "the signature \(what)",
      hint: "make one with: ssh-keygen -Y sign -n \(requestNamespace) -f KEY"
    )
  }
}
