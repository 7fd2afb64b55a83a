// What redaction does to texts and documents: marks stand where secrets were, all else stays, and
// no text, however it is made, keeps a planted secret or costs more than its length.
import Foundation
import GoalLedger
import SQLite
import Testing

@Suite("Redacting")
struct RedactorTests {
  static let token = "ghp_" + String(PatternTests.letters.prefix(36))

  @Test("a mark has the salt it was given, and a digest that the sqlite3 shell confirms")
  func mark() throws {
    let redacted = Redactor { 0x0123_4567_89AB_CDEF }.text("use \(Self.token)!")
    let opening = "use [redacted github-token 0123456789abcdef:"
    #expect(redacted.hasPrefix(opening) && redacted.hasSuffix("]!"))
    let digest = String(redacted.dropFirst(opening.count).prefix(32))
    let asked =
      "SELECT substr(lower(hex(sha3('0123456789abcdef' || ':' || '\(Self.token)', 256))), 1, 32)"
    let shell = Process()
    let pipe = Pipe()
    shell.executableURL = URL(filePath: "/usr/bin/env")
    shell.arguments = ["sqlite3", ":memory:", asked]
    shell.standardOutput = pipe
    try shell.run()
    shell.waitUntilExit()
    let answer = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(answer == digest + "\n")
  }

  @Test("the same secret has another mark each time")
  func salted() {
    let twice = Redactor.standard.text("\(Self.token) \(Self.token)").split(separator: "]")
    #expect(twice.count == 2 && twice[0].suffix(49) != twice[1].suffix(49))
  }

  @Test("what is redacted stays as it is", arguments: PatternTests.found)
  func idempotent(_ example: PatternTests.Case) {
    let once = Redactor.standard.text(example.text)
    #expect(Redactor.standard.text(once) == once)
    #expect(Redactor.standard.text("password=\(once)") == "password=\(once)")
  }

  @Test("what only begins like a mark hides nothing")
  func falseMark() {
    for text in ["[redacted \(Self.token)]", "[redacted x 0123456789abcdef:\(Self.token)]"] {
      #expect(!Redactor.standard.text(text).contains(Self.token))
    }
  }

  @Test("in the work itself only keys and tokens are secrets")
  func work() {
    let text = "mail ann@example.org; password = \"hunter2hunter2\"; https://a:pw12345@b.de"
    #expect(Redactor.standard.text(text, .work) == text)
    #expect(Redactor.standard.patterns(in: text) == ["email", "secret-assignment", "url-password"])
    #expect(Redactor.standard.text(text, .keep) == text)
    #expect(Redactor.standard.patterns(in: Self.token, .work) == ["github-token"])
    #expect(Redactor.standard.patterns(in: Self.token, .keep).isEmpty)
  }

  @Test("a secret across the cut between head and tail is found", arguments: 0...40)
  func across(cut: Int) {
    let whole = "before \(Self.token) after ann@example.org"
    let place = whole.utf8.index(whole.startIndex, offsetBy: 7 + cut)
    let (head, tail) = Redactor { 7 }.texts(String(whole[..<place]), String(whole[place...]))
    let expected = Redactor { 7 }.text(whole)
    #expect(head + tail == expected)
    #expect(!(head + tail).contains(Self.token.suffix(8)))
  }

