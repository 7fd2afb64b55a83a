// The glob matcher, as a table.

import Testing

@testable import Execution

@Suite("A glob")
struct GlobTests {
  @Test(
    "matches the whole path or not at all",
    arguments: [
      ("**", "a", true), ("**", "a/b/c", true),
      ("*", "a", true), ("*", "a/b", false), ("*", ".hidden", true),
      ("*.py", "a.py", true), ("*.py", "src/a.py", false), ("**/*.py", "a.py", true),
      ("**/*.py", "src/x/a.py", true), ("**/*.py", "src/a.pyc", false),
      ("src/**", "src/a", true), ("src/**", "src/a/b", true), ("src/**", "srcx/a", false),
      ("src/**", "lib/src/a", false), ("src/**/b", "src/b", true), ("src/**/b", "src/x/y/b", true),
      ("src/**/b", "src/x/y/c", false), ("a/**/b/**/c", "a/b/x/b/c", true),
      ("a/**/b/**/c", "a/x/c", false),
      ("?.c", "a.c", true), ("?.c", "ab.c", false), ("?", "/", false), ("é?", "éé", true),
      ("[a-c].h", "b.h", true), ("[a-c].h", "d.h", false), ("[!a-c].h", "d.h", true),
      ("[^a-c].h", "a.h", false), ("[]x].h", "].h", true), ("[a-].h", "-.h", true),
      ("{a,b}/*.ts", "b/x.ts", true), ("{a,b}/*.ts", "c/x.ts", false),
      ("*.{js,{ts,tsx}}", "x.tsx", true), ("*.{js,ts}", "x.jsx", false),
      ("{,src/}a", "a", true), ("{src/,}a", "src/a", true),
      ("\\*.md", "*.md", true), ("\\*.md", "x.md", false), ("a\\{b", "a{b", true),
      ("A.py", "a.py", false), ("**/.env*", "x/.env.local", true),
      ("**/.git/**", ".git/hooks", true),
      ("a*b*c*d", "aXbXcXd", true), ("a*b*c*d", "aXbXcX", false), ("**a", "xa", true),
    ]
  )
  func table(pattern: String, path: String, matches: Bool) throws {
    #expect(try Glob(pattern).matches(path) == matches)
  }

  @Test(
    "that is malformed is refused with a reason",
    arguments: [
      ("", "empty"), ("/abs", "starts with '/'"), ("a//b", "empty component"),
      ("a/", "empty component"), ("[abc", "'[' is not closed"), ("{a,b", "'{' is not closed"),
      ("[z-a]", "range z-a is empty"), ("a\\", "ends with a backslash"),
      ("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "more than 256 alternatives"),
    ]
  )
  func malformed(pattern: String, reason: String) {
    let error = #expect(throws: ExecutionError.self) { try Glob(pattern) }
    #expect(error?.code == .refused)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test("never takes long, whatever the pattern")
  func speed() throws {
    let glob = try Glob(String(repeating: "*a", count: 40) + "b")
    let deep = try Glob(String(repeating: "**/a/", count: 30) + "b")
    let time = ContinuousClock().measure {
      #expect(!glob.matches(String(repeating: "a", count: 2000)))
      #expect(!deep.matches(String(repeating: "a/", count: 1000) + "a"))
    }
    #expect(time < .seconds(2))
  }
}
