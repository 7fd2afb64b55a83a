// SSH signatures: what ssh-keygen has made is read and checked, what we make ssh-keygen accepts, and
// whatever was altered is refused.
import Foundation
import TestSupport
import Testing

@testable import GoalLedger

@Suite("SSH signatures")
struct SSHSignatureTests {
  @Test(
    "made by ssh-keygen are read and valid, and are written as they were read",
    arguments: [
      (SSHVectors.sha512, "sha512", "goal-ledger"), (SSHVectors.sha256, "sha256", "goal-ledger"),
      (SSHVectors.otherNamespace, "sha512", "file"),
    ]
  )
  func vectors(text: String, hash: String, namespace: String) throws {
    let signature = try SSHSignature(armored: text)
    #expect(hexadecimal(signature.publicKey) == SSHVectors.publicKey)
    #expect(signature.hashAlgorithm.rawValue == hash)
    #expect(signature.namespace == namespace)
    #expect(signature.isValid(for: SSHVectors.message))
    #expect(!signature.isValid(for: SSHVectors.message + [10]))
    #expect(signature.armored == text)
    #expect(try SSHSignature(armored: String(text.dropLast())) == signature)
  }

  @Test("speak for no namespace but their own")
  func namespaces() throws {
    var moved = try #require(SSHArmor.signature.bytes(SSHVectors.otherNamespace))
    let place = 6 + 4 + 4 + 51
    moved.replaceSubrange(place..<place + 8, with: SSHWriting.string("goal-ledger"))
    let signature = try SSHSignature(armored: SSHArmor.signature.text(moved))
    #expect(signature.namespace == "goal-ledger")
    #expect(!signature.isValid(for: SSHVectors.message))
  }

  private func refusal(_ text: String) -> String? {
    do throws(LedgerError) {
      _ = try SSHSignature(armored: text)
      return nil
    } catch {
      #expect(error.code == .invalid)
      return error.message
    }
  }

