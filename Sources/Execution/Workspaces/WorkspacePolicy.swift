// What the operator lets goals do in one repository, as a value. The defaults are the cautious
// ones: nothing outside the globs, no command that the operator did not write down, no merge.
// Reading it from `goalledger.json` is the configuration's business; this type knows no JSON.

/// A command the operator allows: an argument list, never a shell line.
public struct CommandSpec: Sendable, Equatable, Hashable {
  /// The program and its arguments; the program is looked up in the command's PATH.
  public var argv: [String]
  /// The longest it may run, in milliseconds; `nil` leaves it to the task's limit.
  public var timeoutMS: Int?
  /// Whether no other command may run in the same workspace meanwhile.
  public var exclusive: Bool

  /// Makes a command.
  public init(argv: [String], timeoutMS: Int? = nil, exclusive: Bool = false) {
    self.argv = argv
    self.timeoutMS = timeoutMS
    self.exclusive = exclusive
  }
}

/// What happens with a satisfied goal's branch.
public enum MergePolicy: String, Sendable, CaseIterable {
  /// The branch stays for a person to review and merge.
  case never
}

/// One repository that goals may change, and the rules for it.
public struct WorkspacePolicy: Sendable, Equatable {
  /// The name goals refer to.
  public var name: String
  /// The absolute path of the repository's root.
  public var path: String
  /// Globs a changed path must match one of.
  public var allowed: [String]
  /// Globs a changed path must match none of; they win over `allowed`.
  public var forbidden: [String]
  /// The largest file a goal may write, in bytes.
  public var maxFileBytes: Int
  /// The most files one goal may change.
  public var maxFiles: Int
  /// The most bytes one goal may write in all.
  public var maxTotalBytes: Int
  /// Test commands by name; a goal that names none gets `default`.
  public var tests: [String: CommandSpec]
  /// Build commands by name.
  public var builds: [String: CommandSpec]
  /// Other commands by name.
  public var commands: [String: CommandSpec]
  /// Globs of what counts as a test file.
  public var testFiles: [String]
  /// Whether a goal's context may bring commands of its own.
  public var contextCommandsAllowed: Bool
  /// What happens with the branch of a satisfied goal.
  public var mergePolicy: MergePolicy
  /// The first component of the branches made here, as in `goal/7/1`.
  public var branchPrefix: String
  /// Whether a bug fix must show its test failing first.
  public var redGreen: Bool
  /// Whether goals run here only where a person or an agent has signed their adoption.
  public var signedAdoption: Bool
  /// Variables added to the environment of commands.
  public var environment: [String: String]
  /// The revision attempts start from.
  public var baseRevision: String

  /// What no goal may touch unless the operator says otherwise: secrets, and what runs elsewhere.
  public static let defaultForbidden = [
    ".git/**", "**/.git/**", "**/.gitmodules", ".github/workflows/**", ".gitlab-ci.yml",
    "**/.env", "**/.env.*", "**/*.pem", "**/*.key", "**/*.p12", "**/id_rsa*", "**/id_ed25519*",
    "**/.netrc", "**/.npmrc", "**/.pypirc",
  ]

  /// What counts as a test file by default, in the conventions of common languages.
  public static let defaultTestFiles = [
    "test/**", "tests/**", "Tests/**", "**/test/**", "**/tests/**", "**/__tests__/**", "spec/**",
    "**/test_*.py", "**/*_test.py", "**/conftest.py", "**/*_test.go", "**/*Tests.swift",
    "**/*Test.java", "**/*.test.{js,jsx,ts,tsx,mjs}", "**/*.spec.{js,jsx,ts,tsx,mjs}",
    "**/*_spec.rb",
  ]

  /// Makes a policy; every default is the cautious one.
  public init(
    name: String,
    path: String,
    allowed: [String] = ["**"],
    forbidden: [String] = WorkspacePolicy.defaultForbidden,
    maxFileBytes: Int = 1 << 20,
    maxFiles: Int = 200,
    maxTotalBytes: Int = 10 << 20,
    tests: [String: CommandSpec] = [:],
    builds: [String: CommandSpec] = [:],
    commands: [String: CommandSpec] = [:],
    testFiles: [String] = WorkspacePolicy.defaultTestFiles,
    contextCommandsAllowed: Bool = false,
    mergePolicy: MergePolicy = .never,
    branchPrefix: String = "goal",
    redGreen: Bool = false,
    signedAdoption: Bool = false,
    environment: [String: String] = [:],
    baseRevision: String = "HEAD"
  ) {
    self.name = name
    self.path = path
    self.allowed = allowed
    self.forbidden = forbidden
    self.maxFileBytes = maxFileBytes
    self.maxFiles = maxFiles
    self.maxTotalBytes = maxTotalBytes
    self.tests = tests
    self.builds = builds
    self.commands = commands
    self.testFiles = testFiles
    self.contextCommandsAllowed = contextCommandsAllowed
    self.mergePolicy = mergePolicy
    self.branchPrefix = branchPrefix
    self.redGreen = redGreen
    self.signedAdoption = signedAdoption
    self.environment = environment
    self.baseRevision = baseRevision
  }

  /// The path rules of this policy.
  /// - Throws: `.refused` when a glob is malformed.
  public func pathPolicy() throws(ExecutionError) -> PathPolicy {
    try PathPolicy(
      allowed: Glob.list(allowed),
      forbidden: Glob.list(forbidden),
      maxFileBytes: maxFileBytes,
      maxFiles: maxFiles,
      maxTotalBytes: maxTotalBytes
    )
  }

  /// Whether `path` is what this policy calls a test file.
  /// - Throws: `.refused` when a glob is malformed.
  public func isTestFile(_ path: RelativePath) throws(ExecutionError) -> Bool {
    try Glob.list(testFiles).contains { $0.matches(path.text) }
  }
}
