/// What counts as a secret: one table of names, rules and examples. The scanner, the configuration
/// and Schema/redaction.md go by it, so that what is documented is what is done.
///
/// What must stay true: an example is found, under its own name, by its own rule; a name is never
/// given another meaning, for marks with that name are on ledgers.

/// A kind of detail that is redacted.
public struct SecretPattern: Sendable, Hashable {
  /// How sure a match is, and so what becomes of it where it is part of the work.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The way it is written says what it is: a key or a token.
    case credential
    /// What stands before it says what it is: the value of a password, say. In a source file it may
    /// be no secret at all.
    case likely
    /// About a person.
    case personal
  }

  /// How it is found.
  public enum Rule: Sendable, Hashable {
    /// By how it begins.
    case shapes([TokenShape])
    /// By code of the scanner's that has a name.
    case privateKey, jsonWebToken, authorization, urlPassword, assignment, email
  }

  /// The name in its marks: small letters, digits and hyphens.
  public let name: String
  /// How sure a match is.
  public let kind: Kind
  /// How it is found.
  public let rule: Rule
  /// The rule in words.
  public let words: String
  /// One that is found, and is nobody's.
  public let example: String

  /// A pattern of the operator's own.
  public init(name: String, shape: TokenShape) {
    self.init(name, .credential, .shapes([shape]), "the operator's own", "")
  }

  /// The pattern of secrets that are known: the operator gives them to commands in the environment.
  /// - Parameter secrets: the values; paths, and those shorter than 8 bytes, are passed over.
  public init(environment secrets: [String]) {
    let known = Set(secrets).filter { $0.utf8.count >= 8 && !$0.hasPrefix("/") }
      // The longest first: one may begin with another.
      .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    self.init(
      Self.environmentName,
      .credential,
      .shapes(known.map(TokenShape.init(literal:))),
      "a value of a workspace's environment",
      ""
    )
  }

  /// The name in the marks of secrets that are known.
  public static let environmentName = "environment"

  /// Whether a variable's or member's name says that its value is a secret, as for
  /// `secret-assignment`.
  public static func isSecretName(_ name: String) -> Bool {
    let bytes = name.utf8.span
    return !bytes.isEmpty && SecretName.isSecret(bytes, 0..<bytes.count)
  }

  private init(_ name: String, _ kind: Kind, _ rule: Rule, _ words: String, _ example: String) {
    self.name = name
    self.kind = kind
    self.rule = rule
    self.words = words
    self.example = example
  }

  /// Whether a text can be a pattern's name.
  public static func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return (1...40).contains(bytes.count)
      && bytes.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
      }
  }

  // MARK: - The built-in ones

  private static func shape(
    _ prefix: String,
    _ characters: String,
    _ count: ClosedRange<Int>,
    first: String? = nil
  ) -> TokenShape {
    guard let characters = CharacterClass(characters) else {
      preconditionFailure("a built-in pattern has no characters")
    }
    return TokenShape(prefix, characters, count, first: first.flatMap(CharacterClass.init))
  }

  private static func shapes(
    _ prefixes: [String],
    _ characters: String,
    _ least: Int,
    first: String? = nil
  ) -> [TokenShape] {
    prefixes.map { shape($0, characters, least...TokenShape.longest, first: first) }
  }

  /// A body for examples: letters and digits in an order nobody would draw.
  private static let body = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2"

  private static func example(_ prefix: String, _ count: Int) -> String {
    prefix + body.prefix(count)
  }

  /// Every built-in pattern.
  public static let builtIn: [SecretPattern] = [
    SecretPattern(
      "private-key",
      .credential,
      .privateKey,
      "a PEM, OpenSSH or PGP block from `-----BEGIN … PRIVATE KEY` to its end, or as much of it as "
        + "is there, with 16 or more characters of a key",
      "-----BEGIN OPENSSH PRIVATE KEY-----\n\(body)\n-----END OPENSSH PRIVATE KEY-----"
    ),
    SecretPattern(
      "aws-access-key",
      .credential,
      .shapes([shape("AKIA", "A-Z0-9", 16...16), shape("ASIA", "A-Z0-9", 16...16)]),
      "`AKIA` or `ASIA` and 16 capitals or digits",
      "AKIA" + "IOSFODNN7EXAMPLE"
    ),
    SecretPattern(
      "github-token",
      .credential,
      .shapes(
        shapes(["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], "A-Za-z0-9", 36)
          + shapes(["github_pat_"], "A-Za-z0-9_", 40)
      ),
      "`ghp_`, `gho_`, `ghu_`, `ghs_` or `ghr_` and 36 or more letters or digits; `github_pat_` and "
        + "40 or more",
      example("ghp_", 36)
    ),
    SecretPattern(
      "gitlab-token",
      .credential,
      .shapes(
        shapes(
          ["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "gloas-"],
          "A-Za-z0-9_-",
          20
        )
      ),
      "`glpat-`, `gldt-`, `glrt-`, `glcbt-`, `glptt-`, `glft-`, `glsoat-` or `gloas-` and 20 or more",
      example("glpat-", 20)
    ),
    SecretPattern(
      "slack-token",
      .credential,
      .shapes(
        shapes(
          ["xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"],
          "A-Za-z0-9-",
          20,
          first: "0-9"
        ) + shapes(["hooks.slack.com/services/"], "A-Za-z0-9/", 20)
      ),
      "`xoxb-` and its like or `xapp-`, a digit and 19 or more letters, digits or hyphens; the "
        + "address of a webhook",
      example("xoxb-", 40)
    ),
    SecretPattern(
      "stripe-key",
      .credential,
      .shapes(
        shapes(["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"], "A-Za-z0-9", 16)
      ),
      "`sk_live_`, `sk_test_`, `rk_live_`, `rk_test_` or `whsec_` and 16 or more letters or digits",
      example("sk_test_", 24)
    ),
    SecretPattern(
      "google-key",
      .credential,
      .shapes(
        [shape("AIza", "A-Za-z0-9_-", 35...35)] + shapes(["GOCSPX-"], "A-Za-z0-9_-", 24)
          + shapes(["ya29."], "A-Za-z0-9_.-", 30)
      ),
      "`AIza` and 35 characters, `GOCSPX-` and 24 or more, `ya29.` and 30 or more",
      example("AIza", 35)
    ),
    SecretPattern(
      "npm-token",
      .credential,
      .shapes(shapes(["npm_"], "A-Za-z0-9", 36)),
      "`npm_` and 36 or more letters or digits",
      example("npm_", 36)
    ),
    SecretPattern(
      "pypi-token",
      .credential,
      .shapes(shapes(["pypi-"], "A-Za-z0-9_-", 50)),
      "`pypi-` and 50 or more",
      example("pypi-", 60)
    ),
    SecretPattern(
      "anthropic-key",
      .credential,
      .shapes(shapes(["sk-ant-"], "A-Za-z0-9_-", 32)),
      "`sk-ant-` and 32 or more",
      example("sk-ant-", 48)
    ),
    SecretPattern(
      "openai-key",
      .credential,
      .shapes(
        shapes(["sk-proj-", "sk-svcacct-", "sk-admin-"], "A-Za-z0-9_-", 32)
          + shapes(["sk-"], "A-Za-z0-9", 40)
      ),
      "`sk-proj-`, `sk-svcacct-` or `sk-admin-` and 32 or more; `sk-` and 40 or more letters or digits",
      example("sk-proj-", 48)
    ),
    SecretPattern(
      "service-token",
      .credential,
      .shapes(
        shapes(["hf_"], "A-Za-z0-9", 30) + shapes(["SG."], "A-Za-z0-9_.-", 60)
          + shapes(["dop_v1_", "doo_v1_", "dor_v1_"], "a-f0-9", 60)
          + shapes(["dckr_pat_"], "A-Za-z0-9_-", 20)
          + shapes(["shpat_", "shpca_", "shppa_", "shpss_"], "A-Fa-f0-9", 32)
          + shapes(["hvs.", "hvb."], "A-Za-z0-9_-", 24)
          + shapes(["AGE-SECRET-KEY-1"], "A-Z0-9", 50)
      ),
      "Hugging Face (`hf_`), SendGrid (`SG.`), DigitalOcean (`dop_v1_`), Docker (`dckr_pat_`), "
        + "Shopify (`shpat_`), Vault (`hvs.`) and age (`AGE-SECRET-KEY-1`), at their lengths",
      example("hf_", 34)
    ),
    SecretPattern(
      "json-web-token",
      .credential,
      .jsonWebToken,
      "`eyJ…`, `.eyJ…` and `.` with a signature of 16 or more characters",
      "eyJ\(body.prefix(20)).eyJ\(body.prefix(30)).\(body.prefix(43))"
    ),
    SecretPattern(
      "authorization",
      .likely,
      .authorization,
      "after `Authorization` and `:` or `=`: what follows `Bearer`, `Basic` or `Token`, 8 or more "
        + "characters; without these words, a value as of a secret-assignment",
      "Authorization: Bearer \(body.prefix(24))"
    ),
    SecretPattern(
      "url-password",
      .likely,
      .urlPassword,
      "the password in `scheme://user:password@host`",
      "postgres://app:\(body.prefix(12))@db.internal/shop"
    ),
    SecretPattern(
      "secret-assignment",
      .likely,
      .assignment,
      "the value after `=` or `:` of a name that ends in password, passwd, passphrase, pwd, secret, "
        + "token, credential or a key's kind (api, access, secret, private, auth, account, master, "
        + "signing, encryption), where it has 8 or more characters without a space, six or more of "
        + "them different, letters and digits (in quotes, 20 or more letters of both cases do too)",
      "AWS_SECRET_ACCESS_KEY=\(body.prefix(40))"
    ),
    SecretPattern(
      "email",
      .personal,
      .email,
      "`name@host.domain`; not `git@` remotes, not a URL's user, not file names such as `icon@2x.png`",
      "ann.lee@example.org"
    ),
  ]
}