  @Test("of other kinds of keys are refused in a sentence")
  func otherKinds() {
    #expect(
      refusal(SSHVectors.otherKind)
        == "the signature is by a key of kind ecdsa-sha2-nistp256: only ssh-ed25519 keys sign requests"
    )
  }

  @Test("are read only as they are written")
  func strictness() throws {
    let text = SSHVectors.sha512
    let blob = try #require(SSHArmor.signature.bytes(text))
    let armored = { SSHArmor.signature.text($0) }
    let armor = "is not armored"
    var version2 = blob
    version2[9] = 2
    let cases: [(String, String)] = [
      ("", armor), ("\n" + text, armor), (text + "\n", armor), (" " + text, armor),
      (text.replacing("\n", with: "\r\n"), armor),
      (text.replacing("SSH SIGNATURE", with: "PGP SIGNATURE"), armor),
      (text.replacing("==\n", with: "=\n"), armor), (text.replacing("Aw==", with: "Ax=="), armor),
      (text.replacing("RJ\nIC", with: "RJIC"), armor),
      (text.replacing("ICyO", with: "IC\nyO"), armor),
      (text.replacing("ICyO", with: "IC-O"), armor), (text + text, armor),
      (armored(blob + [0]), "bytes after its end"), (armored(blob.dropLast()), "ends too early"),
      (armored(Array(repeating: 0, count: 1) + blob.dropFirst()), "does not begin with SSHSIG"),
      (armored(version2), "is of version 2"),
    ]
    for (given, expected) in cases {
      let answer = refusal(given)
      #expect(answer?.contains(expected) == true, "\(given): \(answer ?? "accepted")")
    }
  }

  @Test("with something in the reserved field, or over another hash, are refused")
  func fields() throws {
    let head = try #require(SSHArmor.signature.bytes(SSHVectors.sha512))[..<(6 + 4 + 4 + 51)]
    let tail = try #require(SSHArmor.signature.bytes(SSHVectors.sha512)).suffix(4 + 83)
    func text(reserved: String, hash: String) -> String {
      var blob = Array(head) + SSHWriting.string("goal-ledger")
      blob += SSHWriting.string(reserved) + SSHWriting.string(hash)
      return SSHArmor.signature.text(blob + tail)
    }
    #expect(text(reserved: "", hash: "sha512") == SSHVectors.sha512)
    #expect(
      refusal(text(reserved: "x", hash: "sha512"))
        == "the signature has something in its reserved field"
    )
    #expect(
      refusal(text(reserved: "", hash: "md5"))
        == "the signature is over a hash by md5, and must be by sha256 or sha512"
    )
  }

  @Test("with any bit altered are refused, or are another's or invalid")
  func mutations() throws {
    let vector = try SSHSignature(armored: SSHVectors.sha512)
    let blob = try #require(SSHArmor.signature.bytes(SSHVectors.sha512))
    for place in blob.indices {
      for bit in 0..<8 {
        var altered = blob
        altered[place] ^= 1 << UInt8(bit)
        guard
          let read = try? SSHSignature(armored: SSHArmor.signature.text(altered))
        else { continue }
        #expect(read != vector)
        #expect(!read.isValid(for: SSHVectors.message), "bit \(bit) of byte \(place)")
      }
    }
    var lie = TextLie(seed: 5)
    for _ in 0..<2_000 {
      let text = lie.alter(
        SSHVectors.sha512,
        others: [SSHVectors.sha256, SSHVectors.otherNamespace]
      )
      guard let read = try? SSHSignature(armored: text), text != SSHVectors.sha512 else { continue }
      let isSame =
        text == SSHVectors.sha512.dropLast() || read.namespace == "file"
        || text == SSHVectors.sha256
      #expect(isSame || !read.isValid(for: SSHVectors.message), "\(text)")
    }
  }

  @Test("and the unencrypted keys of ssh-keygen work both ways")
  func sshKeygen() throws {
    let folder = try TemporaryFolder("ssh")
    let keygen = { (arguments: [String]) in
      try Shell.succeed(["ssh-keygen", "-q"] + arguments, in: folder.path)
    }
    for comment in ["", "a", "ann@example.org"] {
      let name = "key\(comment.count)"
      _ = try keygen(["-t", "ed25519", "-N", "", "-C", comment, "-f", name])
      let key = try SealingKey(openSSH: try text(folder, name), name: name)
      let known = try text(folder, name + ".pub").split(separator: " ")[1]
      #expect(bytesOfBase64(known)?.suffix(32) == key.publicKey[...])
      try text(folder, name + ".pub").write(
        toFile: folder.path + "/x",
        atomically: true,
        encoding: .utf8
      )
      try ("ann " + text(folder, name + ".pub")).write(
        toFile: folder.path + "/signers",
        atomically: true,
        encoding: .utf8
      )
      for (number, count) in [0, 1, 63, 10_000].enumerated() {
        let message = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        try message.write(to: URL(filePath: folder.path + "/message"))
        // Theirs is ours.
        try? FileManager.default.removeItem(atPath: folder.path + "/message.sig")
        let hash = number.isMultiple(of: 2) ? "sha256" : "sha512"
        _ = try keygen(
          ["-Y", "sign", "-n", "goal-ledger", "-O", "hashalg=\(hash)", "-f", name, "message"])
        let theirs = try SSHSignature(armored: try text(folder, "message.sig"))
        #expect(theirs.isValid(for: Array(message)) && theirs.publicKey == key.publicKey)
        // Ours is theirs.
        for algorithm in SSHSignature.HashAlgorithm.allCases {
          let ours = try SSHSignature(signing: Array(message), hashAlgorithm: algorithm, key: key)
          try ours.armored.write(
            toFile: folder.path + "/ours.sig",
            atomically: true,
            encoding: .utf8
          )
          let answer = try Shell.succeed(
            [
              "sh", "-c",
              "ssh-keygen -Y verify -f signers -I ann -n goal-ledger -s ours.sig < message",
            ],
            in: folder.path
          )
          #expect(answer.contains("Good \"goal-ledger\" signature for ann"))
        }
      }
    }
  }

  @Test("are not made with keys of other kinds, or under a passphrase, or broken")
  func otherKeys() throws {
    let folder = try TemporaryFolder("ssh")
    for (name, arguments) in [
      ("ec", ["-t", "ecdsa", "-N", ""]), ("locked", ["-t", "ed25519", "-N", "secret"]),
      ("right", ["-t", "ed25519", "-N", ""]), ("other", ["-t", "ed25519", "-N", ""]),
    ] {
      _ = try Shell.succeed(["ssh-keygen", "-q", "-f", name] + arguments, in: folder.path)
    }
    func refusal(_ text: String) -> String? {
      do throws(LedgerError) {
        _ = try SealingKey(openSSH: text, name: "f")
        return nil
      } catch {
        return error.message
      }
    }
    #expect(
      refusal(try text(folder, "ec"))
        == "the key file f holds a key of kind ecdsa-sha2-nistp256: only ssh-ed25519 keys sign requests"
    )
    #expect(refusal(try text(folder, "locked")) == "the key file f is protected by a passphrase")
    #expect(refusal("x") == "the key file f holds no key in OpenSSH's format")
    // Another key's public half beside this one's seed.
    let right = try #require(SSHArmor.privateKey.bytes(try text(folder, "right")))
    let other = try SealingKey(openSSH: try text(folder, "other"), name: "f").publicKey
    let own = try SealingKey(openSSH: try text(folder, "right"), name: "f").publicKey
    var mixed = right
    for start in 0...(right.count - 32) where right[start..<(start + 32)] == own[...] {
      mixed.replaceSubrange(start..<(start + 32), with: other)
    }
    #expect(mixed != right)
    #expect(
      refusal(SSHArmor.privateKey.text(mixed))
        == "the key file f is broken: its parts do not belong together"
    )
  }

  private func text(_ folder: TemporaryFolder, _ name: String) throws -> String {
    try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
  }
}
