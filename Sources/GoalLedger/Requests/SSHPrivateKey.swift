// Private keys as ssh-keygen writes them (PROTOCOL.key), unencrypted Ed25519 ones alone:
//
//   blob    = "openssh-key-v1\0" string(cipher) string(kdf) string(kdf options) uint32(1)
//             string(public key) string(private part)
//   private = uint32(check) uint32(check) string("ssh-ed25519") string(32 bytes)
//             string(32 bytes of seed, 32 of public key) string(comment) 1 2 3 ...
//
// What must stay true: the public key written there is the seed's own: else something signed with one
// would be checked with the other.

extension SealingKey {
  /// Reads a private key in OpenSSH's format.
  /// - parameter name: what to call it in an error: its file.
  /// - throws: `invalid`, with what is wrong with it.
  public init(openSSH text: String, name: String) throws(LedgerError) {
    func invalid(_ what: String, hint: String? = nil) -> LedgerError {
      LedgerError(.invalid, "the key file \(name) \(what)", hint: hint)
    }
    guard let blob = SSHArmor.privateKey.bytes(text) else {
      throw invalid("holds no key in OpenSSH's format")
    }
    let magic = Array("openssh-key-v1\0".utf8)
    var reader = SSHReader(blob)
    guard reader.take(magic.count) == magic, let cipher = reader.text(), let kdf = reader.text(),
      reader.string() != nil, let count = reader.number(), reader.string() != nil
    else { throw invalid("is broken") }
    guard cipher == "none", kdf == "none" else {
      throw invalid(
        "is protected by a passphrase",
        hint: "sign with ssh-keygen -Y sign -n goal-ledger and give it to adopt --signature"
      )
    }
    guard count == 1, let secret = reader.string(), reader.isAtEnd else {
      throw invalid("does not hold one key")
    }
    var part = SSHReader(secret)
    guard let check = part.number(), part.number() == check, let kind = part.text() else {
      throw invalid("is broken")
    }
    guard kind == "ssh-ed25519" else {
      throw invalid("holds a key of kind \(kind): only ssh-ed25519 keys sign requests")
    }
    guard let publicKey = part.string(), let pair = part.string(), pair.count == 64,
      part.string() != nil, let key = SealingKey(seed: Array(pair.prefix(32))),
      key.publicKey == publicKey, Array(pair.suffix(32)) == publicKey
    else { throw invalid("is broken: its parts do not belong together") }
    self = key
  }
}
