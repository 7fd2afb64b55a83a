import Execution
import GoalLedger

// Reads one workspace of the file into the policy the executors go by. What the file does not say
// is left to the policy's own defaults, which are the cautious ones.

extension ConfigurationReader {
  /// A workspace's policy; nil where it has no usable path. Mistakes are noted either way.
  mutating func workspace(
    _ value: JSONValue,
    name: String,
    at path: String,
    folder: String
  ) -> WorkspacePolicy? {
    guard let members = object(value, at: path, keys: ConfigurationKeys.workspace) else {
      return nil
    }
    func place(_ key: String) -> String { Self.join(path, key) }
    if members["path"] == nil { refuse(place("path"), "must be given: the repository's folder") }
    let root = text(members["path"], at: place("path"))

    var policy = WorkspacePolicy(name: name, path: PathText.absolute(root ?? ".", in: folder))
    if let allowed = globs(members["allowed"], at: place("allowed")) { policy.allowed = allowed }
    if let forbidden = globs(members["forbidden"], at: place("forbidden")) {
      policy.forbidden = forbidden
    }
    if let testFiles = globs(members["test_files"], at: place("test_files")) {
      policy.testFiles = testFiles
    }
    sizes(members, at: path, of: &policy)
    policy.tests = commands(members["tests"], at: place("tests"))
    policy.builds = commands(members["builds"], at: place("builds"))
    policy.commands = commands(members["commands"], at: place("commands"))
    policy.environment = variables(members["environment"], at: place("environment"))
    if let flag = flag(members["context_commands"], at: place("context_commands")) {
      policy.contextCommandsAllowed = flag
    }
    if let flag = flag(members["red_green"], at: place("red_green")) { policy.redGreen = flag }
    if let flag = flag(members["signed_adoption"], at: place("signed_adoption")) {
      policy.signedAdoption = flag
    }
    if let merge = word(members["merge"], at: place("merge"), as: MergePolicy.self) {
      policy.mergePolicy = merge
    }
    if let base = text(members["base"], at: place("base")) {
      if base.hasPrefix("-") { refuse(place("base"), "must be a revision, such as HEAD or main") }
      policy.baseRevision = base
    }
    if let prefix = text(members["branch_prefix"], at: place("branch_prefix")) {
      if !Self.isBranchName(prefix) {
        refuse(place("branch_prefix"), "must be the beginning of a branch's name, such as goal")
      }
      policy.branchPrefix = prefix
    }
    return root == nil ? nil : policy
  }

  private mutating func sizes(
    _ members: [String: JSONValue],
    at path: String,
    of policy: inout WorkspacePolicy
  ) {
    let bytes = ConfigurationKeys.byteRange, files = ConfigurationKeys.fileRange
    func place(_ key: String) -> String { Self.join(path, key) }
    if let size = integer(members["max_file_bytes"], at: place("max_file_bytes"), in: bytes) {
      policy.maxFileBytes = size
    }
    if let size = integer(members["max_total_bytes"], at: place("max_total_bytes"), in: bytes) {
      policy.maxTotalBytes = size
    }
    if let count = integer(members["max_files"], at: place("max_files"), in: files) {
      policy.maxFiles = count
    }
  }

  private mutating func globs(_ value: JSONValue?, at path: String) -> [String]? {
    guard let patterns = texts(value, at: path) else { return nil }
    for (index, pattern) in patterns.enumerated() {
      do throws(ExecutionError) { _ = try Glob(pattern) } catch {
        refuse("\(path)[\(index)]", error.message)
      }
    }
    return patterns
  }

  private mutating func commands(_ value: JSONValue?, at path: String) -> [String: CommandSpec] {
    guard let members = members(value, at: path) else { return [:] }
    var commands: [String: CommandSpec] = [:]
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      let place = Self.join(path, name)
      if !Self.isName(name) { refuse(place, Self.nameRule) }
      guard let command = object(value, at: place, keys: ConfigurationKeys.command) else {
        continue
      }
      let argv = texts(command["argv"] ?? .null, at: Self.join(place, "argv"), least: 1)
      commands[name] = CommandSpec(
        argv: argv ?? [],
        timeoutMS: integer(
          command["timeout_ms"],
          at: Self.join(place, "timeout_ms"),
          in: ConfigurationKeys.timeoutRange
        ),
        exclusive: flag(command["exclusive"], at: Self.join(place, "exclusive")) ?? false
      )
    }
    return commands
  }

  private mutating func variables(_ value: JSONValue?, at path: String) -> [String: String] {
    guard let members = members(value, at: path) else { return [:] }
    var variables: [String: String] = [:]
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      let place = Self.join(path, name)
      if !Self.isVariableName(name) {
        refuse(place, "must be a variable's name: letters, digits and _, no digit first")
      }
      guard let text = value.string else {
        refuse(place, "must be a string, not \(value.kind)")
        continue
      }
      variables[name] = text
    }
    return variables
  }

  static let nameRule = "a name has letters, digits, '.', '_' and '-' only, and no '.' or '-' first"

  /// Whether `name` will do for a workspace or a command: it appears in file names and messages.
  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= 100 else { return false }
    return isWordByte(first)
      && name.utf8.allSatisfy {
        isWordByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
      }
  }

  private static func isVariableName(_ name: String) -> Bool {
    guard let first = name.utf8.first else { return false }
    return !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
      && name.utf8.allSatisfy(isWordByte)
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// Names separated by slashes, none of which git would refuse in a branch's name.
  private static func isBranchName(_ prefix: String) -> Bool {
    prefix.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      isName(String(part)) && !part.contains("..") && !part.hasSuffix(".")
        && !part.hasSuffix(".lock")
    }
  }
}
