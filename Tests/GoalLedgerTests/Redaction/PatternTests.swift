// Every pattern finds what its rule says, and leaves alone what only looks like it. Examples are put
// together from pieces, so that no tool that looks for secrets in sources stumbles over this file.
import Foundation
import GoalLedger
import Testing

@Suite("Patterns of secrets")
struct PatternTests {
  /// A text, the pattern that is to be found in it, and the part that must not be left.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String, text: String, secret: String

    init(_ name: String, _ before: String, _ secret: String, _ after: String = "") {
      self.name = name
      self.text = before + secret + after
      self.secret = secret
    }

    var testDescription: String { "\(name): \(text.prefix(60))" }
  }

  static let letters = "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0fG5iL7oR9uX1zA3cD5eF7hJ9kM2nP4qS6tV8w"

  private static func word(_ count: Int) -> String { String(letters.prefix(count)) }

  static let found: [Case] = [
    Case(
      "private-key",
      "key:\n",
      "-----BEGIN RSA PRIVATE KEY-----\n\(word(40))\n-----END RSA PRIVATE KEY-----",
      "\nrest"
    ),
    Case(
      "private-key",
      "",
      "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n\(word(40))\n-----END PGP PRIVATE KEY BLOCK-----"
    ),
    Case(
      "private-key",
      "env ",
      "-----BEGIN PRIVATE KEY-----\\n\(word(40))\\n-----END PRIVATE KEY-----"
    ),
    Case(
      "private-key",
      "cut: ",
      "-----BEGIN PRIVATE KEY-----\n\(word(64))\n\(word(30))",
      "\nnot a key"
    ),
    Case(
      "private-key",
      "cut.\n",
      "\(word(64))\n\(word(30))\n-----END EC PRIVATE KEY-----",
      " rest"
    ),
    Case("aws-access-key", "id=", "ASIA" + "Q3EXAMPLE7ABCDEF", " "),
    Case("github-token", "x (", "gho_" + word(36), ")"),
    Case("github-token", "", "github_pat_" + word(22) + "_" + word(59)),
    Case("gitlab-token", "CI: ", "glpat-" + word(20), "\n"),
    Case("slack-token", "", "xoxb-" + "123456789012-1234567890123-" + word(24)),
    Case(
      "slack-token",
      "https://",
      "hooks.slack.com/services/" + "T0ABCDEF1/B0ABCDEF2/" + word(24)
    ),
    Case("stripe-key", "'", "rk_live_" + word(24), "'"),
    Case("google-key", "key=", "AIza" + word(35), "&x=1"),
    Case("google-key", "", "GOCSPX-" + word(28)),
    Case("npm-token", "//registry.npmjs.org/:_auth=", "npm_" + word(36)),
    Case("pypi-token", "", "pypi-" + "AgEIcHlwaS5vcmc" + word(60)),
    Case("anthropic-key", "", "sk-ant-" + "api03-" + word(60) + "-AA"),
    Case("openai-key", "", "sk-" + word(48)),
    Case("openai-key", "", "sk-svcacct-" + word(60)),
    Case("service-token", "", "hf_" + word(34)),
    Case("service-token", "", "dckr_pat_" + word(27)),
    Case("json-web-token", "t=", "eyJ" + word(20) + ".eyJ" + word(40) + "." + word(43), " "),
    Case("authorization", "> authorization: bearer ", word(20), "\n"),
    Case("authorization", #"{"Authorization":"Basic "#, "YW5uOmh1bnRlcjI=", #""}"#),
    Case("authorization", "-H 'Authorization: token ", word(16), "'"),
    Case("url-password", "git clone https://ann:", word(10), "@example.org/shop.git"),
    Case("url-password", "redis://:", "s3cr3t!x", "@cache:6379/0"),
    Case("secret-assignment", "DB_PASSWORD=", "hunter2hunter2", " make"),
    Case("secret-assignment", #"{"client_secret": ""#, word(24), #""}"#),
    Case("secret-assignment", #"{\"apiKey\":\""#, word(24), #"\"}"#),
    Case("secret-assignment", "dbPassword: '", "correct7horse", "'"),
    Case("secret-assignment", "PGPASSWORD=", "pgpw12345x", "\n"),
    Case("secret-assignment", "x-api-key: ", word(20)),
    Case("secret-assignment", "os.environ[\"API_TOKEN\"] = \"", word(12), "\""),
    Case("secret-assignment", "secret := `", word(12), "`"),
    Case("secret-assignment", "AWS_SECRET_ACCESS_KEY=", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    Case("secret-assignment", "token = \"", "abcdefghijKLMNOPqrstuv", "\""),
    Case("github-token", #"{"log":"used\n"#, "ghp_" + word(36), #"\n"}"#),
    Case("github-token", #"\u003c"#, "ghp_" + word(36), #"\u003e"#),
    Case("github-token", "?access%3D", "ghp_" + word(36), "%26x"),
    Case("github-token", "\u{1B}[1;32m", "ghp_" + word(36), "\u{1B}[0m"),
    Case("json-web-token", #"\n"#, "eyJ" + word(20) + ".eyJ" + word(40) + "." + word(43)),
    Case("secret-assignment", #"env:\ndb_"# + "password=", "hunter2hunter2", #"\n"#),
    Case("secret-assignment", #"\n"# + "password=", "hunter2hunter2", #"\n"#),
    Case("secret-assignment", "\u{1B}[31mpassword: ", "hunter2hunter2", "\u{1B}[0m"),
    Case("email", #"by:\n"#, "ann.lee@example.org", #"\n"#),
    Case("email", #"by \u003c"#, "ann.lee@example.org", #"\u003e"#),
    Case("email", "mail <", "ann.lee+goals@mail.example.org", ">, please."),
    Case("email", "Signed-off-by: Ann Lee ", "ann@example.co.uk", ". Thanks"),
  ]

  @Test(
    "what a rule says is found, whole, and nothing else of the text is touched",
    arguments: found
  )
  func positive(_ example: Case) throws {
    let redacted = Redactor { 7 }.text(example.text)
    let mark = RedactionMark(example.name, salt: 7, secret: example.secret.utf8).description
    #expect(redacted == example.text.replacingOccurrences(of: example.secret, with: mark))
  }

  static let left = [
    // Commit ids, digests, UUIDs, hashes of files, paths, remotes.
    "commit 4f2a9c1d8e7b6a5f4e3d2c1b0a9f8e7d6c5b4a39",
    "tree fed4f2a9c1d8e7b6a5f4e3d2c1b0a9f8e7d6c5",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "id: 7d444840-9dc0-11d1-b245-5ffdce74fad2",
    #""integrity": "sha512-z5p2bS0NqV2oYkW3mT8xQ1aB7cD9eF4gH6iJ0kL2mN5oP8qR1sT3uV6wX9yZ0aB==""#,
    "Sources/GoalLedger/Store/SQLite/LedgerWriter.swift:142", "git@github.com:owner/repo.git",
    "ssh://git@github.com/owner/repo", "https://ann@example.org/x",
    "origin\tgit@gitlab.com:a/b (fetch)",
    "icon@2x.png", "left-pad@1.3.0", "@types/node@20.1.2-beta.js", "getty@tty1.service", "a @ b.de",
    "@Test @objc.name", "user@localhost", "react@next.mjs",
    // Names of secrets, and what stands for them.
    "password: ", "password=$DB_PASSWORD", "password = ${{ secrets.DB_PASSWORD1 }}",
    "token = get_token1(request)", "token: <your-token-1>", "password=********",
    "password=12345678",
    "if password == \"hunter2hunter2\" {", "password_file=/run/secrets/db1",
    "secret=/run/secrets/db1",
    "password: 'must have 8 characters and 1 digit'", "max_tokens=4096abcd12",
    "nontoken=abc123def456",
    "keyboard=abc123def456", "key=abc123def456", "primary_key: abc123def456",
    "lease_token: 1234567890",
    "http://example.org:8080/a:b@c", "postgres://app:$PASSWORD@db/shop", "postgres://app@db/shop",
    "see http://[::1]:80/ and mailto:x", "Authorization: Bearer $TOKEN", "Authorization: none",
    "let head = \"-----BEGIN PRIVATE KEY-----\", end = \"-----END PRIVATE KEY-----\"",
    "the -----END PRIVATE KEY----- is missing", "headers[\"Authorization\"] = self.build_header",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "-----BEGIN CERTIFICATE-----\nMII",
    "ghp_short", "rpm" + "ghp_" + letters.prefix(36), "5;3mghp_" + letters.prefix(36),
    "my_ghp_" + letters.prefix(36), "xoxb-your-token-goes-here-please",
    "sk-learn-extra",
    "npm_config_registry=https://registry.npmjs.org/", "AKIAIOSFODNN7EXAMPLEX9",
    "eyJhbGciOiJIUzI1NiJ9", "ghp_" + String(repeating: "x", count: 36),
  ]

  @Test("what only looks like a secret is left", arguments: left)
  func negative(_ text: String) {
    #expect(Redactor { 7 }.text(text) == text)
  }

  @Test(
    "each pattern finds its example under its name, and is needed for it",
    arguments: SecretPattern.builtIn
  )
  func example(_ pattern: SecretPattern) {
    #expect(SecretPattern.isName(pattern.name))
    #expect(Redactor.standard.patterns(in: "see \(pattern.example) there") == [pattern.name])
    let others = Redactor(SecretPattern.builtIn.filter { $0 != pattern })
    #expect(!others.patterns(in: "see \(pattern.example) there").contains(pattern.name))
    #expect(Set(SecretPattern.builtIn.map(\.name)).count == SecretPattern.builtIn.count)
  }

  @Test("Schema/redaction.md lists every pattern with its rule, and no other")
  func documented() throws {
    let rows = try Repository.text("Schema/redaction.md").split(separator: "\n")
      .filter { $0.hasPrefix("| `") }.map(String.init)
    let expected = SecretPattern.builtIn.map {
      "| `\($0.name)` | \($0.kind.rawValue) | \($0.words) |"
    }
    #expect(rows == expected)
  }

  @Test("an operator's pattern is found by its beginning, its characters and its length")
  func custom() throws {
    let shape = try TokenShape.make(prefix: "acme_", characters: "a-f0-9", least: 12).get()
    let redactor = Redactor([SecretPattern(name: "acme-key", shape: shape)])
    #expect(redactor.patterns(in: "k: acme_0123456789ab.") == ["acme-key"])
    for text in [
      "acme_0123456789a", "acme_0123456789zz", "xacme_0123456789ab", "ACME_0123456789ab",
    ] {
      #expect(redactor.patterns(in: text).isEmpty, "\(text)")
    }
  }

  @Test("known secrets are found wherever they stand, the longest first")
  func known() {
    let known = ["correct horse", "correct horse battery", "short", "%&/()=?!", "/run/secrets/db"]
    let redactor = Redactor([SecretPattern(environment: known)] + SecretPattern.builtIn) { 7 }
    func mark(_ secret: String) -> String {
      RedactionMark("environment", salt: 7, secret: secret.utf8).description
    }
    #expect(
      redactor.text("xcorrect horse batterys, correct horse, short /run/secrets/db", .work)
        == "x\(mark("correct horse battery"))s, \(mark("correct horse")), short /run/secrets/db"
    )
    #expect(redactor.text("%&/()=?!%&/()=?!") == mark("%&/()=?!") + mark("%&/()=?!"))
    #expect(SecretPattern.isSecretName("DEPLOY_TOKEN") && SecretPattern.isSecretName("apiKey"))
    #expect(!SecretPattern.isSecretName("REGION") && !SecretPattern.isSecretName(""))
  }

  @Test(
    "a pattern that could find anything, or nothing, is no pattern",
    arguments: [
      ("ab", "a-z", 16, "prefix"), ("a b c", "a-z", 16, "prefix"), ("acme_", "", 16, "characters"),
      ("acme_", "z-a", 16, "characters"), ("acme_", "a b", 16, "characters"),
      ("acme_", "a-z", 7, "least"), ("acme_", "a-z", 4097, "least"),
    ]
  )
  func wrong(prefix: String, characters: String, least: Int, mistake: String) {
    guard
      case .failure(let found) = TokenShape.make(
        prefix: prefix,
        characters: characters,
        least: least
      )
    else {
      Issue.record("it was taken")
      return
    }
    #expect("\(found)" == mistake)
  }
}

extension SecretPattern: CustomTestStringConvertible {
  public var testDescription: String { name }
}
