// Checkpoints as texts: the signed notes of others are read, ours are written as C2SP says, and what
// is not quite one is none.
import Testing

@testable import GoalLedger

@Suite("Checkpoints")
struct CheckpointTests {
  /// The example of golang.org/x/mod/sumdb/note.
  static let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let note = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

    """

  @Test("are notes that are signed and read as sumdb/note does")
  func knownAnswer() throws {
    let key = try #require(VerifierKey(text: Self.key))
    #expect(key.text == Self.key)
    let note = try #require(SignedNote(Self.note))
    #expect(note.description == Self.note)
    #expect(note.isSigned(byOneOf: [key]))
    let other = VerifierKey(name: "Other", publicKey: key.publicKey)
    #expect(!note.isSigned(byOneOf: [other]) && !note.isSigned(byOneOf: []))
    // Its secret key, from the same example.
    let seed = try #require(bytesOfBase64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"))
    let secret = try #require(SealingKey(seed: Array(seed.dropFirst())))
    #expect(secret.publicKey == key.publicKey)
    let signed = try SignedNote(signing: note.text, name: "PeterNeumann", key: secret)
    #expect(signed.isSigned(byOneOf: [key]))
  }

  @Test("are read on one line, and from a commit or a worker's output")
  func oneLine() throws {
    let secret = SealingKey()
    let root = [UInt8](repeating: 7, count: 32)
    let made = try Checkpoint(TreeHead(databaseID: "d", size: 12, root: root), key: secret)
    let text = "goalledger/d\n12\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n\n"
    #expect(made.text.hasPrefix(text))
    #expect(made.isSigned(by: [secret.publicKey]))
    let commit = "Fix it\n\nGoal: 1\nLedger-Checkpoint: old\nLedger-Checkpoint: \(made.line)\n"
    for text in [made.text, made.line, made.line + "\n", commit] {
      let read = try Checkpoint(text: text, file: "x")
      #expect(read == made && read.isSigned(by: [secret.publicKey]))
      #expect(!read.isSigned(by: [SealingKey().publicKey]))
    }
  }

  @Test("are not what is nearly one")
  func nearly() throws {
    let secret = SealingKey()
    let root = [UInt8](repeating: 7, count: 32)
    let made = try Checkpoint(TreeHead(databaseID: "d", size: 12, root: root), key: secret)
    func signed(_ text: String) throws -> String {
      try SignedNote(signing: text, name: "goalledger/d", key: secret).description
    }
    let line = String(made.text.split(separator: "\n", omittingEmptySubsequences: false)[4])
    let hash = base64(root)
    let altered = [
      "", "\n", "x", made.text + line + "\n", made.text + "x\n", String(made.text.dropLast()),
      made.text.replacing("\n", with: "\r\n"),
    ]
    let others = try [
      "goalledger/d\n012\n\(hash)\n", "goalledger/d\n-1\n\(hash)\n", "goalledger/d\n+1\n\(hash)\n",
      "goalledger/d\n12\n\(hash)\nx\n", "goalledger/d\n12\n\(base64(root.dropLast()))\n",
      "goalledger/d\n12\n", "goal ledger/d\n12\n\(hash)\n",
    ].map(signed)
    for text in altered + others {
      #expect(throws: LedgerError.self, "\(text)") { try Checkpoint(text: text, file: "x") }
    }
    for key in [
      "", "a", "a+b+c", Self.key.replacing("c74f20a3", with: "c74f20a4"), Self.key + "=",
      Self.key.replacing("+AR", with: "+AB"), "+" + Self.key,
    ] {
      #expect(VerifierKey(text: key) == nil, "\(key)")
    }
  }
}
