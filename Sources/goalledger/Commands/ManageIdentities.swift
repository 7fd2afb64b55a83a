import ArgumentParser
import GoalLedger
import Worker

/// `goalledger identity`: whose keys are whose.
struct ManageIdentities: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity",
    abstract: "Say whose a key is: add, list and revoke identities.",
    discussion: """
      An identity is a name and an Ed25519 public key, on the ledger: who holds the private key can \
      prove what they asked. Private keys are kept in files of mode 0600 outside the database, and \
      never enter it. Workers register their own keys, with the ledger's key as a voucher.

      Examples:
        goalledger identity new ann --kind person
        goalledger identity list
        goalledger identity revoke ann --reason 'the laptop is gone'
      """,
    subcommands: [NewIdentityCommand.self, ListIdentities.self, RevokeIdentity.self]
  )
}

/// `goalledger identity new`: makes a key, or takes one that exists, and registers it.
struct NewIdentityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a key and register it; or register one that exists.",
    discussion: """
      Makes an Ed25519 key in a file of mode 0600 that must not be there yet, and prints the public \
      key. With --public-key it makes none: whoever holds the private key keeps it, with OpenSSH for \
      example.

      Examples:
        goalledger identity new ann --kind person
        goalledger identity new bot --kind agent --key-file /etc/bot/goals.key
        goalledger identity new bob --kind person --public-key ~/.ssh/id_ed25519.pub
      """
  )

  /// What a command can add: workers add themselves.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case person, agent

    var kind: Identity.Kind { self == .person ? .person : .agent }
  }

  @Argument(help: "What it is called.")
  var name: String

  @Option(help: "What it is.")
  var kind: Kind

  @Option(
    help: ArgumentHelp(
      "An existing public key: 64 hexadecimal digits, or a file with them or an OpenSSH "
        + "'ssh-ed25519 ...' line.",
      valueName: "key"
    )
  )
  var publicKey: String?

  @Option(
    help: ArgumentHelp(
      "Where to make the key. (default: NAME.key in people/, beside the ledger's key)",
      valueName: "file"
    )
  )
  var keyFile: String?

  @OptionGroup var actor: ActorOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: JSONOptions

  func validate() throws {
    if publicKey != nil, keyFile != nil {
      throw ValidationError("--public-key names a key that exists, so --key-file makes none.")
    }
    if keyFile?.isEmpty == true { throw ValidationError("--key-file must name a file.") }
  }

  func run() async throws {
    let store = try await database.open()
    let (identity, file) = try await store.recordingRefusals(of: nil, actor: actor.name) {
      () async throws(LedgerError) in try await register(store)
    }
    if output.json {
      var document = IdentityText.json(identity).object ?? [:]
      document["key_file"] = JSONValue(file?.path)
      Terminal.output.line(JSONValue.object(document).prettyText)
    } else {
      Terminal.output.line("\(IdentityText.line(identity))")
      Terminal.output.line("public key \(hexadecimal(identity.publicKey))")
      if let file { Terminal.output.line("private key \(file.path)") }
    }
  }

  /// Makes the key, if it is to be made, and registers it.
  private func register(
    _ store: SQLiteGoalStore
  ) async throws(LedgerError) -> (identity: Identity, file: KeyFile?) {
    // No key is left behind by what would be refused.
    if try await store.identities().contains(where: { $0.isLive && $0.name == name }) {
      throw LedgerError(
        .refused,
        "an identity of this name is live: revoke it first, or take another name"
      )
    }
    if let publicKey {
      let request = NewIdentity(
        name: name,
        kind: kind.kind,
        publicKey: try Self.publicKey(publicKey)
      )
      return (try await store.add(request, actor: actor.name), nil)
    }
    let file = try await place(store)
    let request = NewIdentity(name: name, kind: kind.kind, publicKey: try file.makeNew().publicKey)
    do throws(LedgerError) {
      return (try await store.add(request, actor: actor.name), file)
    } catch {
      throw LedgerError(
        error.code,
        error.message,
        hint: "the key that was made is in \(file.path), and stands for nobody"
      )
    }
  }

  /// Where the key is to be made.
  private func place(_ store: SQLiteGoalStore) async throws(LedgerError) -> KeyFile {
    if let keyFile {
      return KeyFile(path: PathText.absolute(keyFile, in: PathText.workingFolder))
    }
    let usual = KeyFile.ofPerson(
      name,
      database: try await store.databaseID(),
      environment: Variables.ofConfiguration
    )
    guard let usual else {
      throw LedgerError(
        .usage,
        "a key file cannot be called after '\(Columns.oneLine(name, 60))'",
        hint: "name one with --key-file"
      )
    }
    return usual
  }

  private static func publicKey(_ text: String) throws(LedgerError) -> [UInt8] {
    if let key = PublicKeyText.key(text) { return key }
    guard let key = PublicKeyText.key(try TextFile.read(text)) else {
      throw LedgerError(
        .invalid,
        "\(text) holds no Ed25519 public key",
        hint: "it is 64 hexadecimal digits, or the line 'ssh-ed25519 ...' of an OpenSSH .pub file"
      )
    }
    return key
  }
}

/// `goalledger identity list`: whose keys are whose.
struct ListIdentities: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List identities, revoked ones among them.",
    discussion: """
      Examples:
        goalledger identity list
        goalledger identity list --json | jq -r '.[] | select(.until == null).name'
      """
  )

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    let identities = try await database.open().identities()
    if output.json {
      Terminal.output.line(JSONValue.array(identities.map(IdentityText.json)).prettyText)
    } else {
      Terminal.output.write(IdentityText.table(identities))
    }
  }
}

/// `goalledger identity revoke`: from now on a key proves nothing.
struct RevokeIdentity: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Revoke an identity: from now on its key proves nothing.",
    discussion: """
      What was signed before stays as good as it was. A worker that runs with the key seals no more; \
      started again, it takes another.

      Examples:
        goalledger identity revoke ann --reason 'the laptop is gone'
        goalledger identity revoke worker-1@host
      """
  )

  @Argument(help: ArgumentHelp("Its name, or its public key in hexadecimal.", valueName: "name"))
  var identity: String

  @Option(help: ArgumentHelp("Why, for the ledger.", valueName: "text"))
  var reason: String?

  @OptionGroup var actor: ActorOptions
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var output: JSONOptions

  func run() async throws {
    let store = try await database.open()
    let identities = try await store.identities()
    let key = PublicKeyText.key(identity)
    // A name is its live bearer's; who has it no longer is told that.
    let found =
      identities.first { $0.isLive && $0.name == identity }
      ?? identities.last { $0.name == identity || $0.publicKey == key }
    guard let found else {
      throw LedgerError(
        .notFound,
        "there is no identity '\(Columns.oneLine(identity, 70))'",
        hint: "goalledger identity list shows what there is"
      )
    }
    let revoked = try await store.recordingRefusals(of: nil, actor: actor.name) {
      () async throws(LedgerError) in
      try await store.revoke(identity: found.id, actor: actor.name, reason: reason)
    }
    if output.json {
      Terminal.output.line(IdentityText.json(revoked).prettyText)
    } else {
      Terminal.output.line(IdentityText.line(revoked))
    }
  }
}
