// The file that holds a signing key: one line, "goalledger-ed25519-v1 " and the 32 bytes of the
// Ed25519 seed in hexadecimal. A database's keys lie in a folder of their own, below `$XDG_STATE_HOME`
// or `~/.local/state`: goalledger/keys/ID/ledger.key, the root of its trust; workers/N.key, one for
// each worker that runs; people/NAME.key.
//
// What must stay true: it lies outside the database, is readable by its owner alone (mode 0600; any
// other is refused), is never overwritten, and is whole or not there: it is written under another
// name and then linked.
import Crypto
import Glibc

/// A key to sign with: a worker's seals, the ledger's checkpoints and vouchers, a person's requests.
public struct SealingKey: Sendable {
  let key: Curve25519.Signing.PrivateKey

  /// A new key.
  public init() { key = Curve25519.Signing.PrivateKey() }

  /// The key made of a seed; nil where that is not 32 bytes.
  public init?(seed: [UInt8]) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
    self.key = key
  }

  /// The public key, 32 bytes.
  public var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }
}

/// A file with a signing key.
public struct KeyFile: Sendable, Hashable {
  /// Where it is.
  public let path: String

  private static let tag = "goalledger-ed25519-v1 "

  /// A key file of this path, whether it is there or not.
  public init(path: String) { self.path = path }

  /// The folder of a database's keys.
  /// - parameter environment: the environment's variables, of which XDG_STATE_HOME and HOME count.
  public static func folder(ofDatabase database: String, environment: [String: String]) -> String {
    let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let base = state ?? (environment["HOME"] ?? "") + "/.local/state"
    return "\(base)/goalledger/keys/\(database)"
  }

  /// Where a database's own key is kept, which signs checkpoints and vouches for workers' keys.
  /// - parameter environment: the environment's variables.
  public static func ofLedger(database: String, environment: [String: String]) -> KeyFile {
    KeyFile(path: folder(ofDatabase: database, environment: environment) + "/ledger.key")
  }

  /// Where the key of a person or an agent is kept; nil where the name cannot be a file's: it is of
  /// letters, digits and any of `._@+-`, and begins with none of these.
  /// - parameter environment: the environment's variables.
  public static func ofPerson(
    _ name: String,
    database: String,
    environment: [String: String]
  ) -> KeyFile? {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "._@+-".utf8.contains(byte)
      }
    }
    guard isPlain, let first = name.first, !"._@+-".contains(first), name.utf8.count <= 200 else {
      return nil
    }
    let folder = folder(ofDatabase: database, environment: environment)
    return KeyFile(path: "\(folder)/people/\(name).key")
  }

  /// Reads the key; makes one where there is none.
  /// - throws: `unavailable` where the file cannot be read or made, `refused` where others could
  ///   read it, `invalid` where it holds no key.
  public func obtain() throws(LedgerError) -> SealingKey {
    if let key = try read() { return key }
    _ = try create()
    guard let key = try read() else { throw failure("cannot be read back", ENOENT) }
    return key
  }

  /// Makes a key in a file that is not there yet.
  /// - throws: `refused` where the file is there, else as ``obtain()``.
  public func makeNew() throws(LedgerError) -> SealingKey {
    guard try create() else {
      throw LedgerError(
        .refused,
        "the key file \(path) is there already, and no key is ever overwritten",
        hint: "take another name, or name another file with --key-file"
      )
    }
    guard let key = try read() else { throw failure("cannot be read back", ENOENT) }
    return key
  }

  /// Reads the key; nil where there is no file.
  /// - throws: as ``obtain()``.
  public func read() throws(LedgerError) -> SealingKey? {
    guard let file = try openFile() else { return nil }
    defer { close(file) }
    return try read(file)
  }

  /// Opens the file; nil where there is none.
  func openFile() throws(LedgerError) -> Int32? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file < 0 else { return file }
    if errno == ENOENT { return nil }
    throw failure("cannot be read", errno)
  }

  /// Reads the key from the open file.
  func read(_ file: Int32) throws(LedgerError) -> SealingKey {
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw failure("cannot be read", errno) }
    guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
      throw LedgerError(
        .refused,
        "the key file \(path) can be read by others than you",
        hint: "chmod 600 it if nobody has, or move it away and a new key is made"
      )
    }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe Glibc.read(file, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    guard text.hasPrefix(Self.tag), text.hasSuffix("\n"),
      let seed = bytesOfHexadecimal(text.dropFirst(Self.tag.count).dropLast()),
      let key = SealingKey(seed: seed)
    else {
      throw LedgerError(
        .invalid,
        "the key file \(path) holds no key",
        hint: "restore it, or move it away and a new key is made"
      )
    }
    return key
  }

  /// Makes the file; false where it is there.
  func create() throws(LedgerError) -> Bool {
    var made = ""
    for part in path.split(separator: "/").dropLast() {
      made += "/" + part
      guard unsafe mkdir(made, 0o700) == 0 || errno == EEXIST || errno == EISDIR else {
        throw failure("cannot be made", errno)
      }
    }
    let key = Curve25519.Signing.PrivateKey()
    let line = Self.tag + hexadecimal(key.rawRepresentation) + "\n"
    let draft = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max))"
    let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("cannot be made", errno) }
    defer { unsafe unlink(draft) }
    let bytes = Array(line.utf8)
    let written = unsafe write(file, bytes, bytes.count)
    let synced = fsync(file)
    let problem = errno
    close(file)
    guard written == bytes.count, synced == 0 else { throw failure("cannot be written", problem) }
    // Another process may have been faster: then its key is the one.
    if unsafe link(draft, path) == 0 { return true }
    guard errno == EEXIST else { throw failure("cannot be made", errno) }
    return false
  }

  func failure(_ what: String, _ code: Int32) -> LedgerError {
    let reason = unsafe String(cString: strerror(code))
    return LedgerError(.unavailable, "the key file \(path) \(what): \(reason)")
  }
}

/// The bytes of hexadecimal digits of either case; nil where they are none.
func bytesOfHexadecimal(_ text: some StringProtocol) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2) else { return nil }
  var bytes: [UInt8] = []
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = Character(Unicode.Scalar(digits[index])).hexDigitValue,
      let low = Character(Unicode.Scalar(digits[index + 1])).hexDigitValue
    else { return nil }
    bytes.append(UInt8(high << 4 | low))
  }
  return bytes
}