  @Test("documents stay JSON, and the same but for the strings that held secrets")
  func documents() throws {
    let document = """
      {"n": 1.50, "big":123456789012345678901234567890, "a":["\\u0067hp_\(Self.token.dropFirst(4))", "x\\ty"],
       "n": "\(Self.token)\\n\\"q\\"", "password": "hunter2hunter2", "\(Self.token)": null}
      """
    let redacted = Redactor { 7 }.json(document)
    let mark = RedactionMark("github-token", salt: 7, secret: Self.token.utf8).description
    let password = RedactionMark("secret-assignment", salt: 7, secret: "hunter2hunter2".utf8)
    #expect(
      redacted == """
        {"n": 1.50, "big":123456789012345678901234567890, "a":["\(mark)", "x\\ty"],
         "n": "\(mark)\\n\\"q\\"", "password": "\(password)", "\(mark)": null}
        """
    )
    let plain = #"{"a": "x\ny", "b": [1, 2, {"c": null}]}"#
    #expect(Redactor.standard.json(plain) == plain)
    #expect(Redactor.standard.json("{\"a\": \(Self.token)") != "{\"a\": \(Self.token)")
  }

  @Test("a key over several lines is found in a document, whatever follows it")
  func keyInDocument() {
    let key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----"
    let document = JSONValue.object(["a": .string(key), "z": "after"]).text
    let redacted = Redactor { 7 }.json(document)
    let mark = RedactionMark("private-key", salt: 7, secret: key.utf8).description
    #expect(redacted == JSONValue.object(["a": .string(mark), "z": "after"]).text)
  }

  @Test("planted secrets never survive random text", arguments: 0..<40)
  func planted(seed: UInt64) throws {
    var random = Drawing(seed)
    for _ in 0..<25 {
      var text = ""
      var secrets: [String] = []
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        text += random.noise()
        guard Bool.random(using: &random) else { continue }
        let secret = random.secret()
        secrets.append(secret)
        // In words, quotes, brackets and lines, never in the middle of a word.
        let (before, after) =
          [(" ", " "), ("\"", "\""), ("(", ")"), ("\n", "\n"), ("<", ">")]
          .randomElement(using: &random) ?? (" ", " ")
        text += before + secret + after
      }
      let redacted = Redactor.standard.text(text)
      let document = Redactor.standard.json(JSONValue.object(["x": .string(text)]).text)
      for secret in secrets {
        #expect(!redacted.contains(secret), "\(seed): \(secret) in \(text.debugDescription)")
        #expect(!(try JSONValue.parse(document).x?.string ?? "").contains(secret))
      }
      #expect(Redactor.standard.text(redacted) == redacted)
      let cut = text.utf8.count / 2
      let place = String.Index(utf16Offset: 0, in: text)
      let middle = text.unicodeScalars.index(place, offsetBy: min(cut, text.unicodeScalars.count))
      let (head, tail) = Redactor.standard.texts(String(text[..<middle]), String(text[middle...]))
      for secret in secrets { #expect(!(head + tail).contains(secret)) }
    }
  }

  @Test(
    "text made to be slow takes time in proportion to its length",
    arguments: [
      "glpat-", "gldt-", "eyJ-", "eyJ.", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----",
      "://a:",
      "token=", "password: \"", "a@", "@a.b.c.", "[redacted ", "sk-", "-----", "AKIA", "npm_aaaaaa",
      "://",
    ]
  )
  func hostile(piece: String) {
    func work(_ count: Int) -> Duration {
      let text = String(repeating: piece, count: count / piece.utf8.count)
      return ContinuousClock().measure { _ = Redactor.standard.text(text) }
    }
    // Eight times the text may take eight times as long, and not sixty-four times; what a busy
    // machine adds is not ours to judge.
    let small = (0..<3).map { _ in work(20_000) }.min() ?? .zero
    let large = (0..<3).map { _ in work(160_000) }.min() ?? .zero
    #expect(large < small * 32 + .milliseconds(50), "\(small) \(large)")
  }
}

/// Random texts and secrets, the same for the same seed.
struct Drawing: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0xD134_2543_DE82_EF95 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func word(_ alphabet: String, _ count: Int) -> String {
    let letters = Array(alphabet)
    return String((0..<count).map { _ in letters.randomElement(using: &self) ?? "a" })
  }

  static let alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

  /// Something that programs print.
  mutating func noise() -> String {
    let alphabet = "abc XYZ019-_=:@./[]{}\"'\\\n\té日-----=://"
    let known = [
      "password=", "token: ", "Bearer ", "https://", "git@github.com:a/b ", "[redacted ", "eyJ",
      "-----BEGIN ", "commit 4f2a9c1d8e7b6a5f4e3d2c1b0a9f8e7d6c5b4a39 ", "ghp_", "\u{1}", "\\u0041",
    ]
    return Bool.random(using: &self)
      ? word(alphabet, Int.random(in: 0...30, using: &self))
      : known.randomElement(using: &self) ?? ""
  }

  /// A secret of any of the built-in kinds that can stand alone.
  mutating func secret() -> String {
    switch Int.random(in: 0..<12, using: &self) {
    case 0: "AKIA" + word("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
    case 1: "ghp_" + word(Self.alphanumeric, 36)
    case 2: "glpat-" + word(Self.alphanumeric, 20)
    case 3: "xoxb-" + word("0123456789", 12) + "-" + word(Self.alphanumeric, 24)
    case 4: "sk_live_" + word(Self.alphanumeric, 24)
    case 5: "AIza" + word(Self.alphanumeric, 35)
    case 6: "npm_" + word(Self.alphanumeric, 36)
    case 7: "sk-ant-api03-" + word(Self.alphanumeric, 80)
    case 8:
      "eyJ" + word(Self.alphanumeric, 20) + ".eyJ" + word(Self.alphanumeric, 40) + "."
        + word(Self.alphanumeric, 43)
    case 9:
      "-----BEGIN PRIVATE KEY-----\n\(word(Self.alphanumeric, 64))\n\(word(Self.alphanumeric, 20))"
        + "\n-----END PRIVATE KEY-----"
    case 10: word("abcdefghijklmnop", 6) + "." + word("qrstuv", 5) + "@example.org"
    default: "pypi-" + word(Self.alphanumeric, 60)
    }
  }
}
