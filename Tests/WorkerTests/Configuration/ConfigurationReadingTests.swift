import Execution
import GoalLedger
import Testing

@testable import Worker

@Suite("Reading goalledger.json")
struct ConfigurationReadingTests {
  private func parse(
    _ text: String?,
    _ environment: [String: String] = [:]
  ) throws(ConfigurationError) -> Configuration {
    try Configuration.parse(text, file: "/etc/gl/goalledger.json", environment: environment)
  }

  private func mistakes(_ text: String?, _ environment: [String: String] = [:]) -> [String] {
    do throws(ConfigurationError) {
      _ = try parse(text, environment)
      return []
    } catch {
      return error.mistakes.map(\.description)
    }
  }

  @Test("no file is the cautious default: no workspace, default limits")
  func missing() throws {
    let configuration = try parse(nil)
    #expect(configuration == Configuration())
    #expect(configuration.limits.concurrency == 2)
    #expect(configuration.limits.leaseMilliseconds == 15_000)
    #expect(configuration.file == nil)
  }

  @Test("everything that can be said is read")
  func whole() throws {
    let configuration = try parse(
      """
      {"$schema": "x", "default_workspace": "app", "domain": "more.hddl", "worktrees": "/var/wt",
       "checkpoints": {"files": ["/safe/a", "b"], "trailer": true, "stdout": true,
                       "interval_ms": 500},
       "worker": {"concurrency": 4, "max_concurrent": 5, "lease_ms": 1000, "grace_ms": 0,
                  "poll_ms": 50, "retry_base_ms": 10, "retry_cap_ms": 20, "task_timeout_ms": 30,
                  "durability": "normal"},
       "workspaces": {
         "app": {"path": "../app", "allowed": ["src/**"], "forbidden": ["src/secret/**"],
                 "max_file_bytes": 10, "max_files": 2, "max_total_bytes": 30,
                 "tests": {"default": {"argv": ["make", "test"], "timeout_ms": 5, "exclusive": true}},
                 "builds": {"default": {"argv": ["make"]}}, "commands": {"lint": {"argv": ["l"]}},
                 "test_files": ["t/**"], "context_commands": true, "red_green": true,
                 "signed_adoption": true,
                 "merge": "never", "branch_prefix": "bot/goal", "environment": {"CI": ""},
                 "base": "main"},
         "other": {"path": "/srv/other"}}}
      """
    )
    var policy = WorkspacePolicy(name: "app", path: "/etc/app")
    policy.allowed = ["src/**"]
    policy.forbidden = ["src/secret/**"]
    policy.maxFileBytes = 10
    policy.maxFiles = 2
    policy.maxTotalBytes = 30
    policy.tests = [
      "default": CommandSpec(argv: ["make", "test"], timeoutMS: 5, exclusive: true)
    ]
    policy.builds = ["default": CommandSpec(argv: ["make"])]
    policy.commands = ["lint": CommandSpec(argv: ["l"])]
    policy.testFiles = ["t/**"]
    policy.contextCommandsAllowed = true
    policy.redGreen = true
    policy.signedAdoption = true
    policy.branchPrefix = "bot/goal"
    policy.environment = ["CI": ""]
    policy.baseRevision = "main"
    #expect(configuration.workspaces["app"] == policy)
    #expect(configuration.workspaces["other"] == WorkspacePolicy(name: "other", path: "/srv/other"))
    #expect(configuration.defaultWorkspace == "app")
    #expect(configuration.domainFile == "/etc/gl/more.hddl")
    #expect(configuration.worktrees == "/var/wt")
    #expect(configuration.durability == .normal)
    var checkpoints = CheckpointRules()
    checkpoints.files = ["/safe/a", "/etc/gl/b"]
    (checkpoints.trailer, checkpoints.output) = (true, true)
    checkpoints.intervalMilliseconds = 500
    #expect(configuration.checkpoints == checkpoints)
    #expect(
      WorkerLimits.all.map { configuration.limits[keyPath: $0.property] }
        == [4, 5, 1000, 0, 50, 10, 20, 30]
    )
  }

  @Test(
    "each mistake is named with its place and what would be right",
    arguments: [
      ("{", "is not JSON: line 1, column 2: a key in double quotes should be here"),
      ("[]", "must be an object, not an array"),
      (#"{"worker": 3}"#, "worker: must be an object, not a number"),
      (#"{"workerr": {}}"#, "workerr: no such key; did you mean 'worker'?"),
      (
        #"{"worker": {"zzz": 1}}"#,
        "worker.zzz: no such key; there are: concurrency, durability, grace_ms, lease_ms, "
          + "max_concurrent, poll_ms, retry_base_ms, retry_cap_ms, task_timeout_ms"
      ),
      (
        #"{"worker": {"concurrency": 0}}"#,
        "worker.concurrency: must be a whole number from 1 to 256, not 0"
      ),
      (
        #"{"worker": {"durability": "none"}}"#,
        #"worker.durability: must be "full" or "normal", not "none""#
      ),
      (
        #"{"worker": {"concurrency": 1.5}}"#,
        "worker.concurrency: must be a whole number from 1 to 256, not 1.5"
      ),
      (
        #"{"worker": {"retry_base_ms": 9, "retry_cap_ms": 8}}"#,
        "worker.retry_cap_ms: must be at least retry_base_ms, which is 9"
      ),
      (#"{"workspaces": {"a": {}}}"#, "workspaces.a.path: must be given: the repository's folder"),
      (
        #"{"workspaces": {"a b": {"path": "/a"}}}"#,
        #"workspaces["a b"]: a name has letters, digits, '.', '_' and '-' only, and no '.' or '-' first"#
      ),
      (
        #"{"workspaces": {"a": {"path": "/a", "tests": {"default": {"argv": []}}}}}"#,
        "workspaces.a.tests.default.argv: must be a list of at least one string"
      ),
      (
        #"{"workspaces": {"a": {"path": "/a", "tests": {"default": {}}}}}"#,
        "workspaces.a.tests.default.argv: must be a list of at least one string"
      ),
      (
        #"{"workspaces": {"a": {"path": "/a", "tests": {"default": {"argv": ["x", 1]}}}}}"#,
        "workspaces.a.tests.default.argv[1]: must be a string, not a number"
      ),
      (
        #"{"workspaces": {"a": {"path": "/a", "allowed": ["src/[a"]}}}"#,
        "workspaces.a.allowed[0]: the glob 'src/[a' is malformed: a '[' is not closed"
      ),
      (
        #"{"workspaces": {"a": {"path": "/a", "merge": "always"}}}"#,
        #"workspaces.a.merge: must be "never", not "always""#
      ),
      (
        #"{"workspaces": {"a": {"path": "/a", "red_green": 1}}}"#,
        "workspaces.a.red_green: must be true or false, not a number"
      ),
      (
        #"{"workspaces": {"a": {"path": "/a", "signed_adoption": "yes"}}}"#,
        "workspaces.a.signed_adoption: must be true or false, not a string"
      ),
      (
        #"{"workspaces": {"a": {"path": "/a", "branch_prefix": "-x"}}}"#,
        "workspaces.a.branch_prefix: must be the beginning of a branch's name, such as goal"
      ),
      (
        #"{"workspaces": {"a": {"path": "/a", "environment": {"1A": "x"}}}}"#,
        "workspaces.a.environment.1A: must be a variable's name: letters, digits and _, no digit first"
      ),
      (
        #"{"default_workspace": "b", "workspaces": {"a": {"path": "/a"}}}"#,
        "default_workspace: there is no workspace 'b'; there are: a"
      ),
      (
        #"{"worktrees": "/a/wt", "workspaces": {"a": {"path": "/a"}}}"#,
        "worktrees: lies inside the workspace 'a' (/a): name a folder outside of any checkout"
      ),
    ]
  )
  func mistake(text: String, sentence: String) {
    #expect(mistakes(text) == [sentence])
  }

  @Test("every mistake is told at once, sorted by place")
  func all() {
    let found = mistakes(
      #"{"worker": {"lease_ms": "x"}, "a": 1, "workspaces": {"w": {"path": 3, "max_files": 0}}}"#,
      ["GOALLEDGER_POLL_MS": "soon", "GOALLEDGER_WORKTREES": "here"]
    )
    #expect(
      found == [
        "GOALLEDGER_POLL_MS: must be a whole number from 5 to 60000, not a string",
        "GOALLEDGER_WORKTREES: must be an absolute path, not 'here'",
        "a: no such key; there are: $schema, checkpoints, default_workspace, domain, redaction, worker, workspaces, worktrees",
        "worker.lease_ms: must be a whole number from 100 to 3600000, not a string",
        "workspaces.w.max_files: must be a whole number from 1 to 1000000, not 0",
        "workspaces.w.path: must be a string, not a number",
      ]
    )
  }

  @Test("a variable wins over the file", arguments: WorkerLimits.all.map(\.key))
  func override(key: String) throws {
    let limit = try #require(WorkerLimits.all.first { $0.key == key })
    let value = limit.range.lowerBound + 1
    var environment = [limit.variable: "\(value)"]
    // A base above the cap would be a mistake of its own.
    if key == "retry_cap_ms" { environment["GOALLEDGER_RETRY_BASE_MS"] = "0" }
    let file = #"{"worker": {"\#(key)": \#(limit.range.lowerBound + 2)}}"#
    let configuration = try parse(key == "retry_cap_ms" ? nil : file, environment)
    #expect(configuration.limits[keyPath: limit.property] == value)
  }

  @Test("full durability is what nobody has to ask for; a variable wins over the file")
  func durability() throws {
    #expect(try parse("{}").durability == .full)
    let file = #"{"worker": {"durability": "normal"}}"#
    #expect(try parse(file, ["GOALLEDGER_DURABILITY": "full"]).durability == .full)
    #expect(
      mistakes(file, ["GOALLEDGER_DURABILITY": "off"])
        == [#"GOALLEDGER_DURABILITY: must be "full" or "normal", not "off""#]
    )
  }

  @Test("a variable chooses the default workspace")
  func defaultWorkspace() throws {
    let text = #"{"workspaces": {"a": {"path": "/a"}, "b": {"path": "/b"}}}"#
    #expect(try parse(text).defaultWorkspace == nil)
    let environment = ["GOALLEDGER_DEFAULT_WORKSPACE": "b"]
    #expect(try parse(text, environment).defaultWorkspace == "b")
  }

  @Test("a goal without a workspace gets the only one, and an error where there are several")
  func workspaces() throws {
    let one = try parse(#"{"workspaces": {"a": {"path": "/a"}}}"#)
    #expect(try one.workspace(named: nil).name == "a")
    let two = try parse(#"{"workspaces": {"app": {"path": "/a"}, "web": {"path": "/b"}}}"#)
    #expect(throws: LedgerError.self) { try two.workspace(named: nil) }
    let error = #expect(throws: LedgerError.self) { try two.workspace(named: "apq") }
    #expect(error?.message == "there is no workspace 'apq'; there are: app, web")
    #expect(error?.hint == "did you mean 'app'?")
    #expect(throws: LedgerError.self) { try Configuration().workspace(named: nil) }
  }

  @Test("worktrees lie under the state folder, named after the database")
  func worktrees() throws {
    func folder(_ environment: [String: String]) throws -> String {
      try Configuration().worktreesFolder(databaseID: "ab", environment: environment)
    }
    #expect(try folder(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/goalledger/ab")
    #expect(try folder(["XDG_STATE_HOME": "s", "HOME": "/h"]) == "/h/.local/state/goalledger/ab")
    #expect(throws: LedgerError.self) { try folder([:]) }
  }

  @Test("a misspelt key is matched with the nearest, a strange one with none")
  func suggestions() {
    #expect(Suggestion.nearest(to: "alowed", among: ["allowed", "path"]) == "allowed")
    #expect(Suggestion.nearest(to: "pahts", among: ["allowed", "path"]) == "path")
    #expect(Suggestion.nearest(to: "colour", among: ["allowed", "path"]) == nil)
    #expect(Suggestion.distance("ab", "ba") == 1)
    #expect(Suggestion.distance("", "abc") == 3)
  }
}
