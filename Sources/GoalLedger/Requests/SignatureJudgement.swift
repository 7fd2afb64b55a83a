// Whether a signature proves a request: who signed it, whether the key was that identity's and live
// when the signature was given, and whether it is over just these bytes.
//
// What must stay true: the judgement depends on nothing that changes once the signature is given, so
// that whoever judges it later, or again, comes to the same; a key that is revoked later still counts,
// and one that was revoked before does not.
import SQLite

/// A judgement of a signature.
enum SignatureJudgement: Sendable, Hashable {
  /// It proves the request, as an identity's.
  case verified(identity: String)
  /// It proves nothing of the goal as it was adopted, and shows no ill will: the goal has changed since.
  case outdated(String, identity: String)
  /// It is not what it says it is.
  case forged(String, identity: String?)

  /// Judges a signature that was given at a time.
  /// - parameters:
  ///   - bytes: what it must be over.
  ///   - outdated: why it does not count any more, where that is so.
  static func of(
    _ armored: String,
    given at: String,
    over bytes: [UInt8],
    outdated: String? = nil,
    _ connection: Connection
  ) throws(SQLiteError) -> SignatureJudgement {
    let signature: SSHSignature
    do throws(LedgerError) { signature = try SSHSignature(armored: armored) } catch {
      return .forged(SignatureText.shown(error.message), identity: nil)
    }
    guard signature.namespace == SSHSignature.requestNamespace else {
      let given = SignatureText.shown(signature.namespace)
      return .forged(
        "the signature is for the namespace \(given), and must be for "
          + SSHSignature.requestNamespace,
        identity: nil
      )
    }
    guard let signer = try Signer(signature.publicKey, connection) else {
      let key = hexadecimal(signature.publicKey)
      return .forged("the signature is by the key \(key), which is no identity's", identity: nil)
    }
    if let objection = signer.objection(at: at) {
      return .forged("the signature is by \(signer.name), \(objection)", identity: signer.name)
    }
    if let outdated { return .outdated("the signature \(outdated)", identity: signer.name) }
    guard signature.isValid(for: bytes) else {
      return .forged(
        "the signature names \(signer.name)'s key and does not fit: it is not by that key, or is "
          + "for another goal, version, request or database",
        identity: signer.name
      )
    }
    return .verified(identity: signer.name)
  }

  /// As a row of `goal_signatures` has it.
  var finding: String {
    if case .verified = self { "verified" } else { "refused" }
  }

  /// Why it is refused.
  var reason: String? {
    switch self {
    case .verified: nil
    case .outdated(let reason, _), .forged(let reason, _): reason
    }
  }

  /// Whose signature it is.
  var identity: String? {
    switch self {
    case .verified(let identity), .outdated(_, let identity): identity
    case .forged(_, let identity): identity
    }
  }
}

/// An identity as a signer.
struct Signer: Sendable, Hashable {
  let name: String
  let kind: String
  let since: String
  let until: String?

  /// The identity that has a key; nil where none has.
  init?(_ publicKey: [UInt8], _ connection: Connection) throws(SQLiteError) {
    let found = try connection.first(
      "SELECT name, kind, since, until FROM identities WHERE public_key = ?",
      publicKey
    ) { ($0.text(0) ?? "", $0.text(1) ?? "", $0.text(2) ?? "", $0.text(3)) }
    guard let found else { return nil }
    (name, kind, since, until) = found
  }

  /// Why a signature given at that time does not count; nil where it does.
  func objection(at time: String) -> String? {
    guard kind == "person" || kind == "agent" else {
      return "a \(kind): only persons and agents sign requests"
    }
    guard since <= time else { return "whose key was not known before \(since)" }
    if let until, until <= time { return "whose key was revoked at \(until)" }
    return nil
  }
}

/// What somebody else wrote, as it can be shown on one line.
enum SignatureText {
  static func shown(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.prefix(300).map { $0.value < 0x20 || $0.value == 0x7f ? "?" : $0 }
      )
    )
  }
}
