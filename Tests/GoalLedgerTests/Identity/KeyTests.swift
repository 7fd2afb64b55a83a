// Keys as files, as text, and as one of many workers has them.
import Foundation
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Keys")
struct KeyTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("of workers that run at once are distinct, and are used again when they have ended")
  func slots() throws {
    let place = folder.path + "/workers"
    var first: WorkerKey? = try WorkerKey.take(in: place)
    let second = try WorkerKey.take(in: place)
    #expect(first?.number == 1 && second.number == 2)
    #expect(first?.key.publicKey != second.key.publicKey)
    #expect(try Shell.succeed(["stat", "-c", "%a", place + "/1.key"]) == "600")
    // The lock is every process's to see.
    #expect(try Shell.run(["flock", "-n", place + "/1.key", "true"]).code == 1)
    let key = first?.key.publicKey
    first = nil
    #expect(try Shell.run(["flock", "-n", place + "/1.key", "true"]).code == 0)
    let third = try WorkerKey.take(in: place)
    #expect(third.number == 1 && third.key.publicKey == key)
    withExtendedLifetime(second) {}
  }

  @Test("that are refused are left alone, and so is their lock")
  func refused() throws {
    let place = folder.path + "/workers"
    let revoked = try WorkerKey.take(in: place).key.publicKey
    let next = try WorkerKey.take(in: place) { $0 == revoked }
    #expect(next.number == 2 && next.key.publicKey != revoked)
    #expect(try WorkerKey.take(in: place).number == 1)
  }

  @Test("that others can read are not used")
  func mode() throws {
    let place = folder.path + "/workers"
    _ = try WorkerKey.take(in: place)
    try Shell.succeed(["chmod", "640", place + "/1.key"])
    let error = #expect(throws: LedgerError.self) { try WorkerKey.take(in: place) }
    #expect(error?.code == .refused)
  }

  @Test("of people are made once, and never overwritten")
  func people() throws {
    let variables = ["XDG_STATE_HOME": folder.path]
    let file = try #require(KeyFile.ofPerson("ann", database: "d", environment: variables))
    #expect(file.path == folder.path + "/goalledger/keys/d/people/ann.key")
    let key = try file.makeNew()
    #expect(try file.read()?.publicKey == key.publicKey)
    let error = #expect(throws: LedgerError.self) { try file.makeNew() }
    #expect(error?.code == .refused)
    #expect(try file.read()?.publicKey == key.publicKey)
    for name in ["", ".", "..", "../x", "a/b", "-x", ".x", "a b", "ä", "a\n"] {
      #expect(KeyFile.ofPerson(name, database: "d", environment: variables) == nil, "\(name)")
    }
    for name in ["ann@example.com", "a", "Z9._+-"] {
      #expect(KeyFile.ofPerson(name, database: "d", environment: variables) != nil, "\(name)")
    }
  }

  @Test("are read from OpenSSH's own .pub file")
  func openSSH() throws {
    let path = folder.path + "/id"
    try Shell.succeed([
      "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bob at home", "-f", path,
    ])
    let text = try String(contentsOfFile: path + ".pub", encoding: .utf8)
    let key = try #require(PublicKeyText.key(text))
    #expect(PublicKeyText.openSSH(key, comment: "bob at home") + "\n" == text)
    #expect(PublicKeyText.key(hexadecimal(key)) == key)
    #expect(PublicKeyText.key(hexadecimal(key).uppercased() + "\n") == key)
  }

  private static let line =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

  @Test("are read from one line, with a comment or without")
  func known() {
    let key = [UInt8](0..<32)
    for tail in ["", " ann", " ann at home", "\n", " ann\n"] {
      #expect(PublicKeyText.key(Self.line + tail) == key, "\(tail)")
    }
  }

  @Test(
    "of any other form are none",
    arguments: [
      "", " ", "ann", String(repeating: "0", count: 62), String(repeating: "0", count: 66),
      String(repeating: "0", count: 63) + "g", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 AAAA",
      "ssh-rsa " + line.dropFirst(12), "ssh-ed25519  " + line.dropFirst(12), " " + line,
      line + "A", line + "=", String(line.dropLast()), String(line.dropLast(4)), line + "AAAA",
      line + "\n" + line, "from=\"*\" " + line, line.replacing("ZDI1NTE5", with: "ZDI1NTE4"),
      line.replacing("AAAAIAAB", with: "AAAAIQAB"), line.replacing("AAAAC3", with: "AAAAD3"),
      line.replacing("ssh-ed25519 ", with: "ssh-ed25519\t"),
    ]
  )
  func noKey(text: String) { #expect(PublicKeyText.key(text) == nil) }

  @Test("are vouched for by the ledger's, in one database, by one name")
  func voucher() throws {
    let (ledger, worker) = (SealingKey(), SealingKey())
    let identity = try NewIdentity(
      worker: "w",
      publicKey: worker.publicKey,
      database: "d",
      ledgerKey: ledger
    )
    let signature = try #require(identity.voucher)
    func holds(
      _ database: String = "d",
      _ name: String = "w",
      _ kind: Identity.Kind = .worker,
      key: [UInt8]? = nil,
      by ledgerKey: SealingKey? = nil
    ) -> Bool {
      Voucher(database: database, name: name, kind: kind, publicKey: key ?? worker.publicKey)
        .isSigned(signature, by: [(ledgerKey ?? ledger).publicKey])
    }
    #expect(holds())
    #expect(!holds("e") && !holds("d", "v") && !holds("d", "w", .agent))
    #expect(!holds(key: ledger.publicKey) && !holds(by: worker))
  }
}
