import GoalLedger
import Testing

@testable import Execution

/// A context that is wrong, and what is said about it.
struct BadContext: Sendable, CustomTestStringConvertible {
  var task = "fix_bug"
  var json: String
  var says: [String]
  /// Whether a JSON Schema can see the mistake too.
  var schemaSees = true
  var testDescription: String { "\(task) \(json.prefix(80))" }
}

/// Contexts that are right, by task.
let goodContexts: [(task: String, json: String)] = [
  (
    "implement_feature",
    #"""
    {"files":[{"path":"src/a.py","content":"..."},{"path":"src/b.py","edits":[{"search":"x",
    "replace":""}]},{"path":"old.py","delete":true}],"tests":"default"}
    """#
  ),
  ("fix_bug", #"{"files":[{"path":".gitignore","content":""}],"note":""}"#),
  ("fix_bug", #"{"files":[{"path":"a..b/...","delete":true}]}"#),
  (
    "refactor_code",
    #"{"files":[{"path":"é/ü","edits":[{"search":"a","replace":"b"}],"expects":""#
      + String(repeating: "0a", count: 32) + #""}]}"#
  ),
  ("add_tests", #"{"files":[{"path":"x.git/git","content":"x"}],"tests":"unit"}"#),
  ("run_command", #"{"command":"lint"}"#),
  ("run_command", #"{"command":{"argv":["make",""],"timeout_ms":5}}"#),
  ("add_tests", #"{"files":[{"path":"a","content":"x"}],"tests":{"argv":["t"]}}"#),
  ("record", "{}"),
  ("record", #"{"note":"x"}"#),
]

/// Contexts that are wrong.
let badContexts: [BadContext] =
  [
    BadContext(json: "[]", says: ["$: must be an object, not an array"]),
    BadContext(json: "{}", says: ["$.files: is missing"]),
    BadContext(json: #"{"files":{}}"#, says: ["$.files: must be an array, not an object"]),
    BadContext(json: #"{"files":[]}"#, says: ["$.files: must name at least one file"]),
    BadContext(json: #"{"files":[1]}"#, says: ["$.files[0]: must be an object, not a number"]),
    BadContext(
      json: #"{"files":[{"content":"x"}]}"#,
      says: ["$.files[0].path: is missing"]
    ),
    BadContext(
      json: #"{"files":[{"path":"a"}]}"#,
      says: ["$.files[0]: must have exactly one of content, edits and delete; it has none"]
    ),
    BadContext(
      json: #"{"files":[{"path":"a","content":"","delete":true}]}"#,
      says: ["it has content and delete"]
    ),
    BadContext(
      json: #"{"files":[{"path":"a","delete":false}]}"#,
      says: ["$.files[0].delete: must be true"]
    ),
    BadContext(
      json: #"{"files":[{"path":"a","content":1}]}"#,
      says: ["$.files[0].content: must be a string, not a number"]
    ),
    BadContext(
      json:
        #"{"files":[{"path":"a","content":"x"},{"path":"b","edits":[{"search":"","replace":"x"}]}]}"#,
      says: ["$.files[1].edits[0].search: must not be empty"]
    ),
    BadContext(
      json: #"{"files":[{"path":"b","edits":[{"search":"x"}]}]}"#,
      says: ["$.files[0].edits[0].replace: is missing"]
    ),
    BadContext(
      json: #"{"files":[{"path":"b","edits":[]}]}"#,
      says: ["$.files[0].edits: must have at least one edit"]
    ),
    BadContext(
      json: #"{"files":[{"path":"b","edits":[{"search":"x","replace":"y","all":true}]}]}"#,
      says: ["$.files[0].edits[0].all: is not known; an edit takes search and replace"]
    ),
    BadContext(
      json: #"{"files":[{"path":"b","contents":"x"}]}"#,
      says: ["$.files[0].contents: is not known; did you mean content?"]
    ),
    BadContext(
      json: #"{"files":[{"path":"b","content":"x","expects":"ABC"}]}"#,
      says: ["$.files[0].expects: must be a SHA-256"]
    ),
    BadContext(
      json: #"{"fils":[{"path":"b","content":"x"}]}"#,
      says: ["$.fils: is not known; did you mean files?", "$.files: is missing"]
    ),
    BadContext(
      json: #"{"files":[{"path":"b","content":"x"}],"command":"lint"}"#,
      says: ["$.command: is not known; the context of fix_bug takes files, tests and note"]
    ),
    BadContext(
      json: #"{"files":[{"path":"b","content":"x"}],"tests":""}"#,
      says: ["$.tests: must not be empty"]
    ),
    BadContext(
      json: #"{"files":[{"path":"b","content":"x"}],"note":null}"#,
      says: ["$.note: must be a string, not null"]
    ),
    BadContext(
      json: #"{"files":[{"path":"a","content":"x"},{"path":"a","delete":true}]}"#,
      says: ["$.files[1].path: names a again; $.files[0] did already"],
      schemaSees: false
    ),
    BadContext(task: "run_command", json: "{}", says: ["$.command: is missing"]),
    BadContext(
      task: "run_command",
      json: #"{"command":{"argv":[],"timeout_ms":0,"shell":true}}"#,
      says: [
        "$.command.shell: is not known", "$.command.argv: must name a program",
        "$.command.timeout_ms: must be a whole number from 1 to 86400000",
      ]
    ),
    BadContext(
      task: "run_command",
      json: #"{"command":{"argv":["",2]}}"#,
      says: [
        "$.command.argv[0]: must not be empty",
        "$.command.argv[1]: must be a string, not a number",
      ]
    ),
    BadContext(
      task: "run_command",
      json: #"{"command":"rm","files":[]}"#,
      says: ["$.files: is not known"]
    ),
    BadContext(
      task: "record",
      json: #"{"text":"x"}"#,
      says: ["$.text: is not known; the context of record takes note"]
    ),
  ]
  + [
    "", "/a", "a/", "a//b", "./a", "a/../b", "..", ".git/x", "a/.GIT", "a\\\\b", "a\\nb", "git~1/x",
  ]
  .map { path in
    BadContext(
      json: #"{"files":[{"path":"\#(path)","content":"x"}]}"#,
      says: ["$.files[0].path: "]
    )
  }

@Suite("Contexts")
struct ContextTests {
  @Test("that are right are read", arguments: goodContexts.map(\.json), ["x"])
  func good(json: String, _: String) throws {
    let task = try #require(goodContexts.first { $0.json == json }).task
    _ = try GoalContext(json: json, task: task)
  }

  @Test("that are wrong are refused with the JSON path", arguments: badContexts)
  func bad(context: BadContext) async {
    let error = await failure { () throws(ExecutionError) in
      _ = try GoalContext(json: context.json, task: context.task)
    }
    #expect(error?.code == .invalidContext)
    #expect(error?.isRetryable == false)
    for sentence in context.says {
      #expect(error?.message.contains(sentence) == true, "\(error?.message ?? "accepted")")
    }
  }

  @Test("tell all their mistakes at once")
  func all() async {
    let error = await failure { () throws(ExecutionError) in
      _ = try GoalContext(
        json: #"{"files":[{"path":"/a"},{"edits":[]}],"tests":3,"extra":1}"#,
        task: "fix_bug"
      )
    }
    #expect(
      error?.message == """
        the context does not validate: $.extra: is not known; the context of fix_bug takes files, \
        tests and note; $.files[0].path: the path '/a' is absolute; write it relative to the \
        workspace's root; $.files[0]: must have exactly one of content, edits and delete; it has \
        none; $.files[1].path: is missing; $.files[1].edits: must have at least one edit; $.tests: \
        must be a command's name or an object with 'argv', not a number
        """
    )
  }

  @Test("that are no JSON say where they are broken")
  func broken() async {
    let error = await failure { () throws(ExecutionError) in
      _ = try GoalContext(json: #"{"files":[}"#, task: "fix_bug")
    }
    #expect(error?.message.hasPrefix("the context is not JSON: line 1, column 11: ") == true)
  }

  @Test("take two spellings of an accent for one path")
  func spellings() async {
    let error = await failure { () throws(ExecutionError) in
      _ = try GoalContext(
        json: #"{"files":[{"path":"\#u{e9}","content":""},{"path":"e\#u{301}","content":""}]}"#,
        task: "fix_bug"
      )
    }
    #expect(error?.message.contains("$.files[1].path: names e\u{301} again") == true)
  }

  @Test(
    "of success metrics are checked alike",
    arguments: [
      ("{}", "$: must be an array, not an object"),
      ("[3]", "$[0]: must be an object, not a number"),
      ("[{}]", "$[0].kind: is missing"),
      (#"[{"kind":"file_presnt"}]"#, "$[0].kind: is not known; did you mean file_present?"),
      (#"[{"kind":"x"}]"#, "it is one of command, file_absent, file_contains and file_present"),
      (#"[{"kind":"file_present"}]"#, "$[0].path: is missing"),
      (#"[{"kind":"command","name":""}]"#, "$[0].name: must not be empty"),
      (#"[{"kind":"file_contains","path":"a"}]"#, "$[0].text: is missing"),
      (#"[{"kind":"file_absent","path":"../a"}]"#, "$[0].path: the path"),
      (#"[{"kind":"file_absent","path":"a","text":"x"}]"#, "$[0].text: is not known"),
    ]
  )
  func metrics(json: String, expected: String) async {
    let error = await failure { () throws(ExecutionError) in
      _ = try SuccessMetric.read(json: json)
    }
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "accepted")")
  }
}
